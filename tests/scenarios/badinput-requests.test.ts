/** Requests that are not what a phone in a call waits for: repeated, out of order, of no dialog. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SipMessage } from "../../host/simulated/index.js";
import type { OutgoingCall } from "../../host/simulated/index.js";
import { SDP, answersOf, callMessages, calls, ends, notifications } from "./call-helpers.js";
import { only } from "./helpers.js";
import type { Site } from "./helpers.js";
import { InCall, again, altered } from "./in-call.js";
import { drops } from "./lookups.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";

const OFFER = { type: "application/sdp", body: SDP } as const;

/** The latest request of the far end in the call. */
const latest = (one: InCall): SipMessage => only(one.dialog.requests.slice(-1)).message;

/** The far end calls, and the phone has not said anything yet. */
const called = (one: InCall, options: Parameters<Site["exchange"]["invite"]>[1] = { to: "1000" }) => {
  const far: OutgoingCall = one.site.exchange.invite(one.site.a, options);
  one.site.s.run(10);
  return { far, number: latestIncoming(one.phone) };
};

describe("requests of no dialog", () => {
  const strange: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["another To tag", { To: "<sip:1000@sip.example.com>;tag=deadbeef" }],
    ["another From tag", { From: "<sip:7000@sip.example.com>;tag=other" }],
    ["another Call-ID", { "Call-ID": "another@example.com" }],
  ];
  for (const method of ["BYE", "INVITE", "UPDATE", "REFER", "NOTIFY", "INFO", "PRACK", "MESSAGE"]) {
    for (const [name, changes] of strange) {
      test(`RFC 3261, 12.2.2: ${method} with ${name}: 481, and the call goes on`, () => {
        const one = new InCall();
        one.dialog.info("first");
        one.site.s.run(100);
        const { fields } = again(one);
        const request = altered(new SipMessage({ method, uri: one.dialog.remoteTarget }, fields, "x"), {
          ...changes,
          CSeq: `50 ${method}`,
        });
        assert.deepEqual(one.answersTo(request), [481]);
        assert.deepEqual(ends(one.phone), []);
        one.assertUnharmed();
      });
    }
  }

  test("ACK of no INVITE: dropped, without a word", () => {
    const one = new InCall();
    one.dialog.info("first");
    one.site.s.run(100);
    const { fields } = again(one);
    const ack = new SipMessage({ method: "ACK", uri: one.dialog.remoteTarget }, fields, "");
    for (const [, changes] of strange)
      assert.deepEqual(one.answersTo(altered(ack, { ...changes, CSeq: "1 ACK" })), []);
    assert.deepEqual(drops(one.phone), { "unsupported-request": 3 });
    // In the dialog, with nothing to be acknowledged.
    assert.deepEqual(one.answersTo(altered(ack, { CSeq: "99 ACK" }, SDP)), []);
    assert.deepEqual(callMessages(one.phone).slice(1), ["5000 INFO 0"]);
    one.assertUnharmed();
  });
});

