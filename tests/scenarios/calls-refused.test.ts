/** Calls that come in and are not taken: refusals, CANCEL, and what the phone refuses by itself. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import {
  OFFER,
  QUIET,
  answerLines,
  answersOf,
  calls,
  ends,
  heardLines,
  incomingOf,
  inject,
  taken,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { drops } from "./lookups.js";

const ready = (settings: Settings = {}) => {
  const site = new Site();
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** Has the far end call, and the phone hear of it. */
const ringing = (site: Site, phone: SimulatedPhone, acknowledges = true) => {
  const call = site.exchange.invite(site.a, { to: "1000", acknowledges });
  site.s.run(0);
  return { call, number: incomingOf(phone) };
};

/** The sends of a refusal that nobody acknowledges: timer G, until 64·T1. */
const TIMER_G = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];

describe("the application refuses", () => {
  for (const status of [302, 404, 480, 486, 488, 600, 603]) {
    test(`RFC 3261, 17.2.1: ${String(status)}: once, and its ACK ends it`, () => {
      const { site, phone } = ready();
      const { call, number } = ringing(site, phone);
      assert.equal(phone.respond(number, status), 0);
      site.s.run(60_000);
      assert.deepEqual(call.statuses, [100, status]);
      assert.deepEqual(heardLines(phone, "ACK"), ["10000 ACK A"]);
      assert.deepEqual(calls(phone), ["10000 incoming", "10000 ended"]);
      assert.deepEqual(ends(phone), [`10000 local ${String(status)}`]);
    });
  }

  for (const status of [486, 603]) {
    test(`RFC 3261, 17.2.1: timer G: ${String(status)} without an ACK is sent again until 64·T1`, () => {
      const { site, phone } = ready();
      const { number } = ringing(site, phone, false);
      phone.respond(number, status);
      site.s.run(120_000);
      assert.deepEqual(
        answerLines(phone, "INVITE").slice(1),
        TIMER_G.map((after) => `${String(10_000 + after)} ${String(status)} A`),
      );
    });
  }

  test("RFC 3261, 17.2.1: over TCP a refusal is sent once", () => {
    const { site, phone } = ready({ "sip_server.1.transport_type": 1 });
    const { number } = ringing(site, phone, false);
    phone.respond(number, 486);
    site.s.run(120_000);
    assert.deepEqual(answersOf(phone, "INVITE"), [100, 486]);
  });

  test("302 with a Contact of the application's: the far end is told where to", () => {
    const { site, phone } = ready();
    const { call, number } = ringing(site, phone);
    phone.respond(number, 302, { headers: "Contact: <sip:other@example.com>\r\n" });
    site.s.run(1000);
    assert.equal(call.invite.final?.header("contact"), "<sip:other@example.com>");
  });
});

