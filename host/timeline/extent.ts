import type { View } from "./draw/scale.js";
import type { Trace } from "./trace.js";

/** A picture of less than this would say nothing. Milliseconds. */
const SHORTEST = 100;
/** What is at the very edge would be cut off: so much more is shown. */
export const MARGIN = 0.012;

/** The stretch of time that holds a whole trace, and a little beside it. */
export const extentOf = (trace: Trace): View => {
  const from = Math.min(0, trace.timeAt(0));
  const length = Math.max(SHORTEST, trace.end - from);
  return { from: from - length * MARGIN, to: from + length * (1 + MARGIN) };
};
