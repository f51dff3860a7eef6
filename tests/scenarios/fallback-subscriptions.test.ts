/** Subscriptions of an account with two slots, concurrent (G1) and successive (G2), and calls beside them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR, SDP, calls, subscriptions } from "./call-helpers.js";
import { Site, decisions, registered } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { FOLLOW, LAMPS, QUIET, subscribes } from "./subscription-helpers.js";

/** Slot 2 is D. */
const CONCURRENT: Settings = { ...QUIET, "sip_server.2.address": "192.0.2.4" };
const SUCCESSIVE: Settings = { ...CONCURRENT, "fallback.redundancy_type": 1, "fallback.timeout": 120 };
const KINDS = [
  ["G1", CONCURRENT],
  ["G2", SUCCESSIVE],
] as const;

describe("subscriptions of two slots", () => {
  test("G2, S1: it begins where the registration is: at D while slot 2 works", () => {
    const site = new Site();
    site.a.silent();
    site.b.refuse();
    const phone = site.phone({ ...SUCCESSIVE, ...LAMPS });
    site.s.run(60_000);
    assert.deepEqual(subscribes(phone), ["7500 D dialog new 200"]);
  });

  test("G2, S2: it moves with the working server, out and back, where failback_subscribe.enable says so", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    const phone = site.phone({ ...SUCCESSIVE, ...LAMPS, ...FOLLOW });
    site.s
      .at(20_000, () => {
        site.a.refuse();
      })
      .at(100_000, () => {
        site.a.up();
      })
      .run(160_000);
    assert.deepEqual(decisions(phone), ["30000 fallback A D G2", "150000 fallback D A G2"]);
    assert.deepEqual(
      subscribes(phone).filter((line) => !line.includes("again")),
      [
        "0 A dialog new 200",
        "30000 D dialog new 200",
        "30000 A dialog end",
        "150000 A dialog new 200",
        "150000 D dialog end",
      ],
    );
    assert.deepEqual(
      subscriptions(phone).filter((line) => line.includes("unsubscribed")),
      [],
    );
  });

  test("G2, S2: without that key the next refresh finds out, in both directions", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    const phone = site.phone({ ...SUCCESSIVE, ...LAMPS });
    site.s
      .at(20_000, () => {
        site.a.refuse();
      })
      .at(110_000, () => {
        site.a.up();
      })
      .at(250_000, () => {
        site.exchange.forgetAll();
      })
      .run(310_000);
    assert.deepEqual(decisions(phone), ["30000 fallback A D G2", "150000 fallback D A G2"]);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      // A is refused, and slot 2 works.
      "100000 A dialog again 200",
      "100000 D dialog new 200",
      // A refresh stays in its dialog, though slot 1 works again, until D knows it no more.
      "200000 D dialog again 200",
      "300000 D dialog again 200",
      "300000 A dialog new 200",
    ]);
  });

  test("G1: it uses slot 1, and slot 2 when slot 1's search has failed", () => {
    const site = new Site({ list: ["A"] });
    const phone = site.phone({ ...CONCURRENT, ...LAMPS });
    site.s
      .at(50_000, () => {
        site.a.refuse();
      })
      .run(110_000);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      "100000 A dialog again 200",
      "100000 A dialog new 200",
      "100000 D dialog new 200",
    ]);
  });

  test("G1: slot 1's registration moves inside its list: the subscription with it, slot 2 has no part in that", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone({ ...CONCURRENT, ...LAMPS, ...FOLLOW });
    site.s
      .at(20_000, () => {
        site.a.refuse();
      })
      .run(60_000);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      "30000 B dialog new 200",
      "30000 A dialog end",
    ]);
  });

  test("G1: slot 2's registration moves: a subscription with slot 1 does not", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    site.name(["D", "C"], 86_400, "backup.example.com");
    const phone = site.phone({
      ...CONCURRENT,
      ...LAMPS,
      ...FOLLOW,
      "sip_server.2.address": "backup.example.com",
    });
    site.s
      .at(20_000, () => {
        site.d.refuse();
      })
      .run(60_000);
    assert.ok(registered(phone).includes("1.2 C"));
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200"]);
  });

  test("G1, S1: only slot 2 is registered: the subscription begins, and is D's after slot 1's search", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone({ ...CONCURRENT, ...LAMPS });
    site.s.run(20_000);
    assert.equal(subscribes(phone).at(-1), "0 D dialog new 200");
    assert.deepEqual(subscriptions(phone), ["0 subscribed D dialog"]);
  });
});

describe("calls and subscriptions together", () => {
  for (const [rule, settings] of KINDS) {
    test(`${rule}: slot 1 dies in a call and returns: the call outlives both, the lamps are never dark for long`, () => {
      const site = new Site({ list: ["A"], maxExpires: 60, recordRoute: "none" });
      const phone = site.phone({ ...settings, ...LAMPS, ...FOLLOW });
      let first = 0;
      site.s
        .at(1000, () => {
          first = phone.call(FAR, { type: "application/sdp", body: SDP });
        })
        .at(20_000, () => {
          site.a.refuse();
        })
        .at(110_000, () => {
          site.a.up();
        })
        .run(200_000);
      assert.equal(calls(phone, first).at(-1)?.endsWith(" established"), true);
      assert.ok(registered(phone).includes("1.1 A"));
      assert.equal(site.exchange.subscriptions.length >= 1, true);
      const gaps = phone.events("unsubscribed").filter(({ retry }) => retry > 0);
      assert.deepEqual(gaps, []);
    });
  }
});
