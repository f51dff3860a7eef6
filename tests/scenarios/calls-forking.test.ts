/** Forked and repeated answers: RFC 3261 (12.1.2, 13.2.2.4), RFC 6026. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CalleeStep, SimulatedPhone } from "../../host/simulated/index.js";
import {
  FAR,
  OFFER,
  QUIET,
  callLines,
  calls,
  ends,
  heardAnswer,
  inject,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import { drops } from "./lookups.js";

const calling = (callee: readonly CalleeStep[], settings = {}) => {
  const site = new Site();
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  site.exchange.callee = callee;
  return { site, phone, call: phone.call(FAR, OFFER) };
};

/** The To tags of the requests of some methods, in order: `["ACK far-1", "BYE far-1"]`. */
const tags = (phone: SimulatedPhone, ...methods: string[]): string[] =>
  requestsOf(phone, ...methods).map(({ message }) => `${message.method} ${message.toTag}`);

describe("forking", () => {
  test("RFC 3261, 13.2.2.4: two branches answer 200: the first is the call; the second has an ACK and a BYE", () => {
    const { site, phone } = calling([
      { status: 180, fork: 0 },
      { status: 180, fork: 1 },
      { status: 200, fork: 0, delay: 1000 },
      { status: 200, fork: 1, delay: 500 },
    ]);
    site.s.run(10_000);
    const [first, second] = site.exchange.calls;
    assert.ok(first && second);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "11000 ACK A", "11500 ACK A", "11500 BYE A"]);
    assert.deepEqual(tags(phone, "ACK", "BYE"), [
      `ACK ${first.localTag}`,
      `ACK ${second.localTag}`,
      `BYE ${second.localTag}`,
    ]);
    assert.deepEqual([first.state, second.state], ["confirmed", "ended"]);
    assert.equal(calls(phone).at(-1), "11000 established");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("RFC 3261, 12.1.2: another branch rings than the one that takes the call: the call is the latter's", () => {
    const { site, phone, call } = calling([
      { status: 180, fork: 0 },
      { status: 200, fork: 1, delay: 1000 },
    ]);
    site.s.run(5000);
    phone.hangUp(call);
    site.s.run(1000);
    const second = site.exchange.calls[1];
    assert.deepEqual(tags(phone, "ACK", "BYE"), [
      `ACK ${second?.localTag ?? ""}`,
      `BYE ${second?.localTag ?? ""}`,
    ]);
    assert.deepEqual(ends(phone), ["15000 local 200"]);
  });

  test("three branches: two BYEs, and the first call is not touched", () => {
    const { site, phone } = calling([
      { status: 200, fork: 0 },
      { status: 200, fork: 1 },
      { status: 200, fork: 2 },
    ]);
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10000 BYE A"]);
    assert.deepEqual(
      site.exchange.calls.map(({ state }) => state),
      ["confirmed", "ended", "ended"],
    );
  });

  test("the second 200 comes again, for its ACK was lost: ACK again, and its BYE goes on", () => {
    const { site, phone } = calling([
      { status: 200, fork: 0 },
      { status: 200, fork: 1, delay: 1000 },
    ]);
    site.s.run(1000);
    const second = heardAnswer(phone, 200);
    site.s.run(500);
    inject(site, second);
    const lines = callLines(phone, 11_500);
    assert.ok(lines.includes("11500 ACK A"));
    assert.equal(calls(phone).at(-1), "10000 established");
  });
});

describe("answers that come again, or late", () => {
  test("RFC 3261, 13.2.2.4: each repeated 200 has its ACK again, the same one", () => {
    const { site, phone } = calling([{ status: 200 }]);
    // A loses what the phone sends: the ACKs.
    site.s.run(0);
    const answer = heardAnswer(phone, 200);
    for (const wait of [500, 1000, 2000]) {
      site.s.run(wait);
      inject(site, answer);
    }
    assert.deepEqual(sentLines(phone, "ACK"), ["10000 ACK A", "10500 ACK A", "11500 ACK A", "13500 ACK A"]);
    assert.equal(new Set(requestsOf(phone, "ACK").map(({ message }) => message.cseq)).size, 1);
    assert.deepEqual(sentLines(phone, "BYE"), []);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a 200 that comes again after the call has ended: ACK again, no second BYE", () => {
    const { site, phone, call } = calling([{ status: 200 }]);
    site.s.run(100);
    const answer = heardAnswer(phone, 200);
    phone.hangUp(call);
    site.s.run(400);
    inject(site, answer);
    site.s.run(10_000);
    assert.ok(callLines(phone, 10_500).includes("10500 ACK A"));
    assert.deepEqual(ends(phone), ["10100 local 200"]);
  });

  test("a 180 after the 200 changes nothing", () => {
    const { site, phone } = calling([{ status: 180 }, { status: 200, delay: 100 }]);
    site.s.run(1000);
    const before = phone.wire.length;
    const states = calls(phone);
    inject(site, heardAnswer(phone, 180));
    assert.equal(phone.wire.length, before + 1);
    assert.deepEqual(calls(phone), states);
  });

  test("F15: a 486 after the 200 is no answer any more", () => {
    const { site, phone } = calling([{ status: 200 }]);
    site.s.run(100);
    inject(site, heardAnswer(phone, 200), (text) => text.replace("200 OK", "486 Busy Here"));
    site.s.run(10_000);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(ends(phone), []);
  });

  test("a 200 from another server than the one that was asked is a stranger's: dropped", () => {
    const { site, phone } = calling([{ status: 180 }]);
    site.s.run(100);
    inject(site, heardAnswer(phone, 180), (text) => text.replace("180 Ringing", "200 OK"), "192.0.2.2:5060");
    assert.deepEqual(drops(phone), { stranger: 1 });
    assert.equal(calls(phone).at(-1), "10000 ringing");
  });

  test("64·T1 after the 200 its transaction is over: what comes then is dropped", () => {
    const { site, phone } = calling([{ status: 200 }]);
    site.s.run(100);
    const answer = heardAnswer(phone, 200);
    site.s.run(33_000);
    const before = sentLines(phone, "ACK").length;
    inject(site, answer);
    assert.equal(sentLines(phone, "ACK").length, before);
    assert.deepEqual(drops(phone), { "no-transaction": 1 });
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a 2xx without a tag or a Contact: acknowledged, and nothing traps", () => {
    for (const cut of [/;tag=far-\d+/, /Contact: [^\r]*\r\n/]) {
      const { site, phone, call } = calling([{ status: 180 }]);
      site.s.run(100);
      inject(site, heardAnswer(phone, 180), (text) => text.replace("180 Ringing", "200 OK").replace(cut, ""));
      site.s.run(1000);
      assert.equal(sentLines(phone, "ACK").length, 1);
      phone.hangUp(call);
      site.s.run(40_000);
      assert.equal(calls(phone).at(-1)?.split(" ")[1], "ended");
    }
  });
});
