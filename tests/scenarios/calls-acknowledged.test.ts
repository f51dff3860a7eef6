/** The ACK of a 2xx to a call that came in: RFC 3261, sections 13.3.1.4 and 15. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR_SDP } from "../../host/simulated/index.js";
import {
  OFFER,
  QUIET,
  answerLines,
  answersOf,
  calls,
  ends,
  incomingOf,
  inject,
  sentLines,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

/** A phone that is registered with A; it is 10 s. */
const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** Instants of a 2xx that nobody acknowledges: T1 doubled up to T2, until 64·T1. */
const UNACKNOWLEDGED = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

describe("the ACK of our 200", () => {
  test("RFC 3261, 13.3.1.4: the 200 is sent again by T1 doubled up to T2 until its ACK", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000", acknowledges: false });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(31_900);
    assert.deepEqual(
      answerLines(phone, "INVITE").slice(1),
      UNACKNOWLEDGED.map((after) => `${String(10_000 + after)} 200 A`),
    );
    assert.equal(calls(phone).at(-1), "10000 accepted");
    assert.equal(new Set(call.answers.slice(1).map(({ message }) => message.toTag)).size, 1);
  });

  test("RFC 3261, 13.3.1.4: no ACK in 64·T1: BYE, the call ends by no-ack", () => {
    const { site, phone } = ready();
    site.exchange.invite(site.a, { to: "1000", acknowledges: false });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(120_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["42000 BYE A"]);
    assert.deepEqual(calls(phone).slice(-3), ["10000 accepted", "42000 ending", "42000 ended"]);
    assert.match(ends(phone)[0] ?? "", /^42000 no-ack /);
    assert.equal(answersOf(phone, "INVITE").length, 1 + UNACKNOWLEDGED.length);
  });

  test("the ACK comes late: no more is sent, the call is established", () => {
    const { site, phone } = ready();
    // What A sends on is lost for a while, the ACK with it.
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    site.a.silent();
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.runUntil(12_000);
    assert.deepEqual(calls(phone).slice(-1), ["10000 accepted"]);
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(answerLines(phone, "INVITE").slice(1), [
      "10000 200 A",
      "10500 200 A",
      "11500 200 A",
      "13500 200 A",
    ]);
    assert.equal(calls(phone).at(-1), "13500 established");
    assert.equal(call.status, 200);
  });

  test("an offer of ours: an INVITE without a body, and the answer comes with the ACK", () => {
    const { site, phone } = ready();
    site.exchange.invite(site.a, { to: "1000", body: "" });
    site.s.run(0);
    const number = incomingOf(phone);
    assert.equal(phone.events("call-message")[0]?.body, "");
    phone.respond(number, 200, OFFER);
    site.s.run(0);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("RFC 3261, 15: a BYE of the far end before its ACK ends the call; no BYE of ours follows at 64·T1", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000", acknowledges: false });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.runUntil(11_000);
    const bye = call.bye();
    site.s.run(60_000);
    assert.equal(bye.status, 200);
    assert.deepEqual(ends(phone), ["11000 remote 0"]);
    assert.deepEqual(sentLines(phone, "BYE"), []);
  });

  test("RFC 3261, 15: a call that is hung up before the ACK of its 200: the BYE waits for the ACK", () => {
    const { site, phone } = ready();
    // The ACK is lost with what A sends on, until the 200 comes again at 13.5 s.
    site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    const number = incomingOf(phone);
    site.a.silent();
    phone.respond(number, 200, OFFER);
    site.s.runUntil(12_000);
    assert.equal(phone.hangUp(number), 0);
    site.a.up();
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["13500 BYE A"]);
    assert.deepEqual(ends(phone), ["13500 local 200"]);
  });

  test("RFC 3261, 15: without any ACK the BYE comes at 64·T1", () => {
    const { site, phone } = ready();
    site.exchange.invite(site.a, { to: "1000", acknowledges: false });
    site.s.run(0);
    const number = incomingOf(phone);
    phone.respond(number, 200, OFFER);
    site.s.runUntil(12_000);
    phone.hangUp(number);
    site.s.run(60_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["42000 BYE A"]);
  });

  test("the body of an ACK, which answers our offer, is handed over", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000", body: "", acknowledges: false });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(100);
    const toTag = call.invite.final?.toTag ?? "";
    inject(site, call.invite.message, (text) =>
      text
        .replace(/^INVITE/, "ACK")
        .replace("CSeq: 1 INVITE", "CSeq: 1 ACK")
        .replace(/(To: [^\r]*)/, `$1;tag=${toTag}`)
        .replaceAll("branch=z9hG4bK", "branch=z9hG4bK-ack")
        .replace(
          "Content-Length: 0\r\n\r\n",
          `Content-Type: application/sdp\r\nContent-Length: ${String(FAR_SDP.length)}\r\n\r\n${FAR_SDP}`,
        ),
    );
    const word = phone.events("call-message").at(-1);
    assert.deepEqual(
      [word?.method, word?.answer, word?.type, word?.body],
      ["ACK", 0, "application/sdp", FAR_SDP],
    );
    assert.equal(calls(phone).at(-1), "10100 established");
  });
});
