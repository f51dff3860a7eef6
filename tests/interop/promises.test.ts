import assert from "node:assert/strict";
import { test } from "node:test";
import { Call, asked, registeredPhone } from "./calls.js";
import { assertTimes, targetsOf } from "./expect.js";
import type { LibraryPhone } from "./phone.js";
import { Sipp } from "./sipp.js";
import { Site } from "./site.js";

/** The most milliseconds from a refusal to the next try, and from a call to its first provisional answer. */
const AT_ONCE = 50;
/** A busy machine makes any process wait now and then, but not each of three. */
const TRIES = 3;

/** Places a call, has it answered and ends it: what was sent and answered for it. */
const oneCall = async (phone: LibraryPhone) => {
  const { records } = phone;
  const after = records.count;
  const call = await Call.place(phone);
  const first = await records.waitFor(
    "response",
    ({ method, status }) => method === "INVITE" && status < 200,
    {
      after,
    },
  );
  await call.until("established");
  await call.hangUp();
  await call.until("ended");
  return { sent: records.of("request", ({ method }) => method === "INVITE", after), first };
};

// Milliseconds count here: one by one.

test("F2: the primary silent, invite_retry_counts 3: INVITE at the secondary 7.5 s after its first try", async (t) => {
  const far = await Sipp.start(t, "answer");
  const site = await Site.open(t, { servers: { far: far.endpoint } });
  const phone = await registeredPhone(site, { account: { "sip_server.1.invite_retry_counts": 3 } });
  site.primary.freeze();
  const { sent } = await oneCall(phone);
  const { records } = phone;
  assert.equal(targetsOf(sent, site.names), "primary primary primary primary secondary", records.text);
  const times = sent.map(({ t: at }) => at);
  assertTimes(times, [0, 500, 1500, 3500, 7500], 400, "INVITEs");
  const [there, ...more] = await site.secondary.requests("INVITE");
  assert.ok(there && sent[0]);
  assert.deepEqual(more, []);
  const took = there.at - records.timeOf(sent[0]);
  assert.ok(took > 7400 && took < 7900, `at Kamailio after ${took.toFixed(0)} ms`);
  await far.finished();
});

test("F3: the primary's port closed: INVITE at the secondary within 50 ms", async (t) => {
  const far = await Sipp.start(t, "answer", { calls: TRIES });
  const site = await Site.open(t, { servers: { far: far.endpoint } });
  const phone = await registeredPhone(site);
  await site.primary.kill();
  let shortest = Infinity;
  for (let tries = 0; tries < TRIES; tries++) {
    const { sent } = await oneCall(phone);
    const [first, second] = sent;
    assert.ok(first && second);
    assert.equal(targetsOf(sent, site.names), "primary secondary", phone.records.text);
    shortest = Math.min(shortest, second.t - first.t);
  }
  assert.ok(shortest <= AT_ONCE, `${String(shortest)} ms`);
  await far.finished();
});

test("K2, K3, S2: probing, the primary falls silent: left within 7 s with all that it served, and a call rings within 50 ms", async (t) => {
  const far = await Sipp.start(t, "answer", { calls: TRIES });
  const notifier = await Sipp.start(t, "lamps", { calls: 9 });
  const site = await Site.open(t, {
    servers: { digest: true, far: far.endpoint, notifier: notifier.endpoint },
  });
  const { primary, secondary } = site;
  const phone = await registeredPhone(site, {
    account: {
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_subscribe.enable": 1,
      "blf.blf_list_uri": "sip:lamps@example.test",
    },
    phone: { "sip.probe_max_lost": 2, "sip.probe_interval": 2 },
  });
  const { records } = phone;
  await records.waitFor("notify");
  const known = records.count;
  primary.freeze();
  const frozen = performance.now();
  const moved = await records.waitFor("registered", ({ target }) => target === secondary.target, {
    after: known,
  });
  const subscribed = await records.waitFor("subscribed", ({ target }) => target === secondary.target, {
    after: known,
  });
  await records.waitFor("notify", ({ source }) => source === secondary.target, { after: known });
  for (const record of [moved, subscribed]) {
    assert.ok(records.timeOf(record) - frozen < 7000, records.text);
  }
  assert.equal(records.of("target-failed", undefined, known)[0]?.cause, "down", records.text);

  let shortest = Infinity;
  for (let tries = 0; tries < TRIES; tries++) {
    const { sent, first } = await oneCall(phone);
    assert.equal(targetsOf(sent, site.names), "secondary", records.text);
    shortest = Math.min(shortest, first.t - (sent[0]?.t ?? NaN));
  }
  assert.ok(shortest <= AT_ONCE, `${String(shortest)} ms`);
  assert.equal(asked(site, phone, "BYE"), "secondary secondary secondary", records.text);
  await far.finished();
});
