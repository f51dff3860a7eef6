import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import { RealServer } from "../../host/node/servers.js";
import { Exchange, Registrar, Zone, answering } from "../../host/simulated/index.js";
import type { HostName } from "../../host/cli/hosts.js";
import { buildWasmtime } from "../../scripts/wasmtime.js";
import { bobFile, recordsOf, run, start, testFolder } from "./cli-harness.js";
import type { Finished } from "./cli-harness.js";

const PASSWORD = "opensesame42";
const ADDRESS = "127.0.0.1";
/**
 * So far apart two hosts may tell three quarters of their records, in milliseconds. A machine that is busy for a moment
 * delays some; a timer that is wrong, all that come after.
 */
const APART = 400;

const folder = testFolder();
const exchange = new Exchange();
const digest = { realm: "voice.example", users: { 1001: PASSWORD } };
const primary = new Registrar("primary", { exchange, digest });
const secondary = new Registrar("secondary", { exchange, digest });
const zone = new Zone();
const servers: RealServer[] = [];

before(async () => {
  buildWasmtime();
  // Targets of the same address would count as one (L6).
  const services = [
    [zone, ADDRESS] as const,
    [primary, "127.0.0.2"] as const,
    [secondary, "127.0.0.3"] as const,
  ];
  for (const [service, address] of services) {
    servers.push(await RealServer.open(service, { address, port: 0 }));
  }
  for (const [priority, { address, port }] of servers.slice(1).entries()) {
    const target = `pbx${String(priority)}.voice.example`;
    zone.srv("_sip._udp.voice.example", { priority, port, target }).address(target, address);
  }
});

after(async () => {
  for (const server of servers) await server.close();
});

beforeEach(() => {
  exchange.callee = answering({ ring: 50, answer: 50 });
  for (const registrar of [primary, secondary]) registrar.up();
});

const phone = (...more: string[]): string =>
  bobFile(folder, [
    `account.1.password = ${PASSWORD}`,
    "account.1.sip_server.1.address = voice.example",
    "account.1.sip_server.1.port = 0",
    ...more,
  ]);

const wordsFor = (host: HostName, file: string, ...more: readonly string[]): string[] => {
  const dns = `${ADDRESS}:${String(servers[0]?.port)}`;
  return ["run", file, "--host", host, "--dns", dns, ...more];
};

/** Runs the same on the Node host and on wasmtime. */
const both = async (...words: readonly [file: string, ...more: string[]]): Promise<[Finished, Finished]> => {
  const node = await run(wordsFor("node", ...words));
  exchange.forgetAll();
  return [node, await run(wordsFor("wasmtime", ...words))];
};

/** Times differ, ports that the system has chosen, and the tags of far ends, which the exchange counts. */
const timeless = ({ t: _, ...record }: Record<string, unknown>): Record<string, unknown> => ({
  ...record,
  ...(record["event"] === "listening" ? { port: 0 } : {}),
  ...("peer" in record ? { peer: String(record["peer"]).replace(/;tag=.*/, "") } : {}),
});

/** Record by record the same, and at about the same time. */
const isSame = (node: Finished, wasmtime: Finished): void => {
  const [expected, actual] = [recordsOf(node.out), recordsOf(wasmtime.out)];
  assert.deepEqual(actual.map(timeless), expected.map(timeless));
  const apart = actual.map(({ t }, index) => Math.abs(Number(t) - Number(expected[index]?.["t"])));
  const most = apart.sort((one, other) => one - other)[Math.floor((apart.length * 3) / 4)];
  assert.ok((most ?? 0) < APART, `a quarter of the records is ${String(most)} ms apart, or more`);
  assert.equal(wasmtime.err, node.err);
  assert.equal(wasmtime.status, node.status);
};

/** What differs from run to run in lines for people. */
const masked = (text: string): string =>
  text.replaceAll(/\d\d:\d\d:\d\d(\.\d{3})?/g, "TIME").replaceAll(/port \d+/g, "port N");

const events = ({ out }: Finished): unknown[] => recordsOf(out).map(({ event }) => event);

