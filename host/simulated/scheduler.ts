/** More events than this at one instant: something answers itself, and time stands still. */
const MOST_AT_ONCE = 100_000;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Simulated time: actions in the order of their instants, those of one instant in the order in which they were
 * scheduled. Time jumps from one to the next. Milliseconds.
 */
export class Scheduler {
  readonly #heap: Entry[] = [];
  #now = 0;
  #order = 0;

  get now(): number {
    return this.#now;
  }

  /** When the next action is due; `Infinity`: none is scheduled. */
  get next(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** Schedules an action at an instant, or now where that has passed. */
  at(at: number, action: () => void): void {
    if (Number.isNaN(at)) throw new RangeError("an action at no time");
    this.#push({ at: Math.max(at, this.#now), order: this.#order++, action });
  }

  /** Schedules an action after a wait. */
  after(wait: number, action: () => void): void {
    this.at(this.#now + wait, action);
  }

  /**
   * Runs everything that is due up to `limit`, which then is the time.
   *
   * @throws Error where time stands still
   */
  runUntil(limit: number): void {
    let atOnce = 0;
    while (this.next <= limit) {
      const entry = this.#pop();
      if (entry === undefined) break;
      atOnce = entry.at === this.#now ? atOnce + 1 : 0;
      if (atOnce > MOST_AT_ONCE) throw new Error(`time stands still at ${String(entry.at)} ms`);
      this.#now = entry.at;
      entry.action();
    }
    this.#now = Math.max(this.#now, limit);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const a = heap[left];
      if (a === undefined) break;
      const b = heap[left + 1];
      const [child, below] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
    return first;
  }
}
