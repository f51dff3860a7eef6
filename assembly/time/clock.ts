/** No deadline: later than any time. */
export const NEVER: i64 = i64.MAX_VALUE;

export const SECOND: i64 = 1000;

/** `time + wait`, where NEVER stays NEVER. Milliseconds. */
export function after(time: i64, wait: i64): i64 {
  return time == NEVER || wait == NEVER ? NEVER : time + wait;
}
