import type { Clock } from "../abi/engine.js";
import type { Scheduler } from "./scheduler.js";

/**
 * A clock of simulated time with one alarm. An alarm that was put off leaves its old appointment with the scheduler,
 * which then only makes the new one: alarms are put off far more often than they ring.
 */
export class AlarmClock implements Clock {
  readonly #scheduler: Scheduler;
  #alarm = Infinity;
  #ring: () => void = () => undefined;
  /** The earliest appointment that is still to come. */
  #appointment = Infinity;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  now(): number {
    return this.#scheduler.now;
  }

  alarm(at: number, ring: () => void): void {
    this.#alarm = at;
    this.#ring = ring;
    this.#appoint();
  }

  #appoint(): void {
    if (this.#alarm >= this.#appointment || this.#alarm === Infinity) return;
    const at = this.#alarm;
    this.#appointment = at;
    this.#scheduler.at(at, () => {
      if (this.#appointment === at) this.#appointment = Infinity;
      if (this.#alarm > this.#scheduler.now) {
        this.#appoint();
        return;
      }
      this.#alarm = Infinity;
      this.#ring();
    });
  }
}
