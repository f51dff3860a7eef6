import type { EventRecord, RecordOf } from "../../abi/record.js";
import type { Interval, Lane } from "../render/timeline.js";

/** What has happened to one server. */
interface ServerHistory {
  readonly name: string;
  readonly silent: [from: number, to: number][];
  readonly holds: [from: number, to: number][];
  readonly requests: { t: number; isAnswered: boolean }[];
}

const isIn = ([from, to]: Interval, t: number): boolean => t >= from && t < to;

/** Keeps what the demo saw: which server was up and which had the registration, and whether the phone moved and returned. */
export class History {
  readonly #servers: ReadonlyMap<string, ServerHistory>;
  #failover: RecordOf<"failover"> | undefined;
  #failback: RecordOf<"failback"> | undefined;
  /** The binding that the phone has, and the interval that it is. */
  #held: [from: number, to: number] | undefined;

  /** @param servers names by target, `udp:127.0.0.1:5060` */
  constructor(servers: ReadonlyMap<string, string>) {
    this.#servers = new Map(
      [...servers].map(([target, name]) => [target, { name, silent: [], holds: [], requests: [] }]),
    );
  }

  get failover(): RecordOf<"failover"> | undefined {
    return this.#failover;
  }

  get failback(): RecordOf<"failback"> | undefined {
    return this.#failback;
  }

  /** Whether a server was silent at `t`. */
  isSilent(target: string, t: number): boolean {
    return this.#servers.get(target)?.silent.some((interval) => isIn(interval, t)) ?? false;
  }

  fallsSilent(target: string, t: number): void {
    this.#servers.get(target)?.silent.push([t, Infinity]);
  }

  answersAgain(target: string, t: number): void {
    const silence = this.#servers.get(target)?.silent.at(-1);
    if (silence?.[1] === Infinity) silence[1] = t;
  }

  add(record: EventRecord): void {
    switch (record.event) {
      case "request":
        this.#servers
          .get(record.target)
          ?.requests.push({ t: record.t, isAnswered: !this.isSilent(record.target, record.t) });
        break;
      case "registered":
        this.#registered(record);
        break;
      case "unregistered":
        this.#letGo(record.t);
        break;
      case "failover":
        this.#failover ??= record;
        break;
      case "failback":
        this.#failback ??= record;
    }
  }

  /** The lanes of a timeline that ends at `until`. */
  lanes(until: number): Lane[] {
    const cut = (intervals: readonly Interval[]): Interval[] =>
      intervals.map(([from, to]) => [from, Math.min(to, until)] as const);
    return [...this.#servers.values()].map(({ name, silent, holds, requests }) => ({
      name,
      silent: cut(silent),
      holds: cut(holds),
      requests,
    }));
  }

  /** Milliseconds between the first registration and `until` in which no server that answered had the registration. */
  unserved(until: number): number {
    const lanes = this.lanes(until);
    const edges = lanes.flatMap(({ silent, holds }) => [...silent, ...holds].flat());
    const times = [...new Set([...edges, until])].sort((a, b) => a - b);
    const first = Math.min(...lanes.flatMap(({ holds }) => holds.map(([from]) => from)));
    let sum = 0;
    times.forEach((from, index) => {
      const to = times[index + 1];
      if (to === undefined || from < first) return;
      const isServed = lanes.some(
        ({ silent, holds }) =>
          holds.some((interval) => isIn(interval, from)) && !silent.some((interval) => isIn(interval, from)),
      );
      if (!isServed) sum += to - from;
    });
    return sum;
  }

  /**
   * How long it took from the first silence to the first request into it, and from there to the failover.
   * Milliseconds.
   */
  get loss(): { readonly noticed: number; readonly gaveUp: number } {
    const servers = [...this.#servers.values()];
    const silence = Math.min(...servers.flatMap(({ silent }) => silent.map(([from]) => from)));
    const lost = servers.flatMap(({ requests }) => requests.filter(({ isAnswered }) => !isAnswered));
    const first = Math.min(...lost.map(({ t }) => t));
    return { noticed: first - silence, gaveUp: (this.#failover?.t ?? Infinity) - first };
  }

  #registered({ t, target, expires }: RecordOf<"registered">): void {
    const server = this.#servers.get(target);
    const end = t + expires * 1000;
    if (this.#held !== undefined && this.#held === server?.holds.at(-1) && this.#held[1] >= t) {
      this.#held[1] = end;
      return;
    }
    this.#letGo(t);
    this.#held = [t, end];
    server?.holds.push(this.#held);
  }

  #letGo(t: number): void {
    if (this.#held !== undefined) this.#held[1] = Math.min(this.#held[1], t);
    this.#held = undefined;
  }
}
