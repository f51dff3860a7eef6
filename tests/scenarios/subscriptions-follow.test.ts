/** Subscriptions when the registration has moved (S2): at once, or with the next refresh. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { requestsOf, subscriptions } from "./call-helpers.js";
import { Site, inTurn, registers } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { LAMPS, LIST, QUIET, WAITING, dialogsOf, standing, subscribes } from "./subscription-helpers.js";

/** Busy lamps for 1000 s: refreshed every 500 s. */
const LONG: Settings = { ...LAMPS, "blf.subscribe_period": 1000 };

interface Course {
  readonly site: Site;
  readonly phone: SimulatedPhone;
}

/** A's port closes at 10 s. The keep-alive of 30 s finds out, and the registration goes to B (K3), to stay there. */
const course = (mode: number, follows: 0 | 1, settings: Settings = {}, options: SiteOptions = {}): Course => {
  const site = new Site(options);
  site.s.at(10_000, () => {
    site.a.refuse();
  });
  const phone = site.phone({
    ...LONG,
    "sip_server.1.failback_mode": mode,
    "sip_server.1.failback_subscribe.enable": follows,
    ...settings,
  });
  return { site, phone };
};

/** As `course`, but the registration goes back to A at 100 s, if A is up: B1 has three ways to say so. */
const courseBack = (mode: number): Course =>
  course(
    mode,
    1,
    { "sip_server.1.failback_timeout": 70 },
    mode === 1 ? { ttl: 100 } : mode === 2 ? { maxExpires: 140 } : {},
  );

const upAt = ({ site }: Course, t: number): void => {
  site.s.at(t, () => {
    site.a.up();
  });
};

/** Where the registration went, refreshes left out. */
const moved = (phone: SimulatedPhone, before: number): string[] =>
  registers(phone, 1, before).filter(
    (line, index, all) => !line.endsWith(all[index - 1]?.slice(-2) ?? "none"),
  );

