import assert from "node:assert/strict";
import { test } from "node:test";
import { Core, desktopModule } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { ACCOUNTS, Installation, Watch } from "./endurance.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;
const OUTAGES = 1000;

/** 5 records each, and 3 more, of 128. */
const MOST_NAMES = 25;

/** Counts what a phone tells, and knows which bindings it has. */
class Ledger {
  readonly counts = new Map<string, number>();
  /** Pools called full, in order. */
  full: string[] = [];
  readonly #serving = new Map<string, string>();

  constructor(phone: SimulatedPhone) {
    phone.on((record) => {
      this.counts.set(record.event, this.count(record.event) + 1);
      if (record.event === "pool-full") this.full.push(record.pool);
      if (record.event !== "registered" && record.event !== "unregistered") return;
      const slot = `${String(record.account)}.${String(record.slot)}`;
      if (record.event === "registered") this.#serving.set(slot, record.target);
      else this.#serving.delete(slot);
    });
  }

  count(event: string): number {
    return this.counts.get(event) ?? 0;
  }

  /** Where each slot is registered: `1.1 udp:192.0.2.1:5060`. */
  get serving(): string[] {
    return [...this.#serving].map(([slot, target]) => `${slot} ${target}`).sort();
  }
}

/**
 * Has DNS name as many records, with as long names, as the phone just has room for, and answers the pools that it
 * calls full all the same: with a few records or names of the pools lost, there would be some.
 */
const probe = (installation: Installation, ledger: Ledger): string[] => {
  const { s } = installation;
  const { zone } = s;
  ledger.full = [];
  zone.records = [];
  // Names that were not there before: what is left of others takes room.
  const name = (kind: string): string =>
    `${(kind + String(s.now)).padEnd(60, "x")}.${"y".repeat(60)}.${"z".repeat(60)}.example.com`;
  for (let index = 0; index < MOST_NAMES; index++) {
    const [target, alias] = [name(`a${String(index)}`), name(`b${String(index)}`)];
    zone.srv("_sip._udp.sip.example.com", { priority: index, target: alias }, 5).alias(alias, target, 5);
    zone.address(target, ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.2"], 5);
  }
  zone.address("sip.example.com", ["192.0.2.1", "192.0.2.2"], 5).address("spare.example.com", "192.0.2.3", 5);
  s.run(10 * MINUTE);
  installation.fillZone();
  s.run(30 * MINUTE);
  // More questions than can be asked at once wait for their turn; that is no room lost.
  return ledger.full.splice(0).filter((pool) => pool !== "dns-queries");
};

test("a week with 16 accounts and 1,000 outages ends as it began", () => {
  const installation = new Installation({
    core: new Core(desktopModule()),
    keepRecords: false,
    keepWire: false,
  });
  const { s, phone } = installation;
  const watch = new Watch(phone);
  const ledger = new Ledger(phone);
  const memory = phone.core.memorySize;

  s.run(HOUR);
  assert.deepEqual(probe(installation, ledger), []);
  s.run(HOUR);
  const flows = watch.open.size;
  const serving = ledger.serving;
  assert.equal(installation.users().size, ACCOUNTS);

  installation.plan(2024, OUTAGES, s.now, WEEK - 4 * HOUR);
  s.runUntil(WEEK);
  assert.deepEqual(ledger.full, []);
  assert.equal(installation.users().size, ACCOUNTS);
  assert.deepEqual(ledger.serving, serving);
  assert.equal(watch.open.size, flows);

  assert.deepEqual(probe(installation, ledger), []);
  s.run(HOUR);
  assert.deepEqual(ledger.serving, serving);
  assert.equal(watch.open.size, flows);

  assert.equal(phone.core.memorySize, memory);
  assert.deepEqual(watch.problems, []);
  for (const event of [
    "failover",
    "failback",
    "fallback",
    "failed",
    "unregistered",
    "target-failed",
    "dropped",
  ])
    assert.ok(ledger.count(event) > 100, `${event}: ${String(ledger.count(event))}`);
});
