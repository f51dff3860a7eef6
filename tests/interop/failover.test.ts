import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { lacksIpv6 } from "../hosts/ipv6.js";
import { SilentServer } from "./datagrams.js";
import { LATE, assertTime, assertTimes, targetsOf, timesOf } from "./expect.js";
import { ipv6Phone } from "./phone.js";
import { Site } from "./site.js";

describe("failover", { concurrency: true }, () => {
  test("primary silent from the start: four times there, at the secondary after 7.5 s (F2)", async (t) => {
    const site = await Site.open(t, { closed: ["primary"] });
    const silent = await SilentServer.start(site.primary.address, site.primary.port);
    t.after(() => {
      silent.stop();
    });
    const { records } = site.command();
    await records.waitFor("registered", ({ target }) => target === site.secondary.target, { within: 15_000 });

    const sent = records.registers();
    assert.equal(targetsOf(sent, site.names), "primary primary primary primary secondary");
    assert.deepEqual(
      sent.map(({ attempt }) => attempt),
      [1, 2, 3, 4, 1],
    );
    assertTimes(timesOf(records, sent), [0, 500, 1500, 3500, 7500], LATE, "REGISTERs by the records");
    const arrivals = silent.datagrams.map(({ at }) => at);
    assertTimes(arrivals, [0, 500, 1500, 3500], LATE, "REGISTERs on the wire");
    assert.equal(new Set(silent.datagrams.map(({ text }) => text)).size, 1, "resends are the same request");

    const [there] = silent.datagrams;
    const [here, ...more] = await site.secondary.registers();
    assert.ok(there && here);
    assert.deepEqual(more, []);
    assertTime(here.at - there.at, 7500, LATE, "the secondary's first REGISTER");
    assert.equal(/^Call-ID: (.*)$/m.exec(there.text)?.[1], here.callId, "the same Call-ID (F5)");
    assert.equal(Number(/^CSeq: (\d+)/m.exec(there.text)?.[1]) + 1, here.cseq, "the next CSeq (F5)");
    assert.equal(records.of("target-failed")[0]?.cause, "silent");
    assert.deepEqual(await site.secondary.users(), ["user1"]);
  });

  for (const { seconds, settings } of [
    { seconds: 30, settings: {} },
    { seconds: 15, settings: { "nat.udp_update_time": 15 } },
  ]) {
    const name = `registered, digest, the primary's port closes: at the secondary within ${String(seconds + 1)} s (K3)`;
    test(name, async (t) => {
      const site = await Site.open(t, { servers: { digest: true } });
      const { records } = await site.phone({ account: settings });
      const before = await records.waitFor("registered");
      assert.equal(before.target, site.primary.target);
      assert.deepEqual(await site.primary.users(), ["user1"]);
      const known = records.count;
      await site.primary.kill();
      const killed = performance.now();
      const within = (seconds + 1) * 1000;
      const after = await records.waitFor("registered", ({ target }) => target === site.secondary.target, {
        within: within + 2000,
        after: known,
      });
      const took = records.timeOf(after) - killed;
      assert.ok(took <= within, `${took.toFixed(0)} ms\n${records.text}`);
      assert.deepEqual(await site.secondary.users(), ["user1"]);
      assert.equal(records.of("target-failed", undefined, known)[0]?.cause, "refused", records.text);

      // The challenge is the secondary's, and so are the credentials that answer it (R3).
      assert.equal(
        targetsOf(records.registers(undefined, known), site.names),
        "secondary secondary",
        records.text,
      );
      assert.deepEqual(
        (await site.secondary.registers()).map(({ credentials }) => credentials),
        [false, true],
      );
      assert.deepEqual(
        records.of("response", undefined, known).map(({ status }) => status),
        [401, 200],
      );
    });
  }

  test("registered, probing every 2 s, the primary falls silent: at the secondary within 7 s, and back (K2, B3)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true } });
    const { records } = await site.phone({
      account: { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 },
      phone: { "sip.probe_max_lost": 2, "sip.probe_interval": 2 },
    });
    await records.waitFor("registered", ({ target }) => target === site.primary.target);
    const known = records.count;
    site.primary.freeze();
    const frozen = performance.now();
    const moved = await records.waitFor("registered", ({ target }) => target === site.secondary.target, {
      within: 10_000,
      after: known,
    });
    assert.ok(records.timeOf(moved) - frozen < 7000 + LATE, records.text);
    assert.equal(records.of("target-failed", undefined, known)[0]?.cause, "down", records.text);
    assert.deepEqual(await site.secondary.users(), ["user1"]);

    site.primary.thaw();
    await records.waitFor("target-state", ({ state }) => state === "up", { within: 5000, after: known });
    const back = await records.waitFor("failback", undefined, { within: 65_000, after: known });
    assert.equal(back.to, site.primary.target);
    assertTime(back.t - moved.t, 60_000, 2 * LATE, "failback_timeout after the move");
    assert.deepEqual(await site.primary.users(), ["user1"]);
  });

  test("primary answers 503, Retry-After 30: at the secondary at once, back after the 30 s (F1, F12)", async (t) => {
    const site = await Site.open(t, { servers: { lifetime: 10 }, primary: { unavailable: true } });
    const { records } = await site.phone();
    const registered = await records.waitFor("registered");
    assert.equal(registered.target, site.secondary.target);
    const [unavailable] = records.of("response", ({ status }) => status === 503);
    assert.ok(unavailable && registered.t - unavailable.t < LATE, records.text);
    const again = await records.waitFor("request", ({ target }) => target === site.primary.target, {
      within: 40_000,
      after: records.all.indexOf(unavailable),
    });
    assertTime(again.t - unavailable.t, 30_000, 6000, "the refresh that asks the primary again");
    const refreshes = records.registers(site.secondary.target).filter(({ t: sent }) => sent < again.t);
    assert.ok(refreshes.length >= 5, `refreshed meanwhile\n${records.text}`);
  });

  test(
    "IPv6, primary silent from the start: at the secondary after 7.5 s",
    { skip: lacksIpv6 },
    async (t) => {
      const site = await Site.open(t, { ipv6: true, servers: { digest: true } });
      site.primary.freeze();
      const { records } = await site.phone({ phone: ipv6Phone });
      await records.waitFor("registered", ({ target }) => target === site.secondary.target, {
        within: 15_000,
      });
      const sent = records.registers();
      assert.equal(targetsOf(sent, site.names), "primary primary primary primary secondary secondary");
      assertTimes(timesOf(records, sent.slice(0, 5)), [0, 500, 1500, 3500, 7500], LATE, "REGISTERs");
      const [binding] = await site.secondary.bindings();
      assert.match(binding?.contact ?? "", /^sip:user1@\[::1\]:\d+/);
    },
  );

  test("sixteen accounts: all move to the secondary, and an orderly stop removes them all (R7)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true, lifetime: 10 } });
    const phone = await site.phone({ accounts: 16 });
    const { records } = phone;
    const users = Array.from({ length: 16 }, (_, index) => `user${String(index + 1)}`).sort();
    for (let account = 1; account <= 16; account++) {
      await records.waitFor("registered", (record) => record.account === account);
    }
    assert.deepEqual(await site.primary.users(), users);
    const known = records.count;
    site.primary.freeze();
    const frozen = performance.now();
    for (let account = 1; account <= 16; account++) {
      const moved = await records.waitFor(
        "registered",
        (record) => record.account === account && record.target === site.secondary.target,
        { within: 20_000, after: known },
      );
      // Half the lifetime until the refresh, F2's budget, and the refresh may just have been.
      assert.ok(records.timeOf(moved) - frozen < 5000 + 7500 + 1000, records.text);
    }
    assert.deepEqual(await site.secondary.users(), users);
    await wait(6000);
    assert.deepEqual(await site.secondary.users(), users, "refreshed there");
    await phone.stop();
    assert.deepEqual(await site.secondary.users(), []);
  });
});
