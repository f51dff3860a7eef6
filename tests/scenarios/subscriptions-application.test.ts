/** Subscriptions of the application, many of them at once, and NOTIFYs in floods. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, answersOf, calls, requestsOf, subscriptions } from "./call-helpers.js";
import { Site, inTurn, only, registers } from "./helpers.js";
import { LAMPS, QUIET, WAITING, dialogsOf, standing, statuses, subscribes } from "./subscription-helpers.js";

/** A contract error's number is no handle. */
const BAD_ARGUMENT = -6;
const POOL_FULL = -7;

/** So many subscriptions of presence, to `sip:u0@…`, `sip:u1@…`. */
const subscribeMany = (phone: SimulatedPhone, count: number, expires = 3600): number[] =>
  Array.from({ length: count }, (_, index) =>
    phone.subscribe("presence", { uri: `sip:u${String(index)}@sip.example.com`, expires }),
  );

describe("the application's own subscriptions", () => {
  test("S1: begins at once, at the target of the registration, and is refreshed and moved as any other", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 503 }]);
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    let number = 0;
    site.s
      .at(5000, () => {
        number = phone.subscribe("presence", { uri: "sip:bob@example.net", expires: 100 });
      })
      .run(115_000);
    assert.ok(number > 0);
    assert.deepEqual(subscribes(phone), [
      "5000 B presence new 100",
      "55000 B presence again 100",
      "60000 A presence new 100",
      "60000 B presence end",
      "110000 A presence again 100",
    ]);
    assert.equal(requestsOf(phone, "SUBSCRIBE")[0]?.message.uri, "sip:bob@example.net");
    assert.equal(requestsOf(phone, "SUBSCRIBE")[0]?.message.to, "sip:bob@example.net");
    assert.deepEqual(
      phone.events("subscribed").map((record) => record.subscription),
      [number, number, number, number],
    );
  });

  test("S1: before the account is registered it waits for that", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(QUIET);
    site.s
      .at(1000, () => {
        phone.subscribe("presence", { uri: "sip:bob@example.net" });
      })
      .run(10_000);
    assert.deepEqual(subscribes(phone), ["7500 B presence new 3600"]);
  });

  test("an empty URI is the account's own", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    phone.subscribe("message-summary", { expires: 120 });
    site.s.run(1000);
    assert.equal(requestsOf(phone, "SUBSCRIBE")[0]?.message.uri, "sip:1000@sip.example.com");
  });

  test("the same again is the same subscription: a SUBSCRIBE in its dialog with the new lifetime", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const first = phone.subscribe("dialog", { uri: "sip:bob@example.net", expires: 100 });
    site.s.run(1000);
    const second = phone.subscribe("dialog", { uri: "sip:bob@example.net", expires: 300 });
    site.s.run(160_000);
    assert.equal(second, first);
    assert.deepEqual(subscribes(phone), [
      "1000 A dialog new 100",
      "2000 A dialog again 300",
      "152000 A dialog again 300",
    ]);
    assert.equal(new Set(dialogsOf(phone)).size, 1);
  });

  test("another package of the same URI is another subscription", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const one = phone.subscribe("dialog", { uri: "sip:bob@example.net" });
    const other = phone.subscribe("presence", { uri: "sip:bob@example.net" });
    site.s.run(1000);
    assert.notEqual(one, other);
    assert.equal(site.exchange.subscriptions.length, 2);
  });

  test("0 seconds end it: Expires 0 in its dialog, a record, and no refresh any more", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const number = phone.subscribe("dialog", { uri: "sip:bob@example.net", expires: 100 });
    site.s.run(1000);
    assert.equal(phone.subscribe("dialog", { uri: "sip:bob@example.net", expires: 0 }), number);
    site.s.run(200_000);
    assert.deepEqual(subscribes(phone), ["1000 A dialog new 100", "2000 A dialog end"]);
    assert.equal(new Set(dialogsOf(phone)).size, 1);
    assert.deepEqual(site.exchange.subscriptions, []);
    assert.deepEqual(subscriptions(phone), ["1000 subscribed A dialog", "2000 unsubscribed dialog local 0"]);
    assert.deepEqual(statuses(only(site.exchange.notifier.all).notifies), [200, 200]);
  });

  test("0 seconds for what there is not, an account that serves nowhere: errors, and nothing on the wire", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    assert.equal(phone.subscribe("dialog", { uri: "sip:bob@example.net", expires: 0 }), BAD_ARGUMENT);
    assert.equal(phone.subscribe("dialog", { account: 2, uri: "sip:bob@example.net" }), BAD_ARGUMENT);
    site.s.run(1000);
    assert.deepEqual(subscribes(phone), []);
  });

  test("S1: an account that does not register subscribes at once, and by F on its own", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...QUIET, ...LAMPS, user_name: "", "sip_server.1.failback_mode": 3 });
    site.s.run(110_000);
    assert.deepEqual(registers(phone), []);
    const lines = subscribes(phone);
    assert.deepEqual(lines.slice(0, 5), [
      "0 A dialog new 200",
      "500 A dialog new 200",
      "1500 A dialog new 200",
      "3500 A dialog new 200",
      "7500 B dialog new 200",
    ]);
    assert.deepEqual(lines.slice(5), ["107500 B dialog again 200"]);
  });

  test("R7: a stop ends them with a word to the application, and asks nobody any more", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s
      .at(50_000, () => {
        phone.stop();
      })
      .run(200_000);
    assert.equal(phone.isStopped, true);
    assert.deepEqual(subscriptions(phone), ["0 subscribed A dialog", "50000 unsubscribed dialog stopped 0"]);
    assert.ok(subscribes(phone, 1).every((line) => line === "50000 A dialog end"));
  });
});

