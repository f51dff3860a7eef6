import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { EventRecord } from "../../host/abi/record.js";
import { History } from "../../host/cli/demo/history.js";
import { paintFor, plain } from "../../host/cli/paint.js";
import { timeline, timelineLegend } from "../../host/cli/render/timeline.js";

const PRIMARY = "udp:127.0.0.1:1";
const SECONDARY = "udp:127.0.0.1:2";

const request = (t: number, target: string): EventRecord => ({
  t,
  account: 1,
  event: "request",
  slot: 1,
  method: "REGISTER",
  target,
  attempt: 1,
  reason: "start",
});

const registered = (t: number, target: string, expires: number): EventRecord => ({
  t,
  account: 1,
  event: "registered",
  slot: 1,
  target,
  expires,
  reason: "start",
});

/** Registered at 0 s for 6 s, silent from 4 s to 16 s, moved at 12 s, back at 20 s, stopped at 23 s. */
const outage = (): History => {
  const history = new History(
    new Map([
      [PRIMARY, "primary"],
      [SECONDARY, "secondary"],
    ]),
  );
  for (const record of [request(0, PRIMARY), registered(0, PRIMARY, 6), request(3000, PRIMARY)])
    history.add(record);
  history.add(registered(3000, PRIMARY, 6));
  history.fallsSilent(PRIMARY, 4000);
  history.add(request(6000, PRIMARY));
  history.add(request(12_000, SECONDARY));
  history.add(registered(12_000, SECONDARY, 60));
  history.answersAgain(PRIMARY, 16_000);
  history.add(request(20_000, PRIMARY));
  history.add(registered(20_000, PRIMARY, 6));
  history.add({ t: 23_000, account: 1, event: "unregistered", slot: 1, target: PRIMARY, reason: "stopped" });
  return history;
};

describe("the timeline", () => {
  it("shows who was up, who had the registration, and every request", () => {
    const lines = timeline(outage().lanes(24_000), {
      until: 24_000,
      columns: 36,
      isUnicode: false,
      paint: plain,
    });
    assert.deepEqual(lines, [
      "primary    ####%%%%%.......----###-",
      "           *  *  o             *",
      "secondary  ------------########----",
      "                       *",
      "           +----+----+----+----+---",
      "           0    5    10   15   20 s",
    ]);
  });

  it("takes finer cells where there is room, in Unicode and in colour where they are wanted", () => {
    const lanes = outage().lanes(24_000);
    const [first = ""] = timeline(lanes, { until: 24_000, columns: 80, isUnicode: true, paint: plain });
    assert.equal(
      first,
      `primary    ${"█".repeat(8)}${"▒".repeat(10)}${"╌".repeat(14)}${"─".repeat(8)}${"█".repeat(6)}──`,
    );
    const options = { until: 24_000, columns: 80, isUnicode: true, paint: paintFor(true) };
    assert.match(timeline(lanes, options)[0] ?? "", /\x1b\[32m█{8}\x1b/); // eslint-disable-line no-control-regex
  });

  it("is never wider than the terminal", () => {
    for (const columns of [30, 47, 79, 80, 100, 200]) {
      const lines = timeline(outage().lanes(24_000), {
        until: 24_000,
        columns,
        isUnicode: true,
        paint: plain,
      });
      for (const line of lines)
        assert.ok(line.length <= columns, `${String(line.length)} of ${String(columns)}: ${line}`);
    }
  });

  it("keeps to ASCII where there is nothing else", () => {
    const options = { until: 24_000, columns: 80, isUnicode: false, paint: plain };
    const text = [...timeline(outage().lanes(24_000), options), ...timelineLegend(options)].join("\n");
    assert.match(text, /^[\n -~]*$/);
  });
});

describe("the demo's history", () => {
  it("counts the time in which no server that answered had the registration", () => {
    assert.equal(outage().unserved(23_000), 8000);
  });

  it("tells how long the phone took to notice, and to give up", () => {
    const history = outage();
    history.add({
      t: 12_000,
      account: 1,
      event: "failover",
      slot: 1,
      from: PRIMARY,
      to: SECONDARY,
      rule: "F2",
    });
    assert.deepEqual(history.loss, { noticed: 2000, gaveUp: 6000 });
  });

  it("ends a binding when it expires, is moved or removed", () => {
    const [primary, secondary] = outage().lanes(24_000);
    assert.deepEqual(primary?.holds, [
      [0, 9000],
      [20_000, 23_000],
    ]);
    assert.deepEqual(secondary?.holds, [[12_000, 20_000]]);
  });

  it("knows of failover and failback only when it was told", () => {
    const history = outage();
    assert.deepEqual([history.failover, history.failback], [undefined, undefined]);
    history.add({ t: 1, account: 1, event: "failover", slot: 1, from: PRIMARY, to: SECONDARY, rule: "F2" });
    assert.deepEqual([history.failover?.to, history.failback], [SECONDARY, undefined]);
  });
});
