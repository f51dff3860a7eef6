/** Where a search starts, what it leaves out, when it ends, and what it settles. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  DOMAIN,
  Site,
  addressOf,
  decisions,
  inTurn,
  registered,
  registers,
  resends,
  sent,
} from "./helpers.js";

/** Refused ports are then only found out by REGISTERs. */
const QUIET = { "nat.udp_update_enable": 0 };
const STICKY = { ...QUIET, "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 0 };

describe("F6: where a request starts", () => {
  test("F6: mode 0: every REGISTER starts at the primary, whatever was used before", () => {
    const site = new Site({ list: ["A", "B", "C"], maxExpires: 60 });
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(QUIET);
    site.s.at(40_000, () => {
      site.b.up();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 B", "0 C"],
      ...["30000 A", "30000 B", "30000 C"],
      ...["60000 A", "60000 B"],
      ...["90000 A", "90000 B"],
    ]);
  });

  for (const mode of [1, 3]) {
    test(`F6: mode ${String(mode)}: at the current target, then from the top, without what was tried`, () => {
      const site = new Site({ list: ["A", "B", "C"], maxExpires: 60 });
      site.a.refuse();
      const phone = site.phone({ ...STICKY, "sip_server.1.failback_mode": mode });
      site.s.at(40_000, () => {
        site.b.refuse();
      });
      site.s.run(100_000);
      assert.deepEqual(registers(phone), [
        ...["0 A", "0 B"],
        "30000 B",
        ...["60000 B", "60000 A", "60000 C"],
        "90000 C",
      ]);
    });
  }

  test("F6: mode 2: the refresh tries what is ahead first, then the current target, then what is behind it", () => {
    const site = new Site({ list: ["A", "B", "C"], maxExpires: 200 });
    site.a.refuse();
    const phone = site.phone({ ...QUIET, "sip_server.1.failback_mode": 2 });
    site.s.at(40_000, () => {
      site.b.refuse();
    });
    site.s.run(150_000);
    const refresh = registers(phone, 100_000);
    assert.deepEqual(refresh.slice(0, 2), ["100000 A", "100000 B"]);
    assert.equal(refresh.at(-1), "100000 C");
  });

  for (const [skip, expected] of [
    [1, ["0 A", "0 B"]],
    [0, ["0 A", "0 udp:192.0.2.1:5070", "0 B"]],
  ] as const) {
    test(`F6: sip.skip_redundant_failover_addr ${String(skip)}: another port of an address that was tried`, () => {
      const site = new Site();
      site.a.refuse();
      site.s.zone
        .remove(DOMAIN)
        .srv(`_sip._udp.${DOMAIN}`, { priority: 1, port: 5060, target: "a.example.com" })
        .srv(`_sip._udp.${DOMAIN}`, { priority: 2, port: 5070, target: "a.example.com" })
        .srv(`_sip._udp.${DOMAIN}`, { priority: 3, port: 5060, target: "b.example.com" })
        .address("a.example.com", addressOf("A"))
        .address("b.example.com", addressOf("B"));
      const phone = site.phone({
        ...QUIET,
        "sip_server.1.port": 0,
        "sip.skip_redundant_failover_addr": skip,
      });
      site.s.run(10_000);
      assert.deepEqual(registers(phone), expected);
    });
  }
});

describe("F7: register_on_enable, as far as a REGISTER goes", () => {
  for (const key of [0, 1]) {
    test(`F7: register_on_enable ${String(key)}: a REGISTER needs no other before it`, () => {
      const site = new Site();
      site.a.silent();
      const phone = site.phone({ "sip_server.1.register_on_enable": key });
      site.s.run(60_000);
      assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B"]);
    });
  }

  test("F7: a failed REGISTER fails the target", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.answer(503);
    site.b.answer(503);
    const phone = site.phone({ "sip_server.1.register_on_enable": 1 });
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C"]);
    assert.equal(phone.events("target-failed").length, 2);
  });
});

describe("F8: the target that answered becomes the current one", () => {
  for (const registerOn of [0, 1]) {
    for (const mode of [1, 3]) {
      test(`F8: mode ${String(mode)}, register_on_enable ${String(registerOn)}: refreshes go there`, () => {
        const site = new Site({ maxExpires: 60 });
        site.a.silent();
        const phone = site.phone({
          ...STICKY,
          "sip_server.1.failback_mode": mode,
          "sip_server.1.register_on_enable": registerOn,
        });
        site.s.at(20_000, () => {
          site.a.up();
        });
        site.s.run(100_000);
        assert.deepEqual(registers(phone), [
          ...resends(0, "A"),
          ...["7500 B", "37500 B", "67500 B", "97500 B"],
        ]);
        assert.deepEqual(decisions(phone), ["7500 failover A B F2"]);
      });
    }
  }

  test("F8: one search does not move another account: each settles for itself", () => {
    const site = new Site({ maxExpires: 60 });
    // A serves account 2 and no other.
    site.a.mode = ({ request }) => (request.to.includes("2000") ? "up" : "silent");
    const phone = site.phone({
      ...STICKY,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "sip.example.com",
      "account.2.sip_server.1.failback_mode": 3,
      "account.2.sip_server.1.failback_timeout": 0,
    });
    site.s.run(50_000);
    const of = (user: string): string[] =>
      sent(phone)
        .filter(({ message }) => message.to.includes(user))
        .map(({ t, target }) => `${String(t)} ${target}`);
    assert.deepEqual(of("1000"), [...resends(0, "A"), "7500 B", "37500 B"]);
    assert.deepEqual(of("2000"), ["0 A", "30000 A"]);
    assert.deepEqual(registered(phone), ["1.1 B", "2.1 A"]);
  });
});

