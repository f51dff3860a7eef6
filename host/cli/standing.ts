import type { EventRecord } from "../abi/record.js";
import type { AccountStatus } from "../abi/status.js";
import type { Paint } from "./paint.js";
import { Origins, statusLines } from "./render/status.js";

export interface StandingOptions {
  readonly status: () => readonly AccountStatus[];
  readonly names: ReadonlyMap<number, string>;
  readonly numberOf: (call: number) => number;
  readonly paint: Paint;
}

/** Where each account stands, as lines for people. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #origins = new Origins();
  /** The wall clock when a record's time was 0. */
  startedAt = new Date();

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  add(record: EventRecord): void {
    this.#origins.add(record);
  }

  get accounts(): readonly AccountStatus[] {
    return this.#options.status();
  }

  /** The lines of all accounts now, each in its parts. */
  now(): string[][] {
    const now = Date.now() - this.startedAt.getTime();
    return this.accounts.flatMap((status) => this.linesOf(status, now));
  }

  /** The lines of one account at a time of records, those of its slots first. */
  linesOf(status: AccountStatus, now: number): string[][] {
    const { names, paint, numberOf } = this.#options;
    return statusLines(status, {
      now,
      startedAt: this.startedAt,
      name: names.get(status.account) ?? "",
      cameFrom: (slot) => this.#origins.of(status.account, slot),
      numberOf,
      paint,
    });
  }
}
