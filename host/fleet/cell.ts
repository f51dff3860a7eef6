import { Core, Scheduler, desktopModule } from "../simulated/index.js";
import type { Gate } from "../simulated/index.js";
import { Play } from "../scenario/play.js";
import type { AccountSummary, Summary } from "../scenario/summary.js";
import { countedFrom, drawn, seedOfPhone } from "./job.js";
import type { Job, Range } from "./job.js";
import { ServerQueue } from "./queue.js";
import { Tally } from "./tally.js";

/** An address for each phone (RFC 6598, RFC 3849). */
const addressesOf = (phone: number): { readonly 4: string; readonly 6: string } => {
  const octets = [100, 64 + (phone >> 16), (phone >> 8) & 0xff, phone & 0xff];
  const words = [phone >> 16, phone & 0xffff].map((word) => word.toString(16));
  return { 4: octets.join("."), 6: `2001:db8:f::${words.join(":")}` };
};

/** The account that was served worst: a phone is as good as that. */
const worst = (accounts: readonly AccountSummary[]): AccountSummary | undefined =>
  [...accounts].sort((one, other) => other.without - one.without)[0];

/**
 * Plays cells of a fleet, one after the other. The phones of a cell meet at the servers: they live at the same time, and
 * wait in the same queues, with a share of each server's capacity as large as their share of the fleet. All else each
 * phone has for itself.
 */
export class Cells {
  readonly tally: Tally;
  readonly #job: Job;
  readonly #servers: ReadonlyMap<string, number>;
  readonly #countFrom: number;
  /** Each forgets its phone when it gets another. */
  readonly #cores: Core[] = [];

  constructor(job: Job) {
    const { servers, duration } = job.scenario;
    this.#job = job;
    this.#servers = new Map(servers.map(({ name }, index) => [name, index]));
    this.#countFrom = countedFrom(job.scenario);
    this.tally = new Tally(duration, servers.length);
  }

  /** Plays the phones of a cell. */
  play({ from, to }: Range): void {
    const { scenario, phones } = this.#job;
    const share = (to - from) / phones;
    const queues = scenario.servers.map(({ capacity }) =>
      capacity === undefined ? undefined : new ServerQueue(capacity, share),
    );
    const plays = Array.from({ length: to - from }, (_, index) => this.#phone(from + index, index, queues));
    const time = new Scheduler();
    const follow = (play: Play): void => {
      const { next } = play;
      if (next > scenario.duration) return;
      time.at(next, () => {
        play.runUntil(next);
        follow(play);
      });
    };
    for (const play of plays) {
      play.begin();
      follow(play);
    }
    time.runUntil(scenario.duration);
    for (const play of plays) {
      play.runUntil(scenario.duration);
      this.#count(play.summary());
    }
  }

  #phone(phone: number, place: number, queues: readonly (ServerQueue | undefined)[]): Play {
    const { scenario, files, spread } = this.#job;
    const seed = seedOfPhone(this.#job.seed, phone);
    const startAt = Math.floor(drawn(seed) * spread);
    return new Play(scenario, {
      files,
      seed,
      lenient: true,
      member: {
        addresses: addressesOf(phone),
        startAt,
        countFrom: Math.max(startAt, this.#countFrom),
        core: (this.#cores[place] ??= new Core(desktopModule())),
        heard: (server, method, t) => {
          this.tally.heard(this.#indexOf(server), method, t);
        },
        gateOf: (server) => {
          const index = this.#indexOf(server);
          return this.#gateOf(index, queues[index], seed);
        },
      },
    });
  }

  #indexOf(server: string): number {
    return this.#servers.get(server) ?? -1;
  }

  #gateOf(server: number, queue: ServerQueue | undefined, seed: number): Gate | undefined {
    if (queue === undefined) return undefined;
    return (method, t) => {
      const wait = queue.admit(method, t, drawn(seed, server, t));
      if (wait !== undefined) {
        this.tally.waited(server, t, wait);
        return wait;
      }
      this.tally.turnedAway(server, t);
      const { beyond } = queue;
      if (beyond === "silent") return beyond;
      const { status, retryAfter } = beyond;
      return {
        status,
        headers: retryAfter === undefined ? [] : [["Retry-After", String(retryAfter)]],
      };
    };
  }

  #count({ accounts, moves }: Summary): void {
    const { tally } = this;
    const counted = worst(accounts);
    tally.phones++;
    tally.served(counted?.without ?? 0);
    if (accounts.some(({ registered }) => registered === null)) tally.unregistered++;
    for (const [from, to] of counted?.gaps ?? []) tally.gap(from, to);
    for (const { t, event } of moves) {
      tally.moved(event === "failback" ? "failbacks" : "failovers", t);
    }
  }
}
