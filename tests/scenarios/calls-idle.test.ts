/** A phone is idle when none of its accounts has a call: B2, with calls instead of what the application says. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import { FAR, OFFER, QUIET, calls, established, incomingOf, sentLines, taken } from "./call-helpers.js";
import { Site, decisions, registered, registers, sent } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const MODE_3: Settings = {
  ...QUIET,
  "sip_server.1.failback_mode": 3,
  "sip_server.1.failback_timeout": 60,
};

/** Account 2 registers with C. */
const ACCOUNT_2: Settings = {
  "account.2.enable": 1,
  "account.2.user_name": 2000,
  "account.2.sip_server.1.address": "192.0.2.3",
  "account.2.nat.udp_update_enable": 0,
};

/** A phone whose account 1 is with B since 0 s because A was refused; A is up again: the trial is due at 60 s. */
const awaitingFailback = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  site.a.refuse();
  const phone = site.phone({ ...MODE_3, ...settings });
  site.s.runUntil(10_000);
  site.a.up();
  return { site, phone };
};

const trials = (phone: Parameters<typeof registers>[0]): string[] =>
  registers(phone, 1000).filter((line) => line.endsWith("A"));

describe("B2: a failback is put off while there is a call", () => {
  test("B2: without a call: at 60 s", () => {
    const { site, phone } = awaitingFailback();
    site.s.runUntil(100_000);
    assert.deepEqual(trials(phone), ["60000 A"]);
  });

  test("B2: a call of ours, established: until it ends, then at once", () => {
    const { site, phone } = awaitingFailback();
    const call = established(site, phone);
    site.s.runUntil(100_000);
    assert.deepEqual(trials(phone), []);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["100000 A"]);
    assert.deepEqual(decisions(phone).slice(-3), [
      "60000 failback-due B1",
      "60000 failback-due B2",
      "100000 failback B A B4",
    ]);
  });

  test("B2: a call of ours that still rings", () => {
    const { site, phone } = awaitingFailback();
    site.exchange.callee = [{ status: 180 }];
    site.s.runUntil(50_000);
    const call = phone.call(FAR, OFFER);
    site.s.runUntil(90_000);
    assert.deepEqual(trials(phone), []);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["90000 A"]);
  });

  test("B2: an INVITE whose target is silent so far", () => {
    const { site, phone } = awaitingFailback();
    site.s.runUntil(58_000);
    site.b.silent();
    phone.call(FAR, OFFER);
    site.s.runUntil(60_500);
    assert.deepEqual(trials(phone), []);
    assert.deepEqual(decisions(phone).slice(-1), ["60000 failback-due B2"]);
  });

  test("B2: a call that comes in and rings; refused, the trial follows at once", () => {
    const { site, phone } = awaitingFailback();
    site.s.runUntil(50_000);
    site.exchange.invite(site.b, { to: "1000" });
    site.s.run(0);
    const call = incomingOf(phone);
    phone.respond(call, 180);
    site.s.runUntil(90_000);
    assert.deepEqual(trials(phone), []);
    phone.respond(call, 486);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["90000 A"]);
  });

  test("B2: a call that came in and was taken, until the far end hangs up", () => {
    const { site, phone } = awaitingFailback();
    site.s.runUntil(50_000);
    const { call } = taken(site, phone, site.b);
    site.s.runUntil(90_000);
    assert.deepEqual(trials(phone), []);
    call.bye();
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["90000 A"]);
  });

  test("B2: phone-wide: a call of account 2 holds account 1's failback back", () => {
    const { site, phone } = awaitingFailback(ACCOUNT_2);
    const call = established(site, phone, { account: 2, uri: "sip:7000@192.0.2.3" });
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE C"]);
    site.s.runUntil(100_000);
    assert.deepEqual(trials(phone), []);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["100000 A"]);
  });

  test("B2: of two calls the last one's end counts", () => {
    const { site, phone } = awaitingFailback();
    const first = established(site, phone);
    const second = established(site, phone);
    site.s.runUntil(100_000);
    phone.hangUp(first);
    site.s.runUntil(130_000);
    assert.deepEqual(trials(phone), []);
    phone.hangUp(second);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["130000 A"]);
  });

  test("B2: the call ends while its BYE waits for an answer: the trial comes with the end, not before", () => {
    const { site, phone } = awaitingFailback();
    const call = established(site, phone);
    site.exchange.answers = { BYE: { status: 200, delay: 2000 } };
    site.s.runUntil(100_000);
    phone.hangUp(call);
    site.s.run(5000);
    assert.equal(calls(phone).at(-1), "102000 ended");
    assert.deepEqual(trials(phone), ["102000 A"]);
  });

  test("B2: calls in hand outside of the core count beside those within", () => {
    const { site, phone } = awaitingFailback();
    phone.setBusy(1);
    const call = established(site, phone);
    site.s.runUntil(100_000);
    phone.hangUp(call);
    site.s.runUntil(110_000);
    assert.deepEqual(trials(phone), []);
    phone.setBusy(0);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["110000 A"]);
  });

  test("B2: mode 1: due when the TTL runs out, put off until the call ends", () => {
    const { site, phone } = awaitingFailback({ "sip_server.1.failback_mode": 1 }, { ttl: 30 });
    const call = established(site, phone);
    site.s.runUntil(100_000);
    assert.deepEqual(trials(phone), []);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["100000 A"]);
  });

  test("B2: mode 2: the refresh during a call goes to B; the trial comes with the call's end", () => {
    const { site, phone } = awaitingFailback({ "sip_server.1.failback_mode": 2 }, { maxExpires: 60 });
    const call = established(site, phone);
    site.s.runUntil(70_000);
    assert.deepEqual(registers(phone, 1000), ["30000 B", "60000 B"]);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(trials(phone), ["70000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("B2: a failover is not put off: B dies during a call, the registration moves at once", () => {
    const { site, phone } = awaitingFailback({ "nat.udp_update_enable": 1, "nat.udp_update_time": 30 });
    established(site, phone);
    site.s.runUntil(20_000);
    site.b.refuse();
    site.s.runUntil(40_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    assert.ok(sent(phone).some(({ t, target }) => t === 30_000 && target === "A"));
  });
});

describe("B2, G2: fallback", () => {
  const SUCCESSIVE: Settings = {
    ...QUIET,
    "sip_server.2.address": "192.0.2.4",
    "fallback.redundancy_type": 1,
    "fallback.timeout": 120,
  };

  test("G2: the trial of slot 1 is not held back by a call: the call stays, new ones go by slot 1", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.runUntil(50_000);
    site.exchange.callee = answering();
    established(site, phone);
    site.a.up();
    site.s.runUntil(140_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    established(site, phone);
    assert.deepEqual(sentLines(phone, "INVITE"), ["50000 INVITE D", "140000 INVITE A"]);
  });
});
