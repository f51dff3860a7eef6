/** Answers that are not what a phone in a call waits for: forged, forked, late, by another way. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerTo, answering, writeSip } from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/index.js";
import { FAR, callLines, callMessages, calls, ends } from "./call-helpers.js";
import { addressOf, only } from "./helpers.js";
import { A, B, InCall, STRANGER } from "./in-call.js";
import { drops } from "./lookups.js";
import { ALL_FREE, ALL_OVER, roomOf } from "./recovery.js";

const PHONE = { address: "198.51.100.1", port: 5060 };
const CONTACT = ["Contact", "<sip:forger@203.0.113.9>"] as const;

/** A phone whose second call rings at the far end. */
const ringing = (one: InCall): { second: number; invite: SipMessage } => {
  one.site.exchange.callee = [{ status: 100 }, { status: 180 }];
  const second = one.phone.call(FAR);
  one.site.s.run(1000);
  return { second, invite: one.sent("INVITE") };
};

const answer = (request: SipMessage, status: number, toTag = "forged"): SipMessage =>
  answerTo(request, PHONE, { status, toTag, headers: [CONTACT] });

describe("answers by another way than their request's", () => {
  const elsewhere = [
    ["another server", B],
    ["another port of the server", "192.0.2.1:5070"],
    ["a stranger", STRANGER],
  ] as const;
  for (const [name, from] of elsewhere) {
    test(`to an INVITE, from ${name}: dropped and counted`, () => {
      const one = new InCall();
      const { second, invite } = ringing(one);
      for (const status of [180, 183, 200, 302, 401, 481, 486, 503, 603]) {
        assert.deepEqual(one.receive(answer(invite, status), from), [], String(status));
      }
      assert.deepEqual(drops(one.phone), { stranger: 9 });
      assert.equal(calls(one.phone, second).at(-1), "5000 ringing");
      assert.deepEqual(callLines(one.phone, 5001), []);
      assert.equal(one.phone.hangUp(second), 0);
      one.assertUnharmed();
    });

    test(`to a request in the call, from ${name}: dropped and counted`, () => {
      const one = new InCall();
      one.site.exchange.answers = { INFO: { status: 200, delay: 2000 } };
      one.phone.requestInCall(one.call, "INFO", { type: "text/plain", body: "x" });
      one.site.s.run(100);
      for (const status of [200, 481, 503]) {
        assert.deepEqual(one.receive(answer(one.sent("INFO"), status), from), [], String(status));
      }
      assert.deepEqual(drops(one.phone), { stranger: 3 });
      one.site.s.run(3000);
      // Timer E goes on until the far end's own answer.
      assert.deepEqual(callLines(one.phone, 5000), ["5000 INFO A", "5500 INFO A", "6500 INFO A"]);
      assert.deepEqual(callMessages(one.phone).slice(1), ["7000 INFO 200"]);
      one.site.exchange.answers = {};
      one.assertUnharmed();
    });
  }

  test("from a server that the phone has a flow with: it has no such transaction there", () => {
    const one = new InCall({ "sip_server.2.address": addressOf("B") });
    const { second, invite } = ringing(one);
    for (const status of [200, 486, 503]) assert.deepEqual(one.receive(answer(invite, status), B), []);
    assert.deepEqual(drops(one.phone), { "no-transaction": 3 });
    assert.equal(calls(one.phone, second).at(-1), "5000 ringing");
  });

  test("to BYE, from a stranger: the call ends when the far end has answered", () => {
    const one = new InCall();
    one.site.exchange.answers = { BYE: { status: 200, delay: 3000 } };
    one.phone.hangUp(one.call);
    one.site.s.run(100);
    one.inject(answer(one.sent("BYE"), 200), STRANGER);
    assert.deepEqual(ends(one.phone), []);
    one.site.s.run(10_000);
    assert.deepEqual(ends(one.phone), ["8000 local 200"]);
    assert.equal(one.site.exchange.calls[0]?.state, "ended");
  });
});

