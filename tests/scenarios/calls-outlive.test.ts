/** A call that outlives what becomes of its account's registration: failover, failback, fallback. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  BY_NAME,
  OFFER,
  QUIET,
  callMessages,
  calls,
  ends,
  established,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site, decisions, registered } from "./helpers.js";
import type { Settings } from "./helpers.js";

const MODE_3: Settings = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };

describe("a call outlives its registration", () => {
  test("F13: failover: A dies in a call by name, B is registered with: re-INVITE and BYE reach the far end", () => {
    const site = new Site({ recordRoute: BY_NAME });
    const phone = site.phone({ ...MODE_3, "nat.udp_update_time": 30 });
    site.s.runUntil(10_000);
    const call = established(site, phone);
    site.a.refuse();
    site.s.runUntil(40_000);
    assert.deepEqual(decisions(phone), ["30000 failover A B K3"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.equal(calls(phone).at(-1), "10000 established");
    phone.requestInCall(call, "INVITE", OFFER);
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "ACK", "BYE").slice(2), [
      "40000 INVITE B",
      "40000 ACK B",
      "41000 BYE B",
    ]);
    assert.deepEqual(ends(phone), ["41000 local 200"]);
    assert.equal(site.exchange.calls[0]?.state, "ended");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F13: mode 0: the same by its own search: the BYE starts at the primary, then B", () => {
    const site = new Site({ recordRoute: BY_NAME });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = established(site, phone);
    site.a.refuse();
    site.s.runUntil(40_000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["40000 BYE A", "40000 BYE B"]);
    assert.equal(site.exchange.calls[0]?.state, "ended");
  });

  test("B2, F13: failback with a call from before: it is put off; after it, the phone goes home", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone({ ...QUIET, ...MODE_3 });
    site.s.runUntil(10_000);
    site.a.up();
    const call = established(site, phone);
    site.s.runUntil(300_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["300000 BYE B"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F8, B7: mode 0: the refresh takes the registration home during a call: its BYE stays on its route", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.refuse();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = established(site, phone);
    site.a.up();
    site.s.runUntil(40_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "BYE"), ["10000 INVITE A", "10000 INVITE B", "40000 BYE B"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("G2: fallback to slot 2, and back: the call of slot 1's time ends by the route it has", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    const phone = site.phone({
      ...QUIET,
      "sip_server.2.address": "192.0.2.4",
      "fallback.redundancy_type": 1,
      "fallback.timeout": 60,
    });
    site.s.runUntil(10_000);
    const call = established(site, phone);
    site.a.silent();
    site.s.runUntil(60_000);
    assert.deepEqual(registered(phone), ["1.2 D"]);
    site.a.up();
    site.s.runUntil(200_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    assert.equal(calls(phone).at(-1), "10000 established");
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["200000 BYE A"]);
    assert.deepEqual(ends(phone), ["200000 local 200"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("all of them in one call: failover, back home, INFO through both, and the BYE at the end", () => {
    const site = new Site({ recordRoute: BY_NAME, maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = established(site, phone);
    // Mode 0: every refresh is a trial: with B from 30 s on, with A again from 90 s on.
    site.a.refuse();
    site.s.runUntil(85_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    phone.requestInCall(call, "INFO", { type: "application/dtmf-relay", body: "Signal=1\r\n" });
    site.s.run(0);
    site.a.up();
    site.s.runUntil(125_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
    phone.requestInCall(call, "INFO", { type: "application/dtmf-relay", body: "Signal=2\r\n" });
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INFO", "BYE"), [
      "85000 INFO A",
      "85000 INFO B",
      "125000 INFO A",
      "126000 BYE A",
    ]);
    assert.deepEqual(callMessages(phone).slice(1), ["85000 INFO 200", "125000 INFO 200"]);
    assert.deepEqual(ends(phone), ["126000 local 200"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("the far end hangs up through B after A's death: taken, whatever server it came by", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const { call, number } = taken(site, phone, site.a);
    site.a.silent();
    site.s.runUntil(40_000);
    const bye = call.bye({ server: site.b });
    site.s.run(1000);
    assert.equal(bye.status, 200);
    assert.equal(calls(phone, number).at(-1), "40000 ended");
    assert.deepEqual(ends(phone), ["40000 remote 0"]);
  });

  test("R3, R2: the registration is refused for good during a call: the call goes on and ends as it should", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = established(site, phone);
    for (const server of [site.a, site.b]) {
      server.mode = ({ request }) => (request.method === "REGISTER" ? { status: 403 } : "up");
    }
    site.s.runUntil(100_000);
    assert.deepEqual(registered(phone), []);
    assert.equal(calls(phone).at(-1), "10000 established");
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(ends(phone), ["100000 local 200"]);
  });

  test("K2: probes put A down during a call whose route is A's address: a re-INVITE goes there all the same", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, "sip.probe_max_lost": 2, "sip.probe_interval": 2 });
    site.s.runUntil(10_000);
    const call = established(site, phone);
    site.a.silent();
    site.s.runUntil(30_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    phone.requestInCall(call, "INFO", { type: "application/dtmf-relay", body: "Signal=1\r\n" });
    site.s.run(100);
    site.a.up();
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INFO"), ["30000 INFO A", "30500 INFO A"]);
    assert.deepEqual(callMessages(phone).slice(-1), ["30500 INFO 200"]);
  });
});
