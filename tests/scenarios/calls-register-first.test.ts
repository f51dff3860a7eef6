/** REGISTER before the INVITE where the servers do not share registrations: F7 and F8 for calls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  FAR,
  OFFER,
  QUIET,
  calls,
  ends,
  inviteResends,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, decisions, inTurn, registered } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const first = (mode: number, more: Settings = {}): Settings => ({
  ...QUIET,
  "sip_server.1.failback_mode": mode,
  "sip_server.1.register_on_enable": 1,
  ...more,
});

/** A phone that is registered with A; it is 10 s. */
const ready = (settings: Settings, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone(settings);
  site.s.runUntil(10_000);
  assert.deepEqual(registered(phone), ["1.1 A"]);
  return { site, phone };
};

describe("F7: register_on_enable", () => {
  test("F7: 0: the INVITE goes straight on to B, no REGISTER there", () => {
    for (const mode of [0, 1, 2, 3]) {
      const { site, phone } = ready(first(mode, { "sip_server.1.register_on_enable": 0 }));
      site.a.silent();
      phone.call(FAR, OFFER);
      site.s.run(20_000);
      assert.deepEqual(sentLines(phone, "INVITE", "REGISTER"), [
        "0 REGISTER A",
        ...inviteResends(10_000, "A", 7500),
        "17500 INVITE B",
      ]);
      assert.equal(site.b.bound(site.s.now).length, 0);
    }
  });

  for (const mode of [0, 1, 2, 3]) {
    test(`F7: 1, mode ${String(mode)}: REGISTER to B, the INVITE follows its 200`, () => {
      const { site, phone } = ready(first(mode), { latency: 10 });
      site.a.silent();
      phone.call(FAR, OFFER);
      site.s.run(20_000);
      assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(1), [
        ...inviteResends(10_000, "A", 7500),
        "17500 REGISTER B",
        "17520 INVITE B",
      ]);
      assert.deepEqual(registered(phone), ["1.1 B"]);
      assert.deepEqual(decisions(phone), ["17520 failover A B F2"]);
    });
  }

  test("F7: a target with a valid registration gets the INVITE without another REGISTER", () => {
    const { site, phone } = ready(first(3));
    for (const at of [10_000, 20_000]) {
      site.s.runUntil(at);
      phone.call(FAR, OFFER);
    }
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER"), [
      "0 REGISTER A",
      "10000 INVITE A",
      "20000 INVITE A",
    ]);
  });

  test("F7, F6: mode 0, registered with B: the next INVITE registers with the primary first", () => {
    const { site, phone } = ready(first(0));
    site.a.silent();
    const call = phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    phone.hangUp(call);
    site.a.up();
    site.s.runUntil(30_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(-2), [
      "30000 REGISTER A",
      "30000 INVITE A",
    ]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("F7: a challenge to that REGISTER is answered at B, before the INVITE", () => {
    const { site, phone } = ready(first(3), { digest: { users: { 1000: "secret" } } });
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(-3), [
      "17500 REGISTER B",
      "17500 REGISTER B",
      "17500 INVITE B",
    ]);
    assert.equal(site.b.requests("REGISTER").at(-1)?.credentials, "accepted");
    assert.equal(calls(phone).at(-1), "17500 established");
  });

  for (const [name, status] of [
    ["503", 503],
    ["403", 403],
    ["500", 500],
  ] as const) {
    test(`F7: a REGISTER that B answers ${name} fails B: REGISTER and INVITE to C at once`, () => {
      const { site, phone } = ready(first(3), { list: ["A", "B", "C"] });
      site.a.silent();
      site.b.mode = ({ request }) => (request.method === "REGISTER" ? { status } : "up");
      phone.call(FAR, OFFER);
      site.s.run(20_000);
      assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(-3), [
        "17500 REGISTER B",
        "17500 REGISTER C",
        "17500 INVITE C",
      ]);
      assert.deepEqual(registered(phone), ["1.1 C"]);
      assert.ok(
        phone.events("target-failed").some(({ t, target }) => t === 17_500 && target.includes("192.0.2.2")),
      );
    });
  }

  test("F7, F2: a REGISTER to a silent B has the budget of retry_counts, not that of INVITE", () => {
    const { site, phone } = ready(
      first(3, { "sip_server.1.retry_counts": 2, "sip_server.1.invite_retry_counts": 1 }),
      { list: ["A", "B", "C"] },
    );
    site.a.silent();
    site.b.silent();
    phone.call(FAR, OFFER);
    site.s.run(30_000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(1), [
      "10000 INVITE A",
      "10500 INVITE A",
      "11500 REGISTER B",
      "12000 REGISTER B",
      "13000 REGISTER B",
      "15000 REGISTER C",
      "15000 INVITE C",
    ]);
  });

  test("F7, F10: the REGISTER fails at the last target: no-target-left, and the INVITE has not gone there", () => {
    const { site, phone } = ready(first(3));
    site.a.refuse();
    site.b.answer(403);
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
    assert.deepEqual(ends(phone).length, 1);
    assert.match(ends(phone)[0] ?? "", /^10000 no-target-left /);
  });

  test("F8: with 1 the target that accepted the REGISTER is current, whatever becomes of the INVITE", () => {
    const { site, phone } = ready(first(3));
    site.a.silent();
    site.b.mode = ({ request }) => (request.method === "INVITE" ? { status: 503 } : "up");
    phone.call(FAR, OFFER);
    site.s.runUntil(40_000);
    site.a.up();
    site.b.up();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.equal(sentLines(phone, "INVITE").at(-1), "40000 INVITE B");
  });

  test("F7, F5: the INVITE behind the REGISTER is the same request: Call-ID, From tag, CSeq + 1", () => {
    const { site, phone } = ready(first(3));
    site.a.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    const [one, other] = requestsOf(phone, "INVITE").map(({ message }) => message);
    assert.ok(one && other);
    assert.deepEqual([other.callId, other.fromTag, other.cseq], [one.callId, one.fromTag, one.cseq + 1]);
    assert.notEqual(other.callId, lastOf(phone, "REGISTER").callId);
  });

  test("F7: the registration is looking for a target itself: the INVITE waits for it and follows", () => {
    const { site, phone } = ready(first(3));
    site.s.runUntil(10_000);
    site.a.refuse();
    site.b.delay = 2000;
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.b.delay = 0;
    site.s.run(20_000);
    const lines = sentLines(phone, "INVITE", "REGISTER").slice(1);
    assert.equal(lines[0], "10000 INVITE A");
    assert.equal(lines.filter((line) => line.endsWith("INVITE B")).join(), "12000 INVITE B");
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("F7: outbound_proxy.1.register_on_enable: its own value, and -1 the server's", () => {
    for (const [own, server, registersWithB] of [
      [1, 0, true],
      [0, 1, false],
      [-1, 1, true],
      [-1, 0, false],
    ] as const) {
      const { site, phone } = ready({
        ...QUIET,
        outbound_proxy_enable: 1,
        "outbound_proxy.1.address": "sip.example.com",
        "outbound_proxy.1.failback_mode": 3,
        "outbound_proxy.1.register_on_enable": own,
        "sip_server.1.address": "example.com",
        "sip_server.1.register_on_enable": server,
      });
      site.a.silent();
      phone.call(FAR, OFFER);
      site.s.run(20_000);
      const lines = sentLines(phone, "INVITE", "REGISTER");
      assert.equal(lines.includes("17500 REGISTER B"), registersWithB);
      assert.equal(lines.at(-1), "17500 INVITE B");
    }
  });

  test("F7: the INVITE itself is challenged at B: answered at B, no third target", () => {
    const { site, phone } = ready(first(3), {
      list: ["A", "B", "C"],
      digest: { users: { 1000: "secret" }, challenges: "all" },
    });
    site.a.mode = inTurn([{ status: 503 }, "silent"], "silent");
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE B", "10000 INVITE B"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("F7: a call before the first registration is done waits for it, and goes where it is", () => {
    const site = new Site();
    site.a.delay = 2000;
    const phone = site.phone(first(3));
    site.s.run(100);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.a.delay = 0;
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["2000 INVITE A"]);
    assert.equal(calls(phone).at(-1), "2000 established");
  });

  test("F7: with no registration at all the INVITE's own REGISTERs go through the list, then no-target-left", () => {
    const site = new Site();
    for (const server of [site.a, site.b]) server.answer(403);
    const phone = site.phone(first(3));
    site.s.runUntil(10_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "REGISTER", "INVITE"), [
      "0 REGISTER A",
      "10000 REGISTER A",
      "10000 REGISTER B",
    ]);
    assert.deepEqual(ends(phone), ["10000 no-target-left 0"]);
  });
});
