import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNTS, Installation, Watch } from "./endurance.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK = 7 * 24 * HOUR;
const OUTAGES = 1000;

test("a week with 16 accounts and 1,000 outages ends as it began", () => {
  const began = process.hrtime.bigint();
  const installation = new Installation({ keepRecords: false, keepWire: false });
  const { s, phone } = installation;
  const watch = new Watch(phone);
  const counts = new Map<string, number>();
  const serving = new Map<string, string>();
  phone.on((record) => {
    const name = record.event === "pool-full" ? `pool-full ${record.pool}` : record.event;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (record.event === "registered")
      serving.set(`${String(record.account)}.${String(record.slot)}`, record.target);
    if (record.event === "unregistered") serving.delete(`${String(record.account)}.${String(record.slot)}`);
  });
  const memory = phone.core.memorySize;

  s.run(5 * MINUTE);
  const flows = watch.open.size;
  const first = new Map(serving);
  assert.equal(installation.users().size, ACCOUNTS);

  installation.plan(2024, OUTAGES, 5 * MINUTE, WEEK - 4 * HOUR);
  s.runUntil(WEEK);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;

  assert.deepEqual(watch.problems, []);
  assert.equal(installation.users().size, ACCOUNTS);
  assert.deepEqual(new Map([...serving].sort()), new Map([...first].sort()));
  assert.equal(watch.open.size, flows);
  assert.equal(phone.core.memorySize, memory);
  assert.deepEqual(
    [...counts.keys()].filter((name) => name.startsWith("pool-full")),
    [],
  );
  for (const event of [
    "failover",
    "failback",
    "fallback",
    "failed",
    "unregistered",
    "target-failed",
    "dropped",
  ])
    assert.ok((counts.get(event) ?? 0) > 100, `${event}: ${String(counts.get(event) ?? 0)}`);
  assert.ok(seconds < 60, `${String(seconds)} s`);
});
