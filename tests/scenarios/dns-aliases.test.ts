import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as packet from "dns-packet";
import { Simulation, parseEndpoint } from "../../host/simulated/index.js";
import type { SimulatedPhone, Zone } from "../../host/simulated/index.js";
import { decisions, registers } from "./helpers.js";
import { PORT, begin, file, instants, questions, service } from "./lookups.js";

/** A chain of aliases from example.com to `n${links}.example.com`. */
const chain =
  (links: number) =>
  (zone: Zone): void => {
    for (let i = 0; i < links; i++)
      zone.alias(i === 0 ? "example.com" : `n${String(i)}.example.com`, `n${String(i + 1)}.example.com`);
    zone.address(`n${String(links)}.example.com`, "192.0.2.1");
  };

describe("L9 aliases", () => {
  for (const links of [1, 2, 8]) {
    test(`a chain of ${String(links)} is followed`, () => {
      const { s, phone, zone } = begin(chain(links));
      s.run(0);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.deepEqual(questions(zone), ["A example.com"]);
    });
  }

  test("one of 9 is not", () => {
    const { s, phone } = begin(chain(9));
    s.run(0);
    assert.deepEqual(registers(phone), []);
    assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
  });

  for (const [name, aliases] of Object.entries({
    "of a name to itself": [["example.com", "example.com"]],
    "of two names": [
      ["example.com", "b.example.com"],
      ["b.example.com", "example.com"],
    ],
    "behind a chain": [
      ["example.com", "b.example.com"],
      ["b.example.com", "c.example.com"],
      ["c.example.com", "b.example.com"],
    ],
  })) {
    test(`a loop ${name} leads nowhere, with few questions`, () => {
      const { s, phone, zone } = begin((own) => {
        for (const [from = "", to = ""] of aliases) own.alias(from, to);
      });
      s.run(29_000);
      assert.deepEqual(registers(phone), []);
      assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
      assert.ok(zone.received.length <= 9, String(zone.received.length));
    });
  }

  test("each link is kept for its own TTL", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    s.zone.alias("example.com", "a.example.net", 40).address("a.example.net", "192.0.2.1", 300);
    s.phone(file({ ...PORT, "sip_server.1.expires": 60 }));
    s.run(100_000);
    assert.deepEqual(instants(s.zone, "example.com"), [0, 60_000]);
    assert.deepEqual(instants(s.zone, "a.example.net"), []);
  });

  test("an alias whose end the server does not tell is asked for", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const asked: string[] = [];
    s.serve(
      service((octets) => {
        const { id, questions: [question] = [] } = packet.decode(Buffer.from(octets));
        if (question === undefined) return [];
        asked.push(question.name);
        const { name } = question;
        const answer: packet.Answer =
          name === "end.example.net"
            ? { name, type: "A", ttl: 300, data: "192.0.2.1" }
            : {
                name,
                type: "CNAME",
                ttl: 300,
                data: name === "example.com" ? "middle.example.net" : "end.example.net",
              };
        const reply = packet.encode({
          type: "response",
          id,
          flags: 0x80,
          questions: [question],
          answers: [answer],
        });
        return [{ octets: reply, delay: 0 }];
      }),
      parseEndpoint("192.0.2.71", 53),
    );
    const phone = s.phone(file(PORT), { dns: ["192.0.2.71"] });
    s.run(0);
    assert.deepEqual(asked, ["example.com", "middle.example.net", "end.example.net"]);
    assert.deepEqual(registers(phone), ["0 A"]);
  });
});

/** A phone that asks a server which passes on what the zone answers, changed. */
const relayed = (
  fill: (zone: Zone) => void,
  change: (answer: packet.Packet) => packet.Packet,
): SimulatedPhone => {
  const s = new Simulation();
  s.registrar("192.0.2.1");
  fill(s.zone);
  const relay = service((octets, source, now) =>
    s.zone.receive(octets, source, now).map(({ octets: reply, delay }) => {
      const decoded = packet.decode(Buffer.from(reply));
      return { octets: packet.encode({ ...decoded, ...change(decoded) }), delay };
    }),
  );
  s.serve(relay, parseEndpoint("192.0.2.73", 53));
  const phone = s.phone(file(PORT), { dns: ["192.0.2.73"] });
  s.run(0);
  return phone;
};

describe("answers that are right, if unusual", () => {
  const records = (zone: Zone): void => {
    zone.alias("example.com", "a.example.net").address("a.example.net", "192.0.2.1");
  };

  test("names in another case than they were asked in", () => {
    const shouted = <T extends { name: string }>(one: T): T => ({ ...one, name: one.name.toUpperCase() });
    const phone = relayed(records, ({ questions: asked = [], answers = [] }) => ({
      questions: asked.map(shouted),
      answers: answers.map(shouted),
    }));
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("the records of a chain in any order", () => {
    const phone = relayed(records, ({ answers = [] }) => ({ answers: [...answers].reverse() }));
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("records of types and classes that nobody asked for, between the others", () => {
    const phone = relayed(records, ({ answers = [] }) => ({
      answers: [
        { type: "TXT", name: "example.com", ttl: 1, data: "v=spf1" },
        ...answers.flatMap((answer): packet.Answer[] => [
          { type: "TXT", name: "a.example.net", data: "x" },
          answer,
        ]),
        { type: "A", class: "CH", name: "a.example.net", data: "203.0.113.66" },
      ],
    }));
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(phone.events("resolved")[0]?.targets, ["udp:192.0.2.1:5060"]);
  });

  test("a referral is no answer: it names whom else one might ask", () => {
    const phone = relayed(
      () => undefined,
      () => ({ flags: 0, answers: [], authorities: [{ type: "NS", name: "com", data: "ns.example.net" }] }),
    );
    assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
    assert.equal(phone.events("dns-answer")[0]?.outcome, "server-failure");
  });
});