describe("the far end takes its call back", () => {
  for (const rings of [false, true]) {
    test(`RFC 3261, 9.2: CANCEL ${rings ? "while it rings" : "after 100"}: 200 to it, 487 to the INVITE`, () => {
      const { site, phone } = ready();
      const { call, number } = ringing(site, phone);
      if (rings) phone.respond(number, 180);
      site.s.run(2000);
      const cancel = call.cancel();
      site.s.run(60_000);
      assert.deepEqual(cancel.statuses, [200]);
      assert.equal(call.status, 487);
      assert.equal(
        call.invite.final?.toTag,
        rings ? call.answers[1]?.message.toTag : call.invite.final?.toTag,
      );
      assert.deepEqual(ends(phone), ["12000 cancelled 487"]);
      assert.deepEqual(site.exchange.complaints, []);
      assert.equal(phone.respond(number, 200, OFFER), -9);
    });
  }

  test("RFC 3261, 9.2: CANCEL after the 200: answered 200, and the call stands", () => {
    const { site, phone } = ready();
    const { call } = taken(site, phone, site.a);
    const cancel = call.cancel();
    site.s.run(1000);
    assert.deepEqual(cancel.statuses, [200]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("CANCEL after a refusal: answered 200, and it stays refused", () => {
    const { site, phone } = ready();
    const { call, number } = ringing(site, phone);
    phone.respond(number, 486);
    site.s.run(100);
    const cancel = call.cancel();
    site.s.run(1000);
    assert.deepEqual(cancel.statuses, [200]);
    assert.equal(call.status, 486);
  });

  test("the 487 without an ACK is sent again, by timer G", () => {
    const { site, phone } = ready();
    const { call } = ringing(site, phone, false);
    call.cancel();
    site.s.run(2000);
    assert.deepEqual(answerLines(phone, "INVITE"), [
      "10000 100 A",
      "10000 487 A",
      "10500 487 A",
      "11500 487 A",
    ]);
  });
});

describe("what the phone refuses by itself", () => {
  test("404: nobody here has that name", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "sip:stranger@198.51.100.1:5060" });
    site.s.run(1000);
    assert.equal(call.status, 404);
    assert.deepEqual(calls(phone), []);
    assert.deepEqual(heardLines(phone, "ACK"), ["10000 ACK A"]);
  });

  test("RFC 3261, 8.2.2.3: 420: an extension that is required and not known is named; 100rel and timer are known", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, {
      to: "1000",
      headers: [["Require", "100rel, privacy, timer, gin"]],
    });
    site.s.run(1000);
    assert.equal(call.status, 420);
    assert.deepEqual(call.invite.final?.elements("unsupported"), ["privacy", "gin"]);
    assert.deepEqual(calls(phone), []);
  });

  test("RFC 3261, 8.2.2.2: 482: the same INVITE by another way is merged; the first goes on", () => {
    const { site, phone } = ready();
    const { call, number } = ringing(site, phone);
    // The same request, forked upstream, reaches the phone with another branch.
    inject(site, call.invite.message, (text) => text.replaceAll("branch=z9hG4bK", "branch=z9hG4bK-other"));
    site.s.run(0);
    assert.deepEqual(answersOf(phone, "INVITE"), [100, 482]);
    phone.respond(number, 200, OFFER);
    site.s.run(1000);
    assert.equal(call.status, 200);
  });

  test("RFC 3261, 17.2.1: a repeated INVITE has the last answer again, no second call", () => {
    const { site, phone } = ready();
    const { call, number } = ringing(site, phone);
    const again = (): void => {
      site.a.send(call.invite.message, call.invite.to);
      site.s.run(0);
    };
    again();
    phone.respond(number, 180);
    again();
    again();
    assert.deepEqual(answersOf(phone, "INVITE"), [100, 100, 180, 180, 180]);
    phone.respond(number, 486);
    site.s.run(100);
    again();
    // RFC 3261, 17.2.1: confirmed by its ACK, the transaction absorbs what comes again.
    assert.deepEqual(answersOf(phone, "INVITE").slice(5), [486]);
    assert.deepEqual(calls(phone), ["10000 incoming", "10000 ended"]);
  });

  test("RFC 6026, 7.1: an INVITE repeated after the 200 is absorbed: the call resends its 200 itself", () => {
    const { site, phone } = ready();
    const { call } = taken(site, phone, site.a);
    site.a.send(call.invite.message, call.invite.to);
    site.s.run(1000);
    assert.deepEqual(answersOf(phone, "INVITE"), [100, 200]);
    assert.equal(phone.events("call").filter(({ state }) => state === "incoming").length, 1);
  });

  test("486: all calls are in use, and the pool says so; when one has ended the next is taken", () => {
    const { site, phone } = ready();
    const one = ringing(site, phone);
    let refused = 0;
    for (let count = 1; count < 33; count++) {
      const call = site.exchange.invite(site.a, { to: "1000" });
      site.s.run(0);
      if (call.status === 486) refused++;
    }
    assert.equal(refused, 1);
    assert.ok(phone.events("pool-full").some(({ pool }) => pool === "calls"));
    phone.respond(one.number, 486);
    site.s.run(40_000);
    const { number } = ringing(site, phone);
    assert.equal(phone.respond(number, 180), 0);
  });

  test("an ACK for nothing is dropped and counted", () => {
    const { site, phone } = ready();
    const { call, number } = ringing(site, phone);
    phone.respond(number, 486);
    site.s.run(100);
    site.exchange.send(site.a, "ACK", { to: "1000" });
    site.s.run(0);
    assert.deepEqual(drops(phone), { "unsupported-request": 1 });
    assert.equal(call.status, 486);
    assert.deepEqual(answersOf(phone, "ACK"), []);
  });
});