describe("F10: when all targets have failed", () => {
  test("F10: slot 2 is next, with its own list", () => {
    const site = new Site();
    for (const server of [site.a, site.b, site.c]) server.refuse();
    site.name(["C", "D"], 86_400, "backup.example.com");
    const phone = site.phone({
      "fallback.redundancy_type": 1,
      "sip_server.2.address": "backup.example.com",
    });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C", "0 D"]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });

  test("F10: nothing left: no-target-left, and a new search through the whole list after R5's wait", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    for (const server of [site.a, site.b, site.c]) server.refuse();
    const phone = site.phone(STICKY);
    site.s.at(40_000, () => {
      site.c.up();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 B", "0 C"],
      ...["30000 A", "30000 B", "30000 C"],
      ...["60000 A", "60000 B", "60000 C"],
    ]);
    assert.deepEqual(decisions(phone), [
      "0 failed no-target-left",
      "30000 failed no-target-left",
      "60000 failover A C F3",
    ]);
  });
});

describe("F14: a search keeps the list that it began with", () => {
  test("F14: a TTL that runs out meanwhile serves the next search", () => {
    const site = new Site({ ttl: 3, maxExpires: 60 });
    site.a.silent();
    const phone = site.phone(QUIET);
    site.s.at(1000, () => {
      site.name(["C"], 3);
    });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "37500 C"]);
    assert.equal(site.s.zone.queries("sip.example.com").length, 2);
  });

  test("F14: so does a fresh answer that another account has asked for", () => {
    const site = new Site({ ttl: 2 });
    // Account 2 is turned away by A at once, and looks again after 4 s.
    site.a.mode = ({ request }) => (request.to.includes("2000") ? { status: 404 } : "silent");
    const phone = site.phone({
      ...QUIET,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "sip.example.com",
      "account.2.reg_fail_retry_interval": 4,
      "account.2.reg_failed_retry_max_time": 0,
    });
    site.s.at(1000, () => {
      site.name(["C"], 2);
    });
    site.s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "500 A", "1500 A", "3500 A", "4000 C", "7500 B"]);
  });
});

describe("F15: an answer that comes too late changes nothing", () => {
  const late = (delay: number): Site => {
    const site = new Site({ maxExpires: 60 });
    site.a.delay = delay;
    return site;
  };

  test("F15: a 200 of the target that was left does not move the registration back", () => {
    const site = late(8000);
    const phone = site.phone(STICKY);
    site.s.run(50_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "37500 B"]);
    assert.deepEqual(
      phone.events("registered").map(({ t, target }) => [t, target]),
      [
        [7500, "udp:192.0.2.2:5060"],
        [37_500, "udp:192.0.2.2:5060"],
      ],
    );
  });

  test("F15: nor does it count while the next target has not answered yet", () => {
    const site = late(8000);
    site.b.delay = 2000;
    const phone = site.phone(STICKY);
    site.s.run(12_000);
    assert.deepEqual(
      phone.events("registered").map(({ t, target }) => [t, target]),
      [[9500, "udp:192.0.2.2:5060"]],
    );
  });

  for (const status of [401, 404, 423, 503]) {
    test(`F15: a ${String(status)} that comes too late is not acted upon`, () => {
      const site = new Site({ maxExpires: 60 });
      const headers = [
        ["WWW-Authenticate", 'Digest realm="example.com", nonce="1", qop="auth"'],
        ["Retry-After", "600"],
        ["Min-Expires", "7200"],
      ] as const;
      site.a.mode = inTurn([{ status, headers, delay: 8000 }], "silent");
      site.b.delay = 2000;
      const phone = site.phone(QUIET);
      site.s.at(20_000, () => {
        site.a.up();
      });
      site.s.run(50_000);
      // Mode 0: the refresh starts at the primary, which was not left for a time.
      const toB = ["7500 B", "8000 B", "9000 B"];
      assert.deepEqual(registers(phone), [...resends(0, "A"), ...toB, "39500 A"]);
    });
  }

  test("F15: a primary that was stopped and goes on answers all that waited: the phone stays where it is", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.mode = "stopped";
    const phone = site.phone(STICKY);
    site.s.at(20_000, () => {
      site.a.up();
    });
    site.s.run(50_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "37500 B"]);
    assert.equal(site.a.requests("REGISTER").length, 4);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.deepEqual(decisions(phone), ["7500 failover A B F2"]);
  });

  test("F15: a 200 after the last target's budget is no registration: the next REGISTER comes after R5's wait", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([{ status: 200, delay: 33_000 }], "silent");
    const phone = site.phone();
    site.s.run(62_000);
    assert.deepEqual(registers(phone), [...resends(0, "A", 32_000), "62000 A"]);
    assert.deepEqual(phone.events("registered"), []);
  });
});
