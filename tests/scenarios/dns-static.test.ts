import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { SimulatedPhone, Zone } from "../../host/simulated/index.js";
import { decisions, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { PORT, file, instants, questions, targets } from "./lookups.js";

const SERVICE = "_sip._udp.example.com";

/** Static address records of example.com: 192.0.2.1, and so on. */
const addresses = (...list: readonly string[]): Settings =>
  Object.fromEntries(
    list.flatMap((ip, index) => [
      [`dns_cache_a.${String(index + 1)}.name`, "example.com"],
      [`dns_cache_a.${String(index + 1)}.ip`, ip],
    ]),
  );

interface Course {
  readonly s: Simulation;
  readonly zone: Zone;
  readonly phone: SimulatedPhone;
}

/** A phone on a network where every server is up; it registers every 30 s. */
const course = (settings: Settings, fill: (zone: Zone) => void = () => undefined, resolvers?: []): Course => {
  const s = new Simulation();
  for (const host of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "[2001:db8::1]"]) s.registrar(host);
  fill(s.zone);
  const configuration = file({ "sip_server.1.expires": 60, ...settings });
  const phone = s.phone(configuration, resolvers === undefined ? {} : { resolvers });
  return { s, zone: s.zone, phone };
};

/** The targets of the lists that the phone has told of. */
const lists = (phone: SimulatedPhone): string[][] =>
  phone.events("resolved").map(({ targets: list }) => [...list]);

