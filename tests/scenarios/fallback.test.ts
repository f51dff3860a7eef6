/** Fallback between the slots of an account: concurrent and successive, for REGISTER. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site, contactsOf, decisions, inTurn, registered, registers, resends, sent } from "./helpers.js";
import type { Settings } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

/** Slot 2 is D. */
const CONCURRENT: Settings = { ...QUIET, "sip_server.2.address": "192.0.2.4" };
const SUCCESSIVE: Settings = { ...CONCURRENT, "fallback.redundancy_type": 1, "fallback.timeout": 120 };

const to = (lines: readonly string[], ...names: readonly string[]): string[] =>
  lines.filter((line) => names.some((name) => line.endsWith(name)));

describe("G1: concurrent slots", () => {
  test("G1: both register at once, each on its own", () => {
    const site = new Site();
    const phone = site.phone(CONCURRENT);
    site.s.run(60_000);
    assert.deepEqual(registers(phone).sort(), ["0 A", "0 D"]);
    assert.deepEqual(registered(phone), ["1.1 A", "1.2 D"]);
    const [one] = site.a.requests("REGISTER").map(({ request }) => request);
    const [other] = site.d.requests("REGISTER").map(({ request }) => request);
    assert.equal(one?.uri, "sip:sip.example.com");
    assert.equal(other?.uri, "sip:192.0.2.4");
    assert.notEqual(one.callId, other.callId);
  });

  test("G1: each by its own lifetime and its own retries", () => {
    const site = new Site();
    site.a.maxExpires = 100;
    site.d.maxExpires = 60;
    const phone = site.phone({ ...CONCURRENT, "sip_server.2.expires": 60 });
    site.s.run(95_000);
    assert.deepEqual(to(registers(phone), "A"), ["0 A", "50000 A"]);
    assert.deepEqual(to(registers(phone), "D"), ["0 D", "30000 D", "60000 D", "90000 D"]);
    const asked = sent(phone).map(({ target, message }) => `${target} ${message.header("expires") ?? ""}`);
    assert.deepEqual([...new Set(asked)].sort(), ["A 3600", "D 60"]);
  });

  test("G1: slot 1's failover does not concern slot 2, nor the other way round", () => {
    const site = new Site();
    site.a.silent();
    site.name(["C", "D"], 3600, "backup.example.com");
    site.c.silent();
    const phone = site.phone({
      ...CONCURRENT,
      "sip_server.2.address": "backup.example.com",
      "sip_server.2.retry_counts": 1,
    });
    site.s.run(60_000);
    assert.deepEqual(to(registers(phone), "A", "B"), [...resends(0, "A"), "7500 B"]);
    assert.deepEqual(to(registers(phone), "C", "D"), [...resends(0, "C", 1500), "1500 D"]);
  });

  test("G1: each comes back by its own mode and time", () => {
    const site = new Site();
    site.name(["C", "D"], 3600, "backup.example.com");
    site.a.refuse();
    site.c.refuse();
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.2.address": "backup.example.com",
      "sip_server.2.failback_mode": 3,
      "sip_server.2.failback_timeout": 90,
    });
    site.s.at(30_000, () => {
      site.a.up();
      site.c.up();
    });
    site.s.run(200_000);
    assert.deepEqual(registers(phone, 1000), ["60000 A", "90000 C"]);
  });

  test("G1: slot 1 without any server is tried again by itself, slot 2 stays as it is", () => {
    const site = new Site();
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(CONCURRENT);
    site.s.run(59_000);
    assert.deepEqual(to(registers(phone), "A", "B"), ["0 A", "0 B", "30000 A", "30000 B"]);
    assert.deepEqual(to(registers(phone), "D"), ["0 D"]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });
});

