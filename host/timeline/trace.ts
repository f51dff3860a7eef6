/** A trace in memory: millions of events in columns, with each different record kept once. */

/** Versions of traces that this reads. */
export const TRACE_VERSION = 1;

/** What the first line of a trace says of the run; everything may be missing. */
export interface TraceHeader {
  /** What it is a trace of, for people: a file, a scenario. */
  readonly title?: string;
  /** When `t` was 0, by the wall clock, in milliseconds since 1970; simulated time has none. */
  readonly start?: number;
  /** What ran the core: `node`, `wasmtime`, `simulated`. */
  readonly host?: string;
  /** The version of the command that wrote it. */
  readonly version?: string;
  /** Names of servers by their target, `udp:192.0.2.1:5060`. */
  readonly servers?: Readonly<Record<string, string>>;
  /** Names of accounts by their number. */
  readonly accounts?: Readonly<Record<string, string>>;
}

/** A record without its time. Known events have the fields of the contract, of their kinds. */
export interface TraceRecord {
  readonly event: string;
  /** 0: the phone. */
  readonly account: number;
  readonly [field: string]: unknown;
}

/** A record that many events share, and whether it is one of the contract. */
interface Template {
  readonly record: TraceRecord;
  readonly isKnown: boolean;
}

/** A trace as text: what differs once, and two numbers an event. */
export interface PackedTrace {
  readonly header: TraceHeader;
  readonly notes: readonly string[];
  readonly records: readonly TraceRecord[];
  /** Places in `records` of those that are not of the contract. */
  readonly unknown: readonly number[];
  /** Milliseconds since the event before. */
  readonly times: readonly number[];
  /** Places in `records`. */
  readonly places: readonly number[];
}

const FIRST_ROOM = 1024;
/** Where more records differ than this, each later one is kept by itself: most would differ too. */
export const MOST_SHARED = 1 << 17;

/** The events of a run in order of time. */
export class Trace {
  header: TraceHeader = {};
  /** What a reader of the picture should know of the trace: that it was cut off, that lines were left out. */
  readonly notes: string[] = [];
  readonly #templates: Template[] = [];
  readonly #places = new Map<string, number>();
  #count = 0;
  #times = new Float64Array(FIRST_ROOM);
  #template = new Uint32Array(FIRST_ROOM);

  get length(): number {
    return this.#count;
  }

  /** Milliseconds since the start; 0 where there is no such event. */
  timeAt(index: number): number {
    return this.#times[index] ?? 0;
  }

  /** The record of an event. Throws a RangeError where there is none. */
  recordAt(index: number): TraceRecord {
    return this.#at(index).record;
  }

  /** Whether an event is one of the contract, with its fields. */
  isKnownAt(index: number): boolean {
    return this.#at(index).isKnown;
  }

  /** The time of the last event; 0 where there is none. */
  get end(): number {
    return this.timeAt(this.#count - 1);
  }

  /** Times that were taken up so far, for searching; longer than `length`. */
  get times(): Float64Array {
    return this.#times;
  }

  /**
   * Takes an event. `isKnown` says that its record is one of the contract, with fields of the kinds that it has there.
   *
   * @returns its place
   */
  add(t: number, record: TraceRecord, isKnown: boolean): number {
    return this.addAgain(t, this.place(record, isKnown));
  }

  /** Takes an event whose record has been taken before, by the place that `place` gave. */
  addAgain(t: number, place: number): number {
    if (this.#count === this.#times.length) {
      const times = new Float64Array(this.#count * 2);
      const templates = new Uint32Array(this.#count * 2);
      times.set(this.#times);
      templates.set(this.#template);
      this.#times = times;
      this.#template = templates;
    }
    this.#times[this.#count] = t;
    this.#template[this.#count] = place;
    return this.#count++;
  }

  /** The place of a record among those that differ. */
  place(record: TraceRecord, isKnown: boolean): number {
    const key = JSON.stringify(record);
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#templates.push({ record, isKnown }) - 1;
      if (this.#places.size < MOST_SHARED) this.#places.set(key, place);
    }
    return place;
  }

  /** Brings the events into the order of their times; those of one instant keep theirs. */
  sort(): void {
    const order = Array.from({ length: this.#count }, (_, index) => index);
    order.sort((a, b) => this.timeAt(a) - this.timeAt(b) || a - b);
    this.#times = Float64Array.from(order, (index) => this.timeAt(index));
    this.#template = Uint32Array.from(order, (index) => this.#template[index] ?? 0);
  }

  /** A trace of the last `count` events alone. */
  latest(count: number): Trace {
    const trace = new Trace();
    trace.header = this.header;
    trace.notes.push(...this.notes);
    for (let index = Math.max(0, this.#count - count); index < this.#count; index++) {
      const { record, isKnown } = this.#at(index);
      trace.add(this.timeAt(index), record, isKnown);
    }
    return trace;
  }

  pack(): PackedTrace {
    const records: TraceRecord[] = [];
    const unknown: number[] = [];
    const renumbered = new Map<number, number>();
    const times: number[] = [];
    const places: number[] = [];
    for (let index = 0; index < this.#count; index++) {
      const template = this.#template[index] ?? 0;
      let place = renumbered.get(template);
      if (place === undefined) {
        place = records.length;
        renumbered.set(template, place);
        const { record, isKnown } = this.#at(index);
        records.push(record);
        if (!isKnown) unknown.push(place);
      }
      // Sums of rounded differences would drift; microseconds are more than any trace has.
      times.push(Math.round((this.timeAt(index) - this.timeAt(index - 1)) * 1000) / 1000);
      places.push(place);
    }
    return { header: this.header, notes: this.notes, records, unknown, times, places };
  }

  static unpack({ header, notes, records, unknown, times, places }: PackedTrace): Trace {
    const trace = new Trace();
    trace.header = header;
    trace.notes.push(...notes);
    const isUnknown = new Set(unknown);
    const templates = records.map((record, place) => trace.place(record, !isUnknown.has(place)));
    let t = 0;
    times.forEach((since, index) => {
      t += since;
      trace.addAgain(Math.round(t * 1000) / 1000, templates[places[index] ?? 0] ?? 0);
    });
    return trace;
  }

  #at(index: number): Template {
    const template = index < this.#count ? this.#templates[this.#template[index] ?? 0] : undefined;
    if (template === undefined) throw new RangeError(`there is no event ${String(index)}`);
    return template;
  }
}
