import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { ConfigurationError, Phone, StartError, check } from "../../host/node/index.js";
import type { EventName, PhoneOptions } from "../../host/node/index.js";
import { RealServer } from "../../host/node/servers.js";
import { Registrar } from "../../host/simulated/registrar.js";
import type { RegistrarOptions } from "../../host/simulated/registrar.js";

const PATIENCE = 5000;

const folder = mkdtempSync(join(tmpdir(), "sip-failover-phone-"));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const server = async (
  options?: RegistrarOptions,
): Promise<{ registrar: Registrar; port: number; carried: RealServer }> => {
  const registrar = new Registrar("a", options);
  const carried = await RealServer.open(registrar, { address: "127.0.0.1", port: 0 });
  closing.push(() => carried.close());
  return { registrar, port: carried.port, carried };
};

const configuration = (port: number, ...lines: readonly string[]): string =>
  [
    "#!version:1.0.0.1",
    "sip.listen_port = 0",
    "account.1.enable = 1",
    "account.1.user_name = 1000",
    "account.1.password = secret",
    "account.1.sip_server.1.address = 127.0.0.1",
    `account.1.sip_server.1.port = ${String(port)}`,
    ...lines,
    "",
  ].join("\n");

const phoneOf = (options: PhoneOptions): Phone => {
  const phone = new Phone({ dns: [], ...options });
  closing.push(() => phone.stop());
  return phone;
};

/** The next event of a name; an error where it does not come. */
const heard = (phone: Phone, name: EventName): Promise<unknown[]> =>
  once(phone, name, { signal: AbortSignal.timeout(PATIENCE) });

