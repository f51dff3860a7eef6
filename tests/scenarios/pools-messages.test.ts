/** ARCHITECTURE, "When a pool is full": the pools that messages and their texts take from, and the way back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, callLines, calls, ends } from "./call-helpers.js";
import type { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { OFFER, POOL_FULL, ask, full, lastEnd, ready, strange } from "./pools.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";

/** Fills the server transactions, each for 64·T1. */
const fillServerTransactions = (site: Site, phone: SimulatedPhone): void => {
  for (let n = 0; n < 32; n++) assert.equal(ask(site, phone, strange("NOTIFY", n, ["Event: dialog"])), 481);
  assert.deepEqual(full(phone), []);
};

describe("server transactions", () => {
  test("a request is answered without one; INVITE gets 500", () => {
    const { site, phone } = ready();
    fillServerTransactions(site, phone);
    assert.equal(ask(site, phone, strange("NOTIFY", 99, ["Event: dialog"])), 481);
    assert.deepEqual(full(phone), ["server-transactions"]);
    assert.equal(ask(site, phone, strange("OPTIONS", 100)), 200);
    const far = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(10);
    assert.equal(far.status, 500);
    assert.deepEqual(calls(phone), []);
    site.s.run(40_000);
    const again = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(10);
    assert.deepEqual(again.statuses, [100]);
    phone.respond(latestIncoming(phone), 486);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("in a call: INFO is handed over, what the application would answer gets 500, BYE ends it", () => {
    const { site, phone } = ready();
    const call = phone.call(FAR, OFFER);
    site.s.run(10);
    fillServerTransactions(site, phone);
    const [dialog] = site.exchange.calls;
    assert.ok(dialog);
    const info = dialog.info("x");
    site.s.run(10);
    const invite = dialog.reinvite(SDP);
    site.s.run(10);
    const refer = dialog.send("REFER", { headers: [["Refer-To", "<sip:8000@example.com>"]] });
    site.s.run(10);
    assert.deepEqual([info.status, invite.status, refer.status], [200, 500, 500]);
    assert.deepEqual(
      phone
        .events("call-message")
        .slice(1)
        .map(({ method }) => method),
      ["INFO"],
    );
    const bye = dialog.bye();
    site.s.run(10);
    assert.equal(bye.status, 200);
    assert.match(lastEnd(phone), / remote 0$/);
    assert.equal(calls(phone, call).length > 0, true);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });
});

describe("transactions", () => {
  test("an INVITE waits for one, and is sent within a second of there being one; a CANCEL is left out", () => {
    const { site, phone } = ready();
    site.s.runUntil(10_000);
    site.exchange.callee = [{ status: 100 }, { status: 180 }];
    const ringing = phone.call(FAR);
    site.s.run(0);
    site.exchange.callee = [];
    // What was cancelled before any answer lives for 64·T1 (RFC 3261, 9.1).
    let call = 0;
    for (let count = 0; count < 96; count++) {
      phone.hangUp(call);
      site.s.run(1);
      call = phone.call(FAR);
      assert.ok(call > 0);
      site.s.run(0);
    }
    const from = site.s.now;
    assert.deepEqual(full(phone), ["transactions"]);
    assert.deepEqual(calls(phone, call), [`${String(from)} calling`]);
    assert.deepEqual(callLines(phone, from), []);
    assert.equal(phone.hangUp(ringing), 0);
    site.s.run(100);
    assert.deepEqual(ends(phone).at(-1), `${String(from)} cancelled 0`);
    assert.deepEqual(callLines(phone, from), []);
    site.s.run(ALL_OVER / 2);
    // The first of the others was given up 64·T1 after 10,001 ms.
    assert.equal(callLines(phone, 42_001)[0], `${String(from + 32_000)} INVITE A`);
    phone.hangUp(call);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });
});

describe("messages", () => {
  /** Leaves just so much room in the pool of messages that nothing more goes into it. */
  const fill = (site: Site, phone: SimulatedPhone): void => {
    site.exchange.callee = [];
    for (let count = 0; count < 90 && !full(phone).includes("messages"); count++) {
      const call = phone.call(FAR, { type: "application/sdp", body: "x".repeat(count < 40 ? 600 : 1) });
      site.s.run(0);
      phone.hangUp(call);
      site.s.run(1);
    }
    assert.deepEqual(full(phone), ["messages"]);
  };

  test("an INVITE is not sent, and its call ends with pool-full", () => {
    const { site, phone } = ready();
    fill(site, phone);
    const from = site.s.now;
    phone.call(FAR, { type: "application/sdp", body: "x".repeat(600) });
    site.s.run(10);
    assert.equal(lastEnd(phone), `${String(from)} pool-full 0`);
    assert.deepEqual(callLines(phone, from), []);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("another request is sent once; it is answered as ever, or ends when nobody does", () => {
    const { site, phone } = ready();
    fill(site, phone);
    const from = site.s.now;
    const content = { type: "text/plain", body: "x".repeat(600) };
    phone.sendRequest("MESSAGE", FAR, content);
    site.s.run(0);
    assert.equal(phone.events("request-ended").at(-1)?.status, 200);
    site.exchange.answers = { MESSAGE: "silent" };
    phone.sendRequest("MESSAGE", FAR, content);
    site.s.run(30_000);
    assert.deepEqual(
      callLines(phone, from).filter((line) => line.includes("MESSAGE")),
      [`${String(from)} MESSAGE A`, `${String(from)} MESSAGE A`, `${String(from + 7500)} MESSAGE B`],
    );
    site.s.run(ALL_OVER);
    assert.equal(phone.events("request-ended").length, 2);
    assert.equal(phone.events("request-ended").at(-1)?.status, 0);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("an INVITE that comes in gets 500", () => {
    const { site, phone } = ready();
    fill(site, phone);
    // Its answers would be kept: they have the To of the request.
    const to = `"${"long".repeat(200)}" <sip:1000@sip.example.com>`;
    const octets = strange("INVITE", 1, ["X: 1"])
      .toString("latin1")
      .replace("To: <sip:1000@sip.example.com>", `To: ${to}`);
    assert.equal(ask(site, phone, Buffer.from(octets, "latin1")), 500);
    assert.deepEqual(
      calls(phone).filter((line) => line.endsWith("incoming")),
      [],
    );
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });
});

describe("texts", () => {
  const TIMERS: Settings = { "session_timer.enable": 1 };
  const big = { type: "application/sdp", body: "x".repeat(900) } as const;

  /** Calls whose offers are kept for their sessions' refreshes, until there is no room for more. */
  const fill = (site: Site, phone: SimulatedPhone): number[] => {
    const numbers: number[] = [];
    for (let call = phone.call(FAR, big); call > 0; call = phone.call(FAR, big)) {
      numbers.push(call);
      site.s.run(10);
    }
    assert.deepEqual(full(phone), ["texts"]);
    assert.ok(numbers.length > 20 && numbers.length < 32, String(numbers.length));
    return numbers;
  };

  const empty = (site: Site, phone: SimulatedPhone, numbers: readonly number[]): void => {
    for (const call of numbers) {
      phone.hangUp(call);
      site.s.run(10);
    }
    site.s.run(ALL_OVER);
    const untouched = ready(TIMERS);
    assert.deepEqual(roomOf(site, phone), roomOf(untouched.site, untouched.phone));
  };

  test("the application is answered pool-full, an INVITE that comes in 500; calls go on", () => {
    const { site, phone } = ready(TIMERS);
    const numbers = fill(site, phone);
    site.exchange.answers = { MESSAGE: "silent" };
    while (phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x".repeat(100) }) > 0);
    assert.deepEqual(full(phone), ["texts"]);
    assert.equal(phone.call(FAR, big), POOL_FULL);
    assert.equal(phone.requestInCall(numbers[0] ?? 0, "INFO", big), POOL_FULL);
    assert.equal(phone.sendRequest("MESSAGE", FAR, big), POOL_FULL);
    const name = `"${"long".repeat(220)}" <sip:x@example.net>`;
    const octets = strange("INVITE", 1).toString("latin1").replace("<sip:stranger@example.net>", name);
    assert.equal(ask(site, phone, Buffer.from(octets, "latin1")), 500);
    assert.ok(numbers.every((call) => calls(phone, call).at(-1)?.endsWith("established")));
    empty(site, phone, numbers);
  });

  test("a call ends, and there is room for another", () => {
    const { site, phone } = ready(TIMERS);
    const numbers = fill(site, phone);
    phone.hangUp(numbers.shift() ?? 0);
    site.s.run(10);
    const call = phone.call(FAR, big);
    assert.ok(call > 0);
    site.s.run(10);
    assert.ok(calls(phone, call).at(-1)?.endsWith("established"));
    empty(site, phone, [...numbers, call]);
  });
});