describe("requests in the call that come again, late, or out of order", () => {
  test("UDP brings everything twice: each of it counts once", () => {
    const one = new InCall({ subscribe_mwi: 1 });
    for (const link of ["192.0.2.1", "198.51.100.1"]) one.site.s.network.link(link).duplicate = 1;
    const { dialog, phone, site } = one;
    dialog.info("a");
    site.s.run(100);
    dialog.update();
    site.s.run(100);
    const reinvite = dialog.reinvite(SDP);
    site.s.run(100);
    assert.equal(phone.respond(one.call, 200, OFFER), 0);
    site.s.run(100);
    const refer = dialog.send("REFER", { headers: [["Refer-To", "<sip:8000@example.com>"]] });
    site.s.run(100);
    assert.equal(phone.respond(one.call, 202), 0);
    site.s.run(100);
    const notify = site.exchange.notify(site.exchange.subscriptions[0] as never);
    site.s.run(100);
    const { far, number } = called(one);
    phone.respond(number, 180);
    phone.respond(number, 200, OFFER);
    site.s.run(100);
    assert.equal(calls(phone, number).at(-1)?.split(" ")[1], "established");
    far.bye();
    site.s.run(100);
    assert.deepEqual(
      callMessages(phone)
        .slice(1)
        .map((line) => line.replace(/^\d+ /, "")),
      ["INFO 0", "INVITE 0", "REFER 0", "INVITE 0"],
    );
    assert.deepEqual([reinvite.status, refer.status, notify.status, far.status], [200, 202, 200, 200]);
    assert.equal(notifications(phone).length, 2);
    assert.equal(ends(phone).length, 1);
    for (const link of ["192.0.2.1", "198.51.100.1"]) site.s.network.link(link).duplicate = 0;
    one.assertUnharmed();
  });

  for (const [method, body] of [
    ["INFO", "x"],
    ["UPDATE", ""],
    ["MESSAGE", "x"],
    ["OPTIONS", ""],
  ] as const) {
    test(`RFC 3261, 12.2.2: ${method} with a lower CSeq than the last: 500; it again in its transaction: its answer again`, () => {
      const one = new InCall();
      one.dialog.info("first", { cseq: 40 });
      one.site.s.run(100);
      const { fields } = again(one);
      const request = altered(
        new SipMessage({ method, uri: one.dialog.remoteTarget }, fields, ""),
        { CSeq: `39 ${method}` },
        body,
      );
      assert.deepEqual(one.answersTo(request), [500]);
      assert.deepEqual(one.answersTo(request), [500]);
      const next = altered(request, {
        CSeq: `41 ${method}`,
        Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnext",
      });
      assert.deepEqual(one.answersTo(next), [200]);
      const before = callMessages(one.phone).length;
      assert.deepEqual(one.answersTo(next), [200]);
      assert.equal(callMessages(one.phone).length, before);
      assert.deepEqual(ends(one.phone), []);
    });
  }

  test("RFC 3261, 12.2.2: BYE with a lower CSeq: 500, and the call goes on", () => {
    const one = new InCall();
    one.dialog.info("first", { cseq: 40 });
    one.site.s.run(100);
    const { fields } = again(one);
    const bye = altered(new SipMessage({ method: "BYE", uri: one.dialog.remoteTarget }, fields, ""), {
      CSeq: "39 BYE",
    });
    assert.deepEqual(one.answersTo(bye), [500]);
    assert.deepEqual(ends(one.phone), []);
    assert.equal(calls(one.phone, one.call).at(-1), "1000 established");
  });

  test("RFC 3261, 12.2.2: a CSeq of 2^31 - 1 is one, and nothing comes behind it", () => {
    const one = new InCall();
    one.dialog.info("last", { cseq: 2 ** 31 - 1 });
    one.site.s.run(100);
    assert.deepEqual(answersOf(one.phone, "INFO"), [200]);
    for (const cseq of ["0", "1", "2147483646", "2147483648", "4294967296"]) {
      const request = again(one, { CSeq: `${cseq} INFO` });
      const wanted = Number(cseq) < 2 ** 31 ? [500] : [];
      assert.deepEqual(one.answersTo(request), wanted, cseq);
    }
    assert.deepEqual(drops(one.phone), { malformed: 2 });
  });

  test("BYE twice: 200 to it and to its copy, 481 to another one, and one end", () => {
    const one = new InCall();
    one.dialog.bye();
    one.site.s.run(100);
    const bye = latest(one);
    assert.deepEqual(one.answersTo(bye), [200]);
    assert.deepEqual(one.answersTo(again(one, { CSeq: `${String(bye.cseq + 1)} BYE` })), [481]);
    assert.deepEqual(ends(one.phone), ["5000 remote 0"]);
    one.site.s.run(33_000);
    // Timer J is over: nothing is known of it any more.
    assert.deepEqual(one.answersTo(bye), [481]);
    one.site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
  });

  test("BYE from both ends at once: each is answered 200, and the call ends once", () => {
    const one = new InCall();
    one.site.s.network.latency = 20;
    one.phone.hangUp(one.call);
    const theirs = one.dialog.bye();
    one.site.s.run(1000);
    assert.equal(theirs.status, 200);
    assert.equal(ends(one.phone).length, 1);
    one.site.s.run(ALL_OVER);
    one.site.s.network.latency = 0;
    assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
  });
});