describe("L8 static records, DNS first", () => {
  test("DNS knows the name: the static records count for nothing", () => {
    const { s, phone, zone } = course({ ...PORT, ...addresses("192.0.2.1") }, (own) => {
      own.address("example.com", "192.0.2.2", 300);
    });
    s.run(1000);
    assert.deepEqual(questions(zone), ["A example.com"]);
    assert.deepEqual(targets(phone), ["B"]);
  });

  test("DNS does not know the name: they serve at once", () => {
    const { s, phone } = course({ ...PORT, ...addresses("192.0.2.1") });
    s.run(1000);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  for (const mode of ["REFUSED", "SERVFAIL", "closed"] as const) {
    test(`DNS says ${mode}: they serve at once`, () => {
      const { s, phone } = course({ ...PORT, ...addresses("192.0.2.1") }, (own) => (own.mode = mode));
      s.run(1000);
      assert.deepEqual(registers(phone), ["0 A"]);
    });
  }

  test("DNS is silent: they serve when the patience with it is over, and for their TTL without asking again", () => {
    const { s, phone, zone } = course(
      { ...PORT, ...addresses("192.0.2.1"), "dns_cache_a.1.ttl": 100 },
      (own) => (own.mode = "silent"),
    );
    s.run(140_000);
    assert.deepEqual(instants(zone), [0, 3000, 6000, 129_000, 132_000, 135_000]);
    assert.deepEqual(registers(phone), ["9000 A", "39000 A", "69000 A", "99000 A", "138000 A"]);
  });

  test("DNS that answers again is believed once their TTL is over", () => {
    const { s, phone } = course(
      { ...PORT, ...addresses("192.0.2.1"), "dns_cache_a.1.ttl": 50 },
      (own) => (own.mode = "silent"),
    );
    s.at(20_000, () => {
      s.zone.mode = "up";
      s.zone.address("example.com", "192.0.2.2", 300);
    });
    s.run(80_000);
    assert.deepEqual(registers(phone), ["9000 A", "39000 A", "69000 B"]);
  });

  test("static SRV and static addresses where DNS has nothing", () => {
    const { s, phone, zone } = course({
      "dns_cache_srv.1.name": SERVICE,
      "dns_cache_srv.1.target": "b.example.com",
      "dns_cache_srv.1.port": 5060,
      "dns_cache_srv.1.priority": 20,
      "dns_cache_srv.2.name": SERVICE,
      "dns_cache_srv.2.target": "a.example.com",
      "dns_cache_srv.2.port": 5060,
      "dns_cache_srv.2.priority": 10,
      "dns_cache_a.1.name": "a.example.com",
      "dns_cache_a.1.ip": "192.0.2.1",
      "dns_cache_a.2.name": "b.example.com",
      "dns_cache_a.2.ip": "192.0.2.2",
    });
    s.run(1000);
    assert.deepEqual(questions(zone).sort(), ["A a.example.com", "A b.example.com", `SRV ${SERVICE}`]);
    assert.deepEqual(lists(phone), [["udp:192.0.2.1:5060", "udp:192.0.2.2:5060"]]);
  });

  test("a static SRV record may lead to a name that DNS knows", () => {
    const { s, phone } = course(
      {
        "dns_cache_srv.1.name": SERVICE,
        "dns_cache_srv.1.target": "b.example.com",
        "dns_cache_srv.1.port": 5060,
      },
      (own) => {
        own.address("b.example.com", "192.0.2.2", 300);
      },
    );
    s.run(1000);
    assert.deepEqual(targets(phone), ["B"]);
  });
});

describe("L8 static records first (static_cache_pri 1)", () => {
  const FIRST = { static_cache_pri: 1 };

  test("nothing is asked for what they hold", () => {
    const { s, phone, zone } = course(
      { ...PORT, ...FIRST, ...addresses("192.0.2.1", "192.0.2.2") },
      (own) => {
        own.address("example.com", "192.0.2.3", 300);
      },
    );
    s.run(700_000);
    assert.deepEqual(questions(zone), []);
    assert.deepEqual(lists(phone)[0], ["udp:192.0.2.1:5060", "udp:192.0.2.2:5060"]);
    assert.deepEqual(targets(phone), ["A"]);
  });

  test("what they do not hold is asked for", () => {
    const { s, phone, zone } = course({ ...FIRST, ...addresses("192.0.2.1") });
    s.run(1000);
    assert.deepEqual(questions(zone), [`SRV ${SERVICE}`]);
    assert.deepEqual(targets(phone), ["A"]);
  });

  test("it is a key of the account: the other one asks", () => {
    const { s, phone, zone } = course(
      {
        ...PORT,
        ...FIRST,
        ...addresses("192.0.2.1"),
        "account.2.enable": 1,
        "account.2.user_name": 2000,
        "account.2.sip_server.1.address": "example.com",
      },
      (own) => {
        own.address("example.com", "192.0.2.2", 300);
      },
    );
    s.run(1000);
    assert.deepEqual(questions(zone), ["A example.com"]);
    assert.deepEqual(
      phone.events("registered").map(({ account, target }) => [account, target]),
      [
        [1, "udp:192.0.2.1:5060"],
        [2, "udp:192.0.2.2:5060"],
      ],
    );
  });
});

describe("L8 without any DNS server", () => {
  test("static records serve always", () => {
    const { s, phone } = course({ ...PORT, ...addresses("192.0.2.1") }, undefined, []);
    s.run(700_000);
    assert.deepEqual(targets(phone), ["A"]);
    assert.equal(registers(phone).length, 24);
  });

  test("NAPTR, SRV and address", () => {
    const { s, phone } = course(
      {
        "sip_server.1.transport_type": 3,
        "dns_cache_naptr.1.name": "example.com",
        "dns_cache_naptr.1.order": 10,
        "dns_cache_naptr.1.preference": 10,
        "dns_cache_naptr.1.flags": "s",
        "dns_cache_naptr.1.service": "SIP+D2U",
        "dns_cache_naptr.1.replace": "_sip._udp.example.net",
        "dns_cache_srv.1.name": "_sip._udp.example.net",
        "dns_cache_srv.1.target": "a.example.net",
        "dns_cache_srv.1.port": 5060,
        "dns_cache_a.1.name": "a.example.net",
        "dns_cache_a.1.ip": "192.0.2.1",
      },
      undefined,
      [],
    );
    s.run(1000);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("without static records the name leads nowhere, at once", () => {
    const { s, phone } = course(PORT, undefined, []);
    s.run(1000);
    assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
  });

  test("an IPv6 address is a static record of the other kind", () => {
    const { s, phone } = course(
      {
        ...PORT,
        ...addresses("192.0.2.1", "2001:db8::1"),
        "static.network.ip_address_mode": 2,
      },
      undefined,
      [],
    );
    s.run(1000);
    assert.deepEqual(lists(phone), [["udp:[2001:db8::1]:5060", "udp:192.0.2.1:5060"]]);
  });

  test("an account's own records take the place of the phone's", () => {
    const { s, phone } = course(
      {
        ...PORT,
        ...addresses("192.0.2.1"),
        "account.2.enable": 1,
        "account.2.user_name": 2000,
        "account.2.sip_server.1.address": "example.com",
        "account.2.dns_cache_a.1.name": "example.com",
        "account.2.dns_cache_a.1.ip": "192.0.2.2",
      },
      undefined,
      [],
    );
    s.run(1000);
    assert.deepEqual(
      phone.events("registered").map(({ account, target }) => [account, target]),
      [
        [1, "udp:192.0.2.1:5060"],
        [2, "udp:192.0.2.2:5060"],
      ],
    );
  });
});
