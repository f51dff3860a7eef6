/** SUBSCRIBEs that are refused, challenged, or not answered at all. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import { challengeParameters } from "../../host/simulated/sip.js";
import { requestsOf, subscriptions } from "./call-helpers.js";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { Site, decisions, only, registers } from "./helpers.js";
import { LAMPS, QUIET, dialogsOf, resentSubscribes, standing, subscribes } from "./subscription-helpers.js";

const DIGEST = { users: { 1000: "secret" }, challenges: "all" } as const;

describe("a SUBSCRIBE that is refused", () => {
  for (const [interval, waits] of [
    [30, [30, 60, 90]],
    [7, [7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98]],
    [3600, []],
  ] as const) {
    test(`sub_fail_retry_interval ${String(interval)}: after a 404 the next one comes that much later, a new one each`, () => {
      const site = new Site();
      site.exchange.answers = { SUBSCRIBE: { status: 404 } };
      const phone = site.phone({ ...QUIET, ...LAMPS, sub_fail_retry_interval: interval });
      site.s.run(100_000);
      assert.deepEqual(
        subscribes(phone),
        [0, ...waits].map((t) => `${String(t * 1000)} A dialog new 200`),
      );
      assert.equal(new Set(dialogsOf(phone)).size, 1 + waits.length);
      const { reason, status, retry } = phone.events("unsubscribed")[0] ?? {};
      assert.deepEqual([reason, status, retry], ["rejected", 404, interval * 1000]);
    });
  }

  test("a SUBSCRIBE refused with 404 was sent again at once, in a loop: sub_fail_retry_interval 0 is a second", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: { status: 404 } };
    const phone = site.phone({ ...QUIET, ...LAMPS, sub_fail_retry_interval: 0 });
    site.s.run(3500);
    assert.deepEqual(
      subscribes(phone),
      [0, 1000, 2000, 3000].map((t) => `${String(t)} A dialog new 200`),
    );
  });

  for (const status of [302, 400, 403, 404, 405, 480, 486, 489, 500, 603]) {
    test(`F1: ${String(status)} is an answer: no other target is asked, and the registration stays`, () => {
      const site = new Site();
      site.exchange.answers = { SUBSCRIBE: { status } };
      const phone = site.phone({ ...QUIET, ...LAMPS });
      site.s.run(20_000);
      assert.deepEqual(subscribes(phone), ["0 A dialog new 200"]);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.deepEqual(subscriptions(phone), [`0 unsubscribed dialog rejected ${String(status)}`]);
    });
  }

  /** What became of a refresh at 100 s that was answered with a status: the SUBSCRIBEs, and a NOTIFY at 110 s. */
  const refused = (status: number): { lines: string[]; heard: number } => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s
      .at(50_000, () => {
        site.exchange.answers = { SUBSCRIBE: ({ t }) => (t === 100_000 ? { status } : undefined) };
      })
      .at(110_000, () => {
        const [first] = site.exchange.notifier.all;
        assert.ok(first);
        site.exchange.notify(first);
      })
      .run(140_000);
    const [first] = site.exchange.notifier.all;
    return { lines: subscribes(phone, 1), heard: first?.notifies[1]?.status ?? 0 };
  };

  for (const status of [404, 405, 410, 480, 482, 489, 501, 604]) {
    test(`RFC 6665, 4.1.2.2: ${String(status)} to a refresh ends the subscription: a new one after the wait`, () => {
      const { lines, heard } = refused(status);
      assert.deepEqual(lines, ["100000 A dialog again 200", "130000 A dialog new 200"]);
      assert.equal(heard, 481);
    });
  }

  for (const status of [400, 403, 486, 500, 603]) {
    test(`RFC 6665, 4.1.2.2: ${String(status)} to a refresh leaves it in force: the refresh comes again after the wait`, () => {
      const { lines, heard } = refused(status);
      assert.deepEqual(lines, ["100000 A dialog again 200", "130000 A dialog again 200"]);
      assert.equal(heard, 200);
    });
  }

  test("F1: 503 moves on to the next target: the same Call-ID and From tag, another branch, the next CSeq (F5)", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: ({ server }) => (server === site.a ? { status: 503 } : undefined) };
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(20_000);
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200", "0 B dialog new 200"]);
    const [one, other] = requestsOf(phone, "SUBSCRIBE").map(({ message }) => message);
    assert.ok(one && other);
    assert.equal(one.callId, other.callId);
    assert.equal(one.fromTag, other.fromTag);
    assert.notEqual(one.branch, other.branch);
    assert.equal(other.cseq, one.cseq + 1);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("F2: retry_counts is the SUBSCRIBE's budget, not invite_retry_counts; F10: then nobody is left", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: "silent" };
    const phone = site.phone({
      ...QUIET,
      ...LAMPS,
      "sip_server.1.retry_counts": 2,
      "sip_server.1.invite_retry_counts": 5,
    });
    site.s.run(70_000);
    assert.deepEqual(subscribes(phone), [
      ...resentSubscribes(0, "A dialog new 200", 3500),
      ...resentSubscribes(3500, "B dialog new 200", 32_000),
      ...resentSubscribes(65_500, "A dialog new 200", 3500),
      "69000 B dialog new 200",
      "69500 B dialog new 200",
    ]);
    assert.deepEqual(subscriptions(phone), ["35500 unsubscribed dialog no-target-left 0"]);
  });

  test("F7: register_on_enable 1: REGISTER at B before the SUBSCRIBE goes there", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: ({ server }) => (server === site.a ? "silent" : undefined) };
    const phone = site.phone({
      ...QUIET,
      ...LAMPS,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.register_on_enable": 1,
    });
    site.s.run(20_000);
    assert.deepEqual(subscribes(phone), [
      ...resentSubscribes(0, "A dialog new 200"),
      "7500 B dialog new 200",
    ]);
    assert.deepEqual(registers(phone), ["0 A", "7500 B"]);
    assert.deepEqual(decisions(phone), ["7500 failover A B F2"]);
  });
});

