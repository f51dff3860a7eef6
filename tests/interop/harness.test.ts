import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { loopbackAddress } from "./addresses.js";
import { ask, SilentServer } from "./datagrams.js";
import { Site } from "./site.js";

const register = (user: string, cseq: number): string =>
  [
    `REGISTER sip:example.test SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bK${user}${String(cseq)}`,
    `From: <sip:${user}@example.test>;tag=1`,
    `To: <sip:${user}@example.test>`,
    `Call-ID: ${user}`,
    `CSeq: ${String(cseq)} REGISTER`,
    `Contact: <sip:${user}@127.0.0.1:9>`,
    `Expires: 600`,
    `Max-Forwards: 70`,
    `Content-Length: 0`,
    ``,
    ``,
  ].join("\r\n");

/** Starts a process that starts an echo server, is killed, and so cannot clean up by itself. */
const killedTest = async (address: string): Promise<{ folder: string }> => {
  const programs = JSON.stringify(fileURLToPath(new URL("./programs.js", import.meta.url)));
  const echo = `
    const socket = require("node:dgram").createSocket("udp4");
    socket.on("message", (octets, { address, port }) => socket.send(octets, port, address));
    socket.bind(5060, "${address}", () => console.log("ready"));`;
  const script = `
    const { Program, temporaryFolder } = await import(${programs});
    const folder = temporaryFolder();
    const program = new Program(process.execPath, ["-e", ${JSON.stringify(echo)}], folder);
    program.onLine(() => console.log(JSON.stringify({ folder })));
    setInterval(() => {}, 1000);`;
  const killed = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: killed.stdout }), "line")) as [string];
  assert.equal(await ask(address, 5060, "here"), "here");
  killed.kill("SIGKILL");
  await once(killed, "exit");
  return JSON.parse(line) as { folder: string };
};

const become = async (holds: () => boolean | Promise<boolean>): Promise<boolean> => {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return true;
    await wait(20);
  }
  return false;
};

describe("the servers that the tests run", { concurrency: true }, () => {
  test("Kamailio: says who is registered, is silent when stopped and answers late, is gone when killed", async (t) => {
    const { primary } = await Site.open(t, { servers: { lifetime: 100 } });
    const { address, port } = primary;
    assert.match((await ask(address, port, register("hand", 1))) ?? "", /^SIP\/2.0 200 [^]*expires=100/);
    const [binding, ...others] = await primary.bindings();
    assert.deepEqual(others, []);
    assert.equal(binding?.user, "hand");
    assert.equal(binding.contact, "sip:hand@127.0.0.1:9");
    assert.ok(binding.expires > 90 && binding.expires <= 100);

    primary.freeze();
    assert.equal(await ask(address, port, register("hand", 2)), undefined, "silence");
    primary.thaw();
    await wait(200);
    assert.deepEqual(
      (await primary.registers()).map(({ cseq }) => cseq),
      [1, 2],
    );
    assert.equal((await primary.bindings())[0]?.cseq, 2);

    await primary.kill();
    const asked = performance.now();
    assert.equal(await ask(address, port, register("hand", 3), 5000), undefined);
    assert.ok(performance.now() - asked < 1000, "a closed port is told, not waited for");
    await primary.restart();
    assert.deepEqual(await primary.bindings(), []);
  });

  test("Kamailio with digest: 401", async (t) => {
    const { primary } = await Site.open(t, { servers: { digest: true } });
    const answer = await ask(primary.address, primary.port, register("hand", 1));
    assert.match(answer ?? "", /^SIP\/2.0 401 [^]*WWW-Authenticate: Digest realm="example.test"/);
    assert.deepEqual(await primary.bindings(), []);
  });

  test("Kamailio that is unavailable: 503", async (t) => {
    const { primary } = await Site.open(t, { servers: { unavailable: true } });
    const answer = await ask(primary.address, primary.port, register("hand", 1));
    assert.match(answer ?? "", /^SIP\/2.0 503 [^]*Retry-After: 30/);
  });

  test("dnsmasq: SRV and addresses with their TTL, another zone after a restart, silence when stopped", async (t) => {
    const { dns, primary, secondary } = await Site.open(t, { ttl: 20, closed: ["primary", "secondary"] });
    const resolver = new Resolver({ timeout: 300, tries: 1 });
    resolver.setServers([dns.endpoint]);
    const services = await resolver.resolveSrv("_sip._udp.example.test");
    assert.deepEqual(services.map(({ name, priority }) => [priority, name]).sort(), [
      [10, "pri.example.test"],
      [20, "sec.example.test"],
    ]);
    assert.deepEqual(await resolver.resolve4("sec.example.test", { ttl: true }), [
      { address: secondary.address, ttl: 20 },
    ]);
    assert.deepEqual(
      dns.queries.map(({ type, name }) => `${type} ${name}`),
      ["SRV _sip._udp.example.test", "A sec.example.test"],
    );
    await dns.restart({ ttl: 5, servers: [{ name: "third", address: primary.address, priority: 1 }] });
    assert.deepEqual(
      (await resolver.resolveSrv("_sip._udp.example.test")).map(({ name }) => name),
      ["third.example.test"],
    );
    dns.freeze();
    await assert.rejects(resolver.resolve4("third.example.test"), { code: "ETIMEOUT" });
    dns.thaw();
    assert.deepEqual(await resolver.resolve4("third.example.test"), [primary.address]);
  });

  test("a silent server: notes what arrives, answers nothing", async () => {
    const address = loopbackAddress();
    const server = await SilentServer.start(address, 5060);
    assert.equal(await ask(address, 5060, register("hand", 1), 100), undefined);
    assert.deepEqual(
      server.datagrams.map(({ text }) => text),
      [register("hand", 1)],
    );
    server.stop();
  });

  test("programs and folders of a test that is killed: gone with it", async () => {
    const address = loopbackAddress();
    const { folder } = await killedTest(address);
    assert.ok(await become(async () => (await ask(address, 5060, "here", 100)) === undefined));
    assert.ok(await become(() => !existsSync(folder)));
  });
});
