/** Subscriptions of the configuration: when they begin, what they say, when they are refreshed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import type { SimulatedPhone, SipMessage } from "../../host/simulated/index.js";
import { notifications, requestsOf, subscriptions } from "./call-helpers.js";
import { Site, inTurn, only, registers, resends } from "./helpers.js";
import { LAMPS, LIST, QUIET, WAITING, dialogsOf, subscribes } from "./subscription-helpers.js";

const first = (phone: SimulatedPhone): SipMessage => {
  const [request] = requestsOf(phone, "SUBSCRIBE");
  assert.ok(request);
  return request.message;
};

describe("S1: where and when a subscription begins", () => {
  test("S1: when the account is registered, at the target that it is registered with", () => {
    const site = new Site({ latency: 20 });
    const phone = site.phone({ ...QUIET, ...WAITING, ...LAMPS });
    site.s.run(10_000);
    // 40 ms for DNS, 40 ms for the REGISTER.
    assert.deepEqual(registers(phone), ["40 A"]);
    assert.deepEqual(subscribes(phone).sort(), ["80 A dialog new 200", "80 A message-summary new 3600"]);
    assert.deepEqual(subscriptions(phone).sort(), [
      "120 subscribed A dialog",
      "120 subscribed A message-summary",
    ]);
    assert.equal(new Set(dialogsOf(phone)).size, 2);
  });

  test("S1: it goes where the registration went: A silent, B has both", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B"]);
    assert.deepEqual(subscribes(phone), ["7500 B dialog new 200"]);
  });

  for (const mode of [0, 1, 2, 3]) {
    test(`S1: mode ${String(mode)}: it goes to the target that holds the registration, whatever F6 says of others`, () => {
      const site = new Site();
      site.a.mode = inTurn([{ status: 503 }]);
      const phone = site.phone({ ...QUIET, ...LAMPS, "sip_server.1.failback_mode": mode });
      site.s.run(60_000);
      assert.deepEqual(registers(phone), ["0 A", "0 B"]);
      assert.deepEqual(subscribes(phone), ["0 B dialog new 200"]);
    });
  }

  test("S1: not before: a registration that is refused leaves it waiting", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 403 }, { status: 403 }]);
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(70_000);
    assert.deepEqual(registers(phone), ["0 A", "30000 A", "60000 A"]);
    assert.deepEqual(subscribes(phone), ["60000 A dialog new 200"]);
  });

  test("S1: each account has its own", () => {
    const site = new Site();
    const phone = site.phone({
      ...QUIET,
      ...WAITING,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.4",
      "account.2.subscribe_mwi": 1,
    });
    site.s.run(60_000);
    assert.deepEqual(subscribes(phone).sort(), [
      "0 A message-summary new 3600",
      "0 D message-summary new 3600",
    ]);
    assert.deepEqual(
      requestsOf(phone, "SUBSCRIBE")
        .map(({ message }) => message.uri)
        .sort(),
      ["sip:1000@sip.example.com", "sip:2000@192.0.2.4"],
    );
  });
});

describe("S1: what a SUBSCRIBE says", () => {
  test("S1: waiting messages (RFC 3842): the account's own address, Event and Accept", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...WAITING });
    site.s.run(1000);
    const message = first(phone);
    assert.equal(message.uri, "sip:1000@sip.example.com");
    assert.equal(message.to, "sip:1000@sip.example.com");
    assert.equal(parameterised(message.header("from") ?? "").value, "sip:1000@sip.example.com");
    assert.equal(message.header("event"), "message-summary");
    assert.deepEqual(message.elements("accept"), ["application/simple-message-summary"]);
    assert.equal(message.elements("supported").includes("eventlist"), false);
    assert.equal(message.list("contact")[0]?.value, "sip:1000@198.51.100.1:5060");
  });

  for (const [event, name, type] of [
    [0, "dialog", "application/dialog-info+xml"],
    [1, "presence", "application/pidf+xml"],
  ] as const) {
    test(`S1: blf.subscribe_event ${String(event)}: a list of ${name} (RFC 4662), which may answer as one`, () => {
      const site = new Site();
      const phone = site.phone({ ...QUIET, ...LAMPS, "blf.subscribe_event": event });
      site.s.run(1000);
      const message = first(phone);
      assert.equal(message.uri, LIST);
      assert.equal(message.to, LIST);
      assert.equal(message.header("event"), name);
      assert.ok(message.elements("supported").includes("eventlist"));
      // RFC 4662, section 4.4: the list's own type, what holds it together, and the type of the package.
      assert.deepEqual(
        message.elements("accept").sort(),
        [type, "application/rlmi+xml", "multipart/related"].sort(),
      );
      assert.equal(only(phone.events("notify")).package, name);
      assert.equal(only(phone.events("notify")).type, type);
    });
  }

  test("S1: subscribe_mwi 0 and an empty blf.blf_list_uri: no subscription at all", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, subscribe_mwi: 0, "blf.blf_list_uri": "" });
    site.s.run(10_000);
    assert.deepEqual(subscribes(phone), []);
  });

  test("S1: subscribe_mwi_expires is the lifetime asked for", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...WAITING, subscribe_mwi_expires: 600 });
    site.s.run(301_000);
    assert.deepEqual(subscribes(phone), [
      "0 A message-summary new 600",
      "300000 A message-summary again 600",
    ]);
  });

  test("S1: subscribe_mwi_expires 0 is a single look (RFC 6665, 4.4.3): one SUBSCRIBE, one NOTIFY", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...WAITING, subscribe_mwi_expires: 0 });
    site.s.run(1_000_000);
    assert.deepEqual(subscribes(phone), ["0 A message-summary end"]);
    assert.deepEqual(notifications(phone), ["0 A message-summary terminated;reason=timeout"]);
    assert.deepEqual(site.exchange.subscriptions, []);
  });

  test("S1: a NOTIFY's body and type come to the application as they are", () => {
    const site = new Site();
    site.exchange.notifier.documents["message-summary"] = {
      type: "application/simple-message-summary",
      body: "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n",
    };
    const phone = site.phone({ ...QUIET, ...WAITING });
    site.s.run(1000);
    const { body, type, subscription } = only(phone.events("notify"));
    assert.equal(body, "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n");
    assert.equal(type, "application/simple-message-summary");
    assert.equal(subscription, only(phone.events("subscribed")).subscription);
  });
});

describe("S1: a refresh", () => {
  test("S1: stays in its dialog: same Call-ID and tags, a CSeq that grows by one, the Record-Route, no new NOTIFY dialog", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(450_000);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      ...[100, 200, 300, 400].map((t) => `${String(t)}000 A dialog again 200`),
    ]);
    assert.equal(new Set(dialogsOf(phone)).size, 1);
    const messages = requestsOf(phone, "SUBSCRIBE").map(({ message }) => message);
    const start = messages[0]?.cseq ?? NaN;
    assert.deepEqual(
      messages.map(({ cseq }) => cseq - start),
      [0, 1, 2, 3, 4],
    );
    assert.equal(new Set(messages.map(({ branch }) => branch)).size, 5);
    for (const message of messages.slice(1)) {
      assert.equal(message.toTag, only(site.exchange.subscriptions).dialog.localTag);
      assert.deepEqual(message.elements("route"), ["<sip:192.0.2.1:5060;lr>"]);
      assert.equal(message.uri, "sip:far@192.0.2.100:5060");
    }
    assert.deepEqual(site.exchange.complaints, []);
    assert.equal(site.exchange.notifier.all.length, 1);
  });

  for (const [overlap, period, at] of [
    [-1, 200, 100],
    [-1, 1198, 599],
    [-1, 1200, 600],
    [-1, 1800, 1200],
    [-1, 3600, 3000],
    [30, 200, 170],
    [1, 200, 199],
    [700, 3600, 2900],
  ] as const) {
    test(`S1: subscribe_expires_overlap ${String(overlap)}: one of ${String(period)} s is refreshed after ${String(at)} s`, () => {
      const site = new Site();
      const phone = site.phone({
        ...QUIET,
        ...LAMPS,
        "blf.subscribe_period": period,
        subscribe_expires_overlap: overlap,
      });
      site.s.run(at * 1000);
      assert.deepEqual(subscribes(phone), [
        `0 A dialog new ${String(period)}`,
        `${String(at)}000 A dialog again ${String(period)}`,
      ]);
    });
  }

  test("S1: register_expires_overlap is not the subscriptions', nor the other way round", () => {
    const site = new Site({ maxExpires: 200 });
    const phone = site.phone({
      ...QUIET,
      ...LAMPS,
      register_expires_overlap: 150,
      subscribe_expires_overlap: 30,
    });
    site.s.run(180_000);
    assert.deepEqual(registers(phone), ["0 A", "50000 A", "100000 A", "150000 A"]);
    assert.deepEqual(subscribes(phone, 1), ["170000 A dialog again 200"]);
  });

  test("S1: by what the notifier grants, not by what was asked for", () => {
    const site = new Site();
    site.exchange.notifier.maxExpires = 60;
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(70_000);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      "30000 A dialog again 200",
      "60000 A dialog again 200",
    ]);
    assert.equal(phone.events("subscribed")[0]?.expires, 60);
  });

  test("S1: a NOTIFY that says a shorter lifetime is believed (RFC 6665, 4.1.3)", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s
      .at(20_000, () => {
        site.exchange.notify(only(site.exchange.subscriptions), { state: "active;expires=40" });
      })
      .run(45_000);
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200", "40000 A dialog again 200"]);
  });

  test("S1: NOTIFYs that say what is left do not put the refresh off", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    for (let t = 1000; t < 100_000; t += 1000) {
      site.s.at(t, () => {
        site.exchange.notifyAll("dialog");
      });
    }
    site.s.run(199_000);
    assert.equal(phone.events("notify").at(-1)?.state, "active;expires=200");
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200", "100000 A dialog again 200"]);
  });

  test("S1: 202 is as good as 200", () => {
    const site = new Site();
    site.exchange.notifier.status = 202;
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(110_000);
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200", "100000 A dialog again 200"]);
    assert.deepEqual(subscriptions(phone), ["0 subscribed A dialog", "100000 subscribed A dialog"]);
  });
});
