import type { EventEmitter } from "node:events";
import type { RecordOf } from "../abi/record.js";
import type { PhoneEvents } from "../node/index.js";
import type { PlannedCall } from "./arguments.js";
import type { Calls } from "./calls.js";
import { failures } from "./render/reasons.js";

/** How long a far end may ring, or think about it, before its call is given up (F4). Milliseconds. */
const PATIENCE = 60_000;

/** A call of the plan, and how far it has got. */
interface Progress {
  readonly plan: PlannedCall;
  readonly uri: string;
  isEstablished: boolean;
  /** Why it is not, as far as that is known. */
  problem: string;
  timer: NodeJS.Timeout | undefined;
}

/** A planned call with the URI that it goes to. */
export interface ResolvedCall {
  readonly plan: PlannedCall;
  readonly uri: string;
}

/** Places the calls that the command line asks for, ends them in time, and knows which of them came about. */
export class PlannedCalls {
  readonly #calls: Pick<Calls, "place" | "hangUp">;
  readonly #progress: readonly Progress[];
  /** By the number in records. */
  readonly #placed = new Map<number, Progress>();
  readonly #say: (sentence: string) => void;
  /** Records of calls that may turn out to be of the plan: a call's first ones come before its number. */
  readonly #early: RecordOf<"call">[] = [];
  #placing = 0;
  #isOver = false;

  constructor(
    phone: Pick<EventEmitter<PhoneEvents>, "on">,
    calls: Calls,
    wanted: readonly ResolvedCall[],
    say: (sentence: string) => void,
  ) {
    this.#calls = calls;
    this.#say = say;
    this.#progress = wanted.map((call) => ({
      ...call,
      isEstablished: false,
      problem: call.plan.at === undefined ? "its account was not registered" : "its time had not come",
      timer: undefined,
    }));
    const waiting = new Set(this.#progress.filter(({ plan }) => plan.at === undefined));
    phone.on("registered", ({ account }) => {
      for (const each of waiting) {
        if (each.plan.from !== account) continue;
        waiting.delete(each);
        this.#place(each);
      }
    });
    phone.on("call", (record) => {
      this.#changed(record);
    });
    phone.on("stopped", () => {
      this.#isOver = true;
      for (const { timer } of this.#progress) clearTimeout(timer);
    });
  }

  /** The phone started so many milliseconds ago: calls with a time of their own wait for it from now on. */
  start(elapsed: number): void {
    for (const each of this.#progress) {
      if (each.plan.at === undefined) continue;
      each.timer = setTimeout(() => {
        this.#place(each);
      }, each.plan.at - elapsed);
    }
  }

  /** A sentence about each call that never was established. */
  get failures(): string[] {
    return this.#progress
      .filter(({ isEstablished }) => !isEstablished)
      .map(({ uri, problem }) => `The call to ${uri} was never established: ${problem}.`);
  }

  #place(each: Progress): void {
    each.timer = undefined;
    each.problem = "nobody answered it";
    this.#placing++;
    this.#calls
      .place(each.plan.from, each.uri)
      .then(
        (call) => {
          this.#placed.set(call, each);
          for (const record of this.#early) if (record.call === call) this.#changed(record);
        },
        (error: unknown) => {
          each.problem = "it could not be placed";
          if (!this.#isOver) this.#say(error instanceof Error ? error.message : String(error));
        },
      )
      .finally(() => {
        if (--this.#placing === 0) this.#early.length = 0;
      });
  }

  #changed(record: RecordOf<"call">): void {
    const { call, state, reason, status } = record;
    const each = this.#placed.get(call);
    if (each === undefined) {
      if (this.#placing > 0) this.#early.push(record);
      return;
    }
    switch (state) {
      case "proceeding":
      case "ringing":
        each.timer ??= this.#hangUpAfter(call, PATIENCE);
        break;
      case "established":
        clearTimeout(each.timer);
        each.isEstablished = true;
        each.timer = this.#hangUpAfter(call, each.plan.length);
        break;
      case "ended":
        clearTimeout(each.timer);
        this.#placed.delete(call);
        if (reason !== "cancelled") each.problem = problemOf(failures[reason], status);
    }
  }

  #hangUpAfter(call: number, delay: number): NodeJS.Timeout {
    return setTimeout(() => {
      // A call that is over by then needs no end.
      this.#calls.hangUp(call).catch(() => undefined);
    }, delay);
  }
}

const problemOf = (reason: string, status: number): string =>
  status === 0 ? reason : `${reason}, answer ${String(status)}`;