describe("run --host wasmtime", () => {
  it("writes the records of the Node host: registration with digest, a call, subscriptions, the stop", async () => {
    // One thing after the other: what a server answers to two requests at a time may come in either order.
    const call = ["--subscribe", "--call", "1002", "--at", "0.8", "--for", "0.5"];
    const [node, wasmtime] = await both(phone(), "--json", "--verbose", "--duration", "2.5", ...call);
    assert.equal(node.status, 0);
    for (const event of ["dns-query", "listening", "registered", "call", "subscribed", "unregistered"]) {
      assert.ok(events(node).includes(event), event);
    }
    isSame(node, wasmtime);
  });

  it("writes the same when the primary refuses: the failover and its reason", async () => {
    primary.refuse();
    const [node, wasmtime] = await both(phone(), "--json", "--duration", "1.5");
    assert.ok(events(node).includes("failover"));
    isSame(node, wasmtime);
  });

  it("writes the same when the primary is silent", async () => {
    primary.silent();
    const file = phone("account.1.sip_server.1.retry_counts = 1");
    const [node, wasmtime] = await both(file, "--json", "--duration", "3");
    assert.ok(events(node).includes("failover"));
    isSame(node, wasmtime);
  });

  it("writes the same lines for people, diagnostics included", async () => {
    const file = phone("account.1.sip_server.1.failback_mod = 1", "account.1.sip_server.1.retry_counts = 99");
    const [node, wasmtime] = await both(file, "--duration", "1.4", "--lenient");
    assert.match(node.err, /error out-of-range[^]*Did you mean|Did you mean[^]*error out-of-range/);
    assert.match(node.out, /registered with/);
    assert.equal(masked(wasmtime.out), masked(node.out));
    assert.equal(masked(wasmtime.err), masked(node.err));
    assert.equal(wasmtime.status, node.status);
    const [refused, refusedHere] = await both(file, "--duration", "1.4");
    assert.equal(refused.status, 1);
    assert.deepEqual(refusedHere, refused);
  });

  it("exits with 1 when an account never was registered", async () => {
    for (const registrar of [primary, secondary]) registrar.silent();
    const [node, wasmtime] = await both(phone(), "--json", "--duration", "1.4");
    assert.match(node.err, /Never registered: account 1\./);
    isSame(node, wasmtime);
  });

  it("says the same of a port in use, and of a DNS server that is not there", async () => {
    const socket = createSocket("udp4").bind(0);
    await once(socket, "listening");
    const { port } = socket.address();
    const [node, wasmtime] = await both(
      phone(`sip.listen_port = ${String(port)}`),
      "--json",
      "--duration",
      "5",
    );
    socket.close();
    assert.match(node.err, new RegExp(`^Port ${String(port)} \\(UDP\\) is in use by another program`));
    isSame(node, wasmtime);
    const deaf = ["--dns", `${ADDRESS}:${String(port)}`, "--duration", "1.4"];
    const [here, there] = [
      await run(["run", phone(), "--host", "node", ...deaf]),
      await run(["run", phone(), "--host", "wasmtime", ...deaf]),
    ];
    assert.match(here.err, /^The DNS server 127\.0\.0\.1:\d+ cannot be reached/);
    assert.equal(there.err, here.err);
    assert.equal(there.status, here.status);
  });

  it("writes a capture with the same packets", async () => {
    const capture = join(folder, "phone.pcap");
    const captures: string[][] = [];
    for (const host of ["node", "wasmtime"] as const) {
      await run(wordsFor(host, phone(), "--duration", "1.4", "--pcap", capture));
      captures.push(packetsOf(readFileSync(capture)));
    }
    const [expected = [], actual] = captures;
    for (const line of ["DNS", "REGISTER sip:voice.example SIP/2.0", "SIP/2.0 401 Unauthorized"]) {
      assert.ok(
        expected.some((packet) => packet.endsWith(`: ${line}`)),
        line,
      );
    }
    assert.deepEqual(actual, expected);
  });

  it("takes Ctrl-C as an orderly stop, and a second one as the end", async () => {
    const orderly = start(wordsFor("wasmtime", phone()));
    await orderly.says(/registered with/);
    orderly.process.kill("SIGINT");
    const { status, out } = await orderly.finished;
    assert.equal(status, 0);
    assert.match(out, /no longer registered/);
    assert.deepEqual(primary.bound(Infinity), []);

    const hasty = start(wordsFor("wasmtime", phone()));
    await hasty.says(/registered with/);
    primary.silent();
    hasty.process.kill("SIGINT");
    await hasty.says(/REGISTER to .* \(removes the binding/);
    hasty.process.kill("SIGINT");
    assert.equal((await hasty.finished).status, 130);
  });
});

/** The packets of a capture: where from and where to, our own end as "phone", and the first line of SIP. */
const packetsOf = (octets: Buffer): string[] => {
  const known = new Map(servers.map(({ address, port }) => [`${address}:${String(port)}`, address]));
  const packets: string[] = [];
  for (let at = 24; at < octets.length; at += 16 + octets.readUInt32LE(at + 8)) {
    const header = at + 16;
    const endAt = (address: number, port: number): string => {
      const text = [...octets.subarray(address, address + 4)].map(String).join(".");
      return known.get(`${text}:${String(octets.readUInt16BE(port))}`) ?? "phone";
    };
    const [from, to] = [endAt(header + 12, header + 20), endAt(header + 16, header + 22)];
    const [line = ""] = octets
      .toString("latin1", header + 28, at + 16 + octets.readUInt32LE(at + 8))
      .split("\r\n");
    packets.push(`${from} to ${to}: ${line.includes("SIP/2.0") ? line : "DNS"}`);
  }
  return packets;
};
