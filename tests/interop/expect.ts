import assert from "node:assert/strict";
import type { EventRecord } from "../../host/node/index.js";
import type { Records } from "./records.js";

/** Milliseconds that a timer may be late on a machine that has other things to do. */
export const LATE = 500;

/** Asserts that `milliseconds` is `expected`, or up to `tolerance` more: timers are late, never early. */
export const assertTime = (milliseconds: number, expected: number, tolerance: number, what: string): void => {
  const early = 20;
  assert.ok(
    milliseconds >= expected - early && milliseconds <= expected + tolerance,
    `${what}: after ${milliseconds.toFixed(0)} ms, expected ${String(expected)} to ${String(expected + tolerance)}`,
  );
};

/** Asserts the times of several things after the first of them, in milliseconds. */
export const assertTimes = (
  times: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void => {
  const offsets = times.map((time) => time - (times[0] ?? 0));
  assert.equal(
    times.length,
    expected.length,
    `${what}: ${offsets.map((offset) => offset.toFixed(0)).join(", ")} ms`,
  );
  expected.forEach((time, index) => {
    assertTime(
      offsets[index] ?? NaN,
      time,
      tolerance,
      `${what}, ${String(index + 1)} of ${String(times.length)}`,
    );
  });
};

/** The records as one target a REGISTER: `primary primary secondary`. */
export const targetsOf = (
  records: readonly { readonly target: string }[],
  names: Readonly<Record<string, string>>,
): string => records.map(({ target }) => names[target] ?? target).join(" ");

/** The times of records, in milliseconds of `performance.now()`. */
export const timesOf = (records: Records, some: readonly EventRecord[]): number[] =>
  some.map((record) => records.timeOf(record));
