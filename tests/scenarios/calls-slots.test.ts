/** Calls of an account with two slots: F10, with G1 and G2. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import {
  FAR,
  OFFER,
  QUIET,
  calls,
  ends,
  established,
  inviteResends,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, registered } from "./helpers.js";
import type { Settings } from "./helpers.js";

/** Slot 2 is D. */
const CONCURRENT: Settings = { ...QUIET, "sip_server.2.address": "192.0.2.4" };
const SUCCESSIVE: Settings = { ...CONCURRENT, "fallback.redundancy_type": 1, "fallback.timeout": 120 };

const ready = (settings: Settings, list: readonly ("A" | "B" | "C")[] = ["A", "B"]) => {
  const site = new Site({ list });
  const phone = site.phone(settings);
  site.s.runUntil(10_000);
  return { site, phone };
};

describe("F10, G1: concurrent slots", () => {
  test("G1: slot 1 works: D gets no INVITE", () => {
    const { site, phone } = ready(CONCURRENT);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
  });

  test("F10: slot 1's targets fail one after the other, then D at the same instant", () => {
    const { site, phone } = ready(CONCURRENT);
    site.a.silent();
    site.b.refuse();
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE"), [
      ...inviteResends(10_000, "A", 7500),
      "17500 INVITE B",
      "17500 INVITE D",
    ]);
    assert.equal(calls(phone).at(-1), "17500 established");
  });

  test("F10: by slot 2 it is the same call: Call-ID and From tag, the domain that of slot 2's server", () => {
    const { site, phone } = ready(CONCURRENT);
    site.a.refuse();
    site.b.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    const [first, , last] = requestsOf(phone, "INVITE").map(({ message }) => message);
    assert.ok(first && last);
    assert.deepEqual([last.callId, last.fromTag, last.cseq], [first.callId, first.fromTag, first.cseq + 2]);
    assert.match(last.header("from") ?? "", /^<sip:1000@192\.0\.2\.4>;tag=/);
  });

  test("F10: all of both slots fail: no-target-left; D, the last, has 64·T1 in full", () => {
    const { site, phone } = ready(CONCURRENT);
    for (const server of [site.a, site.b, site.d]) server.silent();
    phone.call(FAR, OFFER);
    site.s.run(100_000);
    assert.deepEqual(sentLines(phone, "INVITE"), [
      ...inviteResends(10_000, "A", 7500),
      ...inviteResends(17_500, "B", 7500),
      ...inviteResends(25_000, "D"),
    ]);
    assert.deepEqual(ends(phone), ["57000 no-target-left 0"]);
  });

  test("G1: the next call begins with slot 1 again", () => {
    const { site, phone } = ready(CONCURRENT);
    site.a.refuse();
    site.b.refuse();
    phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    site.a.up();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE").slice(-1), ["20000 INVITE A"]);
  });

  test("L7, F10: slot 1's name is not to be resolved: D at once", () => {
    const site = new Site();
    site.s.zone.remove("sip.example.com");
    const phone = site.phone(CONCURRENT);
    site.s.runUntil(10_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE D"]);
  });

  test("F10: an account that has slot 2 only", () => {
    const { site, phone } = ready({ ...CONCURRENT, "sip_server.1.address": "" });
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE D"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("F9, F10: slot 1 holds no registration, slot 2 does: D at once", () => {
    const site = new Site();
    for (const server of [site.a, site.b]) server.answer(403);
    const phone = site.phone({
      ...CONCURRENT,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.register_on_enable": 1,
      "sip_server.1.only_signal_with_registered": 1,
    });
    site.s.runUntil(10_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE D"]);
  });

  test("F7, F10: with register_on_enable slot 2's own registration serves: no REGISTER there", () => {
    const { site, phone } = ready({ ...CONCURRENT, "sip_server.2.register_on_enable": 1 });
    site.a.refuse();
    site.b.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE B", "10000 INVITE D"]);
    assert.deepEqual(
      sentLines(phone, "REGISTER").filter((line) => line.endsWith("D")),
      ["0 REGISTER D"],
    );
  });

  test("F13, G1: a call that was set up through slot 2 stays there: its BYE goes to D", () => {
    const { site, phone } = ready(CONCURRENT);
    site.a.refuse();
    site.b.refuse();
    site.d.recordRoute = "sip:192.0.2.4;lr";
    const call = established(site, phone);
    site.a.up();
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["11000 BYE D"]);
  });
});

