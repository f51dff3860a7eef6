import type { EventRecord, NameOf, RecordOf } from "../simulated/index.js";
import type { Account } from "./accounts.js";
import type { Gap } from "./service.js";
import { ServiceMeter } from "./service.js";
import type { IncomingCounts } from "./user.js";

/** A move of a registration from one target to another. */
export interface Move {
  readonly t: number;
  readonly account: number;
  readonly event: "failover" | "failback" | "fallback";
  readonly from: string;
  readonly to: string;
  readonly rule: NameOf<"rule">;
  /** Why the target that it left had failed; `undefined` where it had not. */
  readonly cause?: NameOf<"cause">;
}

export interface AccountSummary {
  readonly account: number;
  readonly name: string;
  /** When it was first registered; `null`: never. */
  readonly registered: number | null;
  /** Milliseconds without service: no binding with a server that is of use. */
  readonly without: number;
  readonly longest: number;
  /** The share of time with service, 0 to 1. */
  readonly cover: number;
  readonly gaps: readonly Gap[];
  readonly gapCount: number;
}

export interface ServerSummary {
  readonly server: string;
  /** Requests that got there, those sent again included, by method. */
  readonly requests: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface CallSummary {
  /** Calls of the phone. */
  readonly placed: number;
  readonly established: number;
  /** Why others ended, with how many. */
  readonly failed: Readonly<Record<string, number>>;
  /** Calls to the phone. */
  readonly incoming: number;
  readonly answered: number;
  /** No server could bring them to the phone. */
  readonly lost: number;
}

/** What came of a scenario. Times in milliseconds. */
export interface Summary {
  readonly title: string;
  readonly duration: number;
  readonly seed: number;
  readonly accounts: readonly AccountSummary[];
  readonly servers: readonly ServerSummary[];
  readonly moves: readonly Move[];
  readonly calls: CallSummary;
  /** Records of the phone. */
  readonly events: number;
}

/** Ends of calls that nobody takes for a failure. */
const goodEnds: ReadonlySet<NameOf<"failure">> = new Set(["local", "remote", "cancelled"]);

/** A call as it is counted. */
interface CountedCall {
  readonly isOurs: boolean;
  isEstablished: boolean;
}

/** Follows a phone and its servers, and says at the end what came of it. */
export class Statistics {
  readonly meter: ServiceMeter;
  readonly moves: Move[] = [];
  events = 0;
  readonly #accounts: readonly Account[];
  readonly #registered = new Map<number, number>();
  readonly #requests = new Map<string, Map<string, number>>();
  readonly #causes = new Map<string, NameOf<"cause">>();
  readonly #calls = new Map<number, CountedCall>();
  readonly #failed = new Map<string, number>();
  #placed = 0;
  #established = 0;
  #answered = 0;

  /** @param from when it begins to count times without service, in milliseconds */
  constructor(accounts: readonly Account[], from = 0) {
    this.#accounts = accounts;
    this.meter = new ServiceMeter(
      accounts.map(({ number }) => number),
      from,
    );
  }

  /** A request has come to a server. */
  heard(server: string, method: string): void {
    const methods = this.#requests.get(server) ?? new Map<string, number>();
    this.#requests.set(server, methods);
    methods.set(method, (methods.get(method) ?? 0) + 1);
  }

  /** Takes a record of the phone's. */
  record(record: EventRecord): void {
    this.events++;
    switch (record.event) {
      case "registered": {
        const { t, account, slot, target, expires } = record;
        if (!this.#registered.has(account)) this.#registered.set(account, t);
        this.#causes.delete(`${String(account)} ${target}`);
        this.meter.registered(t, account, slot, target, t + expires * 1000);
        break;
      }
      case "unregistered":
        this.meter.unregistered(record.t, record.account, record.slot, record.target);
        break;
      case "target-failed":
        this.#causes.set(`${String(record.account)} ${record.target}`, record.cause);
        break;
      case "failover":
      case "failback":
      case "fallback":
        this.#moved(record);
        break;
      case "call":
        this.#called(record);
    }
  }

  /** What came of it. */
  summary(
    scenario: { readonly title: string; readonly duration: number; readonly seed: number },
    servers: readonly string[],
    user: { readonly incoming: IncomingCounts; readonly notPlaced: number },
  ): Summary {
    const { title, duration, seed } = scenario;
    const services = this.meter.end(duration);
    if (user.notPlaced > 0) this.#failed.set("not placed", user.notPlaced);
    return {
      title,
      duration,
      seed,
      accounts: this.#accounts.map(({ number, label }): AccountSummary => {
        const service = services.get(number) ?? {
          without: duration,
          longest: duration,
          gaps: [],
          gapCount: 0,
        };
        return {
          account: number,
          name: label,
          registered: this.#registered.get(number) ?? null,
          cover: 1 - service.without / duration,
          ...service,
        };
      }),
      servers: servers.map((server): ServerSummary => {
        const requests = this.#requests.get(server) ?? new Map<string, number>();
        const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
        return { server, requests: Object.fromEntries(requests), total };
      }),
      moves: this.moves,
      calls: {
        placed: this.#placed + user.notPlaced,
        established: this.#established,
        failed: Object.fromEntries(this.#failed),
        incoming: user.incoming.offered,
        answered: this.#answered,
        lost: user.incoming.lost,
      },
      events: this.events,
    };
  }

  #moved({ t, account, event, from, to, rule }: RecordOf<Move["event"]>): void {
    const left = `${String(account)} ${from}`;
    const cause = event === "failback" ? undefined : this.#causes.get(left);
    this.#causes.delete(left);
    const move = { t, account, event, from, to, rule };
    this.moves.push(cause === undefined ? move : { ...move, cause });
  }

  #called({ call, state, reason }: RecordOf<"call">): void {
    let counted = this.#calls.get(call);
    if (counted === undefined) {
      counted = { isOurs: state !== "incoming", isEstablished: false };
      this.#calls.set(call, counted);
      if (counted.isOurs) this.#placed++;
    }
    if (state === "established" && !counted.isEstablished) {
      counted.isEstablished = true;
      if (counted.isOurs) this.#established++;
      else this.#answered++;
    }
    if (state !== "ended") return;
    this.#calls.delete(call);
    if (!goodEnds.has(reason)) this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
  }
}
