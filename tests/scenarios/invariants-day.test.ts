import assert from "node:assert/strict";
import { test } from "node:test";
import { Core, desktopModule } from "../../host/simulated/index.js";
import { ACCOUNTS, Watch } from "./endurance.js";
import { ALL_OVER, roomOf } from "./recovery.js";
import type { Room } from "./recovery.js";
import { Traffic } from "./traffic.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OUTAGES = 50;

/** A call begins every minute or so. */
const PAUSE = 60_000;

/** What there is room for in an installation of that kind which has just begun. */
const fresh = (): Room => {
  const { installation, phone } = new Traffic(1);
  installation.s.run(HOUR);
  return roomOf({ s: installation.s, servers: installation.servers, user: "1001" }, phone);
};

test("a day with 16 accounts, calls every few minutes, subscriptions and 50 outages ends as it began", () => {
  const traffic = new Traffic(1, { core: new Core(desktopModule()) });
  const { installation, phone, ends } = traffic;
  const { s, servers } = installation;
  const watch = new Watch(phone);
  const memory = phone.core.memorySize;
  s.run(HOUR);
  const flows = watch.open.size;

  traffic.plan(s.now, DAY - HOUR, PAUSE);
  installation.plan(2025, OUTAGES, s.now, DAY - 2 * HOUR);
  s.runUntil(DAY);

  assert.equal(phone.core.memorySize, memory);
  assert.deepEqual(watch.problems, []);
  // Every call has ended, and said why.
  assert.deepEqual([...traffic.open], []);
  const count = [...ends.values()].reduce((sum, each) => sum + each, 0);
  assert.ok(count >= traffic.placed, `${String(count)} of ${String(traffic.placed)}`);
  assert.ok(!ends.has("none"));
  for (const reason of ["local", "remote", "cancelled", "rejected", "no-target-left", "session-expired"])
    assert.ok((ends.get(reason) ?? 0) > 0, `${reason}: ${JSON.stringify([...ends])}`);
  assert.ok(
    traffic.placed > 600 && traffic.offered > 200,
    `${String(traffic.placed)} ${String(traffic.offered)}`,
  );

  // Everybody is registered, nobody has lost what they watch.
  assert.equal(installation.users().size, ACCOUNTS);
  assert.equal(s.exchange.subscriptions.length, 12);
  assert.deepEqual(
    phone.events("pool-full").map(({ t, pool }) => `${String(t)} ${pool}`),
    [],
  );
  assert.equal(watch.open.size, flows);
  s.run(ALL_OVER);
  assert.deepEqual(roomOf({ s, servers, user: "1001" }, phone), fresh());
});
