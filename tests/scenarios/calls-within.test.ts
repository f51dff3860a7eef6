/** Requests of the far end within a call: RFC 3261 (12.2.2, 14.2), 3311, 6086, 3515, and what the application hears. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  OFFER,
  QUIET,
  SDP,
  answersOf,
  callMessages,
  calls,
  ends,
  established,
  inject,
  lastOf,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";

/** A phone with a call that it took, by A; it is 10 s. */
const inCall = (settings: Settings = {}) => {
  const site = new Site();
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  const { number, call } = taken(site, phone, site.a);
  return { site, phone, number, call };
};

const HOLD = SDP.replace("a=sendrecv", "a=sendonly");

/** The latest word of the far end to the application. */
const word = (phone: ReturnType<typeof inCall>["phone"]) => {
  const last = phone.events("call-message").at(-1);
  assert.ok(last);
  return last;
};

describe("requests of the far end that need no application", () => {
  test("INFO: 200 at once; type and body are handed over, with its package", () => {
    const { site, phone, number, call } = inCall();
    const info = call.info("Signal=5\r\nDuration=160\r\n", { headers: [["Info-Package", "dtmf"]] });
    site.s.run(1000);
    assert.equal(info.status, 200);
    assert.deepEqual(
      [word(phone).call, word(phone).method, word(phone).answer, word(phone).type, word(phone).body],
      [number, "INFO", 0, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"],
    );
    assert.equal(word(phone).detail, "dtmf");
  });

  test("NOTIFY of a REFER: 200; its event and the line of its sipfrag are handed over", () => {
    const { site, phone, number } = inCall();
    site.exchange.referProgress = ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"];
    phone.requestInCall(number, "REFER", { headers: "Refer-To: <sip:8000@example.com>\r\n" });
    site.s.run(1000);
    assert.deepEqual(callMessages(phone).slice(1), ["10000 REFER 202", "10000 NOTIFY 0", "10000 NOTIFY 0"]);
    const [trying, done] = phone.events("call-message").slice(-2);
    assert.match(trying?.detail ?? "", /^refer/);
    assert.equal(trying?.type, "message/sipfrag");
    assert.deepEqual([trying.body, done?.body], ["SIP/2.0 100 Trying\r\n", "SIP/2.0 200 OK\r\n"]);
    assert.deepEqual(answersOf(phone, "NOTIFY"), [200, 200]);
  });

  test("MESSAGE: 200, and handed over", () => {
    const { site, phone, call } = inCall();
    const message = call.send("MESSAGE", { type: "text/plain", body: "hello" });
    site.s.run(1000);
    assert.equal(message.status, 200);
    assert.deepEqual(
      [word(phone).method, word(phone).type, word(phone).body],
      ["MESSAGE", "text/plain", "hello"],
    );
  });

  test("RFC 3261, 11.2: OPTIONS: 200 with Allow, the application hears nothing", () => {
    const { site, phone, call } = inCall();
    const before = callMessages(phone);
    const options = call.send("OPTIONS");
    site.s.run(1000);
    assert.equal(options.status, 200);
    assert.ok(options.final?.elements("allow").includes("INVITE"));
    assert.deepEqual(callMessages(phone), before);
  });

  test("RFC 3261, 8.2.1: a method that nobody knows: 405 with Allow", () => {
    const { site, call } = inCall();
    const dance = call.send("DANCE");
    site.s.run(1000);
    assert.equal(dance.status, 405);
    assert.ok(dance.final?.header("allow") !== undefined);
  });

  test("BYE: 200, the call has ended: remote; what follows in it is 481", () => {
    const { site, phone, call } = inCall();
    const bye = call.bye();
    site.s.run(1000);
    const late = call.info();
    site.s.run(1000);
    assert.deepEqual([bye.status, late.status], [200, 481]);
    assert.deepEqual(ends(phone), ["10000 remote 0"]);
  });

  test("RFC 3261, 17.2.2: a BYE that comes again has its 200 again", () => {
    const { site, phone, call } = inCall();
    const bye = call.bye();
    site.s.run(100);
    site.a.send(bye.message, bye.to);
    site.s.run(100);
    assert.deepEqual(bye.statuses, [200, 200]);
    assert.deepEqual(ends(phone).length, 1);
  });

  test("RFC 3311, 5.2: UPDATE without an offer: 200 at once, and the application hears of it", () => {
    const { site, phone, call } = inCall();
    const update = call.update();
    site.s.run(1000);
    assert.equal(update.status, 200);
    assert.ok(update.final?.header("contact") !== undefined);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a call of ours hears the far end in the same way: INFO and BYE", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const number = established(site, phone);
    const [dialog] = site.exchange.calls;
    const info = dialog?.info("Signal=1\r\n");
    site.s.run(1000);
    const bye = dialog?.bye();
    site.s.run(1000);
    assert.deepEqual([info?.status, bye?.status], [200, 200]);
    assert.deepEqual(callMessages(phone), ["10000 INVITE 200", "10000 INFO 0"]);
    assert.equal(calls(phone, number).at(-1), "11000 ended");
    assert.deepEqual(ends(phone), ["11000 remote 0"]);
  });
});

describe("requests of the far end that the application answers", () => {
  test("re-INVITE: 100, the offer is handed over; 200 with the answer, and its ACK", () => {
    const { site, phone, number, call } = inCall();
    const hold = call.reinvite(HOLD);
    site.s.run(500);
    assert.deepEqual(hold.statuses, [100]);
    assert.deepEqual(
      [word(phone).call, word(phone).method, word(phone).answer, word(phone).body],
      [number, "INVITE", 1, HOLD],
    );
    assert.equal(phone.respond(number, 200, { ...OFFER, body: SDP.replace("sendrecv", "recvonly") }), 0);
    site.s.run(10_000);
    assert.deepEqual(hold.statuses, [100, 200]);
    assert.match(hold.final?.body ?? "", /a=recvonly/);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(answersOf(phone, "INVITE"), [100, 200, 100, 200]);
  });

  test("RFC 3261, 14.2: a re-INVITE that the application refuses with 488 leaves the call as it was", () => {
    const { site, phone, number, call } = inCall();
    const hold = call.reinvite(HOLD);
    site.s.run(0);
    phone.respond(number, 488);
    site.s.run(10_000);
    assert.equal(hold.status, 488);
    assert.equal(calls(phone).at(-1), "10000 established");
    phone.hangUp(number);
    site.s.run(100);
    assert.deepEqual(sentLines(phone, "BYE"), ["20000 BYE A"]);
  });

  test("RFC 3261, 12.2.2: a re-INVITE moves the remote target: the BYE is for the new Contact", () => {
    const { site, phone, number, call } = inCall();
    const hold = call.reinvite(HOLD, { cseq: 100 });
    site.s.run(0);
    phone.respond(number, 488);
    site.s.run(0);
    const moved = (text: string): string =>
      text
        .replace(/Contact: <[^>]*>/, "Contact: <sip:desk@192.0.2.101>")
        .replace("CSeq: 100", "CSeq: 101")
        .replaceAll("branch=z9hG4bK", "branch=z9hG4bK-moved");
    inject(site, hold.message, moved);
    phone.respond(number, 200, OFFER);
    site.s.run(0);
    phone.hangUp(number);
    site.s.run(100);
    const bye = lastOf(phone, "BYE");
    assert.equal(bye.uri, "sip:desk@192.0.2.101");
    assert.deepEqual(bye.elements("route"), ["<sip:192.0.2.1:5060;lr>"]);
    assert.deepEqual(sentLines(phone, "BYE")[0], "10000 BYE A");
  });

  test("UPDATE with an offer waits for the application: its answer is in the 200", () => {
    const { site, phone, number, call } = inCall();
    const update = call.update(HOLD);
    site.s.run(100);
    assert.equal(update.status, 0);
    assert.deepEqual([word(phone).method, word(phone).answer, word(phone).body], ["UPDATE", 1, HOLD]);
    phone.respond(number, 200, OFFER);
    site.s.run(100);
    assert.equal(update.status, 200);
    assert.equal(update.final?.body, SDP);
  });

  test("RFC 3515: REFER: the application has its Refer-To and answers 202 or 603", () => {
    for (const status of [202, 603]) {
      const { site, phone, number, call } = inCall();
      const refer = call.send("REFER", { headers: [["Refer-To", "<sip:8000@example.com>"]] });
      site.s.run(100);
      assert.deepEqual(
        [word(phone).method, word(phone).answer, word(phone).detail],
        ["REFER", 1, "<sip:8000@example.com>"],
      );
      phone.respond(number, status);
      site.s.run(1000);
      assert.equal(refer.status, status);
      assert.equal(calls(phone).at(-1), "10000 established");
    }
  });

  test("an application that does not answer a re-INVITE: refused with 500 after 300 s, the call goes on", () => {
    const { site, phone, call } = inCall();
    const hold = call.reinvite(HOLD);
    site.s.run(400_000);
    assert.equal(hold.status, 500);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a request that waits cannot be answered twice: call-state", () => {
    const { site, phone, number, call } = inCall();
    call.reinvite(HOLD);
    site.s.run(0);
    assert.equal(phone.respond(number, 200, OFFER), 0);
    assert.equal(phone.respond(number, 200, OFFER), -10);
  });

  test("CANCEL of a re-INVITE: 487 to it, the call goes on (RFC 3261, 9.2)", () => {
    const { site, phone, call } = inCall();
    const hold = call.reinvite(HOLD);
    site.s.run(100);
    inject(site, hold.message, (text) =>
      text.replace("INVITE", "CANCEL").replace(/(CSeq: \d+) INVITE/, "$1 CANCEL"),
    );
    site.s.run(1000);
    assert.deepEqual(answersOf(phone, "CANCEL"), [200]);
    assert.equal(hold.status, 487);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("a BYE while a re-INVITE waits: 487 to the re-INVITE, 200 to the BYE (RFC 3261, 15.1.2)", () => {
    const { site, phone, call } = inCall();
    const hold = call.reinvite(HOLD);
    site.s.run(100);
    const bye = call.bye();
    site.s.run(1000);
    assert.deepEqual([hold.status, bye.status], [487, 200]);
    assert.deepEqual(ends(phone), ["10100 remote 0"]);
  });
});