describe("CANCEL", () => {
  test("RFC 3261, 9.2: after the final answer it is answered 200 and changes nothing", () => {
    const one = new InCall();
    const { far, number } = called(one);
    one.phone.respond(number, 200, OFFER);
    one.site.s.run(100);
    const cancel = far.cancel();
    one.site.s.run(100);
    assert.equal(cancel.status, 200);
    assert.deepEqual(far.statuses, [100, 200]);
    assert.equal(calls(one.phone, number).at(-1), "5010 established");
    assert.deepEqual(ends(one.phone), []);
    far.bye();
    one.assertUnharmed();
  });

  test("of a transaction that is not there, or is no INVITE's: 481", () => {
    const one = new InCall();
    const { far, number } = called(one);
    const cancel = altered(
      new SipMessage({ method: "CANCEL", uri: far.invite.message.uri }, far.invite.message.fields, ""),
      { CSeq: "1 CANCEL", Contact: undefined },
    );
    const other = altered(cancel, { Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnone" });
    assert.deepEqual(one.answersTo(other), [481]);
    one.dialog.info("x");
    one.site.s.run(10);
    const info = latest(one);
    const ofInfo = altered(new SipMessage({ method: "CANCEL", uri: info.uri }, info.fields, ""), {
      CSeq: `${String(info.cseq)} CANCEL`,
    });
    assert.deepEqual(one.answersTo(ofInfo), [481]);
    assert.equal(calls(one.phone, number).at(-1), "5000 incoming");
    assert.deepEqual(one.answersTo(cancel).sort(), [200, 487]);
    assert.deepEqual(ends(one.phone), ["5022 cancelled 487"]);
    one.assertUnharmed();
  });
});

describe("what is to be acknowledged", () => {
  test("RFC 3261, 13.3.1.4: the ACK of another INVITE does not do for a 200", () => {
    const one = new InCall();
    const { far, number } = called(one, { to: "1000", acknowledges: false });
    one.phone.respond(number, 200, OFFER);
    one.site.s.run(10);
    const { dialog } = far;
    const ack = new SipMessage(
      { method: "ACK", uri: dialog.remoteTarget },
      [
        ["Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKack"],
        ["From", far.invite.message.header("from") ?? ""],
        ["To", far.invite.final?.header("to") ?? ""],
        ["Call-ID", dialog.callId],
        ["CSeq", "77 ACK"],
      ],
      "",
    );
    one.inject(ack);
    assert.equal(calls(one.phone, number).at(-1), "5010 accepted");
    one.inject(altered(ack, { CSeq: "1 ACK" }));
    assert.equal(calls(one.phone, number).at(-1), "5021 established");
    far.bye();
    one.assertUnharmed();
  });

  test("RFC 3262, 3: PRACK with a wrong RAck: 481, and the 180 goes on until the right one", () => {
    const one = new InCall();
    const { far, number } = called(one, { to: "1000", pracks: false, headers: [["Require", "100rel"]] });
    assert.equal(one.phone.respond(number, 180), 0);
    one.site.s.run(10);
    const rseq = Number(far.answers.at(-1)?.message.header("rseq"));
    assert.ok(rseq > 0);
    const rights = `${String(rseq)} 1 INVITE`;
    const wrong = [
      `${String(rseq + 1)} 1 INVITE`,
      `${String(rseq)} 2 INVITE`,
      `${String(rseq)} 1 INFO`,
      "",
      "x",
    ];
    for (const rack of wrong) {
      const prack = far.send("PRACK", { headers: [["RAck", rack]] });
      one.site.s.run(10);
      assert.equal(prack.status, 481, `RAck: ${rack}`);
    }
    one.site.s.run(2000);
    assert.ok(far.statuses.filter((status) => status === 180).length >= 3);
    const prack = far.send("PRACK", { headers: [["RAck", rights]] });
    one.site.s.run(10);
    assert.equal(prack.status, 200);
    const heard = far.statuses.length;
    const twice = far.send("PRACK", { headers: [["RAck", rights]] });
    one.site.s.run(20_000);
    assert.equal(twice.status, 481);
    assert.equal(far.statuses.length, heard);
    assert.equal(one.phone.respond(number, 486), 0);
    one.assertUnharmed();
  });
});