describe("S2: failback_subscribe.enable 1", () => {
  for (const mode of [1, 2, 3]) {
    test(`S2: mode ${String(mode)}: a new SUBSCRIBE at once, on failover and on failback; the old one is then ended`, () => {
      const one = courseBack(mode);
      upAt(one, 60_000);
      const { site, phone } = one;
      site.s.run(120_000);
      assert.deepEqual(moved(phone, 110_000), ["30000 B", "100000 A"]);
      assert.deepEqual(subscribes(phone), [
        "0 A dialog new 1000",
        "30000 B dialog new 1000",
        "30000 A dialog end",
        "100000 A dialog new 1000",
        "100000 B dialog end",
      ]);
      assert.deepEqual(standing(site.exchange.subscriptions).slice(-1), ["192.0.2.1 dialog"]);
      assert.deepEqual(site.exchange.complaints, []);
      assert.deepEqual(
        subscriptions(phone).map((line) => line.split(" ").slice(0, 3).join(" ")),
        ["0 subscribed A", "30000 subscribed B", "100000 subscribed A"],
      );
    });
  }

  test("S2: each new one is a dialog of its own; the end stays in the old dialog", () => {
    const one = courseBack(3);
    upAt(one, 60_000);
    one.site.s.run(120_000);
    const { phone } = one;
    const [first, second, firstEnd, third, secondEnd] = dialogsOf(phone);
    assert.equal(new Set([first, second, third]).size, 3);
    assert.equal(firstEnd, first);
    assert.equal(secondEnd, second);
    const [, begin, , , end] = requestsOf(phone, "SUBSCRIBE").map(({ message }) => message);
    assert.ok(end);
    assert.equal(end.toTag, one.site.exchange.notifier.all[1]?.dialog.localTag);
    assert.equal(end.cseq, (begin?.cseq ?? NaN) + 1);
    assert.equal(end.header("event"), "dialog");
    assert.equal(one.site.exchange.notifier.all[1]?.isOver, true);
  });

  test("S2: all subscriptions of the account move, and none of another account", () => {
    const { site, phone } = course(3, 1, {
      ...WAITING,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.4",
      "account.2.sip_server.1.failback_subscribe.enable": 1,
      "account.2.subscribe_mwi": 1,
    });
    site.s.run(60_000);
    assert.deepEqual(
      subscribes(phone, 1)
        .filter((line) => !line.endsWith("end"))
        .sort(),
      ["30000 B dialog new 1000", "30000 B message-summary new 3600"],
    );
  });

  test("S2: the old one at a target that is silent: its end is tried, and the new one does not wait for that", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone({
      ...QUIET,
      ...LONG,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s
      .at(10_000, () => {
        site.a.silent();
      })
      .run(200_000);
    assert.deepEqual(registers(phone, 30_001, 60_000), ["30500 A", "31500 A", "33500 A", "37500 B"]);
    const lines = subscribes(phone, 1);
    assert.equal(lines[0], "37500 B dialog new 1000");
    // 64·T1 at the most (RFC 3261, 17.1.2.2), and to no other target: the end is A's alone.
    assert.ok(lines.slice(1).every((line) => line.endsWith(" A dialog end") && parseInt(line, 10) < 69_500));
    assert.deepEqual(subscriptions(phone), ["0 subscribed A dialog", "37500 subscribed B dialog"]);
  });

  test("S2: a SUBSCRIBE under way to the target that the registration leaves begins anew at the new one", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone({
      ...QUIET,
      ...LAMPS,
      "blf.subscribe_period": 58,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s
      .at(10_000, () => {
        site.a.silent();
      })
      .run(60_000);
    // The refresh of 29 s is in its dialog, with A alone (F13), when the registration moves at 37.5 s.
    const lines = subscribes(phone, 1).filter((line) => !line.endsWith("end"));
    assert.deepEqual(lines, [
      "29000 A dialog again 58",
      "29500 A dialog again 58",
      "30500 A dialog again 58",
      "32500 A dialog again 58",
      "36500 A dialog again 58",
      "37500 B dialog new 58",
    ]);
  });

  test("S2: mode 0: the key does not apply; the next refresh finds out", () => {
    const { site, phone } = course(0, 1);
    site.s.run(510_000);
    assert.deepEqual(moved(phone, 100_000), ["30000 B"]);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 1000",
      "500000 A dialog again 1000",
      "500000 B dialog new 1000",
    ]);
  });

  for (const mode of [1, 2, 3]) {
    test(`S2: mode ${String(mode)}: a target with the same IP address and another port: nothing`, () => {
      const site = new Site();
      const other = site.s.registrar("192.0.2.1:5070", mode === 2 ? { maxExpires: 1000 } : {});
      site.s.zone
        .remove("sip.example.com")
        .srv("_sip._udp.sip.example.com", { priority: 1, port: 5060, target: "a.example.com" }, 86_400)
        .srv("_sip._udp.sip.example.com", { priority: 2, port: 5070, target: "a.example.com" }, 86_400)
        .address("a.example.com", "192.0.2.1", 86_400);
      const phone = site.phone({
        ...LONG,
        "sip_server.1.port": 0,
        "sip_server.1.failback_mode": mode,
        "sip_server.1.failback_subscribe.enable": 1,
        "sip.skip_redundant_failover_addr": 0,
      });
      site.s
        .at(10_000, () => {
          site.a.refuse();
        })
        .run(510_000);
      assert.deepEqual(registers(phone, 1, 100_000), ["30000 udp:192.0.2.1:5070"]);
      assert.deepEqual(subscribes(phone), [
        "0 A dialog new 1000",
        "500000 A dialog again 1000",
        "500000 udp:192.0.2.1:5070 dialog new 1000",
      ]);
      assert.equal(other.requests("SUBSCRIBE").length, 1);
    });
  }
});