describe("a phone on real sockets", () => {
  it("registers, says so, and un-REGISTERs when it is stopped", async () => {
    const { registrar, port } = await server({ digest: { users: { "1000": "secret" } } });
    const phone = phoneOf({ text: configuration(port) });
    const records: string[] = [];
    phone.on("record", ({ event }) => records.push(event));
    const registered = heard(phone, "registered");
    await phone.start();
    await registered;
    assert.equal(registrar.bound(0).length, 1);
    const [account] = phone.status();
    assert.equal(account?.account, 1);
    assert.equal(account.slots[0]?.state, "registered");
    assert.equal(account.slots[0].target, `udp:127.0.0.1:${String(port)}`);
    assert.ok((phone.startedAt?.getTime() ?? 0) > Date.now() - 5000);
    const begun = performance.now();
    await phone.stop();
    assert.ok(performance.now() - begun < 2500);
    assert.deepEqual(registrar.bound(0), []);
    assert.ok(records.indexOf("listening") < records.indexOf("request"));
    assert.equal(phone.status()[0]?.slots[0]?.state, "unregistered");
  });

  it("stops within R7's 2 seconds while the server is silent, and leaves its port free", async () => {
    const { registrar, port } = await server();
    const phone = phoneOf({ text: configuration(port) });
    const [listening, registered] = [heard(phone, "listening"), heard(phone, "registered")];
    await phone.start();
    const [{ port: listens }] = (await listening) as [{ port: number }];
    await registered;
    registrar.silent();
    const begun = performance.now();
    await phone.stop();
    const took = performance.now() - begun;
    assert.ok(took > 100 && took < 2400, String(took));
    const next = createSocket("udp4");
    closing.push(() => next.close());
    next.bind(listens);
    await once(next, "listening");
  });

  it("sends from its listening port, which its Contact names", async () => {
    const { registrar, port } = await server();
    const phone = phoneOf({ text: configuration(port) });
    const [listening, registered] = [heard(phone, "listening"), heard(phone, "registered")];
    await phone.start();
    const [{ port: listens }] = (await listening) as [{ port: number }];
    await registered;
    assert.equal(registrar.received[0]?.source, `udp:127.0.0.1:${String(listens)}`);
    assert.match(registrar.bound(0)[0]?.contact ?? "", new RegExp(`@127\\.0\\.0\\.1:${String(listens)}`));
  });

  it("writes a capture as it goes", async () => {
    const { port } = await server();
    const pcap = join(folder, "run.pcap");
    const phone = phoneOf({ text: configuration(port), pcap });
    const registered = heard(phone, "registered");
    await phone.start();
    await registered;
    const octets = readFileSync(pcap).toString("latin1");
    assert.match(octets, /REGISTER sip:/);
    assert.match(octets, /SIP\/2\.0 200 OK/);
  });

  it("does not start where the configuration has errors, unless it is lenient", async () => {
    const { port } = await server();
    const text = configuration(port, "account.1.sip_server.1.retry_counts = 99");
    const strict = phoneOf({ text });
    const diagnosed: string[] = [];
    strict.on("config", ({ code, line, message }) => diagnosed.push(`${String(line)} ${code} ${message}`));
    await assert.rejects(strict.start(), (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(
        error.message,
        /^\(text\):8:\d+: error out-of-range: account\.1\.sip_server\.1\.retry_counts = 99 is out of range/,
      );
      return true;
    });
    assert.equal(diagnosed.length, 1);
    const lenient = phoneOf({ text, lenient: true });
    const registered = heard(lenient, "registered");
    await lenient.start();
    await registered;
  });

  it("says which port is in use", async () => {
    const other = createSocket("udp4");
    other.bind(0);
    await once(other, "listening");
    closing.push(() => other.close());
    const { port } = other.address();
    const { port: server1 } = await server();
    const text = configuration(server1).replace("sip.listen_port = 0", `sip.listen_port = ${String(port)}`);
    const phone = phoneOf({ text });
    await assert.rejects(phone.start(), (error: unknown) => {
      assert.ok(error instanceof StartError);
      assert.match(error.message, new RegExp(`^Port ${String(port)} \\(UDP\\) is in use`));
      return true;
    });
  });

  it("says which DNS server cannot be reached, once, and goes on", async () => {
    const { registrar, port, carried } = await server();
    registrar.refuse();
    await carried.settled();
    const text = configuration(0).replace("address = 127.0.0.1", "address = sip.example.com");
    const phone = phoneOf({ text, dns: [`127.0.0.1:${String(port)}`] });
    const warnings: string[] = [];
    phone.on("warning", (sentence) => warnings.push(sentence));
    const failed = heard(phone, "failed");
    await phone.start();
    await failed;
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      new RegExp(`^The DNS server 127\\.0\\.0\\.1:${String(port)} cannot be reached`),
    );
  });

  it("refuses what is no DNS server, a capture that cannot be written, and a second start", async () => {
    const { port } = await server();
    await assert.rejects(
      phoneOf({ text: configuration(port), dns: ["dns.example.com"] }).start(),
      /dns\.example\.com is not/,
    );
    const nowhere = join(folder, "no", "such.pcap");
    await assert.rejects(
      phoneOf({ text: configuration(port), pcap: nowhere }).start(),
      /no\/such\.pcap cannot be written/,
    );
    const phone = phoneOf({ text: configuration(port) });
    await phone.start();
    await assert.rejects(phone.start(), /started once/);
  });

  it("may be stopped before it was started, and more than once", async () => {
    const { port } = await server();
    const phone = phoneOf({ text: configuration(port) });
    let stops = 0;
    phone.on("stopped", () => stops++);
    await phone.stop();
    await phone.stop();
    assert.equal(stops, 1);
    await assert.rejects(phone.start(), /started once/);
  });

  it("hears of a refused port at once: nothing else to go to, it waits", async () => {
    const { registrar, port, carried } = await server();
    registrar.refuse();
    await carried.settled();
    const phone = phoneOf({ text: configuration(port) });
    const failed = heard(phone, "failed");
    await phone.start();
    const [{ reason, t }] = (await failed) as [{ reason: string; t: number }];
    assert.equal(reason, "no-target-left");
    assert.ok(t < 200, String(t));
    assert.equal(phone.status()[0]?.slots[0]?.state, "waiting");
  });
});

describe("checking a configuration", () => {
  it("names what is wrong, by file, line and column, and the nearest key", () => {
    const text = configuration(
      5060,
      "account.1.sip_server.1.failback_mod = 1",
      "sip.timer_t1 = x",
      "phone_setting.lock = 1",
    );
    const { diagnostics, errors } = check({ text });
    assert.equal(errors, 1);
    assert.deepEqual(
      diagnostics.map(({ line, level, code }) => `${String(line)} ${level} ${code}`),
      ["8 warning unknown-key", "9 error not-a-number"],
    );
    assert.match(diagnostics[0]?.hint ?? "", /account\.1\.sip_server\.1\.failback_mode/);
  });
});
