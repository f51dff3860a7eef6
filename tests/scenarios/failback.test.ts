/** Failback: when the targets ahead of the current one are tried, and how. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  DOMAIN,
  Site,
  addressOf,
  contactsOf,
  decisions,
  keepAlives,
  registered,
  registers,
  resends,
  sent,
} from "./helpers.js";
import type { Settings } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

const mode = (failback: number, timeout = 60): Settings => ({
  ...QUIET,
  "sip_server.1.failback_mode": failback,
  "sip_server.1.failback_timeout": timeout,
});

/** A site whose primary refuses until 20 s: B is current from 0 s. */
const site20 = (options: ConstructorParameters<typeof Site>[0] = {}): Site => {
  const site = new Site(options);
  site.a.refuse();
  site.s.at(20_000, () => {
    site.a.up();
  });
  return site;
};

describe("B1: when a failback is due", () => {
  test("B1: mode 1: by the address record behind the current target, not by SRV's TTL nor by others' addresses", () => {
    const site = new Site();
    site.a.silent();
    site.s.zone
      .remove(DOMAIN)
      .srv(`_sip._udp.${DOMAIN}`, { priority: 1, target: "a.example.com" }, 15)
      .srv(`_sip._udp.${DOMAIN}`, { priority: 2, target: "b.example.com" }, 15)
      .address("a.example.com", addressOf("A"), 25)
      .address("b.example.com", addressOf("B"), 50);
    const phone = site.phone({ ...mode(1), "sip_server.1.port": 0 });
    site.s.at(20_000, () => {
      site.a.up();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "50000 A"]);
  });

  test("B1: mode 1: the TTL counts from the moment the answer came, however late the server answers REGISTER", () => {
    const site = site20({ ttl: 40 });
    site.b.delay = 6000;
    const phone = site.phone(mode(1));
    site.s.run(100_000);
    assert.deepEqual(registers(phone, 20_000), ["40000 A"]);
  });

  test("B1: mode 2: when the registration is to be refreshed, by register_expires_overlap", () => {
    const site = site20({ maxExpires: 100 });
    const phone = site.phone({ ...mode(2), register_expires_overlap: 15 });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "85000 A"]);
  });

  test("B1: mode 3: failback_timeout after the current target became current, refreshes in between or not", () => {
    const site = site20({ maxExpires: 60 });
    const phone = site.phone(mode(3, 100));
    site.s.run(120_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "30000 B", "60000 B", "90000 B", "100000 A"]);
  });

  test("B1: mode 3: the time begins anew when another target becomes current", () => {
    const site = new Site({ list: ["A", "B", "C"], maxExpires: 60 });
    site.a.refuse();
    site.s.at(40_000, () => {
      site.b.refuse();
    });
    const phone = site.phone(mode(3, 100));
    site.s.run(170_000);
    // C is current from 60 s.
    const trials = registers(phone, 61_000).filter((line) => !line.endsWith("C"));
    assert.deepEqual(trials, ["160000 A", "160000 B"]);
  });

  test("B1: mode 3: 0 is never; the current target's own failure leads back", () => {
    const site = site20({ maxExpires: 600 });
    const phone = site.phone(mode(3, 0));
    site.s.at(1_000_000, () => {
      site.b.refuse();
    });
    site.s.run(1_600_000);
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 B", "300000 B", "600000 B", "900000 B"],
      ...["1200000 B", "1200000 A", "1500000 A"],
    ]);
  });

  test("B1: mode 3: 1 to 59 s are 60 s", () => {
    const site = site20();
    const phone = site.phone(mode(3, 1));
    site.s.run(120_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "60000 A"]);
  });

  for (const failback of [1, 2, 3]) {
    test(`B1: mode ${String(failback)}: nothing is due while the primary is the current target`, () => {
      const site = new Site({ ttl: 30, maxExpires: 600 });
      const phone = site.phone(mode(failback));
      site.s.run(610_000);
      assert.deepEqual(registers(phone), ["0 A", "300000 A", "600000 A"]);
      assert.deepEqual(decisions(phone), []);
    });
  }
});

