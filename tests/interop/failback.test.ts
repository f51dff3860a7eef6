import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { LATE, assertTime, targetsOf } from "./expect.js";
import { Site } from "./site.js";

describe("failback", { concurrency: true }, () => {
  test("digest, primary stopped and continued: secondary, late answers change nothing, primary (F15)", async (t) => {
    const site = await Site.open(t, { ttl: 20, servers: { digest: true, lifetime: 10 } });
    const { primary, secondary } = site;
    const { records } = await site.phone({ account: { "sip_server.1.failback_mode": 1 } });
    await records.waitFor("registered");
    assert.deepEqual(await primary.users(), ["user1"]);
    assert.deepEqual(await secondary.users(), []);

    primary.freeze();
    const frozen = performance.now();
    const moved = await records.waitFor("registered", ({ target }) => target === secondary.target, {
      within: 16_000,
    });
    // Half the lifetime until the refresh, then F2's budget.
    assert.ok(records.timeOf(moved) - frozen < 5000 + 7500 + 1000, records.text);
    assert.deepEqual(await secondary.users(), ["user1"]);

    const answered = (await primary.registers()).length;
    const known = records.count;
    primary.thaw();
    await wait(1500);
    const late = (await primary.registers()).slice(answered);
    assert.equal(late.length, 4, "what waited in its socket was read");
    const meanwhile = records.all.slice(known).filter(({ event }) => event !== "dropped");
    const changes = new Set(["registered", "unregistered", "failover", "failback", "target-failed"]);
    assert.deepEqual(
      meanwhile.filter(
        (record) =>
          changes.has(record.event) && (!("target" in record) || record.target !== secondary.target),
      ),
      [],
      "no late answer moves it",
    );
    assert.ok(records.of("dropped", undefined, known).length >= 1, `they were counted\n${records.text}`);

    const back = await records.waitFor("failback", undefined, { within: 25_000, after: known });
    assert.equal(back.from, secondary.target);
    assert.equal(back.to, primary.target);
    await records.waitFor("registered", ({ target }) => target === primary.target, { after: known });
    const accepted = (await primary.registers()).at(-1)?.cseq;
    const binding = (await primary.bindings()).find(({ cseq }) => cseq === accepted);
    assert.equal(binding?.user, "user1");
    await wait(6000);
    const after = records.registers(undefined, records.all.indexOf(back));
    assert.ok(
      after.length >= 1 && after.every(({ target }) => target === primary.target),
      "refreshes go there",
    );
  });

  test("mode 1, TTL 20 s: the next REGISTER at the primary 20 s after the answer came (B1)", async (t) => {
    const site = await Site.open(t, { ttl: 20 });
    site.primary.freeze();
    const { records } = await site.phone({ account: { "sip_server.1.failback_mode": 1 } });
    const moved = await records.waitFor("failover", undefined, { within: 12_000 });
    const known = records.count;
    const answer = records
      .of("dns-answer", ({ name, type }) => type === "A" && name.startsWith("sec."))
      .at(-1);
    assert.ok(answer, records.text);
    assert.equal(answer.ttl, 20);
    site.primary.thaw();
    await wait(500);
    const late = (await site.primary.registers()).length;

    const back = await records.waitFor("failback", undefined, { within: 20_000, after: known });
    assert.equal(back.to, site.primary.target);
    const [trial] = records.registers(site.primary.target, known);
    assert.ok(trial && trial.t > moved.t);
    assert.equal(trial.reason, "failback");
    assertTime(trial.t - answer.t, 20_000, LATE, "the trial, after the answer");
    assert.equal(records.of("failback-due", undefined, known)[0]?.rule, "B1");
    const there = (await site.primary.registers()).slice(late);
    assert.equal(there.length, 1);
    assertTime((there[0]?.at ?? NaN) - records.timeOf(answer), 20_000, LATE, "the trial at Kamailio");
    assert.deepEqual(await site.primary.users(), ["user1"]);
    // B3: the name was resolved again.
    assert.ok(site.dns.queries.filter(({ type }) => type === "SRV").length >= 2);
  });

  test("mode 2: the refresh that is due goes to the primary (B1)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true, lifetime: 10 } });
    site.primary.freeze();
    const { records } = await site.phone({ account: { "sip_server.1.failback_mode": 2 } });
    const moved = await records.waitFor("registered", undefined, { within: 12_000 });
    assert.equal(moved.target, site.secondary.target);
    const known = records.count;
    site.primary.thaw();
    const back = await records.waitFor("failback", undefined, { after: known });
    const [trial] = records.registers(undefined, known);
    assert.ok(trial);
    assert.equal(targetsOf([trial], site.names), "primary", records.text);
    assertTime(trial.t - moved.t, 5000, LATE, "half the lifetime after the answer");
    assert.equal(back.to, site.primary.target);
    assert.deepEqual(await site.primary.users(), ["user1"]);
  });

  test("mode 3, 60 s: the trial 60 s after the move, by the command, digest (B1)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true, lifetime: 40 } });
    site.primary.freeze();
    const account = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };
    const { records } = site.command({ account });
    const moved = await records.waitFor("failover", undefined, { within: 15_000 });
    const known = records.count;
    assert.deepEqual(await site.secondary.users(), ["user1"]);
    site.primary.thaw();
    const back = await records.waitFor("failback", undefined, { within: 65_000, after: known });
    const [trial] = records.registers(site.primary.target, known);
    assert.ok(trial);
    assertTime(trial.t - moved.t, 60_000, LATE, "the trial, after the move");
    assert.equal(back.to, site.primary.target);
    assert.deepEqual(await site.primary.users(), ["user1"]);
    const refreshes = records.registers(site.secondary.target, known);
    assert.ok(refreshes.length >= 2, `refreshed at the secondary meanwhile\n${records.text}`);
  });

  test("mode 0: the next request begins at the primary (F6, B7)", async (t) => {
    const site = await Site.open(t, { servers: { lifetime: 10 } });
    await site.primary.kill();
    const { records } = await site.phone();
    const moved = await records.waitFor("registered");
    assert.equal(moved.target, site.secondary.target);
    const known = records.count;
    await site.primary.restart();
    const back = await records.waitFor("registered", undefined, { after: known });
    assert.equal(back.target, site.primary.target);
    assertTime(back.t - moved.t, 5000, LATE, "the refresh");
    assert.equal(records.of("failback", undefined, known)[0]?.to, site.primary.target, records.text);
    assert.deepEqual(await site.primary.users(), ["user1"]);
  });

  test("another primary in DNS: used when the TTL has passed (L7)", async (t) => {
    const site = await Site.open(t, { ttl: 8, servers: { lifetime: 10 } });
    const { records } = await site.phone();
    assert.equal((await records.waitFor("registered")).target, site.primary.target);
    const known = records.count;
    const { address } = site.secondary;
    await site.dns.restart({ ttl: 8, servers: [{ name: "new", address, priority: 1 }] });
    const [answer] = records.of("dns-answer", ({ type }) => type === "SRV");
    assert.ok(answer);
    const moved = await records.waitFor("registered", ({ target }) => target === site.secondary.target, {
      within: 15_000,
      after: known,
    });
    assertTime(moved.t - answer.t, 8000, 3000, "the first refresh after the TTL");
    assert.deepEqual(await site.secondary.users(), ["user1"]);
    const early = records.registers(site.primary.target, known);
    assert.ok(early.length >= 1 && early.every(({ t: sent }) => sent - answer.t < 8000), records.text);
  });
});
