import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DnsFraming, Simulation, dnsFaults, parseEndpoint } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { decisions, registers } from "./helpers.js";
import { PORT, Pair, drops, file, instants } from "./lookups.js";

const TCP = { ...PORT, "sip.dns_transport_type": 1 };

describe("DNS over TCP", () => {
  test("dns_transport_type 1 asks by TCP only", () => {
    const { s, first, phone } = new Pair("up", TCP);
    s.run(60_000);
    assert.deepEqual(
      first.received.map(({ t, transport }) => [t, transport]),
      [0, 30_000, 60_000].map((t) => [t, "tcp"]),
    );
    assert.deepEqual(registers(phone), ["0 A", "30000 A", "60000 A"]);
  });

  test("a closed port is passed over at once, a silent server after query_timeout", () => {
    const closed = new Pair("closed", TCP);
    closed.s.run(0);
    assert.deepEqual(registers(closed.phone), ["0 A"]);
    const silent = new Pair("silent", TCP);
    silent.s.run(10_000);
    assert.deepEqual(registers(silent.phone), ["3000 A"]);
  });

  test("a host that does not answer at all is passed over after query_timeout", () => {
    const { s, phone } = new Pair("up", TCP);
    s.network.link("192.0.2.61").state = "down";
    s.run(10_000);
    assert.deepEqual(registers(phone), ["3000 A"]);
  });

  test("a truncated answer is asked again over TCP, of the same server, at once", () => {
    const { s, first, second, phone } = new Pair({ fault: "truncated" });
    s.run(0);
    assert.deepEqual(
      first.received.map(({ transport }) => transport),
      ["udp", "tcp"],
    );
    assert.deepEqual(instants(second), []);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.equal(new Set(first.received.map(({ id }) => id)).size, 2);
  });

  test("a truncated answer of a server without TCP: the next server", () => {
    const { s, phone, first } = new Pair({ fault: "truncated" });
    s.network.closeStream({ transport: "tcp", family: 4, address: "192.0.2.61", port: 53 });
    s.run(0);
    assert.deepEqual(
      first.received.map(({ transport }) => transport),
      ["udp"],
    );
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("more records than a datagram holds come by TCP, all of them", () => {
    const s = new Simulation();
    const addresses = Array.from({ length: 12 }, (_, index) => `192.0.2.${String(101 + index)}`);
    for (const address of addresses) s.network.link(address);
    s.zone.mode = { fault: "truncated" };
    s.zone.address("example.com", addresses);
    const phone = s.phone(file(PORT));
    s.run(0);
    assert.deepEqual(
      registers(phone),
      addresses.map((address) => `0 udp:${address}:5060`),
    );
  });
});

/** A DNS server that has only TCP and sends what `stream` makes of the framed answer, piece by piece; then the phone. */
const streaming = (
  stream: (framed: Uint8Array) => readonly Uint8Array[],
  after: "open" | "close" = "open",
): { s: Simulation; phone: SimulatedPhone } => {
  const s = new Simulation();
  s.registrar("192.0.2.1");
  s.zone.address("example.com", "192.0.2.1");
  const at = { ...parseEndpoint("192.0.2.72", 53), transport: "tcp" } as const;
  s.network.listenStream(at, (end) => {
    const framing = new DnsFraming();
    return {
      stream: (octets) => {
        for (const query of framing.take(octets)) {
          for (const reply of s.zone.receive(query, end.remote, s.now)) {
            for (const piece of stream(DnsFraming.frame(reply.octets))) end.send(piece);
            if (after === "close") end.close();
          }
        }
      },
    };
  });
  return {
    s,
    phone: s.phone(file({ ...TCP, "static.network.dns.retry_times": 0 }), { dns: ["192.0.2.72"] }),
  };
};

const octetByOctet = (octets: Uint8Array): Uint8Array[] =>
  Array.from(octets, (octet) => Uint8Array.of(octet));

const lengthOf = (length: number, octets: Uint8Array): Uint8Array => {
  const framed = Buffer.from(octets);
  framed.writeUInt16BE(length);
  return framed;
};

describe("what a connection brings", () => {
  test("an answer octet by octet is read when it is whole", () => {
    const { s, phone } = streaming(octetByOctet);
    s.run(0);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("the same with the end of the connection right behind it", () => {
    const { s, phone } = streaming((framed) => [framed], "close");
    s.run(0);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  for (const [name, stream, after] of [
    ["ends in the middle", (framed) => [framed.subarray(0, framed.length - 1)], "close"],
    ["ends after one octet", (framed) => [framed.subarray(0, 1)], "close"],
    ["ends without a word", () => [], "close"],
    ["is longer than the room for it", () => [Uint8Array.of(0xff, 0xff), new Uint8Array(8192)], "open"],
    ["has a length of 0", () => [Uint8Array.of(0, 0)], "open"],
    ["says a length that is too short", (framed) => [lengthOf(20, framed)], "open"],
  ] as const satisfies readonly (readonly [
    string,
    (framed: Uint8Array) => Uint8Array[],
    "open" | "close",
  ])[]) {
    test(`an answer that ${name} fails the question at once`, () => {
      const { s, phone } = streaming(stream, after);
      s.run(2000);
      assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
    });
  }

  for (const [name, stream] of [
    ["never goes on", (framed) => [framed.subarray(0, 30)]],
    ["says a length that is too long", (framed) => [lengthOf(framed.length + 10, framed)]],
  ] as const satisfies readonly (readonly [string, (framed: Uint8Array) => Uint8Array[]])[]) {
    test(`an answer that ${name} fails it after query_timeout`, () => {
      const { s, phone } = streaming(stream);
      s.run(5000);
      assert.deepEqual(decisions(phone), ["3000 failed name-not-found"]);
    });
  }

  for (const fault of dnsFaults.filter((one) => one !== "truncated" && one !== "empty")) {
    test(`${fault}: dropped, and the next server is asked at once`, () => {
      const { s, phone, second } = new Pair({ fault }, TCP);
      s.run(0);
      assert.equal(
        Object.values(drops(phone)).reduce((sum, count) => sum + count, 0),
        1,
      );
      assert.deepEqual(instants(second), [0]);
      assert.deepEqual(registers(phone), ["0 A"]);
    });
  }
});
