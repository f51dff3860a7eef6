import type { Capacity } from "../scenario/scenario.js";
import type { Outage } from "./course.js";
import type { Identity, Part } from "./part.js";
import { cellCount } from "./job.js";
import { SECOND } from "./seconds.js";
import type { ServerSeries, Tally } from "./tally.js";

/** REGISTERs a second at their highest. */
export interface Peak {
  readonly server: string;
  /** The second in which it was, in milliseconds since the beginning. */
  readonly t: number;
  readonly registers: number;
  /** What it was on average before, per second. */
  readonly usual: number;
}

/** What an outage made phones do. Milliseconds. */
export interface Storm {
  readonly server: string;
  readonly from: number;
  readonly to: number;
  /** While it lasted, at a server that was of use; `null`: there was none. */
  readonly failover: Peak | null;
  /** After it, at the server itself; `null`: it did not come back. */
  readonly failback: Peak | null;
  /** Moves to other servers while it lasted, and back again after it. */
  readonly failovers: number;
  readonly failbacks: number;
}

/** Milliseconds without service, for so many phones or fewer. */
export interface ServiceReport {
  readonly from: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly last: number;
  /** Phones that were never without service. */
  readonly untouched: number;
  /** Phones that never registered. */
  readonly unregistered: number;
}

export interface ServerReport {
  readonly name: string;
  readonly capacity: Capacity | null;
  readonly registers: number;
  readonly others: number;
  readonly peak: Peak;
  /** Requests for which there was no room. */
  readonly rejected: number;
  /** Milliseconds. */
  readonly longestWait: number;
  /** Seconds in which somebody had to wait. */
  readonly busy: number;
  /** Entries for each second. */
  readonly series: {
    readonly registers: readonly number[];
    readonly others: readonly number[];
    readonly rejected: readonly number[];
    /** How long a request waited at most, in milliseconds. */
    readonly wait: readonly number[];
  };
}

/** What came of a fleet. Times in milliseconds. */
export interface Report {
  readonly fleet: "report";
  readonly identity: Identity;
  readonly title: string;
  readonly duration: number;
  readonly phones: number;
  /** Groups of phones that share queues. */
  readonly cells: number;
  readonly service: ServiceReport;
  readonly storms: readonly Storm[];
  readonly servers: readonly ServerReport[];
  /** Entries for each second. */
  readonly series: {
    readonly without: readonly number[];
    readonly failovers: readonly number[];
    readonly failbacks: readonly number[];
  };
}

/** What is usual is the average of so many seconds before. */
const USUAL_SECONDS = 600;

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** The shortest time such that a share of all phones had no longer one. */
const percentile = (
  services: readonly (readonly [number, number])[],
  phones: number,
  share: number,
): number => {
  let seen = 0;
  for (const [milliseconds, many] of services) {
    seen += many;
    if (seen >= share * phones) return milliseconds;
  }
  return 0;
};

const serviceOf = (tally: Tally, from: number): ServiceReport => {
  const services = tally.sortedServices();
  const { phones } = tally;
  const at = (share: number): number => percentile(services, phones, share);
  const all = sum(services.map(([milliseconds, many]) => milliseconds * many));
  return {
    from,
    mean: phones === 0 ? 0 : Math.round(all / phones),
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    last: services.at(-1)?.[0] ?? 0,
    untouched: tally.services.get(0) ?? 0,
    unregistered: tally.unregistered,
  };
};

const secondOf = (t: number): number => Math.floor(t / SECOND);

/** The highest second of some, from `from` up to `to`, and what was usual in the time before `before`. */
const peakOf = (server: string, series: Int32Array, from: number, to: number, before = from): Peak => {
  let [best, registers] = [secondOf(from), 0];
  for (let second = secondOf(from); second * SECOND < to; second++) {
    const here = series[second] ?? 0;
    if (here > registers) [best, registers] = [second, here];
  }
  const end = secondOf(before);
  const quiet = series.subarray(Math.max(0, end - USUAL_SECONDS), end);
  return { server, t: best * SECOND, registers, usual: quiet.length === 0 ? 0 : sum(quiet) / quiet.length };
};

const within = (series: Int32Array, from: number, to: number): number =>
  sum(series.subarray(secondOf(from), Math.ceil(to / SECOND)));

/** The next time after `t` at which an outage of a server begins. */
const nextOutage = (outages: readonly Outage[], server: number, t: number, end: number): number =>
  Math.min(
    end,
    ...outages.filter((each) => each.server === server && each.from >= t).map(({ from }) => from),
  );

const stormOf = (part: Part, outage: Outage): Storm => {
  const { outline, tally } = part;
  const { servers, outages, duration } = outline;
  const { server, from, to } = outage;
  const registersOf = (index: number): Int32Array => tally.servers[index]?.registers ?? new Int32Array(0);
  const isDown = (index: number, t: number): boolean =>
    outages.some((each) => each.server === index && each.from <= t && t < each.to);
  const others = servers
    .map(({ name }, index) => ({ name, index }))
    .filter(({ index }) => index !== server && !isDown(index, from));
  const failover = others
    .map(({ name, index }) =>
      peakOf(name, registersOf(index), from, Math.min(to, nextOutage(outages, index, from, to))),
    )
    .sort((one, other) => other.registers - one.registers)[0];
  const name = servers[server]?.name ?? "";
  const end = nextOutage(outages, server, to, duration);
  return {
    server: name,
    from,
    to,
    failover: failover ?? null,
    failback: to < duration ? peakOf(name, registersOf(server), to, end, from) : null,
    failovers: within(tally.all.failovers, from, to),
    failbacks: within(tally.all.failbacks, to, end),
  };
};

const serverOf = (
  { name, capacity }: Part["outline"]["servers"][number],
  series: ServerSeries,
  duration: number,
): ServerReport => {
  return {
    name,
    capacity,
    registers: sum(series.registers),
    others: sum(series.others),
    peak: peakOf(name, series.registers, 0, duration + 1),
    rejected: sum(series.rejected),
    longestWait: series.wait.reduce((most, wait) => Math.max(most, wait), 0),
    busy: series.wait.reduce((busy, wait) => busy + (wait > 0 ? 1 : 0), 0),
    series: {
      registers: [...series.registers],
      others: [...series.others],
      rejected: [...series.rejected],
      wait: [...series.wait],
    },
  };
};

/** Running sums. */
const summed = (changes: Int32Array): number[] => {
  let now = 0;
  return Array.from(changes, (change) => (now += change));
};

/** What came of a whole fleet. */
export const reportOf = (part: Part): Report => {
  const { identity, outline, tally } = part;
  const { title, duration, servers, outages } = outline;
  return {
    fleet: "report",
    identity,
    title,
    duration,
    phones: tally.phones,
    cells: cellCount(identity),
    service: serviceOf(tally, outline.countedFrom),
    storms: outages.map((outage) => stormOf(part, outage)),
    servers: servers.map((server, index) => {
      const series = tally.servers[index];
      if (series === undefined) throw new RangeError("a server without a series");
      return serverOf(server, series, duration);
    }),
    series: {
      without: summed(tally.all.without),
      failovers: [...tally.all.failovers],
      failbacks: [...tally.all.failbacks],
    },
  };
};
