/** NOTIFYs that come in: which are of a subscription, what they are answered, and what they end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint } from "../../host/simulated/index.js";
import { answerLines, answersOf, messagesOf, notifications, requestsOf } from "./call-helpers.js";
import { Site, only } from "./helpers.js";
import { STILL, WAITING, statuses, subscribed, subscribes } from "./subscription-helpers.js";
import type { Subscribed } from "./subscription-helpers.js";

/** A NOTIFY as octets, put into the network as if A had sent it; `to` is the dialog's local side. */
const notify = (
  { site }: Pick<Subscribed, "site">,
  fields: Readonly<Record<string, string>>,
  from = "192.0.2.1:5060",
): void => {
  const head = {
    Via: `SIP/2.0/UDP ${from};branch=z9hG4bK-by-hand`,
    "Max-Forwards": "70",
    From: "<sip:lamps@sip.example.com>;tag=elsewhere",
    To: "<sip:1000@sip.example.com>;tag=nobody",
    "Call-ID": "by-hand",
    CSeq: "1 NOTIFY",
    Contact: "<sip:far@192.0.2.100:5060>",
    Event: "dialog",
    "Subscription-State": "active;expires=600",
    ...fields,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  const text = ["NOTIFY sip:1000@198.51.100.1:5060 SIP/2.0", ...lines, "Content-Length: 0", "", ""].join(
    "\r\n",
  );
  site.s.network.inject(parseEndpoint(from), parseEndpoint("198.51.100.1:5060"), Buffer.from(text));
};

describe("S3: which NOTIFY is whose", () => {
  test("S3: one of the subscription's dialog is answered 200 and handed over", () => {
    const { site, phone, subscription } = subscribed();
    site.s.at(5000, () => {
      site.exchange.notify(subscription, { body: "<lamps/>", type: "application/dialog-info+xml" });
    });
    site.s.run(10_000);
    assert.deepEqual(statuses(subscription.notifies), [200, 200]);
    const last = phone.events("notify").at(-1);
    assert.equal(last?.t, 5000);
    assert.equal(last.body, "<lamps/>");
    assert.equal(last.type, "application/dialog-info+xml");
    assert.equal(last.source, "udp:192.0.2.1:5060");
    assert.equal(last.subscription, only(phone.events("subscribed")).subscription);
  });

  test("S3: each goes to its own subscription", () => {
    const site = new Site();
    const phone = site.phone({ ...STILL, ...WAITING });
    site.s.at(5000, () => {
      site.exchange.notifyAll("message-summary", { body: "Messages-Waiting: yes\r\n" });
    });
    site.s.run(10_000);
    const numbers = new Map(
      phone.events("subscribed").map((record) => [record.package, record.subscription]),
    );
    assert.equal(new Set(numbers.values()).size, 2);
    const last = phone.events("notify").at(-1);
    assert.equal(last?.package, "message-summary");
    assert.equal(last.subscription, numbers.get("message-summary"));
  });

  test("S3: one of no dialog is answered 481 and not handed over", () => {
    const { site, phone } = subscribed();
    notify({ site }, {});
    site.s.run(1000);
    assert.deepEqual(answersOf(phone, "NOTIFY"), [200, 481]);
    assert.equal(phone.events("notify").length, 1);
  });

  test("S3: the right Call-ID with another tag of ours, or without one, is none of the dialog", () => {
    const { site, phone, subscription } = subscribed();
    const { callId, localTag } = subscription.dialog;
    for (const [branch, To] of [
      ["z9hG4bK-1", "<sip:1000@sip.example.com>;tag=nobody"],
      ["z9hG4bK-2", "<sip:1000@sip.example.com>"],
    ] as const) {
      const From = `<sip:lamps@sip.example.com>;tag=${localTag}`;
      notify({ site }, { Via: `SIP/2.0/UDP 192.0.2.1:5060;branch=${branch}`, "Call-ID": callId, From, To });
    }
    site.s.run(1000);
    assert.deepEqual(answersOf(phone, "NOTIFY"), [200, 481, 481]);
    assert.equal(phone.events("notify").length, 1);
  });

  test("S3: message waiting, out of any dialog: 200, and handed over as nobody's", () => {
    const { site, phone } = subscribed();
    const request = site.exchange.send(site.a, "NOTIFY", {
      to: "1000",
      headers: [
        ["Event", "message-summary"],
        ["Subscription-State", "active"],
      ],
      type: "application/simple-message-summary",
      body: "Messages-Waiting: yes\r\n",
    });
    site.s.run(1000);
    assert.equal(request.status, 200);
    const last = phone.events("notify").at(-1);
    assert.deepEqual(
      [last?.account, last?.subscription, last?.package, last?.body],
      [1, 0, "message-summary", "Messages-Waiting: yes\r\n"],
    );
  });

  test("S3: the same of a dialog package: 481", () => {
    const { site, phone } = subscribed();
    const headers = [
      ["Event", "dialog"],
      ["Subscription-State", "active"],
    ] as const;
    const request = site.exchange.send(site.a, "NOTIFY", { to: "1000", headers });
    site.s.run(1000);
    assert.equal(request.status, 481);
    assert.equal(phone.events("notify").length, 1);
  });

  test("S3: it may come by another server than the SUBSCRIBE went to", () => {
    const { site, phone, subscription } = subscribed();
    site.exchange.notify(subscription, { server: site.b });
    site.s.run(1000);
    assert.deepEqual(statuses(subscription.notifies), [200, 200]);
    assert.deepEqual(
      notifications(phone).map((line) => line.split(" ")[1]),
      ["A", "B"],
    );
  });

  test("S3: a subscription that has moved on: its old notifier is told 481, so that it ends", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone({
      ...STILL,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s.run(1000);
    const old = only(site.exchange.subscriptions);
    site.s
      .at(10_000, () => {
        site.a.silent();
      })
      // B has it at 37.5 s; the end of the old one is given up 32 s later.
      .at(80_000, () => {
        site.a.up();
        site.exchange.notify(old);
      })
      .run(90_000);
    assert.equal(old.notifies.at(-1)?.status, 481);
    assert.equal(phone.events("notify").filter(({ t }) => t >= 80_000).length, 0);
    assert.equal(old.isOver, true);
  });
});

describe("S3: NOTIFYs that come again, too early, or too late", () => {
  test("S3: one that comes twice is answered 200 each time, and handed over once", () => {
    const { site, phone, subscription } = subscribed();
    site.s.network.link("192.0.2.1").duplicate = 1;
    site.exchange.notify(subscription, { body: "<twice/>" });
    site.s.run(1000);
    // The answers arrive twice as well.
    assert.deepEqual(new Set(answersOf(phone, "NOTIFY")), new Set([200]));
    assert.equal(messagesOf(phone).filter(({ message }) => message.body === "<twice/>").length, 2);
    assert.equal(phone.events("notify").filter(({ body }) => body === "<twice/>").length, 1);
  });

  test("S3: one whose answer was lost comes again: the same answer, handed over once", () => {
    const { site, phone, subscription } = subscribed();
    const link = site.s.network.link("198.51.100.1");
    site.s.network.latency = 20;
    const request = site.exchange.notify(subscription, { body: "<again/>" });
    // It arrives at 1020 ms, and its answer does not.
    site.s
      .at(1010, () => {
        link.loss = 1;
      })
      .at(1100, () => {
        link.loss = 0;
      })
      .run(1000);
    assert.equal(request.status, 200);
    assert.deepEqual(answerLines(phone, "NOTIFY").slice(1), ["1020 200 A", "1520 200 A"]);
    assert.equal(phone.events("notify").filter(({ body }) => body === "<again/>").length, 1);
  });

  test("S3: a CSeq that is lower than the last is refused (RFC 3261, 12.2.2): 500, not handed over", () => {
    const { site, phone, subscription } = subscribed();
    site.exchange.notify(subscription);
    site.s.run(10);
    const late = site.exchange.notify(subscription, { cseq: 1, body: "<late/>" });
    site.s.run(10);
    assert.equal(late.status, 500);
    assert.ok(phone.events("notify").every(({ body }) => body !== "<late/>"));
  });

  test("S3: a NOTIFY before the answer to its SUBSCRIBE makes the dialog (RFC 6665, 4.1.2.4)", () => {
    const site = new Site({ latency: 20, delay: 300 });
    site.exchange.notifier.notifiesFirst = true;
    const phone = site.phone({ ...STILL, "blf.subscribe_period": 200 });
    site.s.run(102_000);
    const [first] = subscribes(phone);
    assert.ok(first);
    const subscription = only(site.exchange.notifier.all);
    assert.deepEqual(statuses(subscription.notifies), [200, 200]);
    const [early] = phone.events("notify");
    const [begun] = phone.events("subscribed");
    assert.ok(early && begun && early.t < begun.t);
    assert.equal(early.subscription, begun.subscription);
    // The refresh is in the dialog that both have made.
    assert.equal(subscribes(phone).length, 2);
    assert.match(subscribes(phone)[1] ?? "", /A dialog again 200$/);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("S3: the NOTIFY of a try that was given up (F1) does not stand in the way of the next target's dialog", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: ({ server }) => (server === site.a ? "silent" : undefined) };
    const phone = site.phone(STILL);
    site.s.run(1000);
    const { callId, fromTag } = requestsOf(phone, "SUBSCRIBE")[0]?.message ?? { callId: "", fromTag: "" };
    notify({ site }, { "Call-ID": callId, To: `<sip:1000@sip.example.com>;tag=${fromTag}` });
    site.s.run(20_000);
    // A is given up after 7.5 s, and B takes the subscription.
    assert.equal(subscribes(phone).at(-1), "7500 B dialog new 3600");
    const later = site.exchange.notify(only(site.exchange.subscriptions));
    site.s.run(1000);
    assert.equal(later.status, 200);
    assert.deepEqual(site.exchange.complaints, []);
  });
});
