/** At which target an INVITE starts, mode by mode, and what settles the current one: F6, F8 for calls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR, OFFER, QUIET, calls, inviteResends, sentLines } from "./call-helpers.js";
import { Site, decisions, registered, registers } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const mode = (failback: number): Settings => ({ ...QUIET, "sip_server.1.failback_mode": failback });

/** A phone that found A refused and has registered with B; A is up again. It is 10 s. */
const onB = (settings: Settings, options: SiteOptions = {}) => {
  const site = new Site(options);
  site.a.refuse();
  const phone = site.phone(settings);
  site.s.runUntil(10_000);
  assert.deepEqual(registered(phone), ["1.1 B"]);
  site.a.up();
  return { site, phone };
};

describe("F6: where an INVITE starts", () => {
  test("F6: mode 0, registered with B: at the primary", () => {
    const { site, phone } = onB(mode(0));
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
  });

  test("F6: mode 0: at the primary again, call after call, though only B answers", () => {
    const { site, phone } = onB(mode(0));
    site.a.refuse();
    for (const at of [10_000, 20_000, 30_000]) {
      site.s.runUntil(at);
      phone.call(FAR, OFFER);
    }
    site.s.run(1000);
    assert.deepEqual(
      sentLines(phone, "INVITE"),
      [10_000, 20_000, 30_000].flatMap((t) => [`${String(t)} INVITE A`, `${String(t)} INVITE B`]),
    );
  });

  for (const failback of [1, 2, 3]) {
    test(`F6: mode ${String(failback)}, registered with B: at B`, () => {
      const { site, phone } = onB(mode(failback));
      phone.call(FAR, OFFER);
      site.s.run(1000);
      assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE B"]);
    });

    test(`F6: mode ${String(failback)}, B silent: then the list from its top, without B`, () => {
      const { site, phone } = onB(mode(failback), { list: ["A", "B", "C"] });
      site.b.silent();
      site.a.silent();
      phone.call(FAR, OFFER);
      site.s.run(60_000);
      assert.deepEqual(sentLines(phone, "INVITE"), [
        ...inviteResends(10_000, "B", 7500),
        ...inviteResends(17_500, "A", 7500),
        "25000 INVITE C",
      ]);
    });
  }
});

describe("F8: the target that answered becomes the current one", () => {
  for (const failback of [1, 2, 3]) {
    test(`F8: mode ${String(failback)}: B took the call that A was silent to: the next call starts at B`, () => {
      const site = new Site();
      const phone = site.phone(mode(failback));
      site.s.runUntil(10_000);
      site.a.silent();
      phone.call(FAR, OFFER);
      site.s.runUntil(20_000);
      site.a.up();
      phone.call(FAR, OFFER);
      site.s.run(1000);
      assert.deepEqual(sentLines(phone, "INVITE"), [
        ...inviteResends(10_000, "A", 7500),
        "17500 INVITE B",
        "20000 INVITE B",
      ]);
      assert.deepEqual(decisions(phone), ["17500 failover A B F2"]);
    });
  }

  test("F8: mode 3: the next REGISTER refresh goes to B too", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone(mode(3));
    site.s.runUntil(10_000);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.runUntil(50_000);
    assert.deepEqual(registers(phone), ["0 A", "30000 B"]);
  });

  test("F8: mode 3: a refusal by B settles it as well: 486 is an answer", () => {
    const site = new Site();
    const phone = site.phone(mode(3));
    site.s.runUntil(10_000);
    site.a.refuse();
    site.exchange.callee = [{ status: 486 }];
    phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    site.a.up();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE B", "20000 INVITE B"]);
  });

  test("F8: mode 3: nobody answered: the current target stays", () => {
    const site = new Site();
    const phone = site.phone(mode(3));
    site.s.runUntil(10_000);
    site.a.refuse();
    site.b.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.a.up();
    site.b.up();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE").slice(-1), ["11000 INVITE A"]);
  });

  test("F8: mode 3: the failback is due a full failback_timeout after the call made B current", () => {
    const site = new Site();
    const phone = site.phone({ ...mode(3), "sip_server.1.failback_timeout": 60 });
    site.s.runUntil(10_000);
    site.a.silent();
    site.exchange.callee = [{ status: 486 }];
    phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    site.a.up();
    site.s.runUntil(100_000);
    assert.deepEqual(registers(phone), ["0 A", "77500 A"]);
    assert.deepEqual(decisions(phone), [
      "17500 failover A B F2",
      "77500 failback-due B1",
      "77500 failback B A B4",
    ]);
  });

  test("F8: mode 0 settles nothing: the next call starts at the primary", () => {
    const site = new Site();
    const phone = site.phone(mode(0));
    site.s.runUntil(10_000);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.runUntil(20_000);
    site.a.up();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), [
      ...inviteResends(10_000, "A", 7500),
      "17500 INVITE B",
      "20000 INVITE A",
    ]);
    assert.deepEqual(decisions(phone), []);
  });

  test("F8, K3: an ICMP error to an INVITE also moves the registration, at the same instant", () => {
    const site = new Site();
    const phone = site.phone(mode(3));
    site.s.runUntil(10_000);
    site.a.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE B"]);
    assert.deepEqual(registers(phone), ["0 A", "10000 B"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("F14: a name that changes while the INVITE is under way serves the next call, not this one", () => {
    const site = new Site({ ttl: 5 });
    const phone = site.phone(mode(0));
    site.s.runUntil(10_000);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.name(["C"]);
    site.s.runUntil(20_000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE").slice(-2), ["17500 INVITE B", "20000 INVITE C"]);
    assert.deepEqual(
      calls(phone).filter((line) => line.endsWith("established")),
      ["17500 established", "20000 established"],
    );
  });
});
