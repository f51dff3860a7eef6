import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone, ZoneMode } from "../../host/simulated/index.js";
import { decisions, keepAlives, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { PORT, file, instants, questions } from "./lookups.js";

/** A phone registered with A for `lifetime` seconds, by an address with TTL 20; DNS dies and comes back. */
class Outage {
  readonly s = new Simulation();
  readonly a: Registrar;
  readonly phone: SimulatedPhone;

  constructor(
    from: number,
    to: number,
    lifetime: number,
    settings: Settings = {},
    mode: ZoneMode = "silent",
  ) {
    this.a = this.s.registrar("192.0.2.1");
    this.s.zone.address("example.com", "192.0.2.1", 20);
    this.phone = this.s.phone(file({ ...PORT, "sip_server.1.expires": lifetime, ...settings }));
    this.s.at(from, () => (this.s.zone.mode = mode));
    this.s.at(to, () => (this.s.zone.mode = "up"));
  }

  /** Runs to an instant and tells for each second whether the registrar held a binding. */
  uncovered(until: number): number[] {
    const gaps: number[] = [];
    while (this.s.now < until) {
      this.s.run(1000);
      if (this.a.bound(this.s.now).length === 0) gaps.push(this.s.now);
    }
    return gaps;
  }
}

const STALE = { "static.network.dns.last_cache_expired.enable": 1 };

describe("DNS dies while the phone is registered", () => {
  test("L7 nothing happens before the refresh", () => {
    const { s, phone } = new Outage(10_000, Infinity, 3600);
    s.run(1_000_000);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(instants(s.zone), [0]);
  });

  test("field: a cache that runs out at the moment of the refresh loses no registration", () => {
    const outage = new Outage(140_000, 170_000, 300);
    assert.deepEqual(outage.uncovered(600_000), []);
    const { phone, s } = outage;
    assert.deepEqual(instants(s.zone).slice(1, 4), [150_000, 153_000, 156_000]);
    assert.deepEqual(decisions(phone), ["159000 failed name-not-found"]);
    assert.deepEqual(registers(phone).slice(0, 2), ["0 A", "189000 A"]);
    assert.deepEqual(phone.events("unregistered"), []);
  });

  for (const mode of ["closed", "SERVFAIL", "REFUSED", "NXDOMAIN"] as const) {
    test(`nor does DNS that says ${mode} at the refresh: it is tried again every 30 s`, () => {
      const outage = new Outage(140_000, 250_000, 300, {}, mode);
      assert.deepEqual(outage.uncovered(600_000), []);
      assert.deepEqual(
        outage.phone.events("failed").map(({ t }) => t),
        [150_000, 180_000, 210_000, 240_000],
      );
      assert.deepEqual(registers(outage.phone).slice(0, 2), ["0 A", "270000 A"]);
    });
  }

  test("the binding is kept, and kept alive, until its lifetime is over", () => {
    const { s, phone } = new Outage(10_000, Infinity, 240);
    s.run(400_000);
    assert.deepEqual(
      phone.events("unregistered").map(({ t, reason }) => [t, reason]),
      [[240_000, "expired"]],
    );
    assert.deepEqual(
      keepAlives(phone),
      [30, 60, 90, 120, 150, 180, 210].map((second) => `${String(second * 1000)} A`),
    );
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("it registers again after DNS has come back, however long that took", () => {
    const { s, phone, a } = new Outage(10_000, 7_200_000, 60);
    s.run(7_200_000);
    assert.equal(a.bound(s.now).length, 0);
    // The wait of 30 s, and what is left of the patience with a silent server.
    s.run(30_000 + 9000);
    assert.equal(a.bound(s.now).length, 1);
    assert.equal(phone.status()[0]?.slots[0]?.state, "registered");
  });

  test("a current target that is a secondary serves until its lifetime is over, too", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1").refuse();
    const b = s.registrar("192.0.2.2");
    s.zone.address("example.com", ["192.0.2.1", "192.0.2.2"], 20);
    const phone = s.phone(file({ ...PORT, "sip_server.1.expires": 240, "sip_server.1.failback_mode": 1 }));
    s.at(10_000, () => (s.zone.mode = "silent"));
    s.run(239_000);
    assert.equal(b.bound(s.now).length, 1);
    assert.deepEqual(phone.events("unregistered"), []);
    // B5: the trial of mode 1 needs the name; it fails, and comes not sooner than 32 s after.
    assert.deepEqual(decisions(phone).slice(0, 4), [
      "0 failover A B F3",
      "20000 failback-due B1",
      "29000 failback-failed A",
      "61000 failback-due B1",
    ]);
  });
});

describe("last_cache_expired", () => {
  test("1 lets the expired answer serve once DNS has not answered", () => {
    const { s, phone } = new Outage(10_000, Infinity, 60, STALE);
    s.run(60_000);
    assert.deepEqual(instants(s.zone), [0, 30_000, 33_000, 36_000]);
    assert.deepEqual(registers(phone), ["0 A", "39000 A"]);
  });

  test("without a limit, for as long as DNS is dead", () => {
    const outage = new Outage(10_000, Infinity, 60, STALE);
    assert.deepEqual(outage.uncovered(3_600_000), []);
    assert.deepEqual(outage.phone.events("failed"), []);
  });

  test("up to its limit, counted from the end of the TTL", () => {
    const { s, phone } = new Outage(10_000, Infinity, 60, {
      ...STALE,
      "static.network.dns.last_cache_expired": 60,
    });
    s.run(200_000);
    // At 39 s the answer is 19 s old, at 78 s 58 s, at 117 s 97 s.
    assert.deepEqual(registers(phone), ["0 A", "39000 A", "78000 A"]);
    assert.deepEqual(decisions(phone)[0], "117000 failed name-not-found");
  });

  test("DNS that answers again is believed at once", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    s.registrar("192.0.2.2");
    s.zone.address("example.com", "192.0.2.1", 20);
    const phone = s.phone(file({ ...PORT, ...STALE, "sip_server.1.expires": 60 }));
    s.at(10_000, () => (s.zone.mode = "silent"));
    s.at(60_000, () => {
      s.zone.mode = "up";
      s.zone.remove("example.com").address("example.com", "192.0.2.2", 20);
    });
    s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "39000 A", "69000 B", "99000 B"]);
  });

  test("a name that DNS says is gone is gone: no expired answer for it", () => {
    const { s, phone } = new Outage(Infinity, Infinity, 60, STALE);
    s.at(10_000, () => s.zone.remove("example.com"));
    s.run(40_000);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(decisions(phone), ["30000 failed name-not-found"]);
  });

  test("0: the lookup has failed", () => {
    const { s, phone } = new Outage(10_000, Infinity, 60);
    s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(decisions(phone), ["39000 failed name-not-found"]);
  });
});

describe("DNS is dead from the start", () => {
  test("L7 slot 2 gets the REGISTER when the patience with DNS is over", () => {
    const s = new Simulation();
    s.zone.mode = "silent";
    const d = s.registrar("192.0.2.4");
    const phone = s.phone(
      file({ ...PORT, "sip_server.2.address": "192.0.2.4", "fallback.redundancy_type": 1 }),
    );
    s.run(20_000);
    assert.deepEqual(registers(phone), ["9000 D"]);
    assert.equal(d.bound(s.now).length, 1);
  });

  test("L7 a failed lookup of the SRV records is no word that there are none", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    s.zone.address("example.com", "192.0.2.1");
    s.zone.mode = ({ type }) => (type === "SRV" ? "silent" : "up");
    const phone = s.phone(file());
    s.run(20_000);
    assert.deepEqual(new Set(questions(s.zone)), new Set(["SRV _sip._udp.example.com"]));
    assert.deepEqual(registers(phone), []);
    assert.deepEqual(decisions(phone), ["9000 failed name-not-found"]);
  });
});
