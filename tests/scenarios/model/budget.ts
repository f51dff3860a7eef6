import type { Method, Transport } from "./course.js";

/** T1 and T2 of RFC 3261, in milliseconds. */
const T1 = 500;
const T2 = 4000;

/** The longest that a request may stay without an answer: 64·T1, in milliseconds. */
export const LONGEST = 64 * T1;

/** What a silent target gets of a request: when it is sent, and when it has failed, in milliseconds from the first. */
export interface Budget {
  readonly sends: readonly number[];
  readonly end: number;
}

/**
 * F2: a silent target gets the request 1 + `resends` times, at the intervals of timer A (INVITE: doubling) or timer E
 * (others: doubling up to T2), and has failed when the interval after the last one has passed, or at 64·T1. The last
 * target left has 64·T1 in full (`resends` Infinity). By TCP nothing is sent again, in the same time.
 */
export const budgetOf = (method: Method, resends: number, transport: Transport): Budget => {
  const sends: number[] = [];
  let end = 0;
  for (let interval = T1; sends.length <= resends && end < LONGEST; interval *= 2) {
    sends.push(end);
    end += method === "INVITE" ? interval : Math.min(interval, T2);
  }
  return { sends: transport === "tcp" ? [0] : sends, end: Math.min(end, LONGEST) };
};
