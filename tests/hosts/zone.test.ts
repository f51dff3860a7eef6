import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as packet from "dns-packet";
import { parseEndpoint } from "../../host/abi/address.js";
import { dnsFaults } from "../../host/simulated/dns-faults.js";
import { DnsFraming } from "../../host/simulated/service.js";
import { Zone } from "../../host/simulated/zone.js";
import type { ZoneMode, ZoneType } from "../../host/simulated/zone.js";

const source = parseEndpoint("198.51.100.1:49152");
const RCODE = 0x0f;

const query = (name: string, type: ZoneType | "SOA", id = 4711): Uint8Array =>
  packet.encode({ type: "query", id, flags: packet.RECURSION_DESIRED, questions: [{ type, name }] });

const set = (): {
  zone: Zone;
  ask: (name: string, type: ZoneType | "SOA") => packet.DecodedPacket | undefined;
} => {
  const zone = new Zone()
    .naptr("example.com", { services: "SIP+D2U", replacement: "_sip._udp.example.com" })
    .srv("_sip._udp.example.com", { priority: 10, target: "a.example.com" }, 30)
    .srv("_sip._udp.example.com", { priority: 20, port: 5080, target: "b.example.com" }, 30)
    .address("a.example.com", ["192.0.2.1", "2001:db8::1"], 20)
    .address("b.example.com", "192.0.2.2")
    .alias("sip.example.com", "Voice.example.com")
    .alias("voice.example.com", "a.example.com")
    .alias("nowhere.example.com", "gone.example.com");
  return {
    zone,
    ask: (name, type) => {
      const [reply] = zone.receive(query(name, type), source, 5);
      return reply === undefined ? undefined : packet.decode(Buffer.from(reply.octets));
    },
  };
};

const found = (answer: packet.DecodedPacket | undefined): unknown[] =>
  (answer?.answers ?? []).map((record) => [
    record.name,
    record.type,
    "ttl" in record ? record.ttl : 0,
    "data" in record ? record.data : 0,
  ]);

const rcode = (answer: packet.DecodedPacket | undefined): number => (answer?.flags ?? 0) & RCODE;

