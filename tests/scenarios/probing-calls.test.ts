/** Probing (K2) for calls, subscriptions and accounts with two slots. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, sentLines, subscriptions } from "./call-helpers.js";
import { Site, decisions, registered, registers, short } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { FOLLOW, LAMPS, QUIET, subscribes } from "./subscription-helpers.js";

/** Two lost probes, 2 s apart: a target that falls silent is down within 7 s. */
const PROBES: Settings = { ...QUIET, "sip.probe_max_lost": 2, "sip.probe_interval": 2 };
const CONCURRENT: Settings = { ...PROBES, "sip_server.2.address": "192.0.2.4" };
const SUCCESSIVE: Settings = { ...CONCURRENT, "fallback.redundancy_type": 1 };

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

/** When probes have put a target down, in milliseconds. */
const downAt = (phone: SimulatedPhone, name: string): number => {
  const found = phone
    .events("target-state")
    .find(({ state, target }) => state === "down" && short(target) === name);
  assert.ok(found, `${name} is not down`);
  return found.t;
};

/** A silent from 10 s on: a phone, a minute later. */
const course = (
  settings: Settings,
  list: readonly ("A" | "B")[] = ["A", "B"],
): { site: Site; phone: SimulatedPhone } => {
  const site = new Site({ list });
  const phone = site.phone(settings);
  site.s.at(10_000, () => {
    site.a.silent();
  });
  return { site, phone };
};

describe("K2: a primary that falls silent", () => {
  test("S2: is left within 7 s, registration and subscriptions included, the new one before the end of the old", () => {
    const { site, phone } = course({ ...PROBES, ...FOLLOW, ...LAMPS });
    site.s.run(60_000);
    const down = downAt(phone, "A");
    assert.ok(down <= 17_000, String(down));
    assert.deepEqual(registers(phone), ["0 A", `${String(down)} B`]);
    assert.deepEqual(subscribes(phone, down, down + 1), [
      `${String(down)} B dialog new 200`,
      `${String(down)} A dialog end`,
    ]);
    assert.deepEqual(subscriptions(phone), ["0 subscribed A dialog", `${String(down)} subscribed B dialog`]);
  });

  for (const mode of [0, 1, 2, 3]) {
    test(`F6, mode ${String(mode)}: a call placed after that goes straight to B`, () => {
      const { site, phone } = course({ ...PROBES, "sip_server.1.failback_mode": mode });
      site.s.at(20_000, () => call(phone)).run(30_000);
      assert.deepEqual(sentLines(phone, "INVITE"), ["20000 INVITE B"]);
    });

    test(`F6, mode ${String(mode)}: so does a SUBSCRIBE of the application`, () => {
      const { site, phone } = course({ ...PROBES, "sip_server.1.failback_mode": mode });
      site.s
        .at(20_000, () => {
          phone.subscribe("presence", { uri: "sip:bob@example.net" });
        })
        .run(30_000);
      assert.deepEqual(subscribes(phone), ["20000 B presence new 3600"]);
    });
  }

  test("F1: a call that is looking for its target when the verdict comes moves on at that instant", () => {
    const { site, phone } = course({ ...PROBES, "sip_server.1.invite_retry_counts": 10 });
    site.s.at(11_000, () => call(phone)).run(30_000);
    const down = downAt(phone, "A");
    const atB = sentLines(phone, "INVITE").filter((line) => line.endsWith(" B"));
    assert.deepEqual(atB, [`${String(down)} INVITE B`]);
  });
});

describe("K2: two slots", () => {
  for (const [rule, settings] of [
    ["G1", CONCURRENT],
    ["G2", SUCCESSIVE],
  ] as const) {
    test(`${rule}, F10: slot 1's only target is down: a call is at D at once`, () => {
      const { site, phone } = course(settings, ["A"]);
      site.s.at(50_000, () => call(phone)).run(60_000);
      assert.deepEqual(sentLines(phone, "INVITE"), ["50000 INVITE D"]);
    });

    test(`${rule}: all targets of both slots are down: they are asked all the same, from the top`, () => {
      const { site, phone } = course(settings, ["A"]);
      site.s
        .at(10_000, () => {
          site.d.silent();
        })
        .at(200_000, () => {
          site.a.up();
        })
        .run(300_000);
      assert.ok(registered(phone).includes("1.1 A"));
    });
  }

  test("G2, F10: slot 1's only target is down: the REGISTER is at D at once, and the subscription with it", () => {
    const { site, phone } = course({ ...SUCCESSIVE, ...FOLLOW, ...LAMPS }, ["A"]);
    site.s.run(60_000);
    const down = downAt(phone, "A");
    assert.deepEqual(registers(phone), ["0 A", `${String(down)} D`]);
    assert.deepEqual(decisions(phone), [`${String(down)} fallback A D G2`]);
    assert.equal(subscribes(phone, 1)[0], `${String(down)} D dialog new 200`);
  });
});
