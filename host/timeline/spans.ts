import { bisectLeft, bisectRight } from "d3-array";

/** A stretch of time with what began it. */
export interface Span {
  readonly from: number;
  /** Infinity while it lasts. */
  to: number;
  /** The place in the trace of the event that began it. */
  readonly event: number;
  /** What kind it is, in the words of who drew it up. */
  readonly kind: string;
  /** What there is to say of it; may be empty. */
  readonly label: string;
}

/** What is drawn of spans: one, or several too short to be told apart. */
export interface SpanCluster extends Readonly<Span> {
  readonly count: number;
}

/** Stretches of time that do not overlap, in order. */
export class Spans {
  readonly #all: Span[] = [];
  readonly #starts: number[] = [];

  get length(): number {
    return this.#all.length;
  }

  get all(): readonly Readonly<Span>[] {
    return this.#all;
  }

  /** The last one while it lasts. */
  get open(): Span | undefined {
    const last = this.#all.at(-1);
    return last?.to === Infinity ? last : undefined;
  }

  /** Begins one; what lasts then ends there. */
  begin(from: number, event: number, kind: string, label = ""): Span {
    this.cut(from);
    const start = Math.max(from, this.#starts.at(-1) ?? from);
    const span = { from: start, to: Infinity, event, kind, label };
    this.#all.push(span);
    this.#starts.push(start);
    return span;
  }

  /** Ends the one without an end. */
  end(to: number): void {
    if (this.open !== undefined) this.cut(to);
  }

  /** The last one ends at `to`, unless it has ended before. */
  cut(to: number): void {
    const last = this.#all.at(-1);
    if (last !== undefined && last.to > to) last.to = Math.max(last.from, to);
  }

  /** The one at an instant, or `undefined`. */
  at(t: number): Readonly<Span> | undefined {
    const span = this.#all[bisectRight(this.#starts, t) - 1];
    return span !== undefined && t <= span.to ? span : undefined;
  }

  /**
   * Those between `from` and `to`. Several that begin within `gap` of each other, each no longer than that, come as
   * one; the work is that of what comes out.
   */
  *clusters(from: number, to: number, gap: number): Generator<SpanCluster> {
    let index = Math.max(0, bisectLeft(this.#starts, from) - 1);
    while (index < this.#all.length) {
      const span = this.#all[index];
      if (span === undefined || span.from > to) return;
      const reach = bisectLeft(this.#starts, span.from + gap, index + 1) - 1;
      const last = this.#all[reach];
      if (reach <= index || last === undefined || span.to - span.from > gap) {
        if (span.to >= from) yield { ...span, count: 1 };
        index++;
      } else {
        // The last of them may be long: it is drawn by itself.
        const end = last.to - last.from > gap ? reach : reach + 1;
        const final = this.#all[end - 1] ?? span;
        yield { ...span, to: final.to, count: end - index };
        index = end;
      }
    }
  }
}
