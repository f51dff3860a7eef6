import type { EventName, EventRecord, RecordOf } from "../../host/node/index.js";

interface Waiting {
  readonly take: (record: EventRecord) => boolean;
}

export interface WaitOptions {
  /** Milliseconds from now; 10,000 where it is left out. */
  readonly within?: number;
  /** Leave out what came before that many records were there. */
  readonly after?: number;
}

const always = (): boolean => true;

/** The records of a phone as they come, to be waited for. */
export class Records {
  readonly all: EventRecord[] = [];
  readonly #waiting = new Set<Waiting>();
  /** `performance.now()` at `t` = 0: the earliest guess is the best. */
  #origin = Infinity;

  add(record: EventRecord): void {
    this.#origin = Math.min(this.#origin, performance.now() - record.t);
    this.all.push(record);
    for (const waiting of [...this.#waiting]) {
      if (waiting.take(record)) this.#waiting.delete(waiting);
    }
  }

  /** How many there are: for `after`. */
  get count(): number {
    return this.all.length;
  }

  /** When a record came about, in milliseconds of `performance.now()`. */
  timeOf(record: EventRecord): number {
    return this.#origin + record.t;
  }

  /** The records of an event so far. */
  of<Name extends EventName>(
    event: Name,
    matches: (record: RecordOf<Name>) => boolean = always,
    after = 0,
  ): RecordOf<Name>[] {
    const named = (record: EventRecord): record is Extract<RecordOf<Name>, EventRecord> =>
      record.event === event;
    return this.all.slice(after).filter(named).filter(matches);
  }

  /** The REGISTERs that went out, `after` a number of records. */
  registers(target?: string, after = 0): RecordOf<"request">[] {
    return this.of(
      "request",
      ({ method, target: to }) => method === "REGISTER" && to === (target ?? to),
      after,
    );
  }

  /**
   * The first record that matches, which may be there already.
   *
   * @throws Error with all records where none comes in time
   */
  async waitFor<Name extends EventName>(
    event: Name,
    matches: (record: RecordOf<Name>) => boolean = always,
    { within = 10_000, after = 0 }: WaitOptions = {},
  ): Promise<RecordOf<Name>> {
    const [known] = this.of(event, matches, after);
    if (known !== undefined) return known;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        take: (record) => {
          if (record.event !== event || !matches(record as RecordOf<Name>)) return false;
          clearTimeout(timer);
          resolve(record as RecordOf<Name>);
          return true;
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(
          new Error(`no ${event} that matches ${String(matches)} in ${String(within)} ms:\n${this.text}`),
        );
      }, within);
      this.#waiting.add(waiting);
    });
  }

  /** All records, one a line, for messages. */
  get text(): string {
    return this.all.map((record) => JSON.stringify(record)).join("\n");
  }
}
