/** An orderly stop with calls: R7. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR, OFFER, QUIET, calls, ends, established, sentLines, taken } from "./call-helpers.js";
import { Site, sent } from "./helpers.js";
import type { Settings } from "./helpers.js";

const ready = (settings: Settings = {}) => {
  const site = new Site();
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** The REGISTERs that take the binding back: `["10000 A"]`. */
const leaves = (phone: ReturnType<typeof ready>["phone"]): string[] =>
  sent(phone)
    .filter(({ message }) => message.header("expires") === "0")
    .map(({ t, target }) => `${String(t)} ${target}`);

describe("R7: a stop with a call", () => {
  test("R7: BYE for the call and REGISTER with no lifetime, then stopped, all of it at once", () => {
    const { site, phone } = ready();
    established(site, phone);
    phone.stop();
    site.s.run(2000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A"]);
    assert.deepEqual(leaves(phone), ["10000 A"]);
    assert.ok(phone.isStopped);
    assert.equal(site.exchange.calls[0]?.state, "ended");
    assert.deepEqual(site.a.bound(site.s.now), []);
    assert.equal(calls(phone).at(-1)?.split(" ")[1], "ended");
  });

  test("R7: a call that came in, too", () => {
    const { site, phone } = ready();
    const { call } = taken(site, phone, site.a);
    phone.stop();
    site.s.run(2000);
    assert.equal(call.dialog.state, "ended");
    assert.ok(phone.isStopped);
  });

  test("R7: a call that rings here is refused with 603, one that rings there is cancelled", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 180 }];
    phone.call(FAR, OFFER);
    const incoming = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(1000);
    phone.stop();
    site.s.run(2000);
    assert.equal(incoming.status, 603);
    assert.deepEqual(sentLines(phone, "CANCEL"), ["11000 CANCEL A"]);
    assert.deepEqual(ends(phone).sort(), ["11000 cancelled 0", "11000 local 603"]);
    assert.deepEqual(leaves(phone), ["11000 A"]);
    assert.ok(phone.isStopped);
  });

  test("R7: nobody answers: it is over after 2 s, whatever is still waiting", () => {
    const { site, phone } = ready();
    established(site, phone);
    site.a.silent();
    phone.stop();
    site.s.run(1999);
    assert.ok(!phone.isStopped);
    site.s.run(1);
    assert.ok(phone.isStopped);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10500 BYE A", "11500 BYE A"]);
    const before = phone.wire.length;
    site.s.run(60_000);
    assert.equal(phone.wire.length, before);
  });

  test("R7: the BYE is challenged: answered within the stop", () => {
    const site = new Site({ digest: { users: { 1000: "secret" }, challenges: "all" }, latency: 10 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = phone.call(FAR, OFFER);
    site.s.run(10_000);
    assert.ok(call > 0);
    phone.stop();
    site.s.run(2000);
    assert.equal(site.a.requests("BYE").at(-1)?.credentials, "accepted");
    assert.ok(phone.isStopped);
    assert.deepEqual(site.a.bound(site.s.now), []);
  });

  test("R7: no new call is placed or taken during the stop", () => {
    const site = new Site({ latency: 100 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    phone.stop();
    const answer = phone.call(FAR, OFFER);
    const incoming = site.exchange.invite(site.b, { to: "1000" });
    site.s.run(2000);
    assert.ok(phone.isStopped);
    assert.deepEqual(sentLines(phone, "INVITE"), []);
    assert.ok(answer < 0 || calls(phone).at(-1)?.endsWith("ended") === true);
    assert.notEqual(incoming.status, 200);
  });

  test("two calls of two accounts: a BYE each, and both accounts leave", () => {
    const { site, phone } = ready({
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.3",
    });
    established(site, phone);
    established(site, phone, { account: 2, uri: "sip:7000@192.0.2.3" });
    phone.stop();
    site.s.run(2000);
    assert.deepEqual(sentLines(phone, "BYE").sort(), ["10000 BYE A", "10000 BYE C"]);
    assert.deepEqual(leaves(phone).sort(), ["10000 A", "10000 C"]);
    assert.ok(phone.isStopped);
  });
});
