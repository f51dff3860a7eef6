import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { LATE, assertTime, assertTimes, targetsOf, timesOf } from "./expect.js";
import type { Line } from "./programs.js";
import { Site } from "./site.js";

/** R5's fixed wait, which holds without the keys of the back-off. */
const retryAfter5 = { reg_fail_retry_interval: 5, reg_failed_retry_max_time: 0 };
/** A DNS server that is silent is given up after two seconds. */
const quickDns = { "static.network.dns.query_timeout": 1, "static.network.dns.retry_times": 1 };

describe("trouble", { concurrency: true }, () => {
  test("all servers down, one returns: registered with it within R5's wait", async (t) => {
    const site = await Site.open(t, { closed: ["primary", "secondary"], servers: { digest: true } });
    const { records } = await site.phone({ account: retryAfter5 });
    const first = await records.waitFor("failed");
    assert.equal(first.reason, "no-target-left");
    const second = await records.waitFor("failed", undefined, { after: records.count });
    assertTime(second.t - first.t, 5000, LATE, "the second round");
    assert.equal(
      targetsOf(records.registers(), site.names),
      "primary secondary primary secondary",
      records.text,
    );
    await site.secondary.restart();
    const up = performance.now();
    const registered = await records.waitFor("registered");
    assert.equal(registered.target, site.secondary.target);
    assert.ok(records.timeOf(registered) - up < 5000 + LATE, records.text);
    assert.deepEqual(await site.secondary.users(), ["user1"]);
  });

  for (const { silent, what, sentence } of [
    { silent: true, what: "is silent", sentence: /does not answer/ },
    { silent: false, what: "has its port closed", sentence: /cannot be reached/ },
  ]) {
    test(`the DNS server ${what}: a sentence names it, and the phone registers when it returns`, async (t) => {
      const site = await Site.open(t, { servers: { digest: true } });
      if (silent) site.dns.freeze();
      else await site.dns.kill();
      const phone = site.command({ account: retryAfter5, phone: quickDns });
      const { records, program } = phone;
      const failed = await records.waitFor("failed");
      const told = (): Line[] =>
        program.lines.filter(({ text, stream }) => stream === "stderr" && sentence.test(text));
      await program.until(() => told().length > 0, "sentence on the DNS server");
      assert.ok(told()[0]?.text.includes(site.dns.endpoint), program.text);
      assert.equal(failed.reason, "name-not-found", records.text);
      assert.deepEqual(records.registers(), []);
      if (silent) site.dns.thaw();
      else await site.dns.restart();
      const up = performance.now();
      const registered = await records.waitFor("registered");
      assert.equal(registered.target, site.primary.target);
      assert.ok(records.timeOf(registered) - up < 5000 + 2000 + LATE, records.text);
      assert.equal(told().length, 1, program.text);
      assert.deepEqual(await site.primary.users(), ["user1"]);
    });
  }

  test("DNS falls silent while registered, expired answers allowed: the registration lives on (L7)", async (t) => {
    const site = await Site.open(t, { ttl: 4, servers: { lifetime: 10 } });
    const phone = { ...quickDns, "static.network.dns.last_cache_expired.enable": 1 };
    const { records } = await site.phone({ phone });
    await records.waitFor("registered");
    site.dns.freeze();
    const known = records.count;
    // Two refreshes: with the first binding alone it would be gone.
    for (let count = 1; count <= 2; count++) {
      const refreshed = (): boolean => records.of("registered", undefined, known).length >= count;
      await records.waitFor("registered", refreshed, { within: 12_000, after: known });
    }
    assert.deepEqual(await site.primary.users(), ["user1"]);
    assert.deepEqual(records.of("unregistered", undefined, known), []);
    assert.ok(
      records.of("dns-answer", ({ outcome }) => outcome === "silent", known).length >= 1,
      `it was asked\n${records.text}`,
    );
  });

  test("Ctrl-C: the binding is gone at Kamailio, status 0 (R7)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true } });
    const phone = site.command();
    await phone.records.waitFor("registered");
    assert.deepEqual(await site.primary.users(), ["user1"]);
    const interrupted = performance.now();
    assert.deepEqual(await phone.interrupt(), { status: 0, signal: null }, phone.program.text);
    assert.ok(performance.now() - interrupted < 2000);
    assert.deepEqual(await site.primary.users(), []);
    assert.equal((await site.primary.registers()).at(-1)?.expires, "0");
    assert.equal(phone.records.of("unregistered").at(-1)?.reason, "stopped", phone.records.text);
  });

  test("Ctrl-C while the server is silent: over after 2 s (R7)", async (t) => {
    const site = await Site.open(t);
    const phone = site.command();
    await phone.records.waitFor("registered");
    site.primary.freeze();
    const interrupted = performance.now();
    assert.deepEqual(await phone.interrupt(), { status: 0, signal: null }, phone.program.text);
    assert.ok(performance.now() - interrupted < 3000);
  });

  test("run for people, plain in a pipe: where it is and why, no colours", async (t) => {
    const site = await Site.open(t, { closed: ["primary"], servers: { digest: true } });
    const phone = site.command({}, []);
    await phone.program.until(
      async () => (await site.secondary.registers()).length === 2,
      "REGISTER with credentials",
    );
    await wait(300);
    assert.deepEqual(await phone.interrupt(), { status: 0, signal: null }, phone.program.text);
    const { text } = phone.program;
    assert.ok(text.includes(site.secondary.target.replace("udp:", "")), text);
    assert.ok(text.includes("refused"), text);
    assert.ok(!text.includes("\u001b"), text);
    assert.ok(!text.includes("secret") && !text.includes("response="), text);
  });

  test("two rounds of a silent pair of servers: both budgets, then R5's wait (F2, F10)", async (t) => {
    const site = await Site.open(t, { servers: { digest: true } });
    site.primary.freeze();
    site.secondary.freeze();
    const { records } = await site.phone({ account: { ...retryAfter5, "sip_server.1.retry_counts": 0 } });
    const failed = await records.waitFor("failed", undefined, { within: 36_000 });
    assert.equal(failed.reason, "no-target-left");
    const [first, second] = records.registers();
    assert.ok(first && second);
    assertTimes(
      timesOf(records, [first, second, failed]),
      [0, 500, 32_500],
      LATE,
      "primary, secondary, failed",
    );
    site.secondary.thaw();
    const registered = await records.waitFor("registered");
    assertTime(registered.t - failed.t, 5500, LATE, "R5's wait and the primary's budget");
    assert.equal(registered.target, site.secondary.target);
  });
});
