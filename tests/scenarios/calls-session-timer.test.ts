/** Session timers (RFC 4028) of calls of ours and of the far end's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SessionTimer } from "../../host/simulated/index.js";
import {
  FAR,
  OFFER,
  QUIET,
  SDP,
  answersOf,
  callMessages,
  calls,
  ends,
  incomingOf,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";

const TIMER: Settings = { "session_timer.enable": 1, "session_timer.expires": 100 };

const ready = (settings: Settings = {}) => {
  const site = new Site();
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** A call of the phone's that is established at 10 s. */
const called = (settings: Settings, timer?: SessionTimer) => {
  const { site, phone } = ready(settings);
  site.exchange.sessionTimer = timer;
  site.exchange.callee = [{ status: 100 }, { status: 200 }];
  const number = phone.call(FAR, OFFER);
  site.s.run(0);
  return { site, phone, number };
};

describe("RFC 4028: what an INVITE asks for", () => {
  test("session_timer.enable 0: neither Session-Expires nor timer in Supported", () => {
    const { phone } = called({});
    const invite = lastOf(phone, "INVITE");
    assert.equal(invite.header("session-expires"), undefined);
    assert.ok(!invite.elements("supported").includes("timer"));
  });

  for (const [expires, refresher, wanted] of [
    [90, 0, "90;refresher=uac"],
    [100, 0, "100;refresher=uac"],
    [1800, 1, "1800;refresher=uas"],
    [7200, 1, "7200;refresher=uas"],
  ] as const) {
    test(`session_timer.expires ${String(expires)}, refresher ${String(refresher)}: ${wanted}, Min-SE, timer`, () => {
      const { phone } = called({
        "session_timer.enable": 1,
        "session_timer.expires": expires,
        "session_timer.refresher": refresher,
      });
      const invite = lastOf(phone, "INVITE");
      assert.equal(invite.header("session-expires"), wanted);
      assert.equal(invite.header("min-se"), "90");
      assert.ok(invite.elements("supported").includes("timer"));
    });
  }

  test("by default 1800 s, and the refresher is the caller", () => {
    const { phone } = called({ "session_timer.enable": 1 });
    assert.equal(lastOf(phone, "INVITE").header("session-expires"), "1800;refresher=uac");
  });

  test("RFC 4028, 7.3: 422: again at the same target with its Min-SE, CSeq + 1, the same Call-ID", () => {
    const { site, phone } = called(TIMER, { expires: 1800, minSE: 300 });
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "ACK"), [
      "10000 INVITE A",
      "10000 ACK A",
      "10000 INVITE A",
      "10000 ACK A",
    ]);
    const [one, other] = requestsOf(phone, "INVITE").map(({ message }) => message);
    assert.ok(one && other);
    assert.equal(other.header("session-expires"), "300;refresher=uac");
    assert.equal(other.header("min-se"), "300");
    assert.deepEqual([other.callId, other.fromTag, other.cseq], [one.callId, one.fromTag, one.cseq + 1]);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("RFC 4028, 7.3: a 422 that asks for no more than was offered is no reason to ask again", () => {
    const { site, phone } = ready(TIMER);
    site.exchange.callee = [{ status: 422, headers: [["Min-SE", "90"]] }];
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.equal(sentLines(phone, "INVITE").length, 1);
    assert.deepEqual(ends(phone), ["10000 rejected 422"]);
  });
});

