/** The keys of static DNS records, one by one, of the phone and (the older spelling) of an account (L8). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { file, questions } from "./lookups.js";

const SERVICE_A = "_sip._udp.a.example.com";
const SERVICE_B = "_sip._udp.b.example.com";

interface Course {
  readonly s: Simulation;
  readonly phone: SimulatedPhone;
}

/** Static records come first, NAPTR is asked for, and A, B and C are up at every port that a record may name. */
const course = (settings: Settings, seed = 1): Course => {
  const s = new Simulation();
  for (const host of ["192.0.2.1", "192.0.2.2", "192.0.2.3"]) s.registrar([`${host}:5060`, `${host}:5070`]);
  const phone = s.phone(
    file({
      "nat.udp_update_enable": 0,
      "sip_server.1.transport_type": 3,
      "sip_server.1.expires": 60,
      static_cache_pri: 1,
      ...settings,
    }),
    { seed },
  );
  return { s, phone };
};

const list = ({ s, phone }: Course): readonly string[] => {
  s.run(1000);
  return phone.events("resolved")[0]?.targets ?? [];
};

for (const scope of ["", "account.1."] as const) {
  const what = scope === "" ? "of the phone" : "of an account";

  /** A NAPTR record each for the SRV records of A and of B, which have one address each. */
  const pointers: Settings = {
    [`${scope}dns_cache_naptr.1.name`]: "example.com",
    [`${scope}dns_cache_naptr.1.order`]: 20,
    [`${scope}dns_cache_naptr.1.preference`]: 10,
    [`${scope}dns_cache_naptr.1.flags`]: "s",
    [`${scope}dns_cache_naptr.1.service`]: "SIP+D2U",
    [`${scope}dns_cache_naptr.1.replace`]: SERVICE_B,
    [`${scope}dns_cache_naptr.2.name`]: "example.com",
    [`${scope}dns_cache_naptr.2.order`]: 10,
    [`${scope}dns_cache_naptr.2.preference`]: 20,
    [`${scope}dns_cache_naptr.2.flags`]: "s",
    [`${scope}dns_cache_naptr.2.service`]: "SIP+D2U",
    [`${scope}dns_cache_naptr.2.replace`]: SERVICE_A,
    [`${scope}dns_cache_srv.1.name`]: SERVICE_A,
    [`${scope}dns_cache_srv.1.port`]: 5060,
    [`${scope}dns_cache_srv.1.target`]: "a.example.com",
    [`${scope}dns_cache_srv.2.name`]: SERVICE_B,
    [`${scope}dns_cache_srv.2.port`]: 5060,
    [`${scope}dns_cache_srv.2.target`]: "b.example.com",
    [`${scope}dns_cache_a.1.name`]: "a.example.com",
    [`${scope}dns_cache_a.1.ip`]: "192.0.2.1",
    [`${scope}dns_cache_a.2.name`]: "b.example.com",
    [`${scope}dns_cache_a.2.ip`]: "192.0.2.2",
  };

  describe(`static records ${what}`, () => {
    test("L3, L8: name, replace, target and ip lead from the NAPTR record to the address, and nothing is asked", () => {
      const one = course(pointers);
      assert.deepEqual(list(one).slice(0, 1), ["udp:192.0.2.1:5060"]);
      assert.deepEqual(questions(one.s.zone), []);
      assert.deepEqual(registers(one.phone), ["0 A"]);
    });

    for (const [order, preference, first] of [
      [5, 90, "B"],
      [10, 10, "B"],
      [10, 30, "A"],
      [11, 0, "A"],
    ] as const) {
      test(`L3: order ${String(order)} and preference ${String(preference)} against 10 and 20: ${first} is asked`, () => {
        const { s, phone } = course({
          ...pointers,
          [`${scope}dns_cache_naptr.1.order`]: order,
          [`${scope}dns_cache_naptr.1.preference`]: preference,
        });
        s.run(1000);
        assert.deepEqual(registers(phone), [`0 ${first}`]);
      });
    }

    for (const [flags, first] of [
      ["s", "A"],
      ["S", "A"],
      ["%EMPTY%", "A"],
      ["u", "B"],
      ["p", "B"],
    ] as const) {
      test(`L3: flags ${flags}: ${first === "A" ? "it leads to SRV records" : "it is of no use, the other one is taken"}`, () => {
        const { s, phone } = course({ ...pointers, [`${scope}dns_cache_naptr.2.flags`]: flags });
        s.run(1000);
        assert.deepEqual(registers(phone), [`0 ${first}`]);
      });
    }

    for (const [service, first] of [
      ["SIP+D2T", "tcp:192.0.2.1:5060"],
      ["SIPS+D2T", "tls:192.0.2.1:5060"],
      ["E2U+sip", "udp:192.0.2.2:5060"],
    ] as const) {
      test(`L3: service ${service}: the first target is ${first}`, () => {
        const one = course({ ...pointers, [`${scope}dns_cache_naptr.2.service`]: service });
        assert.equal(list(one)[0], first);
      });
    }

    test("L5: port and priority of SRV records", () => {
      const one = course({
        ...pointers,
        [`${scope}dns_cache_srv.1.priority`]: 20,
        [`${scope}dns_cache_srv.3.name`]: SERVICE_A,
        [`${scope}dns_cache_srv.3.port`]: 5070,
        [`${scope}dns_cache_srv.3.priority`]: 10,
        [`${scope}dns_cache_srv.3.target`]: "b.example.com",
      });
      assert.deepEqual(list(one).slice(0, 2), ["udp:192.0.2.2:5070", "udp:192.0.2.1:5060"]);
    });

    test("L5: weight: shares of 9 and 1 by the draw of RFC 2782", () => {
      const drawn = Array.from({ length: 100 }, (_, seed) => {
        const one = course(
          {
            ...pointers,
            [`${scope}dns_cache_srv.1.weight`]: 90,
            [`${scope}dns_cache_srv.3.name`]: SERVICE_A,
            [`${scope}dns_cache_srv.3.port`]: 5060,
            [`${scope}dns_cache_srv.3.weight`]: 10,
            [`${scope}dns_cache_srv.3.target`]: "b.example.com",
          },
          seed,
        );
        return list(one)[0];
      });
      const light = drawn.filter((target) => target === "udp:192.0.2.2:5060").length;
      // Of 100 draws with a share of 10 %: outside of 2 to 20 once in a thousand times.
      assert.ok(light >= 2 && light <= 20, String(light));
    });

    for (const [key, again] of [
      [`${scope}dns_cache_naptr.2.ttl`, "NAPTR example.com"],
      [`${scope}dns_cache_srv.1.ttl`, `SRV ${SERVICE_A}`],
      [`${scope}dns_cache_a.1.ttl`, "A a.example.com"],
    ] as const) {
      test(`L8: ${key}: DNS, which has nothing better, is asked again when it is over, and for that record only`, () => {
        const one = course({ ...pointers, static_cache_pri: 0, [key]: 70 });
        one.s.zone.mode = "silent";
        // A question is given up after 9 s; the refreshes are 30 s after the REGISTERs.
        one.s.run(35_000);
        const before = questions(one.s.zone).length;
        one.s.run(85_000);
        const later = new Set(questions(one.s.zone).slice(before));
        assert.deepEqual([...later], [again]);
      });
    }
  });
}

test("L8: an account's own records of a name take the place of the phone's, for that account alone", () => {
  const { s, phone } = course({
    "sip_server.1.transport_type": 0,
    "sip_server.1.port": 5060,
    "dns_cache_a.1.name": "example.com",
    "dns_cache_a.1.ip": "192.0.2.1",
    "account.1.dns_cache_a.1.name": "example.com",
    "account.1.dns_cache_a.1.ip": "192.0.2.2",
    "account.2.enable": 1,
    "account.2.user_name": 2000,
    "account.2.static_cache_pri": 1,
    "account.2.sip_server.1.address": "example.com",
  });
  s.run(1000);
  assert.deepEqual(
    phone.events("registered").map(({ account, target }) => `${String(account)} ${target}`),
    ["1 udp:192.0.2.2:5060", "2 udp:192.0.2.1:5060"],
  );
});