describe("F10, G2: successive slots", () => {
  test("F10: slot 1 fails the INVITE before the registration has found out: D gets it", () => {
    const { site, phone } = ready(SUCCESSIVE, ["A"]);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE"), [...inviteResends(10_000, "A", 7500), "17500 INVITE D"]);
  });

  test("F10, F7: with slot 2's register_on_enable D is registered with first", () => {
    const { site, phone } = ready({ ...SUCCESSIVE, "sip_server.2.register_on_enable": 1 }, ["A"]);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER").slice(1), [
      ...inviteResends(10_000, "A", 7500),
      "17500 REGISTER D",
      "17500 INVITE D",
    ]);
  });

  test("G2: on slot 2: calls start at D; back on slot 1: at A again", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.runUntil(50_000);
    assert.deepEqual(registered(phone), ["1.2 D"]);
    phone.hangUp(established(site, phone));
    site.a.up();
    // D is registered with at 7.5 s, for slot 1's only target has the short budget: the trial comes 120 s later.
    site.s.runUntil(130_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    established(site, phone);
    assert.deepEqual(sentLines(phone, "INVITE"), ["50000 INVITE D", "130000 INVITE A"]);
  });

  test("F10, G2: on slot 2 and D fails: slot 1's targets are tried after it", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.runUntil(50_000);
    site.a.up();
    site.d.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["50000 INVITE D", "50000 INVITE A"]);
  });

  test("G2: a call in progress stays where it is: set up through D, the BYE after the return goes to D", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.runUntil(50_000);
    const call = established(site, phone);
    site.a.up();
    site.s.runUntil(140_000);
    assert.equal(calls(phone).at(-1), "50000 established");
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["140000 BYE D"]);
    assert.deepEqual(ends(phone), ["140000 local 200"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F11, F10: a user who hangs up while slot 1 is silent: D never hears of the call", () => {
    const { site, phone } = ready(SUCCESSIVE, ["A"]);
    site.a.silent();
    const call = phone.call(FAR, OFFER);
    site.s.run(5000);
    phone.hangUp(call);
    site.s.run(60_000);
    assert.deepEqual(sentLines(phone, "INVITE"), inviteResends(10_000, "A", 5000));
  });

  test("F4, F10: D rings: the call is D's, whatever becomes of A", () => {
    const { site, phone } = ready(CONCURRENT, ["A"]);
    site.a.silent();
    site.exchange.callee = answering({ ring: 500, answer: 20_000 });
    phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(calls(phone), [
      "10000 calling",
      "17500 proceeding",
      "18000 ringing",
      "38000 established",
    ]);
    assert.deepEqual(lastOf(phone, "INVITE").header("to"), `<${FAR}>`);
  });
});

describe("G3: outbound proxies", () => {
  const PROXIES: Settings = {
    ...QUIET,
    outbound_proxy_enable: 1,
    "sip_server.1.address": "example.com",
    "sip_server.2.address": "example.com",
    "outbound_proxy.1.address": "192.0.2.1",
    "outbound_proxy.2.address": "192.0.2.2",
    outbound_proxy_fallback_interval: 120,
  };

  test("G3, F10: proxy 1 fails the INVITE: proxy 2 gets it, its Route names proxy 2", () => {
    const { site, phone } = ready(PROXIES);
    site.a.silent();
    phone.call("sip:7000@example.com", OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE"), [...inviteResends(10_000, "A", 7500), "17500 INVITE B"]);
    const [route] = lastOf(phone, "INVITE").elements("route");
    assert.match(route ?? "", /^<sip:192\.0\.2\.2(:5060)?;lr>$/);
  });

  test("G3: on proxy 2 calls start there; after the trial through proxy 1 they start at proxy 1", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(PROXIES);
    site.s.runUntil(50_000);
    phone.hangUp(established(site, phone, { uri: "sip:7000@example.com" }));
    site.a.up();
    site.s.runUntil(200_000);
    established(site, phone, { uri: "sip:7000@example.com" });
    assert.deepEqual(sentLines(phone, "INVITE"), ["50000 INVITE B", "200000 INVITE A"]);
  });
});