describe("many subscriptions", () => {
  test("32 at once: all of them stand within seconds, each in a dialog of its own; the next one is refused by name", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const memory = phone.core.memorySize;
    const numbers = subscribeMany(phone, 33);
    assert.equal(new Set(numbers.slice(0, 32)).size, 32);
    assert.ok(numbers.slice(0, 32).every((number) => number > 0));
    assert.equal(numbers[32], POOL_FULL);
    assert.deepEqual(
      phone
        .events("pool-full")
        .map(({ pool }) => pool)
        .filter((pool) => pool === "subscriptions"),
      ["subscriptions"],
    );
    site.s.run(10_000);
    assert.equal(site.exchange.subscriptions.length, 32);
    assert.equal(new Set(dialogsOf(phone)).size, 32);
    assert.equal(phone.core.memorySize, memory);
  });

  test("one of 32 is ended: its place is free again, and its old number nobody's", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const numbers = subscribeMany(phone, 32);
    site.s.run(10_000);
    phone.subscribe("presence", { uri: "sip:u7@sip.example.com", expires: 0 });
    site.s.run(1000);
    const next = phone.subscribe("presence", { uri: "sip:late@sip.example.com" });
    assert.ok(next > 0 && !numbers.includes(next));
    site.s.run(1000);
    assert.equal(site.exchange.subscriptions.length, 32);
  });

  test("S2: all 32 follow the registration, and their ends reach the server that they leave, or they run out there", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 503 }]);
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s.run(1000);
    subscribeMany(phone, 32, 600);
    site.s.run(50_000);
    assert.ok(standing(site.exchange.subscriptions).every((line) => line === "192.0.2.2 presence"));
    site.s.run(30_000);
    const atA = standing(site.exchange.subscriptions).filter((line) => line === "192.0.2.1 presence");
    assert.equal(atA.length, 32);
    assert.deepEqual(site.exchange.complaints, []);
    site.s.run(600_000);
    assert.deepEqual(new Set(standing(site.exchange.subscriptions)), new Set(["192.0.2.1 presence"]));
  });

  test("S2: a server restart with 32: each gets 481, and each stands again", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    subscribeMany(phone, 32, 100);
    site.s
      .at(30_000, () => {
        site.exchange.forgetAll();
      })
      .run(70_000);
    assert.equal(site.exchange.subscriptions.length, 32);
    assert.equal(site.exchange.notifier.all.length, 64);
  });
});

describe("a storm of NOTIFYs", () => {
  test("S3: 1,000 in a second: each answered and handed over, memory constant, a call in the midst of it", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS, ...WAITING });
    site.s.run(1000);
    const memory = phone.core.memorySize;
    const subscription = site.exchange.subscriptions.find(({ eventPackage }) => eventPackage === "dialog");
    assert.ok(subscription);
    for (let i = 0; i < 1000; i++) {
      site.s.at(2000 + i, () => {
        site.exchange.notify(subscription, { body: `<n${String(i)}/>` });
      });
    }
    site.s.at(2500, () => {
      phone.call(FAR, { type: "application/sdp", body: SDP });
    });
    site.s.run(10_000);
    assert.deepEqual(statuses(subscription.notifies), Array<number>(1001).fill(200));
    const storm = phone.events("notify").filter(({ t }) => t >= 2000 && t < 3000);
    assert.deepEqual(
      storm.map(({ body }) => body),
      Array.from({ length: 1000 }, (_, i) => `<n${String(i)}/>`),
    );
    assert.ok(calls(phone).some((line) => line.endsWith(" established")));
    assert.equal(phone.events("pool-full").length, 0);
    assert.equal(phone.core.memorySize, memory);
  });

  test("S3: 1,000 of no subscription in the same millisecond: each is answered 481, and the phone still subscribes and calls", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    const requests = Array.from({ length: 1000 }, () =>
      site.exchange.send(site.a, "NOTIFY", {
        to: "1000",
        headers: [
          ["Event", "dialog"],
          ["Subscription-State", "active"],
        ],
      }),
    );
    phone.subscribe("presence", { uri: "sip:bob@example.net" });
    phone.call(FAR, { type: "application/sdp", body: SDP });
    site.s.run(10_000);
    assert.deepEqual(new Set(statuses(requests)), new Set([481]));
    assert.deepEqual(new Set(answersOf(phone, "NOTIFY")), new Set([200, 481]));
    assert.equal(site.exchange.subscriptions.length, 1);
    assert.ok(calls(phone).some((line) => line.endsWith(" established")));
  });
});