describe("G2: successive slots", () => {
  test("G2: slot 2 does not register while slot 1 does", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone(SUCCESSIVE);
    site.s.run(300_000);
    assert.deepEqual(to(registers(phone), "D"), []);
  });

  test("G2: a failed search of slot 1, and slot 2 registers", () => {
    const site = new Site();
    site.a.silent();
    site.b.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s.run(60_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "7500 D"]);
    assert.deepEqual(decisions(phone), ["7500 fallback A D G2"]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });

  test("G2: a rejected REGISTER is an answer: slot 2 is not asked", () => {
    const site = new Site();
    site.a.answer(403);
    const phone = site.phone(SUCCESSIVE);
    site.s.run(40_000);
    assert.deepEqual(registers(phone), ["0 A", "30000 A"]);
  });

  test("G2: with redundancy_with_reg_fail.enable it is", () => {
    const site = new Site();
    site.a.answer(403);
    site.b.answer(404);
    const phone = site.phone({ ...SUCCESSIVE, "redundancy_with_reg_fail.enable": 1 });
    site.s.run(40_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 D"]);
  });

  test("G2: a name of slot 1 that does not exist counts as a failed search", () => {
    const site = new Site();
    const phone = site.phone({ ...SUCCESSIVE, "sip_server.1.address": "nowhere.example.com" });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 D"]);
  });

  test("G2: a trial that succeeds: slot 1 works again, the refreshes to slot 2 end", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone({ ...SUCCESSIVE, "fallback.timeout": 110 });
    site.s.at(100_000, () => {
      site.a.up();
    });
    site.s.run(210_000);
    assert.deepEqual(registers(phone, 1000), [
      ...["30000 D", "60000 D", "90000 D"],
      "110000 A",
      ...["140000 A", "170000 A", "200000 A"],
    ]);
    assert.deepEqual(decisions(phone).at(-1), "110000 fallback D A G2");
    assert.ok(sent(phone).every(({ message }) => contactsOf(message).length === 1));
    assert.ok(sent(phone).every(({ message }) => message.header("expires") === "3600"));
  });

  test("G2: a trial goes through slot 1's list, each target with the short budget", () => {
    const site = new Site({ maxExpires: 500 });
    site.a.silent();
    site.b.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.at(140_000, () => {
      site.b.up();
    });
    site.s.run(200_000);
    // D is registered at 15 s: the trial is at 135 s.
    assert.deepEqual(registers(phone, 15_000), ["15000 D", ...resends(135_000, "A"), "142500 B"]);
  });

  test("G2: the status says which slot works", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    const seen: string[][] = [];
    site.s
      .at(60_000, () => {
        seen.push(registered(phone));
        site.a.up();
      })
      .at(130_000, () => {
        seen.push(registered(phone));
      })
      .run(130_000);
    assert.deepEqual(seen, [["1.2 D"], ["1.1 A"]]);
  });

  test("G2: meanwhile D is refreshed", () => {
    const site = new Site({ list: ["A"], maxExpires: 250 });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.run(260_000);
    // D is registered at 7.5 s: refreshes at 132.5 s, in the middle of the trial of 127.5 s, and at 257.5 s.
    assert.deepEqual(to(registers(phone), "D"), ["7500 D", "132500 D", "257500 D"]);
    assert.deepEqual(to(registers(phone, 100_000), "A"), [
      ...resends(127_500, "A"),
      ...resends(247_500, "A"),
    ]);
  });

  for (const [what, status] of [
    ["403", 403],
    ["503", 503],
  ] as const) {
    test(`G2: a trial that is answered ${what} changes nothing; the next one is a period later`, () => {
      const site = new Site({ list: ["A"] });
      site.a.refuse();
      const phone = site.phone(SUCCESSIVE);
      site.s
        .at(100_000, () => {
          site.a.mode = inTurn([{ status }]);
        })
        .run(300_000);
      assert.deepEqual(registers(phone), ["0 A", "0 D", "120000 A", "240000 A"]);
    });
  }

  test("G2: a call in hand does not put the trial off, and stays where it is", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s.at(10_000, () => {
      site.a.up();
      phone.setBusy(1);
    });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "120000 A"]);
  });

  test("G2: slot 1 works again and dies again: slot 2 once more, with a period of its own", () => {
    const site = new Site({ list: ["A"], maxExpires: 100 });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s
      .at(50_000, () => {
        site.a.up();
      })
      .at(150_000, () => {
        site.a.refuse();
      });
    site.s.run(300_000);
    assert.deepEqual(registers(phone, 100_000), [
      ...["100000 D", "120000 A"],
      // The refresh of 170 s finds A dead.
      ...["170000 A", "170000 D", "220000 D", "270000 D", "290000 A"],
    ]);
  });

  test("G2: slot 2 dies while it works: slot 1 is asked at once, then R5's wait", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s
      .at(10_000, () => {
        site.d.refuse();
      })
      .at(50_000, () => {
        site.a.up();
      });
    site.s.run(70_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "30000 D", "30000 A", "60000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("G2: slot 2 dies while slot 1 is on trial: the search goes on, and R5 after it", () => {
    const site = new Site({ list: ["A"], maxExpires: 245 });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    // D is registered at 7.5 s: the trial of A is from 127.5 s to 135 s, the refresh of D at 130 s.
    site.s
      .at(100_000, () => {
        site.d.refuse();
      })
      .at(180_000, () => {
        site.a.up();
      });
    site.s.run(250_000);
    assert.deepEqual(to(registers(phone), "D").slice(0, 2), ["7500 D", "130000 D"]);
    assert.equal(site.a.bound(250_000).length, 1);
    assert.deepEqual(to(registered(phone), "A"), ["1.1 A"]);
  });

  test("G2: both slots dead: after R5's wait the search begins with slot 1 again", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    site.d.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s.at(40_000, () => {
      site.d.up();
    });
    site.s.run(70_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "30000 A", "30000 D", "60000 A", "60000 D"]);
    assert.equal(phone.events("failed").length, 2);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });

  test("G2: failover and failback inside slot 2 have timers of their own", () => {
    const site = new Site({ list: ["A"] });
    site.name(["C", "D"], 3600, "backup.example.com");
    site.a.refuse();
    site.c.refuse();
    const phone = site.phone({
      ...SUCCESSIVE,
      "sip_server.2.address": "backup.example.com",
      "sip_server.2.failback_mode": 3,
      "sip_server.2.failback_timeout": 70,
    });
    site.s.at(10_000, () => {
      site.c.up();
    });
    site.s.run(250_000);
    assert.deepEqual(registers(phone), ["0 A", "0 C", "0 D", "70000 C", "120000 A", "240000 A"]);
  });
});

describe("G3: outbound proxies", () => {
  for (const [interval, trials] of [
    [60, ["67500 A", "127500 A", "187500 A"]],
    [0, []],
  ] as const) {
    test(`G3: always successive; trials through proxy 1 with an interval of ${String(interval)} s`, () => {
      const site = new Site({ list: ["A"] });
      site.a.silent();
      const phone = site.phone({
        ...QUIET,
        "sip_server.1.address": "registrar.example.net",
        outbound_proxy_enable: 1,
        "outbound_proxy.1.address": "sip.example.com",
        "outbound_proxy.2.address": "192.0.2.4",
        outbound_proxy_fallback_interval: interval,
      });
      site.s.at(20_000, () => {
        site.a.mode = inTurn([{ status: 500 }, { status: 500 }]);
      });
      site.s.run(240_000);
      assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 D", ...trials]);
      for (const { message } of sent(phone)) assert.equal(message.uri, "sip:registrar.example.net");
    });
  }
});
