import type { Capacity } from "../scenario/scenario.js";

/** The part of a queue in which there is room for some only. */
const LAST_PART = 0.25;

/**
 * The queue of a server that answers only so many REGISTERs a second. They are answered one after the other; other
 * requests wait as long, and are answered by the way. In the last quarter of the queue there is room for fewer and fewer,
 * and beyond its end for nobody: who gets in is a matter of luck, not of having come in the instant in which a place was
 * left. In the queue of a large server many come in that instant; in that of a cell it would be the same phone again.
 */
export class ServerQueue {
  /** What stands in place of an answer when there is no room. */
  readonly beyond: Capacity["beyond"];
  readonly #longest: number;
  /** What a REGISTER takes. Milliseconds. */
  readonly #each: number;
  /** When everything will be done that has come so far. Milliseconds. */
  #free = 0;

  /** @param share of the capacity that is there for those who use this queue, up to 1 */
  constructor({ registrations, queue, beyond }: Capacity, share = 1) {
    this.beyond = beyond;
    this.#longest = queue;
    this.#each = 1000 / (registrations * share);
  }

  /**
   * How long a request waits that comes at `t`, in milliseconds; `undefined`: there is no room. Times never go back.
   *
   * @param luck 0 to 1: with none a request finds no room in the last quarter, with all of it there is room to the end
   */
  admit(method: string, t: number, luck: number): number | undefined {
    const wait = Math.max(0, this.#free - t);
    if (wait > this.#longest * (1 - LAST_PART * (1 - luck))) return undefined;
    if (method === "REGISTER") this.#free = t + wait + this.#each;
    return Math.round(wait);
  }
}
