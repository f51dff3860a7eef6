import type { Model } from "./model.js";
import { lengthText } from "./times.js";

/** Digits in groups of three. */
const grouped = (count: number): string => count.toLocaleString("en").replaceAll(",", "\u202f");

const some = (count: number, noun: string): string | undefined =>
  count === 0 ? undefined : `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;

/** A phone that starts is not reachable for an instant, which is no news. Milliseconds. */
const LEAST_TOLD = 500;

/** How many requests had no answer, as far as the trace goes. */
const unansweredOf = (model: Model): number =>
  model.lanes
    .filter(({ kind }) => kind === "target")
    .flatMap(({ rows }) => rows)
    .reduce((sum, { signs, pending }) => sum + signs.unanswered.length + pending.size, 0);

/** How long no account could be reached. Milliseconds. */
const unreachedOf = ({ service, trace, stopped }: Model): number => {
  const end = stopped ?? trace.end;
  return (service?.all ?? [])
    .filter(({ kind }) => kind === "none")
    .reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, end) - from), 0);
};

/** A trace in one line: how long, how much, and how often it moved. */
export const summaryOf = (model: Model): string => {
  const { trace } = model;
  const targets = model.lanes.filter(({ kind }) => kind === "target").length;
  const unanswered = unansweredOf(model);
  const unreached = unreachedOf(model);
  const parts = [
    trace.length === 0 ? undefined : lengthText(trace.end - Math.min(0, trace.timeAt(0))),
    some(model.events.length, "event"),
    some(model.account === undefined ? model.accounts.size : 1, "account"),
    some(targets, "target"),
    some(model.failovers, "failover"),
    some(model.failbacks, "failback"),
    unreached < LEAST_TOLD ? undefined : `not reachable for ${lengthText(unreached)}`,
    unanswered === 0
      ? undefined
      : `${grouped(unanswered)} of ${grouped(model.requests)} requests without an answer`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
};
