/** only_signal_with_registered and sip_trust_ctrl: F9 for calls, outgoing, incoming, and within. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BY_NAME,
  FAR,
  OFFER,
  QUIET,
  callLines,
  calls,
  ends,
  established,
  inviteResends,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site, registered } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const only = (mode: number, more: Settings = {}): Settings => ({
  ...QUIET,
  "sip_server.1.failback_mode": mode,
  "sip_server.1.register_on_enable": 1,
  "sip_server.1.only_signal_with_registered": 1,
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

/** The same with a phone that found A refused and has registered with B; both are up. */
const onB = (settings: Settings, options: SiteOptions = {}) => {
  const site = new Site(options);
  site.a.refuse();
  const phone = site.phone(settings);
  site.s.runUntil(10_000);
  assert.deepEqual(registered(phone), ["1.1 B"]);
  site.a.up();
  return { site, phone };
};

describe("F9: only the target that holds the registration is signalled with", () => {
  for (const mode of [1, 2, 3]) {
    test(`F9: mode ${String(mode)}: while none holds one a call fails at once, nothing is sent`, () => {
      const site = new Site();
      site.a.answer(403);
      site.b.answer(403);
      const phone = site.phone(only(mode));
      site.s.runUntil(10_000);
      phone.call(FAR, OFFER);
      site.s.run(5000);
      assert.deepEqual(callLines(phone), []);
      assert.deepEqual(calls(phone), ["10000 calling", "10000 ended"]);
      assert.deepEqual(ends(phone), ["10000 not-registered 0"]);
    });

    test(`F9: mode ${String(mode)}: B holds it: B alone gets the INVITE`, () => {
      const { site, phone } = onB(only(mode));
      phone.call(FAR, OFFER);
      site.s.run(5000);
      assert.deepEqual(callLines(phone), ["10000 INVITE B", "10000 ACK B"]);
    });
  }

  test("F9: it applies neither in mode 0 nor without register_on_enable", () => {
    for (const settings of [only(0), only(3, { "sip_server.1.register_on_enable": 0 })]) {
      const site = new Site();
      for (const server of [site.a, site.b])
        server.mode = ({ request }) =>
          request.method === "REGISTER" && site.s.now < 5000 ? { status: 403 } : "up";
      const phone = site.phone(settings);
      site.s.runUntil(10_000);
      phone.call(FAR, OFFER);
      site.s.run(5000);
      assert.equal(sentLines(phone, "INVITE").length, 1);
      assert.equal(calls(phone).at(-1), "10000 established");
    }
  });

  test("F9, F7: the target that holds it is silent: REGISTER to the next one, and the INVITE follows", () => {
    const { site, phone } = ready(only(3));
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(1), [
      ...inviteResends(10_000, "A", 7500),
      "17500 REGISTER B",
      "17500 INVITE B",
    ]);
  });

  test("F9: the registration has run out: not-registered", () => {
    const { site, phone } = ready(only(3), { maxExpires: 60, list: ["A"] });
    site.a.silent();
    site.s.runUntil(75_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(ends(phone), ["75000 not-registered 0"]);
    assert.deepEqual(callLines(phone), []);
  });

  test("F9: outbound_proxy.1.only_signal_with_registered: its own value, and -1 the server's", () => {
    for (const [own, server, fails] of [
      [1, 0, true],
      [0, 1, false],
      [-1, 1, true],
    ] as const) {
      const site = new Site({ list: ["A"] });
      site.a.mode = ({ request }) => (request.method === "REGISTER" ? { status: 403 } : "up");
      const phone = site.phone({
        ...only(3),
        "sip_server.1.address": "example.com",
        "sip_server.1.only_signal_with_registered": server,
        outbound_proxy_enable: 1,
        "outbound_proxy.1.address": "sip.example.com",
        "outbound_proxy.1.only_signal_with_registered": own,
      });
      site.s.runUntil(10_000);
      phone.call(FAR, OFFER);
      site.s.run(1000);
      assert.equal(ends(phone).includes("10000 not-registered 0"), fails);
    }
  });
});

