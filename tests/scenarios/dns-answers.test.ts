import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as packet from "dns-packet";
import { Simulation, dnsFaults, parseEndpoint } from "../../host/simulated/index.js";
import type { DnsFault, SimulatedPhone } from "../../host/simulated/index.js";
import { registers } from "./helpers.js";
import { PORT, begin, drops, file, instants, service, targets } from "./lookups.js";

const DNS = parseEndpoint("192.0.2.53:53", 53);

/** What a fault of an answer is counted as; `undefined`: it is none that has to be dropped. */
const counted: Readonly<Record<DnsFault, string | undefined>> = {
  "wrong-id": "dns-identifier",
  "wrong-question": "dns-question",
  "wrong-type": "dns-question",
  "no-question": "dns-question",
  "not-an-answer": "dns-malformed",
  truncated: undefined,
  "pointer-loop": "dns-malformed",
  "pointer-to-itself": "dns-malformed",
  "pointer-outside": "dns-malformed",
  "label-too-long": "dns-malformed",
  "length-too-long": "dns-malformed",
  "length-too-short": "dns-malformed",
  "count-too-high": "dns-malformed",
  "cut-off": "dns-malformed",
  "only-header": "dns-malformed",
  garbage: "dns-malformed",
  empty: "dns-malformed",
};

describe("L9 answers that are none", () => {
  for (const fault of dnsFaults.filter((one) => counted[one] !== undefined)) {
    test(`${fault}: dropped and counted, and the query goes on`, () => {
      const { s, zone, phone } = begin();
      zone.mode = ({ t }) => (t < 3000 ? { fault } : "up");
      s.run(20_000);
      assert.deepEqual(drops(phone), { [counted[fault] ?? ""]: 1 });
      assert.deepEqual(
        phone.events("dropped").map(({ source }) => source),
        ["udp:192.0.2.53:53"],
      );
      assert.deepEqual(instants(zone), [0, 3000]);
      assert.deepEqual(registers(phone), ["3000 A"]);
    });

    test(`${fault} at every refresh: the registration is not lost while its lifetime lasts`, () => {
      const s = new Simulation();
      const a = s.registrar("192.0.2.1");
      s.zone.address("example.com", "192.0.2.1", 10);
      s.phone(file({ ...PORT, "sip_server.1.expires": 600 }));
      s.at(100_000, () => (s.zone.mode = { fault }));
      s.at(400_000, () => (s.zone.mode = "up"));
      for (let t = 1000; t <= 900_000; t += 1000) {
        s.runUntil(t);
        assert.equal(a.bound(t).length, 1, `at ${String(t)} ms`);
      }
    });
  }
});

describe("L9 answers of others", () => {
  /** The answer that an attacker would have the phone believe. */
  const forged = (id: number, question = "example.com"): Buffer =>
    packet.encode({
      type: "response",
      id,
      flags: 0x180,
      questions: [{ type: "A", name: question }],
      answers: [{ type: "A", name: question, ttl: 3600, data: "203.0.113.66" }],
    });

  /** A phone whose question is under way for 100 ms, and the attack on it. */
  const attacked = (
    attack: (s: Simulation, query: { id: number; source: string }) => void,
  ): { s: Simulation; phone: SimulatedPhone } => {
    const { s, zone, phone } = begin();
    s.registrar("203.0.113.66");
    zone.delay = 100;
    s.at(50, () => {
      const [query] = zone.received;
      assert.ok(query);
      attack(s, query);
    });
    s.run(1000);
    return { s, phone };
  };

  test("the right server, hundreds of identifiers that are guessed wrong", () => {
    const { phone } = attacked((s, { id, source }) => {
      for (let guess = 1; guess <= 500; guess++) {
        s.network.inject(DNS, parseEndpoint(source.slice(4), 0), forged((id + guess) & 0xffff));
      }
    });
    assert.deepEqual(drops(phone), { "dns-identifier": 500 });
    assert.deepEqual(registers(phone), ["100 A"]);
  });

  test("the right identifier for another question", () => {
    const { phone } = attacked((s, { id, source }) => {
      s.network.inject(DNS, parseEndpoint(source.slice(4), 0), forged(id, "example.org"));
    });
    assert.deepEqual(drops(phone), { "dns-question": 1 });
    assert.deepEqual(registers(phone), ["100 A"]);
  });

  for (const [name, from] of [
    ["address", "203.0.113.66:53"],
    ["port", "192.0.2.53:5353"],
  ] as const) {
    test(`the right identifier and question from another ${name}`, () => {
      const { phone } = attacked((s, { id, source }) => {
        s.network.inject(parseEndpoint(from, 53), parseEndpoint(source.slice(4), 0), forged(id));
      });
      assert.deepEqual(registers(phone), ["100 A"]);
    });
  }

  test("the right answer at another port of the phone, the one it listens at", () => {
    const { phone } = attacked((s, { id }) => {
      s.network.inject(DNS, parseEndpoint("198.51.100.1:5060", 0), forged(id));
    });
    assert.deepEqual(registers(phone), ["100 A"]);
    assert.equal(phone.events("dropped").length, 1);
  });

  test("the right answer a second time", () => {
    const { s, zone, phone } = begin();
    s.network.link("192.0.2.53").duplicate = 1;
    zone.delay = 20;
    s.run(1000);
    assert.deepEqual(targets(phone), ["A"]);
  });

  test("records of a name that was not asked for are not believed", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    s.registrar("203.0.113.66");
    s.zone.srv("_sip._udp.example.com", { target: "a.example.com" }).address("a.example.com", "192.0.2.1");
    s.serve(
      service((octets, source, now) =>
        s.zone.receive(octets, source, now).map(({ octets: reply, delay }) => {
          const message = packet.decode(Buffer.from(reply));
          if (!message.questions?.[0]?.name.endsWith("example.com")) return { octets: reply, delay };
          const extra: packet.Answer = { name: "example.org", type: "A", ttl: 3600, data: "203.0.113.66" };
          return {
            octets: packet.encode({
              ...message,
              answers: [...(message.answers ?? []), extra],
              additionals: [extra],
            }),
            delay,
          };
        }),
      ),
      parseEndpoint("192.0.2.71", 53),
    );
    const phone = s.phone(
      file({
        dns_cache_type: 2,
        "account.2.enable": 1,
        "account.2.dns_cache_type": 2,
        "account.2.user_name": 2000,
        "account.2.sip_server.1.address": "example.org",
      }),
      { dns: ["192.0.2.71"] },
    );
    s.run(60_000);
    assert.deepEqual(
      phone.events("registered").map(({ account, target }) => [account, target]),
      [[1, "udp:192.0.2.1:5060"]],
    );
  });
});