describe("RFC 4028: refreshing", () => {
  test("RFC 4028, 10: at half time by UPDATE, without an offer, as long as the call stands", () => {
    const { site, phone } = called(TIMER, { expires: 100 });
    site.s.runUntil(200_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), ["60000 UPDATE A", "110000 UPDATE A", "160000 UPDATE A"]);
    const update = lastOf(phone, "UPDATE");
    assert.equal(update.body, "");
    assert.equal(update.header("session-expires"), "100;refresher=uac");
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(ends(phone), []);
  });

  test("RFC 4028, 7.4: by re-INVITE, with what we said last, where the far end does not allow UPDATE", () => {
    const { site, phone } = ready(TIMER);
    // This caller says nothing of what it allows.
    site.exchange.invite(site.a, { to: "1000", headers: [["Session-Expires", "120;refresher=uas"]] });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.runUntil(140_000);
    assert.deepEqual(sentLines(phone, "UPDATE", "INVITE", "ACK"), [
      "70000 INVITE A",
      "70000 ACK A",
      "130000 INVITE A",
      "130000 ACK A",
    ]);
    const refresh = lastOf(phone, "INVITE");
    assert.equal(refresh.body, SDP);
    assert.equal(refresh.header("content-type"), OFFER.type);
    assert.equal(refresh.header("session-expires"), "120;refresher=uac");
  });

  test("the answer's shorter time counts: 90 s of 100: refreshed after 45 s", () => {
    const { site, phone } = called(TIMER, { expires: 90 });
    site.s.runUntil(60_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), ["55000 UPDATE A"]);
  });

  test("RFC 4028, 7.2: an answer without Session-Expires: no timer, no refresh, no end", () => {
    const { site, phone } = called(TIMER);
    site.s.runUntil(400_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), []);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("the refresh is not answered: BYE before the time is over, the call ends by its reason", () => {
    const { site, phone } = called(TIMER, { expires: 100 });
    site.exchange.answers = { UPDATE: "silent" };
    site.exchange.forgetAll();
    site.s.runUntil(200_000);
    // 32 s before the session would be over at 110 s, and before 64·T1 of the UPDATE are.
    assert.deepEqual(sentLines(phone, "BYE"), ["78000 BYE A"]);
    assert.deepEqual(sentLines(phone, "UPDATE").at(-1), "75500 UPDATE A");
    assert.match(ends(phone).join(), /^78000 session-expired \d+$/);
  });

  test("RFC 4028, 10: the far end refreshes: we send nothing, and the call stands as long as it does", () => {
    const { site, phone } = called(
      { ...TIMER, "session_timer.refresher": 1 },
      { expires: 100, refresher: "far" },
    );
    site.s.runUntil(300_000);
    assert.deepEqual(sentLines(phone, "UPDATE", "BYE"), []);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.ok(answersOf(phone, "UPDATE").every((status) => status === 200));
    assert.equal(answersOf(phone, "UPDATE").length, 5);
  });

  test("RFC 4028, 10: the far end does not refresh: BYE at two thirds or 32 s before the end: session-expired", () => {
    const { site, phone } = called(
      { ...TIMER, "session_timer.refresher": 1 },
      { expires: 100, refresher: "far" },
    );
    // The far end loses its memory, and its server its way to us.
    site.exchange.forgetAll();
    site.s.runUntil(200_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["78000 BYE A"]);
    assert.deepEqual(calls(phone).slice(-2), ["78000 ending", "78000 ended"]);
    assert.match(ends(phone)[0] ?? "", /^78000 session-expired /);
  });

  test("the far end refreshes by re-INVITE: the application answers it, and the time begins anew", () => {
    const { site, phone, number } = called(
      { ...TIMER, "session_timer.refresher": 1 },
      { expires: 100, refresher: "far", method: "INVITE" },
    );
    site.s.runUntil(60_000);
    assert.deepEqual(callMessages(phone).slice(-1), ["60000 INVITE 0"]);
    assert.equal(phone.respond(number, 200, OFFER), 0);
    site.s.runUntil(109_000);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a hold by the application is a refresh: the time begins anew with its 200", () => {
    const { site, phone, number } = called(TIMER, { expires: 100 });
    site.s.runUntil(40_000);
    phone.requestInCall(number, "INVITE", OFFER);
    site.s.runUntil(100_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), ["90000 UPDATE A"]);
  });

  test("a refresh that falls due while a re-INVITE waits is made when that is over", () => {
    const { site, phone, number } = called(TIMER, { expires: 100 });
    site.s.runUntil(59_000);
    site.exchange.reinvited = [{ status: 100 }, { status: 488, delay: 2000 }];
    phone.requestInCall(number, "INVITE", OFFER);
    site.s.runUntil(100_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), ["61000 UPDATE A"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("RFC 3261, 14.1, RFC 3311, 5.3: 491 to a refresh: once more after 2.1 to 4 s, for the Call-ID is ours", () => {
    const { site, phone } = called(TIMER, { expires: 100 });
    let refusals = 1;
    site.exchange.answers = { UPDATE: () => (refusals-- > 0 ? { status: 491 } : undefined) };
    site.s.runUntil(100_000);
    const [, again] = requestsOf(phone, "UPDATE").map(({ t }) => t);
    assert.ok(again !== undefined && again >= 62_100 && again <= 64_000, `again at ${String(again)}`);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("422 to a refresh: again with its Min-SE", () => {
    const { site, phone } = called(TIMER, { expires: 100 });
    site.s.runUntil(30_000);
    site.exchange.sessionTimer = { expires: 1800, minSE: 200 };
    site.s.runUntil(70_000);
    assert.deepEqual(sentLines(phone, "UPDATE"), ["60000 UPDATE A", "60000 UPDATE A"]);
    assert.match(lastOf(phone, "UPDATE").header("session-expires") ?? "", /^200;/);
    assert.equal(calls(phone).at(-1), "10000 established");
  });
});

describe("RFC 4028: calls that come in", () => {
  const offered = (settings: Settings, headers: readonly (readonly [string, string])[]) => {
    const { site, phone } = ready(settings);
    const call = site.exchange.invite(site.a, { to: "1000", headers });
    site.s.run(0);
    return { site, phone, call };
  };

  test("RFC 4028, 9: Session-Expires too small: 422 with Min-SE, the application hears nothing", () => {
    const { phone, call } = offered(TIMER, [["Session-Expires", "60"]]);
    assert.equal(call.status, 422);
    assert.equal(call.invite.final?.header("min-se"), "90");
    assert.deepEqual(calls(phone), []);
  });

  for (const [name, value, answer, isOurs] of [
    ["the caller refreshes", "120;refresher=uac", "120;refresher=uac", false],
    ["we refresh", "120;refresher=uas", "120;refresher=uas", true],
  ] as const) {
    test(`RFC 4028, 9: ${name}: the 200 says so`, () => {
      const { site, phone, call } = offered(TIMER, [
        ["Session-Expires", value],
        ["Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"],
      ]);
      phone.respond(incomingOf(phone), 200, OFFER);
      site.s.run(0);
      const { final } = call.invite;
      assert.equal(final?.header("session-expires"), answer);
      assert.equal(final.elements("require").includes("timer"), !isOurs);
      site.s.runUntil(75_000);
      assert.deepEqual(sentLines(phone, "UPDATE", "INVITE"), isOurs ? ["70000 UPDATE A"] : []);
    });
  }

  test("RFC 4028, 9: the caller does not say who: the answer does", () => {
    const { site, phone, call } = offered(TIMER, [["Session-Expires", "120"]]);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(0);
    assert.match(call.invite.final?.header("session-expires") ?? "", /^120;refresher=(uac|uas)$/);
  });

  test("the caller is to refresh and does not: BYE 32 s before the end, session-expired", () => {
    const { site, phone } = offered(TIMER, [["Session-Expires", "120;refresher=uac"]]);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(0);
    site.exchange.forgetAll();
    site.s.runUntil(200_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["98000 BYE A"]);
    assert.match(ends(phone)[0] ?? "", /^98000 session-expired /);
  });

  test("session_timer.enable 0: the caller's wish is not taken up, no 422, no Session-Expires", () => {
    const { site, phone, call } = offered({}, [["Session-Expires", "60"]]);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(0);
    assert.equal(call.status, 200);
    assert.equal(call.invite.final?.header("session-expires"), undefined);
  });
});