describe("423 and challenges", () => {
  test("RFC 6665, 4.1.2.2: 423 is followed at once, at the same target, by what Min-Expires wants", () => {
    const site = new Site();
    site.exchange.notifier.minExpires = 600;
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(310_000);
    assert.deepEqual(subscribes(phone), [
      "0 A dialog new 200",
      "0 A dialog new 600",
      // From then on that is what is asked for.
      "300000 A dialog again 600",
    ]);
  });

  test("423 that wants no more than was asked for is a refusal, not a loop", () => {
    const site = new Site();
    site.exchange.answers = { SUBSCRIBE: { status: 423, headers: [["Min-Expires", "60"]] } };
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(29_000);
    assert.deepEqual(subscribes(phone), ["0 A dialog new 200"]);
    assert.equal(only(phone.events("unsubscribed")).status, 423);
  });

  for (const status of [401, 407] as const) {
    test(`R3: ${String(status)}: credentials for the SUBSCRIBE and its URI, at the target that asked, in the same dialog`, () => {
      const site = new Site({ digest: { ...DIGEST, status } });
      const phone = site.phone({ ...QUIET, ...LAMPS });
      site.s.run(110_000);
      const requests = requestsOf(phone, "SUBSCRIBE").map(({ message }) => message);
      const name = status === 407 ? "proxy-authorization" : "authorization";
      const [bare, full] = requests;
      assert.ok(bare && full);
      const { parameters } = challengeParameters(full.header(name) ?? "");
      assert.equal(parameters.get("username"), "1000");
      assert.equal(parameters.get("uri"), full.uri);
      assert.equal(full.callId, bare.callId);
      assert.equal(full.cseq, bare.cseq + 1);
      const outcomes = site.a.requests("SUBSCRIBE").map(({ credentials }) => credentials);
      assert.equal(outcomes.filter((outcome) => outcome === "accepted").length, 2);
      assert.ok(!outcomes.includes("wrong"));
      assert.deepEqual(site.b.requests("SUBSCRIBE"), []);
      assert.equal(site.exchange.notifier.all.length, 1);
    });
  }

  test("R3: credentials go to the target that sent the challenge, through failover too", () => {
    const site = new Site({ digest: DIGEST });
    const phone = site.phone({
      ...LAMPS,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
      "sip_server.1.failback_subscribe.enable": 1,
    });
    site.s
      .at(10_000, () => {
        site.a.refuse();
      })
      .at(70_000, () => {
        site.a.up();
      })
      .run(120_000);
    assertCredentialsStayHome(phone);
    assert.equal(standing(site.exchange.subscriptions).at(-1), "192.0.2.1 dialog");
    assert.deepEqual(
      phone.events("subscribed").map(({ t }) => t),
      [0, 30_000, 90_000],
    );
  });

  test("R3: wrong credentials: no loop, the wait of sub_fail_retry_interval", () => {
    const site = new Site({ digest: { ...DIGEST, users: { 1000: "another" } } });
    site.a.mode = ({ request }) =>
      request.method === "REGISTER"
        ? { status: 200, headers: [["Contact", `<${request.list("contact")[0]?.value ?? ""}>;expires=3600`]] }
        : "up";
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s.run(40_000);
    const times = requestsOf(phone, "SUBSCRIBE").map(({ t }) => t);
    assert.deepEqual(times, [0, 0, 30_000, 30_000]);
    const { reason, status } = phone.events("unsubscribed")[0] ?? {};
    assert.deepEqual([reason, status], ["wrong-credentials", 401]);
  });
});

describe("a notifier that has forgotten everything", () => {
  test("S2: started anew, it answers every refresh 481: new subscriptions, and lamps again", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS, subscribe_mwi: 1, subscribe_mwi_expires: 200 });
    site.s
      .at(50_000, () => {
        site.exchange.forgetAll();
      })
      .run(110_000);
    assert.deepEqual(subscribes(phone, 1).sort(), [
      "100000 A dialog again 200",
      "100000 A dialog new 200",
      "100000 A message-summary again 200",
      "100000 A message-summary new 200",
    ]);
    assert.equal(site.exchange.subscriptions.length, 2);
    assert.equal(new Set(dialogsOf(phone)).size, 4);
    assert.equal(phone.events("notify").filter(({ t }) => t === 100_000).length, 2);
  });

  test("S2: 481 to everything, the new ones too: no loop", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS });
    site.s
      .at(50_000, () => {
        site.exchange.answers = { SUBSCRIBE: { status: 481 } };
      })
      .run(165_000);
    assert.deepEqual(subscribes(phone, 1), [
      "100000 A dialog again 200",
      "100000 A dialog new 200",
      "130000 A dialog new 200",
      "160000 A dialog new 200",
    ]);
  });

  test("S1: the From of each is the account's own (RFC 6665, 4.1.2.1)", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS, display_name: "Reception" });
    site.s.run(110_000);
    const froms = requestsOf(phone, "SUBSCRIBE").map(({ message }) => message.header("from") ?? "");
    assert.equal(froms.length, 2);
    for (const from of froms) {
      assert.equal(parameterised(from).value, "sip:1000@sip.example.com");
      assert.match(from, /^"?Reception"? </);
    }
  });
});
