import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Call, asked, registeredPhone } from "./calls.js";
import { LATE, assertTime } from "./expect.js";
import { Sipp } from "./sipp.js";
import { Site } from "./site.js";

/** A silent primary fails a request after 1.5 s (F2). */
const quick = { "sip_server.1.retry_counts": 1 };
/** The primary's silence is found out by two probes in a row, within 7 s. */
const probing = { "sip.probe_max_lost": 2, "sip.probe_interval": 2 };

describe("a call outlives its server", { concurrency: true }, () => {
  for (const { stopped, what, tries, after } of [
    { stopped: true, what: "is silent", tries: "primary primary secondary", after: 1500 },
    { stopped: false, what: "has its port closed", tries: "primary secondary", after: 0 },
  ]) {
    test(`F13: Record-Route by name, the primary ${what}: BYE reaches the far end through the secondary`, async (t) => {
      const far = await Sipp.start(t, "answer");
      const site = await Site.open(t, { servers: { digest: true, far: far.endpoint, recordRoute: "name" } });
      const phone = await registeredPhone(site, { account: quick });
      const call = await Call.place(phone);
      await call.until("established");
      await far.has("ACK");
      if (stopped) site.primary.freeze();
      else await site.primary.kill();
      await call.hangUp();
      const ended = await call.until("ended");
      assert.equal(ended.reason, "local", phone.records.text);
      await far.finished();
      assert.equal(far.story, ">INVITE 180 200 >ACK >BYE 200");
      assert.equal(asked(site, phone, "BYE"), tries, phone.records.text);
      const sent = phone.records.of("request", ({ method }) => method === "BYE");
      assertTime((sent.at(-1)?.t ?? NaN) - (sent[0]?.t ?? NaN), after, LATE, "BYE at the secondary");
    });
  }

  test("F13: Record-Route by address, the primary has its port closed: BYE goes nowhere else, the call ends here", async (t) => {
    const far = await Sipp.start(t, "answer");
    const site = await Site.open(t, { servers: { far: far.endpoint } });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    await call.until("established");
    await far.has("ACK");
    await site.primary.kill();
    await call.hangUp();
    assert.equal((await call.until("ended")).reason, "local", phone.records.text);
    await wait(500);
    assert.equal(asked(site, phone, "BYE"), "primary", phone.records.text);
    assert.equal(far.story, ">INVITE 180 200 >ACK");
  });

  for (const { mode, due, keys, ttl } of [
    { mode: 1, due: "the TTL has passed", keys: {}, ttl: 12 },
    { mode: 3, due: "the 60 s have passed", keys: { "sip_server.1.failback_timeout": 60 }, ttl: 300 },
  ]) {
    test(`B2, F13: mode ${String(mode)}: the primary is back and ${due}: the phone returns when the call has ended`, async (t) => {
      const far = await Sipp.start(t, "answer");
      const site = await Site.open(t, { ttl, servers: { far: far.endpoint, recordRoute: "name" } });
      const { primary, secondary } = site;
      const phone = await registeredPhone(site, {
        account: { ...quick, "sip_server.1.failback_mode": mode, ...keys },
        phone: probing,
      });
      const { records } = phone;
      const call = await Call.place(phone);
      await call.until("established");
      await far.has("ACK");
      const known = records.count;
      primary.freeze();
      const moved = await records.waitFor("registered", ({ target }) => target === secondary.target, {
        after: known,
      });
      primary.thaw();
      const dues = records.waitFor("failback-due", ({ rule }) => rule === "B2", {
        within: 65_000,
        after: known,
      });
      const due = await dues;
      if (mode === 3) assertTime(due.t - moved.t, 60_000, 2 * LATE, "due, after the move");
      await wait(1500);
      assert.deepEqual(records.of("failback", undefined, known), []);
      assert.deepEqual(records.registers(primary.target, known), [], records.text);
      assert.equal(call.states.at(-1), "established", records.text);

      await call.hangUp();
      const back = await records.waitFor("registered", ({ target }) => target === primary.target, {
        after: known,
      });
      const [ended] = records.of("call", ({ state }) => state === "ended");
      assert.ok(ended && back.t >= ended.t && back.t - ended.t < LATE, `at once\n${records.text}`);
      await far.finished();
      assert.equal(far.story, ">INVITE 180 200 >ACK >BYE 200");
      assert.equal(asked(site, phone, "BYE"), "secondary", records.text);
      assert.deepEqual(await primary.users(), ["user1"]);
    });
  }
});