describe("F9: what comes in", () => {
  test("F9: an INVITE from a target without the registration is refused with 403, one from A is taken", () => {
    const { site, phone } = ready(only(3));
    const other = site.exchange.invite(site.b, { to: "1000" });
    site.s.run(1000);
    assert.equal(other.status, 403);
    assert.deepEqual(calls(phone), []);
    taken(site, phone, site.a);
  });

  test("F9: requests of other methods too: OPTIONS and MESSAGE", () => {
    const { site } = ready(only(3));
    for (const method of ["OPTIONS", "MESSAGE"] as const) {
      const request = site.exchange.send(site.b, method, { to: "1000" });
      site.s.run(1000);
      assert.equal(request.status, 403);
    }
  });

  test("F9: within a call: a BYE of the far end through B is refused, the call goes on until A brings it", () => {
    const { site, phone } = ready(only(3));
    const { number, call } = taken(site, phone, site.a);
    const refused = call.send("BYE", { server: site.b });
    site.s.run(1000);
    assert.equal(refused.status, 403);
    assert.equal(calls(phone, number).at(-1), "10000 established");
    const bye = call.bye({ server: site.a });
    site.s.run(1000);
    assert.equal(bye.status, 200);
    assert.deepEqual(ends(phone), ["11000 remote 0"]);
  });

  test("F9: 0: B's requests are taken as well", () => {
    const { site, phone } = ready(only(3, { "sip_server.1.only_signal_with_registered": 0 }));
    const { call } = taken(site, phone, site.b);
    assert.equal(call.status, 200);
  });

  test("sip_trust_ctrl 1: requests of a target that is not the current one: 403; 0: taken", () => {
    for (const [trust, status] of [
      [1, 403],
      [0, 200],
    ] as const) {
      const { site } = ready({ ...QUIET, "sip_server.1.failback_mode": 3, sip_trust_ctrl: trust });
      const options = site.exchange.send(site.b, "OPTIONS", { to: "1000" });
      const own = site.exchange.send(site.a, "OPTIONS", { to: "1000" });
      const invite = site.exchange.invite(site.b, { to: "1000" });
      site.s.run(1000);
      assert.equal(options.status, status);
      assert.equal(own.status, 200);
      assert.equal(invite.status, trust === 1 ? 403 : 0);
    }
  });
});

describe("F9: within a call", () => {
  test("F9: a BYE whose next hop is an unregistered target ends the call locally, nothing is sent", () => {
    const { site, phone } = ready(only(3));
    const call = established(site, phone);
    site.a.refuse();
    site.s.runUntil(20_000);
    // The registration moves with the next request that finds A refused.
    const second = phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.equal(calls(phone, second).at(-1), "20000 established");
    assert.deepEqual(registered(phone), ["1.1 B"]);
    site.a.up();
    const before = phone.wire.length;
    assert.equal(phone.hangUp(call), 0);
    site.s.run(60_000);
    assert.equal(phone.wire.length, before);
    assert.equal(calls(phone, call).at(-1), "21000 ended");
  });

  for (const method of ["INFO", "UPDATE", "INVITE"] as const) {
    test(`F9: so does ${method}: the call is over, named not-registered`, () => {
      const { site, phone } = ready(only(3));
      const call = established(site, phone);
      site.a.refuse();
      site.s.runUntil(20_000);
      phone.call(FAR, OFFER);
      site.s.run(1000);
      assert.deepEqual(registered(phone), ["1.1 B"]);
      const before = phone.wire.length;
      assert.equal(phone.requestInCall(call, method, OFFER), 0);
      site.s.run(60_000);
      assert.equal(phone.wire.length, before);
      assert.deepEqual(ends(phone), ["21000 not-registered 0"]);
    });
  }

  test("F9: the same keys at 0: the BYE goes to the unregistered target that the route names", () => {
    const { site, phone } = ready(only(3, { "sip_server.1.only_signal_with_registered": 0 }));
    const call = established(site, phone);
    site.a.refuse();
    site.s.runUntil(20_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.a.up();
    phone.hangUp(call);
    site.s.run(1000);
    assert.equal(sentLines(phone, "BYE").join(), "21000 BYE A");
  });

  test("F9, F13, F7: the next hop is the slot's name: BYE to A, REGISTER to B, BYE to B", () => {
    const { site, phone } = ready(only(3));
    site.a.recordRoute = site.b.recordRoute = BY_NAME;
    const call = established(site, phone);
    site.a.silent();
    site.s.runUntil(20_000);
    phone.hangUp(call);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "BYE", "REGISTER").slice(1), [
      "20000 BYE A",
      "20500 BYE A",
      "21500 BYE A",
      "23500 BYE A",
      "27500 REGISTER B",
      "27500 BYE B",
    ]);
    assert.deepEqual(ends(phone), ["27500 local 200"]);
  });
});
