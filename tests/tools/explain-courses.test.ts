/** When a phone finds out and when it goes back, by `explain`, against the wire of scenarios. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Noticed, Trouble } from "../../host/explain/index.js";
import type { AccountFindings, Return } from "../../host/explain/index.js";
import { Site, registered, registers } from "../scenarios/helpers.js";
import type { Settings } from "../scenarios/helpers.js";
import { account, addresses } from "./explain-helpers.js";

const noticedOf = ({ noticed }: AccountFindings, trouble: Trouble): Noticed => {
  const found = noticed.find((each) => each.trouble === trouble);
  assert.ok(found !== undefined);
  return found;
};

const returnOf = ({ returns }: AccountFindings, dead: number): Return => {
  const found = returns.find((each) => each.dead === dead);
  assert.ok(found !== undefined);
  return found;
};

/** How long A is silent before B has the registration, when A dies at `at`. */
const movedAfter = (settings: Settings, at: number): number => {
  const site = new Site();
  const phone = site.phone(settings);
  site.s.at(at, () => {
    site.a.silent();
  });
  while (!registered(phone).includes("1.1 B") && site.s.now < at + 4_000_000) site.s.run(500);
  return (
    Number(
      registers(phone, at)
        .find((line) => line.endsWith(" B"))
        ?.split(" ")[0],
    ) - at
  );
};

/** How long A is up again before it has the registration, when it comes back at `at`. */
const backAfter = (settings: Settings, at: number, ttl: number): number => {
  const site = new Site({ ttl });
  site.a.silent();
  const phone = site.phone(settings);
  site.s.runUntil(at);
  site.a.up();
  while (!registered(phone).includes("1.1 A") && site.s.now < at + 4_000_000) site.s.run(500);
  return (
    Number(
      registers(phone, at)
        .find((line) => line.endsWith(" A"))
        ?.split(" ")[0],
    ) - at
  );
};

describe("explain: when the phone finds out", () => {
  test("without probes: a silent primary by the refresh, a refused one by the keep-alive (K3)", async () => {
    const found = await account();
    const silent = noticedOf(found, "silent");
    assert.deepEqual([silent.by, silent.to], ["refresh", "udp:192.0.2.2:5060"]);
    // The lifetime of an hour is refreshed 600 s before its end: dead just before, or just after the refresh before.
    assert.deepEqual([silent.earliest, silent.latest], [7501, 3_007_499]);
    const refused = noticedOf(found, "refused");
    assert.equal(refused.by, "keep-alive");
    assert.deepEqual([refused.earliest, refused.latest], [1, 29_999]);
    assert.deepEqual([noticedOf(found, "503").earliest, noticedOf(found, "503").latest], [1, 2_999_999]);
  });

  test("the wire of a scenario agrees", async () => {
    const found = noticedOf(await account(), "silent");
    assert.equal(movedAfter({}, 1), found.latest);
    assert.equal(movedAfter({}, 2_999_999), found.earliest);
  });

  test("K2: with probes a silent primary is found out soon, and the bounds hold on the wire", async () => {
    const settings = { "sip.probe_max_lost": 3, "sip.probe_interval": 20 };
    const silent = noticedOf(await account(settings), "silent");
    assert.equal(silent.by, "probe");
    const { earliest = NaN, latest = NaN } = silent;
    assert.ok(latest < 70_000, String(latest));
    for (let at = 100_000; at < 121_000; at += 2111) {
      const after = movedAfter(settings, at);
      // Probes are drawn into the interval by the seed, which both have alike.
      assert.ok(after <= latest && after >= Math.min(earliest, 7500), `${String(at)}: ${String(after)}`);
    }
  });

  test("without keep-alives a refused port waits for the refresh too", async () => {
    const refused = noticedOf(await account({ "nat.udp_update_enable": 0 }), "refused");
    assert.deepEqual([refused.by, refused.latest], ["refresh", 2_999_999]);
  });
});

