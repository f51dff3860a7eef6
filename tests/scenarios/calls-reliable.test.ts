/** Reliable provisional answers (RFC 3262), of the far end and of ours. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR_SDP } from "../../host/simulated/index.js";
import type { CalleeStep } from "../../host/simulated/index.js";
import {
  BY_NAME,
  FAR,
  OFFER,
  QUIET,
  SDP,
  answerLines,
  callLines,
  callMessages,
  calls,
  ends,
  heardAnswer,
  heardLines,
  incomingOf,
  inject,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

const calling = (callee: readonly CalleeStep[], options: SiteOptions = {}) => {
  const { site, phone } = ready({}, options);
  site.exchange.callee = callee;
  return { site, phone, call: phone.call(FAR, OFFER) };
};

describe("RFC 3262: reliable answers to calls of ours", () => {
  test("RFC 3262, 4: the INVITE says that we can", () => {
    const { phone } = calling([{ status: 100 }]);
    const invite = lastOf(phone, "INVITE");
    assert.ok(invite.elements("supported").includes("100rel"));
    assert.ok(invite.elements("allow").includes("PRACK"));
  });

  test("RFC 3262, 4: a reliable 183 gets a PRACK in its dialog, with RSeq and CSeq in RAck", () => {
    const { site, phone } = calling([
      { status: 100 },
      { status: 183, reliable: true, body: FAR_SDP },
      { status: 200, delay: 3000 },
    ]);
    site.s.run(10_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 PRACK A", "13000 ACK A"]);
    const [invite, prack] = requestsOf(phone, "INVITE", "PRACK").map(({ message }) => message);
    assert.ok(invite && prack);
    assert.equal(prack.header("rack"), `1 ${String(invite.cseq)} INVITE`);
    assert.equal(prack.cseq, invite.cseq + 1);
    assert.equal(prack.callId, invite.callId);
    assert.equal(prack.fromTag, invite.fromTag);
    assert.notEqual(prack.toTag, "");
    assert.equal(prack.uri, site.exchange.contact);
    // The ACK has the number of its INVITE, whatever came between (RFC 3261, 13.2.2.4).
    assert.equal(lastOf(phone, "ACK").cseq, invite.cseq);
    assert.deepEqual(site.exchange.complaints, []);
    assert.deepEqual(callMessages(phone)[0], "10000 INVITE 183");
    assert.equal(phone.events("call-message")[0]?.body, FAR_SDP);
  });

  test("RFC 3262, 4: several in order: a PRACK each", () => {
    const { site, phone } = calling([
      { status: 183, reliable: true, delay: 100 },
      { status: 180, reliable: true, delay: 100 },
      { status: 182, reliable: true, delay: 100 },
      { status: 200, delay: 100 },
    ]);
    site.s.run(10_000);
    assert.deepEqual(
      requestsOf(phone, "PRACK").map(({ t, message }) => `${String(t)} ${message.header("rack") ?? ""}`),
      ["10100 1 1 INVITE", "10200 2 1 INVITE", "10300 3 1 INVITE"],
    );
    assert.equal(calls(phone).at(-1), "10400 established");
    const numbers = requestsOf(phone, "INVITE", "PRACK").map(({ message }) => message.cseq);
    assert.deepEqual(numbers, [1, 2, 3, 4]);
  });

  test("RFC 3262, 4: one that comes again, though its PRACK has had its answer, gets no other PRACK", () => {
    const { site, phone } = calling([
      { status: 183, reliable: true },
      { status: 200, delay: 20_000 },
    ]);
    site.s.run(0);
    inject(site, heardAnswer(phone, 183));
    site.s.run(10_000);
    assert.equal(new Set(requestsOf(phone, "PRACK").map(({ message }) => message.branch)).size, 1);
    assert.equal(sentLines(phone, "PRACK").length, 1);
  });

  test("RFC 3262, 4: one out of order is ignored: neither PRACK nor a word to the application", () => {
    const { site, phone } = calling([
      { status: 183, reliable: true },
      {
        status: 180,
        delay: 1000,
        headers: [
          ["Require", "100rel"],
          ["RSeq", "5"],
        ],
      },
      { status: 200, delay: 1000 },
    ]);
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "PRACK"), ["10000 PRACK A"]);
    assert.equal(calls(phone).at(-1), "12000 established");
  });

  test("F13: a PRACK goes by the route of the early dialog, and fails over where that is a name", () => {
    const { site, phone } = calling(
      [
        { status: 183, reliable: true, delay: 100 },
        { status: 200, delay: 100 },
      ],
      { recordRoute: BY_NAME },
    );
    site.s.run(99);
    site.a.mode = ({ request }) => (request.method === "PRACK" ? { status: 503 } : "up");
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "PRACK"), ["10100 PRACK A", "10100 PRACK B"]);
    assert.deepEqual(lastOf(phone, "PRACK").elements("route"), [`<${BY_NAME}>`]);
    assert.equal(calls(phone).at(-1), "10200 established");
  });

  test("field report: an error to a PRACK marks nothing dead and ends nothing: the next call starts at A", () => {
    const { site, phone } = calling([
      { status: 183, reliable: true },
      { status: 200, delay: 100 },
    ]);
    site.exchange.answers = { PRACK: { status: 500 } };
    site.s.run(1000);
    phone.call(FAR, OFFER);
    site.s.run(0);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "11000 INVITE A"]);
    assert.deepEqual(phone.events("target-failed"), []);
  });

  test("F11: a call with a reliable 180 that is cancelled: CANCEL, 487, ACK", () => {
    const { site, phone, call } = calling([{ status: 180, reliable: true }]);
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 PRACK A", "11000 CANCEL A", "11000 ACK A"]);
  });

  test("401 to the PRACK: answered at the same target", () => {
    const { site, phone } = ready({}, { digest: { users: { 1000: "secret" }, challenges: "all" } });
    site.exchange.callee = [
      { status: 183, reliable: true },
      { status: 200, delay: 100 },
    ];
    phone.call(FAR, OFFER);
    site.s.run(10_000);
    assert.equal(calls(phone).at(-1), "10100 established");
    assert.equal(site.a.requests("PRACK").at(-1)?.credentials, "accepted");
  });
});

describe("RFC 3262: reliable answers of ours", () => {
  const required = (pracks = true) => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000", pracks, headers: [["Require", "100rel"]] });
    site.s.run(0);
    return { site, phone, call, number: incomingOf(phone) };
  };

  test("RFC 3262, 3: demanded, each provisional answer but 100 has Require and a growing RSeq", () => {
    const { site, phone, call, number } = required();
    phone.respond(number, 180);
    site.s.run(100);
    phone.respond(number, 183, OFFER);
    site.s.run(100);
    const [trying, ringing, progress] = call.answers.map(({ message }) => message);
    assert.equal(trying?.header("rseq"), undefined);
    assert.ok(ringing && progress);
    assert.deepEqual(ringing.elements("require"), ["100rel"]);
    assert.deepEqual(progress.elements("require"), ["100rel"]);
    assert.equal(Number(progress.header("rseq")), Number(ringing.header("rseq")) + 1);
    assert.equal(progress.body, SDP);
    assert.deepEqual(heardLines(phone, "PRACK"), ["10000 PRACK A", "10100 PRACK A"]);
    assert.deepEqual(answerLines(phone, "PRACK"), ["10000 200 A", "10100 200 A"]);
    assert.equal(phone.respond(number, 200, OFFER), 0);
    site.s.run(100);
    assert.equal(call.status, 200);
    assert.equal(calls(phone).at(-1), "10200 established");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("RFC 3262, 3: not demanded, they are not reliable", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    phone.respond(incomingOf(phone), 180);
    site.s.run(5000);
    assert.deepEqual(call.statuses, [100, 180]);
    assert.equal(call.answers[1]?.message.header("rseq"), undefined);
  });

  test("RFC 3262, 3: a reliable 180 is sent again by T1 doubled until its PRACK", () => {
    const { site, phone, number } = required(false);
    phone.respond(number, 180);
    site.s.run(31_900);
    const lines = answerLines(phone, "INVITE").slice(1);
    assert.deepEqual(lines.slice(0, 4), ["10000 180 A", "10500 180 A", "11500 180 A", "13500 180 A"]);
    // RFC 3262, 3: the interval doubles with each; unlike that of a 2xx it has no limit.
    assert.deepEqual(lines.slice(4), ["17500 180 A", "25500 180 A", "41500 180 A"]);
  });

  test("RFC 3262, 3: no PRACK in 64·T1: the INVITE is refused with 504, the call ends by no-ack", () => {
    const { site, phone, call, number } = required(false);
    phone.respond(number, 180);
    site.s.run(60_000);
    assert.equal(call.status, 504);
    assert.ok(answerLines(phone, "INVITE").includes("42000 504 A"));
    assert.deepEqual(ends(phone), ["42000 no-ack 504"]);
  });

  test("RFC 3262, 3: a second provisional answer before the first's PRACK is refused: call-state", () => {
    const { site, phone, number } = required(false);
    assert.equal(phone.respond(number, 180), 0);
    assert.equal(phone.respond(number, 183), -10);
    site.s.run(100);
    assert.deepEqual(answerLines(phone, "INVITE"), ["10000 100 A", "10000 180 A"]);
  });

  test("a refusal needs no PRACK: 486 at once, the 180 is sent no more", () => {
    const { site, phone, call, number } = required(false);
    phone.respond(number, 180);
    site.s.run(100);
    assert.equal(phone.respond(number, 486), 0);
    site.s.run(60_000);
    assert.deepEqual(call.statuses, [100, 180, 486]);
  });

  test("RFC 3262, 3: a PRACK for nothing that we have sent: 481", () => {
    const { site, phone, call, number } = required(false);
    phone.respond(number, 180);
    site.s.run(100);
    const wrong = call.send("PRACK", { headers: [["RAck", "4711 1 INVITE"]] });
    site.s.run(100);
    assert.equal(wrong.status, 481);
    // The 180 still waits for its own.
    site.s.run(400);
    assert.equal(answerLines(phone, "INVITE").at(-1), "10500 180 A");
  });

  test("CANCEL while a reliable 180 waits for its PRACK: 487, and the 180 is sent no more", () => {
    const { site, phone, call, number } = required(false);
    phone.respond(number, 180);
    site.s.run(100);
    call.cancel();
    site.s.run(60_000);
    assert.deepEqual(call.statuses, [100, 180, 487]);
    assert.deepEqual(ends(phone), ["10100 cancelled 487"]);
  });

  test("the body of a PRACK is handed over: an offer in it, or the answer to ours", () => {
    const { site, phone, call, number } = required(false);
    const ringing = phone.respond(number, 183, OFFER);
    assert.equal(ringing, 0);
    site.s.run(100);
    const rseq = call.answers[1]?.message.header("rseq") ?? "";
    const prack = call.send("PRACK", { headers: [["RAck", `${rseq} 1 INVITE`]], body: FAR_SDP });
    site.s.run(100);
    assert.equal(prack.status, 200);
    const word = phone.events("call-message").at(-1);
    assert.deepEqual([word?.method, word?.status, word?.body], ["PRACK", 0, FAR_SDP]);
  });
});
