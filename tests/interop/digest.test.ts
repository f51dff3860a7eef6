import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { LATE, assertTime } from "./expect.js";
import { Site } from "./site.js";

/** R5's fixed wait, which holds without the keys of the back-off. */
const retryAfter5 = { reg_fail_retry_interval: 5, reg_failed_retry_max_time: 0 };

describe("digest (R3)", { concurrency: true }, () => {
  for (const algorithm of ["MD5", "SHA-256"] as const) {
    test(`${algorithm}: registered, after one challenge`, async (t) => {
      const site = await Site.open(t, { closed: ["secondary"], servers: { digest: true, algorithm } });
      const phone = await site.phone();
      await phone.records.waitFor("registered");
      const statuses = phone.records.of("response").map(({ status }) => status);
      assert.deepEqual(statuses, [401, 200], phone.records.text);
      assert.deepEqual(await site.primary.users(), ["user1"]);
      const last = (await site.primary.registers()).at(-1);
      assert.equal(last?.algorithm, algorithm);
    });
  }

  for (const stale of [true, false]) {
    test(`a nonce too old, ${stale ? "called stale" : "just challenged again"}: refreshed with the next`, async (t) => {
      const servers = { digest: true, nonceLifetime: 3, stale, lifetime: 10 };
      const site = await Site.open(t, { closed: ["secondary"], servers });
      const phone = await site.phone();
      const { records } = phone;
      const first = await records.waitFor("registered");
      await records.waitFor("registered", ({ t: at }) => at > first.t);
      const statuses = records.of("response").map(({ status }) => status);
      assert.deepEqual(statuses, [401, 200, 401, 200], records.text);
      assert.ok((await site.primary.registers())[2]?.credentials, "the refresh offers the nonce that it has");
      assert.deepEqual(records.of("failed"), []);
      assert.equal(site.primary.log.includes("stale nonce of user1"), stale);
      await phone.stop();
      assert.deepEqual(await site.primary.users(), []);
    });
  }

  test("wrong password: named, asked again after R5's wait and no sooner, never shown", async (t) => {
    const site = await Site.open(t, { servers: { digest: true } });
    const password = "Wr0ng.Pa55word";
    const phone = site.command({ password, account: retryAfter5 }, ["--json", "--verbose"]);
    const { records } = phone;
    const first = await records.waitFor("failed");
    assert.equal(first.reason, "wrong-credentials");
    assert.equal(first.status, 401);
    assertTime(first.retry, 5000, 0, "the announced wait");
    const second = await records.waitFor("failed", undefined, { after: records.all.indexOf(first) + 1 });
    assertTime(second.t - first.t, 5000, LATE, "the second round");
    await wait(4000);
    const { length } = await site.primary.registers();
    assert.ok(length <= 4, `${String(length)} REGISTERs`);
    assert.deepEqual(
      await site.secondary.registers(),
      [],
      "a rejection is an answer: no other server is asked (F1)",
    );
    assert.deepEqual(await site.primary.users(), []);
    assert.ok(!phone.program.text.includes(password));
  });
});
