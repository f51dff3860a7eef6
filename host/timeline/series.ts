import { bisectLeft, bisectRight } from "d3-array";

/** Events that are shown as one sign, because single ones would lie upon each other. */
export interface Cluster {
  readonly from: number;
  readonly to: number;
  /** The first of them. */
  readonly event: number;
  readonly count: number;
}

const FIRST_ROOM = 16;

/** Events of one kind in order of time: where they are, found in logarithmic time however many they are. */
export class Series {
  #times = new Float64Array(FIRST_ROOM);
  #events = new Uint32Array(FIRST_ROOM);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  /** The time of the `index`-th, in milliseconds; no number where there is none. */
  timeAt(index: number): number {
    return index < this.#count ? (this.#times[index] ?? NaN) : NaN;
  }

  /** The place in the trace of the `index`-th. */
  eventAt(index: number): number {
    return this.#events[index] ?? 0;
  }

  /** Takes an event, mostly a late one: those after it are moved. */
  add(t: number, event: number): void {
    if (this.#count === this.#times.length) this.#grow();
    let at = this.#count++;
    while (at > 0 && this.#isAfter(at - 1, t, event)) {
      this.#times[at] = this.#times[at - 1] ?? 0;
      this.#events[at] = this.#events[at - 1] ?? 0;
      at--;
    }
    this.#times[at] = t;
    this.#events[at] = event;
  }

  /** The index of the first at `t` or later. */
  from(t: number): number {
    return bisectLeft(this.#times, t, 0, this.#count);
  }

  /** The index of the first later than `t`. */
  after(t: number): number {
    return bisectRight(this.#times, t, 0, this.#count);
  }

  /** The index of the one nearest to `t`; -1 where there is none. */
  nearest(t: number): number {
    const next = this.from(t);
    if (next === 0) return this.#count === 0 ? -1 : 0;
    return next < this.#count && this.timeAt(next) - t < t - this.timeAt(next - 1) ? next : next - 1;
  }

  /** The index of an event; -1 where it is not of these. */
  indexOf(t: number, event: number): number {
    for (let index = this.from(t); this.timeAt(index) === t; index++) {
      if (this.eventAt(index) === event) return index;
    }
    return -1;
  }

  /**
   * Those from `from` to `to`, where those that follow within `gap` of the one before make a cluster, no longer than
   * `longest`. The work is that of the clusters, not of the events.
   */
  *clusters(from: number, to: number, gap: number, longest = Infinity): Generator<Cluster> {
    const end = this.after(to);
    let first = this.from(from);
    while (first < end) {
      const furthest = this.timeAt(first) + longest;
      let last = first;
      for (;;) {
        const reach = Math.min(end, this.after(Math.min(this.timeAt(last) + gap, furthest))) - 1;
        if (reach <= last) break;
        last = reach;
      }
      yield {
        from: this.timeAt(first),
        to: this.timeAt(last),
        event: this.eventAt(first),
        count: last - first + 1,
      };
      first = last + 1;
    }
  }

  #isAfter(index: number, t: number, event: number): boolean {
    const time = this.timeAt(index);
    return time > t || (time === t && this.eventAt(index) > event);
  }

  #grow(): void {
    const times = new Float64Array(this.#count * 2);
    const events = new Uint32Array(this.#count * 2);
    times.set(this.#times);
    events.set(this.#events);
    this.#times = times;
    this.#events = events;
  }
}
