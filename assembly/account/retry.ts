import { SECOND } from "../time/clock";
import { randomBetween } from "../time/random";

/** RFC 5626 (4.5): the base where `reg_failed_retry_min_time` is 0. */
const DEFAULT_BASE = 30 * SECOND;

/** RFC 5626 (4.5): the ceiling where `reg_failed_retry_max_time` is 0 and the base is not. */
const DEFAULT_CEILING = 1800 * SECOND;

/**
 * R5: the wait after a REGISTER that failed for good, in milliseconds; `failures` in a row, this one included.
 * With both back-off keys 0 it is `fixed`; else it is drawn from the upper half of RFC 5626's growing bound.
 */
export function retryWait(failures: i32, fixed: i64, base: i64, ceiling: i64): i64 {
  if (base == 0 && ceiling == 0) return fixed;
  if (base == 0) base = DEFAULT_BASE;
  if (ceiling == 0) ceiling = DEFAULT_CEILING;
  let upper = base;
  for (let i = 0; i < failures && upper < ceiling; i++) upper <<= 1;
  upper = min(upper, ceiling);
  return randomBetween(upper >> 1, upper);
}