describe("explain: the way back", () => {
  test("mode 3, 60 s: at once when a trial is due, after a whole period at the latest", async () => {
    const settings = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };
    const back = returnOf(await account(settings), 1);
    assert.deepEqual([back.from, back.to, back.rule], ["udp:192.0.2.2:5060", "udp:192.0.2.1:5060", "B4"]);
    assert.deepEqual([back.earliest, back.period], [1, 67_500]);
    assert.equal(backAfter(settings, 67_499, 86_400), 1);
    // Just after the last resend of the trial of 67.5 s: the trial fails at 75 s, the next is 60 s later.
    assert.equal(back.latest, backAfter(settings, 71_001, 86_400));
    assert.equal(back.latest, 63_999);
  });

  test("mode 1: by the TTL of the address record", async () => {
    const settings = { "sip_server.1.failback_mode": 1 };
    const back = returnOf(await account(settings, addresses(["A", "B"], 120)), 1);
    assert.equal(back.rule, "B4");
    assert.equal(back.earliest, 1);
    assert.equal(backAfter(settings, 7501, 120), 112_499);
    assert.ok((back.latest ?? NaN) >= 112_499 && (back.latest ?? NaN) <= 120_000, String(back.latest));
  });

  test("mode 2: with the refresh", async () => {
    const back = returnOf(await account({ "sip_server.1.failback_mode": 2, "sip_server.1.expires": 60 }), 1);
    assert.equal(back.earliest, 1);
    assert.equal(
      backAfter({ "sip_server.1.failback_mode": 2, "sip_server.1.expires": 60 }, 37_499, 86_400),
      1,
    );
    // The trial of 37.5 s has failed at 45 s: none sooner than 32 s after that (B5), so the refresh of 75 s is none.
    assert.equal(
      back.latest,
      backAfter({ "sip_server.1.failback_mode": 2, "sip_server.1.expires": 60 }, 41_001, 86_400),
    );
    assert.equal(back.latest, 63_999);
  });

  test("mode 0: the next REGISTER begins at the primary (B7)", async () => {
    const back = returnOf(await account({}), 1);
    assert.deepEqual([back.rule, back.earliest, back.latest], ["B7", 1, 3_003_999]);
  });

  test("mode 3, 0: never", async () => {
    const found = await account({ "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 0 });
    const back = returnOf(found, 1);
    assert.deepEqual([back.earliest, back.latest], [undefined, undefined]);
    assert.ok(found.advice.some(({ code }) => code === "no-return"));
  });

  test("G2: from slot 2, by fallback.timeout", async () => {
    const settings = {
      "sip_server.2.address": "192.0.2.4",
      "fallback.redundancy_type": 1,
      "fallback.timeout": 120,
    };
    const back = returnOf(await account(settings, addresses(["A"])), 1);
    assert.deepEqual([back.from, back.rule, back.earliest], ["udp:192.0.2.4:5060", "G2", 1]);
    assert.equal(back.period, 120_000);
    assert.ok((back.latest ?? NaN) > 112_000 && (back.latest ?? NaN) <= 120_000, String(back.latest));
  });
});

describe("explain: calls and subscriptions that stand", () => {
  test("S2: with failback_subscribe a subscription goes with the registration", async () => {
    const settings = { "sip_server.1.failback_mode": 2, "sip_server.1.failback_subscribe.enable": 1 };
    const refused = (await account(settings)).subscriptions.find(({ trouble }) => trouble === "refused");
    assert.equal(refused?.behindRegistration, 0);
    assert.ok((refused.moved ?? NaN) <= 30_000);
  });

  test("S2: without it, only its own refresh finds out", async () => {
    const found = await account({ "sip_server.1.failback_mode": 2 });
    const refused = found.subscriptions.find(({ trouble }) => trouble === "refused");
    assert.ok((refused?.moved ?? 0) > 2_900_000);
    assert.ok(found.advice.some(({ code }) => code === "subscriptions-stay"));
  });

  test("a call stands without its server; with a session timer it does not", async () => {
    const ended = async (settings: Settings): Promise<(number | undefined)[]> =>
      (await account(settings)).calls.filter(({ trouble }) => trouble === "silent").map((call) => call.ended);
    assert.deepEqual(await ended({}), [undefined]);
    const [after] = await ended({ "session_timer.enable": 1, "session_timer.expires": 90 });
    assert.ok(after !== undefined && after < 90_000, String(after));
  });
});
