import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { Exchange, Registrar } from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/sip.js";
import { A, B, HandPhone, register, request, within } from "./exchange-phone.js";

interface Set {
  readonly s: Simulation;
  readonly exchange: Exchange;
  readonly a: Registrar;
  readonly b: Registrar;
  readonly phone: HandPhone;
}

const set = (): Set => {
  const s = new Simulation();
  const a = s.registrar(A);
  const b = s.registrar(B);
  return { s, exchange: s.exchange, a, b, phone: new HandPhone(s) };
};

const subscribe = (event: string, expires = 60, callId = event): SipMessage =>
  request("SUBSCRIBE", {
    callId,
    headers: [
      ["Event", event],
      ["Expires", String(expires)],
    ],
  });

/** A refresh, or the end of a subscription. */
const again = (answer: SipMessage, cseq: number, event: string, expires: number): SipMessage =>
  within(answer, "SUBSCRIBE", {
    cseq,
    headers: [
      ["Event", event],
      ["Expires", String(expires)],
    ],
  });

const states = (phone: HandPhone): (string | undefined)[] =>
  phone.requests("NOTIFY").map((notify) => notify.header("subscription-state"));

describe("a notifier", () => {
  it("grants a subscription and tells the state at once, for each package in its own form", () => {
    const { s, phone, exchange } = set();
    exchange.notifier.maxExpires = 30;
    const types = {
      "message-summary": "application/simple-message-summary",
      dialog: "application/dialog-info+xml",
      presence: "application/pidf+xml",
    };
    for (const [name, type] of Object.entries(types)) {
      phone.send(A, subscribe(name));
      s.run(0);
      const notify = phone.requests("NOTIFY").at(-1);
      assert.equal(phone.answer("SUBSCRIBE").header("expires"), "30");
      assert.equal(phone.answer("SUBSCRIBE").header("record-route"), "<sip:192.0.2.1:5060;lr>");
      assert.equal(notify?.header("event"), name);
      assert.equal(notify.header("content-type"), type);
      assert.equal(notify.header("subscription-state"), "active;expires=30");
      assert.equal(notify.callId, name);
      assert.equal(notify.toTag, "phone");
      assert.equal(notify.fromTag, phone.answer("SUBSCRIBE").toTag);
      assert.notEqual(notify.body, "");
    }
    assert.deepEqual(
      exchange.subscriptions.map(({ eventPackage }) => eventPackage),
      ["message-summary", "dialog", "presence"],
    );
    assert.deepEqual(phone.lines().slice(0, 2), ["0 200 SUBSCRIBE", "0 NOTIFY"]);
    s.run(20_000);
    assert.deepEqual(phone.lines(1), []);
  });

  it("a refresh stays in its dialog and lengthens it; without one it is over in time", () => {
    const { s, phone, exchange } = set();
    phone.send(A, subscribe("dialog"));
    s.run(40_000);
    phone.send(A, again(phone.answer("SUBSCRIBE"), 2, "dialog", 60));
    s.run(0);
    assert.equal(exchange.notifier.all.length, 1);
    s.run(60_000);
    assert.deepEqual(phone.lines(), [
      "0 200 SUBSCRIBE",
      "0 NOTIFY",
      "40000 200 SUBSCRIBE",
      "40000 NOTIFY",
      "100000 NOTIFY",
    ]);
    assert.equal(states(phone).at(-1), "terminated;reason=timeout");
    assert.deepEqual(exchange.subscriptions, []);
    phone.send(A, again(phone.answer("SUBSCRIBE"), 3, "dialog", 60));
    s.run(0);
    assert.equal(phone.answer("SUBSCRIBE").status, 481);
  });

  it("is ended by Expires 0, with a last NOTIFY", () => {
    const { s, phone, exchange } = set();
    phone.send(A, subscribe("dialog"));
    s.run(1000);
    phone.send(A, again(phone.answer("SUBSCRIBE"), 2, "dialog", 0));
    s.run(0);
    assert.deepEqual(states(phone), ["active;expires=60", "terminated;reason=timeout"]);
    assert.equal(phone.answer("SUBSCRIBE").header("expires"), "0");
    assert.deepEqual(exchange.subscriptions, []);
    assert.equal(exchange.notifier.all[0]?.isOver, true);
    s.run(100_000);
    assert.equal(states(phone).length, 2);
  });

  it("refuses what it is told to, packages that it does not know, and lifetimes that are too short", () => {
    const { s, phone, exchange } = set();
    exchange.notifier.minExpires = 120;
    exchange.answers = {
      SUBSCRIBE: ({ message }) => (message.header("event") === "presence" ? { status: 404 } : undefined),
    };
    for (const [event, status] of Object.entries({ presence: 404, conference: 489, dialog: 423 })) {
      phone.send(A, subscribe(event));
      s.run(0);
      assert.equal(phone.answer("SUBSCRIBE").status, status);
    }
    assert.equal(phone.answer("SUBSCRIBE").header("min-expires"), "120");
    assert.equal(phone.answers("SUBSCRIBE")[1]?.header("allow-events"), "message-summary, dialog, presence");
    assert.deepEqual(exchange.notifier.all, []);
    assert.deepEqual(phone.requests("NOTIFY"), []);
  });

  it("accepts with 202, and lets its NOTIFY overtake the answer, where it is told to", () => {
    const { s, phone, exchange } = set();
    exchange.notifier.status = 202;
    exchange.notifier.notifiesFirst = true;
    phone.send(A, subscribe("dialog"));
    s.run(0);
    assert.deepEqual(phone.lines(), ["0 NOTIFY", "0 202 SUBSCRIBE"]);
  });

  it("a SUBSCRIBE that comes again is answered again, without another NOTIFY", () => {
    const { s, phone } = set();
    const message = phone.send(A, subscribe("dialog"));
    phone.send(A, message);
    s.run(0);
    assert.deepEqual(phone.lines(), ["0 200 SUBSCRIBE", "0 NOTIFY", "0 200 SUBSCRIBE"]);
  });

  it("tells all subscribers of a package, each by the server that it subscribed by; a dead one says nothing", () => {
    const { s, a, phone, exchange } = set();
    phone.send(A, subscribe("dialog", 60, "one"));
    phone.send(B, subscribe("dialog", 60, "two"));
    phone.send(B, subscribe("presence"));
    s.run(1000);
    exchange.notifyAll("dialog", { body: "<new/>" });
    s.run(0);
    const news = phone.heard.filter(({ t }) => t === 1000);
    assert.deepEqual(
      news.map(({ from, message }) => `${from} ${message.callId} ${message.body}`),
      [`udp:${A}:5060 one <new/>`, `udp:${B}:5060 two <new/>`],
    );
    a.silent();
    exchange.notifyAll("dialog");
    s.run(0);
    assert.deepEqual(
      phone.heard.filter(({ t }) => t === 1000).map(({ message }) => message.callId),
      ["one", "two", "two"],
    );
  });

  it("sends a single NOTIFY with any content, by another server too, and again until it is answered", () => {
    const { s, b, phone, exchange } = set();
    phone.send(A, subscribe("dialog"));
    s.run(0);
    const [subscription] = exchange.subscriptions;
    assert.ok(subscription);
    phone.replies = 0;
    const sent = exchange.notify(subscription, {
      body: "x",
      type: "text/plain",
      state: "pending",
      server: b,
    });
    s.run(1600);
    const notifies = phone.heard.filter(({ message }) => message.header("content-type") === "text/plain");
    assert.deepEqual(
      notifies.map(({ t, from }) => `${String(t)} ${from}`),
      [0, 500, 1500].map((t) => `${String(t)} udp:${B}:5060`),
    );
    assert.equal(notifies[0]?.message.header("subscription-state"), "pending");
    assert.equal(notifies[0].message.header("record-route"), "<sip:192.0.2.2:5060;lr>");
    assert.equal(sent.status, 0);
  });

  it("a subscription whose NOTIFY is answered 481, or not at all, is over", () => {
    const { s, phone, exchange } = set();
    phone.send(A, subscribe("dialog", 600));
    s.run(0);
    phone.replies = 481;
    exchange.notifyAll("dialog");
    s.run(0);
    assert.deepEqual(exchange.subscriptions, []);
    phone.replies = 0;
    phone.send(A, subscribe("presence", 600));
    s.run(31_999);
    assert.equal(exchange.subscriptions.length, 1);
    s.run(1);
    assert.deepEqual(exchange.subscriptions, []);
  });

  it("a restart forgets every subscription", () => {
    const { s, phone, exchange } = set();
    phone.send(A, subscribe("dialog"));
    s.run(0);
    exchange.forgetAll();
    phone.send(A, again(phone.answer("SUBSCRIBE"), 2, "dialog", 60));
    s.run(0);
    assert.equal(phone.answer("SUBSCRIBE").status, 481);
  });

  it("a NOTIFY that nobody asked for goes to the binding", () => {
    const { s, a, phone, exchange } = set();
    phone.send(A, register());
    s.run(0);
    const notify = exchange.send(a, "NOTIFY", {
      to: "1000",
      type: "application/simple-message-summary",
      body: "Messages-Waiting: yes\r\n",
      headers: [
        ["Event", "message-summary"],
        ["Subscription-State", "active"],
      ],
    });
    s.run(0);
    assert.equal(notify.status, 200);
    const [heard] = phone.requests("NOTIFY");
    assert.equal(heard?.toTag, "");
    assert.equal(heard.body, "Messages-Waiting: yes\r\n");
  });
});
