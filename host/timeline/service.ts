import { Lane } from "./lane.js";
import type { Model } from "./model.js";
import { isDead } from "./scenario.js";

/** How many of the accounts could be reached: all, some, none. */
type Reach = "all" | "some" | "none";

type Interval = readonly [from: number, to: number];

/** What is left of bars without outages; each list is in order and without overlaps. */
const without = (bars: readonly Interval[], outages: readonly Interval[]): Interval[] => {
  const rest: Interval[] = [];
  let next = 0;
  for (const [from, to] of bars) {
    while ((outages[next]?.[1] ?? Infinity) <= from) next++;
    let start = from;
    for (let index = next; index < outages.length; index++) {
      const [begin, end] = outages[index] ?? [Infinity, Infinity];
      if (begin >= to) break;
      if (begin > start) rest.push([start, begin]);
      start = Math.max(start, end);
    }
    if (start < to) rest.push([start, to]);
  }
  return rest;
};

/** When a server was of no use: what truly was where the trace tells it, else as the phone saw it. */
const deadTimesOf = ({ conditions, outages }: Lane): Interval[] => {
  const spans = conditions.length > 0 ? conditions.all.filter(({ kind }) => isDead(kind)) : outages.all;
  return spans.map(({ from, to }) => [from, to]);
};

/** When an account had a binding at a server that was of use: intervals in order that may overlap. */
const coverOf = (model: Model): Map<number, Interval[]> => {
  const shown = model.account === undefined ? [...model.accounts] : [model.account];
  const covers = new Map<number, Interval[]>(shown.map((account) => [account, []]));
  for (const lane of model.lanes) {
    if (lane.kind !== "target") continue;
    const outages = deadTimesOf(lane);
    for (const row of lane.rows) {
      const bars = row.bars.all.map(({ from, to }): Interval => [from, to]);
      covers.get(row.account)?.push(...without(bars, outages));
    }
  }
  return covers;
};

/** Joins what overlaps or touches. */
const joined = (intervals: readonly Interval[]): Interval[] => {
  const all: [number, number][] = [];
  for (const [from, to] of [...intervals].sort(([one], [other]) => one - other)) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
};

/**
 * Whether the phone could be reached, from its start to its orderly stop: by accounts that had a binding at a server which
 * was of use, as the trace tells it or else as the phone saw it.
 */
export const serviceOf = (model: Model): Lane => {
  const lane = new Lane("service", "service");
  const covers = coverOf(model);
  if (covers.size === 0) return lane;
  const changes: [t: number, change: number][] = [];
  for (const cover of covers.values()) {
    for (const [from, to] of joined(cover)) changes.push([from, 1], [to, -1]);
  }
  changes.sort(([one], [other]) => one - other);
  const { bars, events } = lane.row(0);
  const end = model.stopped ?? Infinity;
  const total = covers.size;
  let count = 0;
  let at = 0;
  const tell = (t: number): void => {
    const reach: Reach = count === 0 ? "none" : count < total ? "some" : "all";
    const label = count > 0 && count < total ? `${String(count)} of ${String(total)}` : "";
    const last = bars.open;
    if (t >= end || (last?.kind === reach && last.label === label)) return;
    const event = model.events.eventAt(Math.max(0, model.events.nearest(t)));
    bars.begin(t, event, reach, label);
    events.add(model.trace.timeAt(event), event);
  };
  const start = Math.min(0, model.trace.timeAt(0));
  if ((changes[0]?.[0] ?? Infinity) > start) tell(start);
  while (at < changes.length) {
    const t = changes[at]?.[0] ?? 0;
    for (; changes[at]?.[0] === t; at++) count += changes[at]?.[1] ?? 0;
    tell(t);
  }
  bars.cut(end);
  return lane;
};
