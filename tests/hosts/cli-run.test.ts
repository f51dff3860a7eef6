import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { RealServer } from "../../host/node/servers.js";
import { Registrar, Zone } from "../../host/simulated/index.js";
import { bobFile, recordsOf, run, start, testFolder } from "./cli-harness.js";

const PASSWORD = "opensesame42";
const ADDRESS = "127.0.0.1";
const folder = testFolder();
const registrar = new Registrar("pbx", { digest: { realm: "voice.example", users: { 1001: PASSWORD } } });
const zone = new Zone();
let server: RealServer;
let dns: RealServer;
let target: string;

before(async () => {
  server = await RealServer.open(registrar, { address: ADDRESS, port: 0 });
  dns = await RealServer.open(zone, { address: ADDRESS, port: 0 });
  target = `udp:${ADDRESS}:${String(server.port)}`;
  zone
    .srv("_sip._udp.voice.example", { port: server.port, target: "pbx.voice.example" })
    .address("pbx.voice.example", ADDRESS);
});

after(async () => {
  await Promise.all([server.close(), dns.close()]);
});

/** A file for one account with the registrar, and more lines. */
const phoneFile = (...more: string[]): string =>
  bobFile(folder, [
    `account.1.password = ${PASSWORD}`,
    "account.1.sip_server.1.address = voice.example",
    "account.1.sip_server.1.port = 0",
    ...more,
  ]);

const dnsWords = (): string[] => ["--dns", `${ADDRESS}:${String(dns.port)}`];

/** Nothing that a run writes may hold the password or a digest response. */
const isDiscreet = (text: string): void => {
  assert.ok(!text.includes(PASSWORD));
  assert.doesNotMatch(text, /response=|[0-9a-f]{32}/i);
};

describe("run", () => {
  it("writes a line per event and where the account is; stops in good order when its time is over", async () => {
    const { status, out, err } = await run(["run", phoneFile(), ...dnsWords(), "--duration", "1"]);
    assert.equal(err, "");
    assert.equal(status, 0);
    const time = /^\d\d:\d\d:\d\d\.\d{3} /;
    for (const line of out.trimEnd().split("\n")) assert.match(line, time);
    assert.match(out, new RegExp(`1 bob {2}REGISTER to ${target} \\(first\\)\n`));
    assert.match(out, new RegExp(`1 bob {2}registered with ${target} for 1 h\n`));
    assert.match(
      out,
      new RegExp(` = 1 bob: on ${target} since \\d\\d:\\d\\d:\\d\\d; expires in (1 h|59 min)`),
    );
    assert.match(out, new RegExp(`1 bob {2}no longer registered with ${target} \\(stopped\\)\n`));
    assert.doesNotMatch(out, /DNS|\x1b/); // eslint-disable-line no-control-regex
    assert.deepEqual(registrar.bound(Infinity), []);
    isDiscreet(out);
  });

  it("writes records with --json, all of them with --verbose", async () => {
    const words = ["run", phoneFile(), ...dnsWords(), "--duration", "0.5", "--json"];
    const brief = await run(words);
    const records = recordsOf(brief.out);
    assert.equal(brief.status, 0);
    for (const { t, account, event } of records) {
      assert.deepEqual([typeof t, typeof account, typeof event], ["number", "number", "string"]);
    }
    const found = records.map(({ event }) => event);
    for (const event of ["listening", "resolved", "request", "response", "registered", "unregistered"]) {
      assert.ok(found.includes(event), event);
    }
    assert.ok(!found.includes("dns-query"));
    const verbose = await run([...words, "--verbose"]);
    assert.ok(recordsOf(verbose.out).some(({ event }) => event === "dns-query"));
    isDiscreet(brief.out + verbose.out);
  });

  it("exits with 1 when an account never was registered, and names it", async () => {
    registrar.silent();
    const { status, err } = await run(["run", phoneFile(), ...dnsWords(), "--duration", "0.3"]);
    registrar.up();
    assert.equal(status, 1);
    assert.match(err, /Never registered: account 1\./);
  });

  it("takes Ctrl-C as an orderly stop", async () => {
    const running = start(["run", phoneFile(), ...dnsWords()]);
    await running.says(/registered with/);
    running.process.kill("SIGINT");
    const { status, out, err } = await running.finished;
    assert.equal(status, 0);
    assert.match(err, /^Stopping/);
    assert.match(out, /no longer registered/);
  });

  it("takes a second Ctrl-C as the end", async () => {
    const running = start(["run", phoneFile(), ...dnsWords()]);
    await running.says(/registered with/);
    registrar.silent();
    running.process.kill("SIGINT");
    await running.says(/REGISTER to .* \(removes the binding/);
    running.process.kill("SIGINT");
    const { status } = await running.finished;
    registrar.up();
    assert.equal(status, 130);
  });

  it("stops in good order when nobody reads any more", async () => {
    registrar.maxExpires = 2;
    const running = start(["run", phoneFile(), ...dnsWords(), "--json"]);
    await running.says(/"event":"registered"/);
    running.process.stdout?.destroy();
    // It finds out when it writes next, after the refresh.
    const { status, err } = await running.finished;
    registrar.maxExpires = Infinity;
    assert.equal(status, 0);
    assert.equal(err, "");
    assert.deepEqual(registrar.bound(Infinity), []);
  });

  it("says which port is in use", async () => {
    const socket = createSocket("udp4").bind(0);
    await once(socket, "listening");
    const { port } = socket.address();
    const { status, err } = await run([
      "run",
      phoneFile(`sip.listen_port = ${String(port)}`),
      "--duration",
      "5",
    ]);
    socket.close();
    assert.equal(status, 1);
    assert.match(err, new RegExp(`Port ${String(port)} \\(UDP\\) is in use by another program`));
  });

  it("names a DNS server that cannot be reached", async () => {
    const socket = createSocket("udp4").bind(0, ADDRESS);
    await once(socket, "listening");
    const { port } = socket.address();
    socket.close();
    const { err } = await run([
      "run",
      phoneFile(),
      "--dns",
      `${ADDRESS}:${String(port)}`,
      "--duration",
      "0.5",
    ]);
    assert.match(err, new RegExp(`DNS server ${ADDRESS}:${String(port)} cannot be reached`));
  });

  it("writes a capture that begins as pcap files do", async () => {
    const path = join(folder, "phone.pcap");
    await run(["run", phoneFile(), ...dnsWords(), "--duration", "0.5", "--pcap", path]);
    const octets = readFileSync(path);
    assert.equal(octets.readUInt32LE(0), 0xa1b2c3d4);
    assert.ok(octets.includes("REGISTER sip:voice.example SIP/2.0"));
  });

  it("starts with errors in the file when it is told to, and shows them", async () => {
    const path = phoneFile("account.1.sip_server.1.retry_counts = 99");
    const { status, err } = await run(["run", path, ...dnsWords(), "--duration", "0.5", "--lenient"]);
    assert.equal(status, 0);
    assert.match(err, /phone\.cfg:9:39: error out-of-range: /);
    isDiscreet(err);
  });
});