describe("B3: the trial", () => {
  test("B3: the targets ahead of the current one, from the top; the first that answers is current", () => {
    const site = new Site({ list: ["A", "B", "C", "D"] });
    for (const server of [site.a, site.b, site.c]) server.silent();
    const phone = site.phone(mode(3));
    site.s.at(30_000, () => {
      site.b.up();
      site.c.up();
    });
    site.s.run(120_000);
    // D is current from 22.5 s.
    assert.deepEqual(registers(phone, 22_500), ["22500 D", ...resends(82_500, "A"), "90000 B"]);
    assert.deepEqual(decisions(phone).at(-1), "90000 failback D B B4");
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("B3: from B the way back goes on to A", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(mode(3));
    site.s
      .at(30_000, () => {
        site.b.up();
      })
      .at(90_000, () => {
        site.a.up();
      });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C", "60000 A", "60000 B", "120000 A"]);
  });

  test("B3: meanwhile a refresh goes to the current target", () => {
    const site = new Site({ list: ["A", "B", "C"], maxExpires: 130 });
    site.a.silent();
    site.b.silent();
    const phone = site.phone(mode(3));
    site.s.at(30_000, () => {
      site.b.up();
    });
    site.s.run(85_000);
    // C is current from 15 s: the trial is at 75 s, the refresh at 80 s.
    assert.deepEqual(registers(phone, 20_000), [...resends(75_000, "A"), "80000 C", "82500 B"].sort(byTime));
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("B3: so do keep-alives", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...mode(3), "nat.udp_update_enable": 1, "nat.udp_update_time": 16 });
    site.s.run(74_000);
    assert.deepEqual(keepAlives(phone), ["23500 B", "39500 B", "55500 B", "71500 B"]);
  });

  test("B3: the name is resolved again where its TTL has passed, and only there", () => {
    const asked = (ttl: number): number[] => {
      const site = site20({ ttl });
      site.phone(mode(3));
      site.s.run(100_000);
      return site.s.zone.queries(DOMAIN).map(({ t }) => t);
    };
    assert.deepEqual(asked(50), [0, 60_000]);
    assert.deepEqual(asked(61), [0]);
  });

  test("B3: the fresh answer says who is ahead", () => {
    const site = site20({ ttl: 30 });
    const phone = site.phone(mode(3));
    site.s.at(25_000, () => {
      site.c.answer(503);
      site.name(["C", "D", "B", "A"], 30);
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone, 20_000), ["60000 C", "60000 D"]);
    assert.deepEqual(registered(phone), ["1.1 D"]);
  });

  test("B3: when the fresh answer puts the current target first, there is nothing to try", () => {
    const site = site20({ ttl: 30, maxExpires: 600 });
    const phone = site.phone(mode(1));
    site.s.at(25_000, () => {
      site.name(["B", "A"], 30);
    });
    site.s.run(290_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B"]);
  });

  test("B3: a lookup that fails is a trial that failed: B serves on, and the next is due later", () => {
    const site = site20({ ttl: 50 });
    const phone = site.phone(mode(3));
    site.s
      .at(55_000, () => {
        site.s.zone.mode = "SERVFAIL";
      })
      .at(65_000, () => {
        site.s.zone.mode = "up";
      });
    site.s.run(130_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "120000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });
});

describe("B4: a trial that succeeded", () => {
  test("B4: the old target gets no un-REGISTER and no keep-alive any more, and keeps its binding", () => {
    const site = site20();
    const phone = site.phone({ ...mode(3), "nat.udp_update_enable": 1, "nat.udp_update_time": 25 });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "60000 A"]);
    assert.ok(sent(phone).every(({ message }) => message.header("expires") === "3600"));
    assert.ok(sent(phone).every(({ message }) => contactsOf(message).length === 1));
    assert.equal(site.b.bound(200_000).length, 1);
    assert.deepEqual(keepAlives(phone), [
      ...["25000 B", "50000 B"],
      ...["85000 A", "110000 A", "135000 A", "160000 A", "185000 A"],
    ]);
  });

  test("B4: refreshes go to the new one, by the lifetime that it granted", () => {
    const site = site20({ maxExpires: 600 });
    const phone = site.phone(mode(3));
    site.s.at(30_000, () => {
      site.a.maxExpires = 100;
    });
    site.s.run(170_000);
    assert.deepEqual(registers(phone, 20_000), ["60000 A", "110000 A", "160000 A"]);
  });
});

describe("B7: mode 0 needs no trial", () => {
  test("B7: the next REGISTER is one", () => {
    const site = site20({ maxExpires: 100, ttl: 30 });
    const phone = site.phone(mode(0));
    site.s.run(110_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "50000 A", "100000 A"]);
    assert.deepEqual(decisions(phone), ["0 failover A B F3", "50000 failback B A B7"]);
  });
});

describe("B8: a site does not return together", () => {
  test("B8: a random wait up to sip.failback_surge_prevention is added", () => {
    const waits = Array.from({ length: 40 }, (_, i) => {
      const site = site20();
      const phone = site.phone({ ...mode(3), "sip.failback_surge_prevention": 30 }, { seed: i + 1 });
      site.s.run(200_000);
      const [, , third] = registers(phone);
      return Number(third?.split(" ")[0]) - 60_000;
    });
    assert.ok(Math.min(...waits) >= 0 && Math.max(...waits) <= 30_000, waits.join(" "));
    assert.ok(Math.min(...waits) < 6000 && Math.max(...waits) > 24_000, waits.join(" "));
    assert.ok(new Set(waits).size > 30, waits.join(" "));
  });

  test("B8: 60 phones that failed over at one instant come back over a minute", () => {
    const site = site20();
    for (let i = 0; i < 60; i++) {
      site.phone(
        { ...mode(3), user_name: 1000 + i, "sip.failback_surge_prevention": 60 },
        { seed: 100 + i, keepWire: false },
      );
    }
    site.s.run(200_000);
    const times = site.a.requests("REGISTER").map(({ t }) => t);
    assert.equal(times.length, 60);
    assert.ok(times.every((t) => t >= 60_000 && t <= 120_000));
    const inWindows = Array.from(
      { length: 12 },
      (_, i) => times.filter((t) => t >= 60_000 + i * 5000 && t < 65_000 + i * 5000).length,
    );
    assert.ok(Math.max(...inWindows) <= 15, inWindows.join(" "));
    assert.ok(inWindows.filter((count) => count > 0).length >= 10, inWindows.join(" "));
  });

  test("B8: without it there is no wait", () => {
    const site = site20();
    const phones = [1, 2, 3].map((seed) => site.phone(mode(3), { seed }));
    site.s.run(200_000);
    for (const phone of phones) assert.deepEqual(registers(phone).at(-1), "60000 A");
  });
});

function byTime(one: string, other: string): number {
  return parseInt(one, 10) - parseInt(other, 10);
}
