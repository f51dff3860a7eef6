/** Requests of the far end that do not fit: RFC 3261 (12.2.2, 14), RFC 3311 (5.2). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR_SDP } from "../../host/simulated/index.js";
import { FAR, OFFER, QUIET, SDP, callMessages, calls, ends, taken } from "./call-helpers.js";
import { Site } from "./helpers.js";

/** A phone with a call that it took, by A; it is 10 s. */
const inCall = () => {
  const site = new Site();
  const phone = site.phone(QUIET);
  site.s.runUntil(10_000);
  const { number, call } = taken(site, phone, site.a);
  return { site, phone, number, call };
};

const HOLD = SDP.replace("a=sendrecv", "a=sendonly");

describe("requests that do not fit", () => {
  test("RFC 3261, 12.2.2: a CSeq below the last one: 500", () => {
    const { site, phone, call } = inCall();
    call.info("a", { cseq: 20 });
    site.s.run(100);
    const late = call.info("b", { cseq: 19 });
    site.s.run(100);
    assert.equal(late.status, 500);
    assert.deepEqual(callMessages(phone).slice(1), ["10000 INFO 0"]);
    // RFC 3261, 12.2.2: numbers may leave gaps.
    const next = call.info("c", { cseq: 100 });
    site.s.run(100);
    assert.equal(next.status, 200);
  });

  for (const method of ["BYE", "INFO", "INVITE", "UPDATE", "REFER", "NOTIFY"]) {
    test(`RFC 3261, 12.2.2: ${method} in a dialog that is not there: 481`, () => {
      const { site, phone, call } = inCall();
      phone.cutPower();
      const again = site.phone(QUIET, { addresses: { 4: "198.51.100.9" } });
      site.s.run(1000);
      const request = call.send(method, { at: "udp:198.51.100.9:5060" });
      site.s.run(1000);
      assert.equal(request.status, 481);
      assert.deepEqual(calls(again), []);
    });
  }

  test("RFC 3261, 14.2: an INVITE while one of theirs waits for the application: 500 with Retry-After", () => {
    const { site, call } = inCall();
    call.reinvite(HOLD);
    site.s.run(100);
    const second = call.reinvite(SDP);
    site.s.run(100);
    assert.equal(second.status, 500);
    assert.match(second.final?.header("retry-after") ?? "", /^([0-9]|10)$/);
  });

  test("RFC 3261, 14.2: an INVITE while one of ours waits for the far end: 491", () => {
    const { site, phone, number, call } = inCall();
    site.exchange.reinvited = [{ status: 100 }];
    phone.requestInCall(number, "INVITE", OFFER);
    site.s.run(100);
    const glare = call.reinvite(HOLD);
    site.s.run(100);
    assert.equal(glare.status, 491);
  });

  test("RFC 3311, 5.2: UPDATE with an offer while one of theirs waits: 500 with Retry-After; of ours: 491", () => {
    const { site, phone, number, call } = inCall();
    call.reinvite(HOLD);
    site.s.run(100);
    const second = call.update(SDP);
    site.s.run(100);
    assert.equal(second.status, 500);
    assert.ok(second.final?.header("retry-after") !== undefined);
    phone.respond(number, 200, OFFER);
    site.s.run(100);
    site.exchange.answers = { UPDATE: "silent" };
    phone.requestInCall(number, "UPDATE", OFFER);
    site.s.run(100);
    const glare = call.update(HOLD);
    site.s.run(100);
    assert.equal(glare.status, 491);
  });

  test("RFC 3261, 14.1: 491 to an INVITE of ours: the application hears of it, the call goes on", () => {
    const { site, phone, number } = inCall();
    site.exchange.reinvited = [{ status: 491 }];
    phone.requestInCall(number, "INVITE", OFFER);
    site.s.run(10_000);
    assert.deepEqual(callMessages(phone).slice(1), ["10000 INVITE 491"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  for (const status of [481, 408]) {
    test(`RFC 3261, 12.2.1.2: ${String(status)} to a re-INVITE of ours ends the call`, () => {
      const { site, phone, number } = inCall();
      site.exchange.reinvited = [{ status }];
      phone.requestInCall(number, "INVITE", OFFER);
      site.s.run(10_000);
      assert.match(ends(phone)[0] ?? "", new RegExp(`^10000 .* ${String(status)}$`));
    });
  }

  test("RFC 3311, 5.2: UPDATE without an offer has nothing to collide with: 200, while an INVITE of ours waits", () => {
    const { site, phone, number, call } = inCall();
    site.exchange.reinvited = [{ status: 100 }];
    phone.requestInCall(number, "INVITE", OFFER);
    site.s.run(100);
    const update = call.update();
    site.s.run(100);
    assert.equal(update.status, 200);
  });

  test("RFC 3311, 5.2: an early dialog whose offer has its answer in a reliable 183: UPDATE is taken", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    site.exchange.callee = [
      { status: 183, reliable: true, body: FAR_SDP },
      { status: 200, delay: 5000 },
    ];
    const number = phone.call(FAR, OFFER);
    site.s.run(1000);
    const update = site.exchange.calls[0]?.update(HOLD);
    site.s.run(100);
    assert.equal(phone.events("call-message").at(-1)?.body, HOLD);
    assert.equal(phone.respond(number, 200, OFFER), 0);
    site.s.run(100);
    assert.equal(update?.status, 200);
    site.s.run(10_000);
    assert.equal(calls(phone).at(-1), "15000 established");
  });
});