describe("answers that do not fit any more", () => {
  test("RFC 3261, 13.2.2.4: 200 of another branch up to 64·T1 after the first: ACK and BYE, later: dropped", () => {
    const one = new InCall();
    const invite = one.sent("INVITE");
    one.site.s.runUntil(32_900);
    const late = one.receive(answer(invite, 200)).map(({ message }) => message);
    assert.deepEqual(
      late.map(({ method, toTag }) => `${method} ${toTag}`),
      ["ACK forged", "BYE forged"],
    );
    // The far end of that branch answers by A.
    one.inject(answer(only(late.slice(1)), 200));
    one.site.s.runUntil(33_100);
    assert.deepEqual(one.receive(answer(invite, 200, "forged2")), []);
    assert.deepEqual(drops(one.phone), { "no-transaction": 1 });
    one.assertUnharmed();
  });

  for (const status of [100, 180, 183, 302, 401, 407, 481, 486, 503, 603]) {
    test(`RFC 6026, 7.2: ${String(status)} after the 200 of the same INVITE changes nothing`, () => {
      const one = new InCall();
      const invite = one.sent("INVITE");
      const { remoteTag } = one.dialog;
      for (const tag of [one.dialog.localTag, "forged"]) {
        assert.notEqual(tag, remoteTag);
        assert.deepEqual(one.receive(answer(invite, status, tag)), []);
      }
      assert.deepEqual(callLines(one.phone, 5000), []);
      one.assertUnharmed();
    });
  }

  test("the 200 again: its ACK again, and nothing else", () => {
    const one = new InCall();
    const copy = answer(one.sent("INVITE"), 200, one.dialog.localTag);
    for (let count = 0; count < 5; count++) {
      const [ack, ...rest] = one.receive(copy);
      assert.equal(ack?.message.method, "ACK");
      assert.deepEqual(rest, []);
    }
    one.assertUnharmed();
  });

  test("to a request that was given up at 64·T1: dropped", () => {
    const one = new InCall();
    one.site.exchange.answers = { INFO: "silent" };
    one.phone.requestInCall(one.call, "INFO", { type: "text/plain", body: "x" });
    one.site.s.run(40_000);
    assert.deepEqual(callMessages(one.phone).slice(1), ["37000 INFO 408"]);
    for (const status of [200, 481]) assert.deepEqual(one.receive(answer(one.sent("INFO"), status)), []);
    assert.deepEqual(drops(one.phone), { "no-transaction": 2 });
    one.site.exchange.answers = {};
    one.assertUnharmed();
  });

  test("to a call that was cancelled: 180 has its CANCEL, 200 its ACK and BYE, and none of it comes back", () => {
    const one = new InCall();
    one.site.exchange.callee = [];
    one.site.exchange.heedsCancel = false;
    const second = one.phone.call(FAR);
    one.site.s.run(100);
    const invite = one.sent("INVITE");
    one.phone.hangUp(second);
    one.site.s.run(100);
    assert.deepEqual(
      one.receive(answer(invite, 180)).map(({ message }) => message.method),
      ["CANCEL"],
    );
    assert.deepEqual(
      one.receive(answer(invite, 200)).map(({ message }) => message.method),
      ["ACK", "BYE"],
    );
    one.site.s.run(ALL_OVER);
    assert.equal(calls(one.phone, second).at(-1), "5100 ended");
    one.assertUnharmed();
  });
});

describe("answers of unusual form", () => {
  const forms: readonly (readonly [string, (text: string) => string])[] = [
    [
      "RFC 4475, 3.1.1.12 unreason: a reason in another script",
      (text) => text.replace("200 OK", "200 = 2**3 * 5**2 \u00d0\u00bd\u00d0\u00be"),
    ],
    ["RFC 4475, 3.1.1.13 noreason: none", (text) => text.replace("200 OK", "200 ")],
    ["not even the blank before it", (text) => text.replace("200 OK", "200")],
    ["lines that end with LF alone", (text) => text.replaceAll("\r\n", "\n")],
    ["compact names", (text) => text.replace(/^Via:/m, "v:").replace(/^Call-ID:/m, "i :")],
    ["folded fields", (text) => text.replace(/^CSeq: (\d+) /m, "CSeq:\r\n $1\r\n\t")],
    ["an unknown field without a colon", (text) => text.replace(/^From:/m, "nonsense\r\nFrom:")],
  ];
  for (const [name, form] of forms) {
    test(`${name}: it is an answer`, () => {
      const one = new InCall();
      one.site.exchange.answers = { INFO: "silent" };
      one.phone.requestInCall(one.call, "INFO", { type: "text/plain", body: "x" });
      one.site.s.run(100);
      const octets = writeSip(answer(one.sent("INFO"), 200, one.dialog.localTag));
      one.inject(form(Buffer.from(octets).toString("latin1")));
      assert.deepEqual(callMessages(one.phone).slice(1), ["5100 INFO 200"]);
      one.site.exchange.answers = {};
      one.assertUnharmed();
    });
  }
});

test("a storm of all of that: nothing is used up", () => {
  const one = new InCall();
  for (let round = 0; round < 40; round++) {
    one.site.exchange.callee = round % 3 === 0 ? [] : [{ status: 100 }, { status: 180 }];
    const call = one.phone.call(FAR);
    assert.ok(call > 0);
    one.site.s.run(100);
    const invite = one.sent("INVITE");
    const script = [180, 200, 486, 200, 183, 503, 401, 200, 481];
    script.forEach((status, index) => {
      const from = [A, B, A, STRANGER][(index + round) % 4] ?? A;
      const sent = one.receive(answer(invite, status, `t${String((index + round) % 3)}`), from);
      // The forged far end answers, but for every third time.
      for (const { message } of sent) {
        if (message.status === 0 && message.method !== "ACK" && (index + round) % 3 > 0)
          one.inject(answer(message, 200));
      }
      if (index === round % script.length) one.phone.hangUp(call);
    });
    one.site.s.run(20_000);
    one.phone.hangUp(call);
  }
  one.site.s.run(ALL_OVER);
  assert.deepEqual(one.phone.events("pool-full"), []);
  one.site.exchange.callee = answering();
  one.assertUnharmed();
  one.phone.hangUp(one.call);
  one.site.s.run(ALL_OVER);
  assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
});