describe("S2: failback_subscribe.enable 0", () => {
  for (const mode of [0, 1, 2, 3]) {
    test(`S2: mode ${String(mode)}: the next refresh finds out: A refused (F1), a new one where the registration is`, () => {
      const { site, phone } = course(mode, 0);
      site.s.run(510_000);
      assert.deepEqual(moved(phone, 100_000), ["30000 B"]);
      assert.deepEqual(subscribes(phone), [
        "0 A dialog new 1000",
        "500000 A dialog again 1000",
        "500000 B dialog new 1000",
      ]);
      assert.equal(new Set(dialogsOf(phone)).size, 2);
      assert.deepEqual(standing(site.exchange.subscriptions).at(-1), "192.0.2.2 dialog");
    });

    test(`S2: mode ${String(mode)}: A answers 481, for it has been started anew: a new one at once`, () => {
      const one = course(mode, 0);
      upAt(one, 490_000);
      const { site, phone } = one;
      site.s
        .at(400_000, () => {
          site.exchange.forgetAll();
        })
        .run(510_000);
      assert.deepEqual(subscribes(phone, 1), ["500000 A dialog again 1000", "500000 B dialog new 1000"]);
    });
  }

  test("S2: A silent at the refresh: 64·T1 in its dialog, for its route leads to A alone (F13), then a new one at B", () => {
    const { site, phone } = course(3, 0);
    site.s
      .at(400_000, () => {
        site.a.silent();
      })
      .run(540_000);
    const lines = subscribes(phone, 1);
    assert.deepEqual(
      [lines.length, lines[0], lines.at(-2), lines.at(-1)],
      [12, "500000 A dialog again 1000", "531500 A dialog again 1000", "532000 B dialog new 1000"],
    );
  });

  test("S2: A answers the refresh 503 (F1): a new one at B at once", () => {
    const { site, phone } = course(3, 0);
    site.s
      .at(400_000, () => {
        site.a.answer(503);
      })
      .run(510_000);
    assert.deepEqual(subscribes(phone, 1), ["500000 A dialog again 1000", "500000 B dialog new 1000"]);
  });

  test("S2: A is up again at the refresh: the dialog goes on with it, though the registration is with B", () => {
    const one = course(3, 0);
    upAt(one, 60_000);
    one.site.s.run(510_000);
    assert.deepEqual(subscribes(one.phone, 1), ["500000 A dialog again 1000"]);
  });

  test("S2: after a failback the subscription stays with B as long as that answers", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 503 }]);
    const phone = site.phone({
      ...QUIET,
      ...LONG,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.run(1_010_000);
    assert.deepEqual(registers(phone, 0, 100_000), ["0 A", "0 B", "60000 A"]);
    assert.deepEqual(subscribes(phone), [
      "0 B dialog new 1000",
      "500000 B dialog again 1000",
      "1000000 B dialog again 1000",
    ]);
  });

  test("F13: where the route names the slot, the refresh goes through the list in its dialog", () => {
    const site = new Site({ recordRoute: "sip:sip.example.com;lr", maxExpires: 300 });
    const phone = site.phone({ ...QUIET, ...LONG, "sip_server.1.failback_mode": 3 });
    site.s
      .at(400_000, () => {
        site.a.silent();
      })
      .run(520_000);
    // The registration finds out at 450 s and is with B from 457.5 s on, and B is the current target (F6, F8).
    assert.deepEqual(registers(phone, 400_000, 500_000), [
      "450000 A",
      "450500 A",
      "451500 A",
      "453500 A",
      "457500 B",
    ]);
    assert.deepEqual(subscribes(phone), ["0 A dialog new 1000", "500000 B dialog again 1000"]);
    assert.equal(new Set(dialogsOf(phone)).size, 1);
    assert.equal(requestsOf(phone, "SUBSCRIBE")[1]?.message.header("route"), "<sip:sip.example.com;lr>");
    assert.equal(requestsOf(phone, "SUBSCRIBE")[0]?.message.uri, LIST);
  });
});
