/** ARCHITECTURE, "When a pool is full": the pools that the application meets, and the way back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR, callLines, calls, messagesOf, subscriptions } from "./call-helpers.js";
import { Site, configuration } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { OFFER, POOL_FULL, ask, full, lastEnd, ready, strange } from "./pools.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";

describe("calls", () => {
  test("placing one more: pool-full; one more that comes in: 486; when one ends there is room for one", () => {
    const { site, phone } = ready();
    const numbers = Array.from({ length: 32 }, () => {
      const call = phone.call(FAR, OFFER);
      site.s.run(10);
      return call;
    });
    assert.ok(numbers.every((call) => call > 0));
    assert.deepEqual(full(phone), []);
    assert.equal(phone.call(FAR, OFFER), POOL_FULL);
    const far = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(10);
    assert.equal(far.status, 486);
    assert.deepEqual(full(phone), ["calls"]);
    phone.hangUp(numbers[7] ?? 0);
    site.s.run(10);
    const again = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(10);
    assert.deepEqual(again.statuses, [100]);
    assert.equal(phone.call(FAR, OFFER), POOL_FULL);
    phone.respond(latestIncoming(phone), 486);
    for (const call of numbers) {
      phone.hangUp(call);
      site.s.run(10);
    }
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });
});

describe("requests", () => {
  /** 24 of them under way, which nobody answers; and a call that is established. */
  const crowded = (settings: Settings = {}) => {
    const { site, phone } = ready(settings);
    const call = phone.call(FAR, OFFER);
    site.s.run(10);
    site.exchange.answers = { MESSAGE: "silent" };
    for (let count = 0; count < 24; count++)
      assert.ok(phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" }) > 0);
    assert.deepEqual(full(phone), []);
    return { site, phone, call };
  };

  test("the application is answered pool-full: a request, a call, a request in a call", () => {
    const { site, phone, call } = crowded();
    assert.equal(phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" }), POOL_FULL);
    assert.equal(phone.call(FAR, OFFER), POOL_FULL);
    assert.equal(phone.requestInCall(call, "INFO", { type: "text/plain", body: "x" }), POOL_FULL);
    assert.equal(phone.requestInCall(call, "INVITE", OFFER), POOL_FULL);
    assert.deepEqual(full(phone), ["requests"]);
    assert.equal(calls(phone, call).at(-1), "1000 established");
    site.s.run(ALL_OVER);
    assert.equal(phone.requestInCall(call, "INFO", { type: "text/plain", body: "x" }), 0);
    phone.hangUp(call);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("a BYE ends its call without a word", () => {
    const { site, phone, call } = crowded();
    assert.equal(phone.hangUp(call), 0);
    site.s.run(10);
    assert.equal(lastEnd(phone), "1010 pool-full 0");
    assert.deepEqual(
      callLines(phone).filter((line) => line.includes("BYE")),
      [],
    );
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("a subscription tries again a second later, until there is room", () => {
    const { site, phone } = crowded();
    const number = phone.subscribe("dialog");
    assert.ok(number > 0);
    site.s.run(ALL_OVER);
    assert.deepEqual(full(phone), ["requests"]);
    const sent = messagesOf(phone).filter(
      ({ direction, message }) =>
        direction === "out" && message.method === "SUBSCRIBE" && message.status === 0,
    );
    // The last target has 64·T1; the wait is of whole seconds from the beginning on.
    assert.deepEqual(sent.map(({ t }) => t).slice(0, 1), [sent[0]?.t]);
    const at = sent[0]?.t ?? 0;
    assert.ok(at > 2000 && (at - 1010) % 1000 === 0, String(at));
    assert.match(subscriptions(phone)[0] ?? "", new RegExp(`^${String(at)} subscribed A dialog`));
    assert.equal(phone.subscribe("dialog", { expires: 0 }), number);
    for (const { call } of phone.events("call")) phone.hangUp(call);
    site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });

  test("what comes in goes on: a call is taken, and the far end ends it", () => {
    const { site, phone } = crowded();
    const far = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(10);
    assert.equal(phone.respond(latestIncoming(phone), 200, OFFER), 0);
    site.s.run(10);
    assert.equal(far.status, 200);
    const bye = far.bye();
    site.s.run(10);
    assert.equal(bye.status, 200);
    assert.deepEqual(full(phone), []);
  });
});

describe("subscriptions", () => {
  test("one more than 32: pool-full; when one ends there is room for one", () => {
    const { site, phone } = ready();
    const subscribe = (n: number, expires = 600): number =>
      phone.subscribe("dialog", { uri: `sip:lamp${String(n)}@sip.example.com`, expires });
    for (let n = 0; n < 32; n++) {
      assert.ok(subscribe(n) > 0);
      site.s.run(10);
    }
    assert.equal(site.exchange.subscriptions.length, 32);
    assert.deepEqual(full(phone), []);
    assert.equal(subscribe(32), POOL_FULL);
    assert.deepEqual(full(phone), ["subscriptions"]);
    // To what there is already, no other is taken.
    assert.ok(subscribe(5) > 0);
    assert.ok(subscribe(5, 0) > 0);
    site.s.run(10);
    assert.ok(subscribe(32) > 0);
    site.s.run(10);
    assert.equal(site.exchange.subscriptions.length, 32);
    for (let n = 0; n < 33; n++) {
      subscribe(n, 0);
      site.s.run(10);
    }
    site.s.run(ALL_OVER);
    assert.equal(site.exchange.subscriptions.length, 0);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  });
});

describe("flows", () => {
  /** 16 accounts with two slots each, every one of them at an address of its own: 32 flows, and the listening ports. */
  const spread = () => {
    const site = new Site();
    const all: Record<string, string | number> = {};
    for (let account = 1; account <= 16; account++) {
      for (const [key, value] of Object.entries({
        enable: 1,
        user_name: account === 1 ? 1000 : 1000 + account,
        password: "x",
        reg_failed_retry_max_time: 0,
        "nat.udp_update_enable": 0,
        "sip_server.1.address": account === 1 ? "sip.example.com" : `10.1.0.${String(account)}`,
        "sip_server.2.address": `10.2.0.${String(account)}`,
      }))
        all[`account.${String(account)}.${key}`] = value;
      site.s.registrar(`10.1.0.${String(account)}`);
      site.s.registrar(`10.2.0.${String(account)}`);
    }
    const phone = site.s.phone(configuration(all));
    site.s.runUntil(1000);
    return { site, phone };
  };

  test("a stranger's request is not taken, and a request that needs one tries again a second later", () => {
    const { site, phone } = spread();
    // Each of them holds the flow to its stranger until it is answered and acknowledged.
    let n = 0;
    const strangers: string[] = [];
    while (!full(phone).includes("flows") && n < 32) {
      const from = `203.0.113.${String(n + 1)}:5060`;
      if (ask(site, phone, strange("INVITE", n++), from) === 100) strangers.push(from);
    }
    assert.ok(strangers.length >= 28, String(strangers.length));
    assert.deepEqual(full(phone), ["flows"]);
    assert.equal(ask(site, phone, strange("OPTIONS", 99), "203.0.113.200:5060"), 0);
    // Those that have a flow are heard.
    assert.equal(ask(site, phone, strange("OPTIONS", 98), strangers[0]), 200);

    const ringing = phone
      .events("call")
      .filter(({ state }) => state === "incoming")
      .map(({ call }) => call);
    const from = site.s.now;
    site.a.answer(503);
    const number = phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    assert.ok(number > 0);
    site.s.run(5000);
    assert.deepEqual(callLines(phone, from), [`${String(from)} MESSAGE A`]);
    for (const call of ringing) assert.equal(phone.respond(call, 486), 0);
    // Nobody acknowledges: timer H.
    site.s.run(40_000);
    const [, second = ""] = callLines(phone, from);
    assert.match(second, / MESSAGE B$/);
    assert.equal((parseInt(second, 10) - from) % 1000, 0);
    assert.equal(phone.events("request-ended").at(-1)?.status, 200);
    site.a.up();
    site.s.run(ALL_OVER);
    assert.equal(ask(site, phone, strange("OPTIONS", 97), "203.0.113.201:5060"), 200);
  });
});
