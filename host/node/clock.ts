import type { Clock } from "../abi/engine.js";

/** The longest that `setTimeout` takes; a later alarm is set again when it has passed. */
const LONGEST = 0x7fff_ffff;

/** Milliseconds since it was made, by the monotonic clock: setting the wall clock does not touch it. */
export class MonotonicClock implements Clock {
  readonly #origin = performance.now();
  #timer: NodeJS.Timeout | undefined;

  now(): number {
    return Math.floor(performance.now() - this.#origin);
  }

  alarm(at: number, ring: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (at === Infinity) return;
    // Timers of Node go by whole milliseconds of another clock: a ring that is too early finds nothing to do.
    const wait = Math.ceil(at - (performance.now() - this.#origin));
    this.#timer = setTimeout(ring, Math.min(Math.max(wait, 0), LONGEST));
  }
}
