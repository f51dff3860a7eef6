/** R7: the orderly stop. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { credentialsOf } from "./digest-helpers.js";
import { Site, contactsOf, inTurn, registers, resends, sent } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

/** Stops the phone at `at` and answers when it was done; nothing may leave it after that. */
const stopAt = (site: Site, phone: SimulatedPhone, at: number): number => {
  site.s.runUntil(at);
  phone.stop();
  let done = NaN;
  for (let t = at; t <= at + 5000 && Number.isNaN(done); t += 10) {
    site.s.runUntil(t);
    if (phone.isStopped) done = t;
  }
  const last = phone.wire.filter(({ direction }) => direction === "out").at(-1)?.t ?? 0;
  site.s.run(3_600_000);
  assert.equal(phone.wire.filter(({ direction }) => direction === "out").at(-1)?.t, last);
  return done;
};

const isUnregister = (phone: SimulatedPhone): boolean[] =>
  sent(phone).map(({ message }) => message.header("expires") === "0");

describe("R7: the orderly stop", () => {
  test("R7: takes the binding back, and is done with the answer", () => {
    const site = new Site({ latency: 50 });
    const phone = site.phone();
    assert.equal(stopAt(site, phone, 50_000), 50_100);
    assert.deepEqual(registers(phone), ["100 A", "50000 A"]);
    assert.deepEqual(isUnregister(phone), [false, true]);
    const [first, second] = sent(phone).map(({ message }) => message);
    assert.deepEqual(contactsOf(second ?? assert.fail()), contactsOf(first ?? assert.fail()));
    assert.equal(second?.callId, first?.callId);
    assert.equal(second?.cseq, (first?.cseq ?? NaN) + 1);
    assert.deepEqual(site.a.bound(50_100), []);
  });

  test("R7: at the current target", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone();
    stopAt(site, phone, 20_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "20000 B"]);
    assert.deepEqual(site.b.bound(20_001), []);
  });

  test("R7: in both slots, with every account", () => {
    const site = new Site();
    const phone = site.phone({
      "sip_server.2.address": "192.0.2.4",
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "sip.example.com",
    });
    assert.equal(stopAt(site, phone, 20_000), 20_000);
    assert.deepEqual(registers(phone, 20_000).sort(), ["20000 A", "20000 A", "20000 D"]);
    assert.deepEqual([...site.a.bound(20_001), ...site.d.bound(20_001)], []);
  });

  test("R7: with digest, by the nonce that is known", () => {
    const site = new Site({ digest: { users: { 1000: "secret" } } });
    const phone = site.phone();
    stopAt(site, phone, 20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "20000 A"]);
    assert.equal(credentialsOf(phone).at(-1)?.parameters?.get("nc"), "00000002");
    assert.deepEqual(site.a.bound(20_001), []);
  });

  test("R7: with digest, when the nonce is stale by then", () => {
    const site = new Site({ digest: { users: { 1000: "secret" }, nonceUses: 1 } });
    const phone = site.phone();
    stopAt(site, phone, 20_000);
    assert.deepEqual(registers(phone, 20_000), ["20000 A", "20000 A"]);
    assert.deepEqual(site.a.bound(20_001), []);
  });

  test("R7: a dead server does not hold it up beyond 2 s", () => {
    const site = new Site();
    const phone = site.phone();
    site.s.at(10_000, () => {
      site.a.silent();
    });
    assert.equal(stopAt(site, phone, 20_000), 22_000);
    assert.deepEqual(registers(phone, 20_000), ["20000 A", "20500 A", "21500 A"]);
  });

  test("R7: a server that refuses does not at all", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.at(10_000, () => {
      site.a.refuse();
    });
    assert.equal(stopAt(site, phone, 20_000), 20_000);
    assert.deepEqual(registers(phone, 20_000), ["20000 A"]);
  });

  test("R7: one dead server does not keep the others from hearing of it", () => {
    const site = new Site();
    const phone = site.phone({ "sip_server.2.address": "192.0.2.4" });
    site.s.at(10_000, () => {
      site.a.silent();
    });
    assert.equal(stopAt(site, phone, 20_000), 22_000);
    assert.deepEqual(site.d.bound(20_001), []);
  });

  test("R7: whatever the server answers, that was it", () => {
    for (const status of [403, 404, 423, 500, 503]) {
      const site = new Site();
      const phone = site.phone();
      site.s.at(10_000, () => {
        site.a.mode = inTurn([
          {
            status,
            headers: [
              ["Retry-After", "100"],
              ["Min-Expires", "60"],
            ],
          },
        ]);
      });
      const done = stopAt(site, phone, 20_000);
      assert.ok(done <= 22_000);
      assert.ok(isUnregister(phone).slice(1).every(Boolean));
      assert.ok(registers(phone, 20_000).every((line) => line.endsWith("A")));
    }
  });

  test("R7: without a binding there is nothing to take back", () => {
    const site = new Site();
    site.a.silent();
    site.b.silent();
    const phone = site.phone();
    assert.equal(stopAt(site, phone, 9000), 9000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "8000 B", "9000 B"]);
    assert.ok(isUnregister(phone).every((is) => !is));
  });

  test("R7: in the middle of a refresh the binding that there is, is taken back", () => {
    const site = new Site({ maxExpires: 100 });
    const phone = site.phone(QUIET);
    site.a.mode = inTurn(["up", "silent", "silent", "silent"]);
    // The refresh of 50 s meets silence; the un-REGISTER of 52 s is answered.
    assert.equal(stopAt(site, phone, 52_000), 52_000);
    assert.deepEqual(registers(phone, 50_000), ["50000 A", "50500 A", "51500 A", "52000 A"]);
    assert.deepEqual(site.a.bound(52_001), []);
  });

  test("R7: in the middle of a failback the current target's is", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    assert.equal(stopAt(site, phone, 70_000), 70_000);
    assert.deepEqual(registers(phone, 60_000), ["67500 A", "68000 A", "69000 A", "70000 B"]);
    assert.deepEqual(site.b.bound(70_001), []);
  });

  test("R7: before the first REGISTER nothing is sent at all", () => {
    const site = new Site();
    site.s.zone.mode = "silent";
    const phone = site.phone();
    assert.equal(stopAt(site, phone, 500), 500);
    assert.deepEqual(registers(phone), []);
  });
});