describe("a zone", () => {
  it("answers with the records of the name and type, in their order, with their TTL", () => {
    const { ask } = set();
    const answer = ask("_SIP._udp.example.com", "SRV");
    assert.equal(answer?.id, 4711);
    assert.ok(answer.flag_qr && answer.flag_aa && answer.flag_rd);
    assert.deepEqual(found(answer), [
      ["_SIP._udp.example.com", "SRV", 30, { priority: 10, weight: 0, port: 5060, target: "a.example.com" }],
      ["_SIP._udp.example.com", "SRV", 30, { priority: 20, weight: 0, port: 5080, target: "b.example.com" }],
    ]);
    assert.deepEqual(found(ask("a.example.com", "AAAA")), [["a.example.com", "AAAA", 20, "2001:db8::1"]]);
    assert.equal(found(ask("example.com", "NAPTR")).length, 1);
  });

  it("follows aliases, and shows them", () => {
    const { ask } = set();
    assert.deepEqual(found(ask("sip.example.com", "A")), [
      ["sip.example.com", "CNAME", 300, "Voice.example.com"],
      ["Voice.example.com", "CNAME", 300, "a.example.com"],
      ["a.example.com", "A", 20, "192.0.2.1"],
    ]);
  });

  it("tells a name without records of the type from a name that does not exist", () => {
    const { zone, ask } = set();
    zone.negativeTtl = 77;
    for (const [name, type, code] of [
      ["b.example.com", "AAAA", 0],
      ["_udp.example.com", "SRV", 0],
      ["c.example.com", "A", 3],
      ["nowhere.example.com", "A", 3],
    ] as const) {
      const answer = ask(name, type);
      assert.equal(rcode(answer), code, name);
      const [soa] = answer?.authorities ?? [];
      assert.ok(soa?.type === "SOA");
      assert.equal(soa.ttl, 77);
      assert.equal(soa.data.minimum, 77);
    }
    zone.negativeTtl = undefined;
    assert.deepEqual(ask("c.example.com", "A")?.authorities, []);
  });

  it("an alias that leads to itself ends", () => {
    const { zone, ask } = set();
    zone.alias("loop.example.com", "loop.example.com");
    assert.equal(found(ask("loop.example.com", "A")).length, 16);
  });

  it("records may go and come", () => {
    const { zone, ask } = set();
    zone.remove("A.example.com", "A");
    assert.deepEqual(found(ask("a.example.com", "A")), []);
    assert.equal(found(ask("a.example.com", "AAAA")).length, 1);
    zone.remove("a.example.com").address("a.example.com", "192.0.2.9");
    assert.deepEqual(found(ask("a.example.com", "A")), [["a.example.com", "A", 300, "192.0.2.9"]]);
    assert.deepEqual(found(ask("a.example.com", "AAAA")), []);
  });

  it("adds what will be asked next where it is told to", () => {
    const { zone, ask } = set();
    assert.deepEqual(ask("example.com", "NAPTR")?.additionals, []);
    zone.additional = true;
    assert.deepEqual(
      ask("example.com", "NAPTR")?.additionals?.map(({ name, type }) => `${name} ${type}`),
      [
        "_sip._udp.example.com SRV",
        "_sip._udp.example.com SRV",
        "a.example.com A",
        "a.example.com AAAA",
        "b.example.com A",
      ],
    );
  });

  it("remembers what was asked", () => {
    const { zone, ask } = set();
    ask("a.example.com", "A");
    ask("b.example.com", "AAAA");
    assert.deepEqual(zone.queries("B.example.com"), [
      {
        t: 5,
        name: "b.example.com",
        type: "AAAA",
        id: 4711,
        transport: "udp",
        source: "udp:198.51.100.1:49152",
      },
    ]);
    assert.equal(zone.queries(undefined, "A").length, 1);
  });

  it("counts what is no query", () => {
    const { zone } = set();
    for (const octets of [
      new Uint8Array(0),
      new Uint8Array(12),
      Buffer.from("hello, world!"),
      packet.encode({ type: "response", id: 1, questions: [{ type: "A", name: "a" }] }),
    ]) {
      assert.deepEqual(zone.receive(octets, source, 0), []);
    }
    assert.equal(zone.malformed, 4);
  });

  for (const [mode, code] of [
    ["SERVFAIL", 2],
    ["REFUSED", 5],
    ["NXDOMAIN", 3],
    ["FORMERR", 1],
    ["NOTIMP", 4],
  ] as const) {
    it(`answers ${mode} where it is told to`, () => {
      const { zone, ask } = set();
      zone.mode = mode;
      const answer = ask("a.example.com", "A");
      assert.equal(rcode(answer), code);
      assert.deepEqual(found(answer), []);
    });
  }

  it("says nothing where it is told to", () => {
    const { zone, ask } = set();
    for (const mode of ["silent", "closed", () => "silent"] as readonly ZoneMode[]) {
      zone.mode = mode;
      assert.equal(zone.isRefusing, mode === "closed");
      assert.equal(ask("a.example.com", "A"), undefined);
    }
  });

  for (const fault of dnsFaults) {
    it(`${fault}: differs from the right answer`, () => {
      const { zone } = set();
      const right = zone.receive(query("a.example.com", "A"), source, 0)[0]?.octets;
      zone.mode = { fault };
      const wrong = zone.receive(query("a.example.com", "A"), source, 0)[0]?.octets;
      assert.notDeepEqual(wrong, right);
    });
  }

  it("truncated: nothing over UDP but the sign to ask over TCP", () => {
    const { zone, ask } = set();
    zone.mode = { fault: "truncated" };
    const answer = ask("a.example.com", "A");
    assert.ok(answer?.flag_tc);
    assert.deepEqual(found(answer), []);
    const [reply] = zone.receive(query("a.example.com", "A"), { ...source, transport: "tcp" }, 0);
    assert.equal(packet.decode(Buffer.from(reply?.octets ?? [])).answers?.length, 1);
  });
});

describe("DNS in a stream", () => {
  it("messages are found however the stream is cut", () => {
    const messages = [query("a.example.com", "A"), query("b.example.com", "SRV"), new Uint8Array(0)];
    const stream = Buffer.concat(messages.map((message) => DnsFraming.frame(message)));
    for (const size of [1, 2, 3, 7, stream.length]) {
      const framing = new DnsFraming();
      const taken: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size)
        taken.push(...framing.take(stream.subarray(at, at + size)));
      assert.deepEqual(
        taken.map((message) => Buffer.from(message)),
        messages.map((message) => Buffer.from(message)),
      );
    }
  });
});
