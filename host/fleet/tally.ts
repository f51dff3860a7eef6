import { deflateRawSync, inflateRawSync } from "node:zlib";

import { SECOND } from "./seconds.js";

/** What came to a server, from second to second. */
export interface ServerSeries {
  /** REGISTERs that got there, whatever became of them. */
  readonly registers: Int32Array;
  /** All other requests. */
  readonly others: Int32Array;
  /** Requests for which there was no room. */
  readonly rejected: Int32Array;
  /** How long a request waited at most, in milliseconds. */
  readonly wait: Int32Array;
}

/** What happened to all phones, from second to second. */
export interface PhoneSeries {
  /** By how many more, or less, phones are without service than the second before. */
  readonly without: Int32Array;
  readonly failovers: Int32Array;
  readonly failbacks: Int32Array;
}

/** A tally as JSON has it: series are packed. */
export interface PackedTally {
  readonly phones: number;
  readonly unregistered: number;
  readonly services: readonly (readonly [milliseconds: number, phones: number])[];
  readonly servers: readonly Readonly<Record<keyof ServerSeries, string>>[];
  readonly all: Readonly<Record<keyof PhoneSeries, string>>;
}

/** Numbers as text: 32 bits each, the least octet first, deflated, in base64. */
export const packed = (series: Int32Array): string => {
  const octets = Buffer.alloc(series.length * 4);
  series.forEach((value, index) => octets.writeInt32LE(value, index * 4));
  return deflateRawSync(octets).toString("base64");
};

/** The numbers of a packed text; throws where it is none, or not of so many. */
export const unpacked = (text: string, length: number): Int32Array => {
  const octets = inflateRawSync(Buffer.from(text, "base64"), { maxOutputLength: length * 4 + 1 });
  if (octets.length !== length * 4) throw new RangeError("a series has another length");
  return Int32Array.from({ length }, (_, index) => octets.readInt32LE(index * 4));
};

const mapped = <Key extends string, From, To>(
  from: Readonly<Record<Key, From>>,
  map: (value: From, key: Key) => To,
): Record<Key, To> =>
  Object.fromEntries(
    Object.entries<From>(from).map(([key, value]) => [key, map(value, key as Key)]),
  ) as Record<Key, To>;

/** Entries of a series: the last one is of the instant of the end. */
const secondsOf = (duration: number): number => Math.floor(duration / SECOND) + 1;

type Joining = (one: number, other: number) => number;

const sum: Joining = (one, other) => one + other;
const highest: Joining = Math.max;

/** What becomes of two entries for one second. */
const serverJoinings: Readonly<Record<keyof ServerSeries, Joining>> = {
  registers: sum,
  others: sum,
  rejected: sum,
  wait: highest,
};
const phoneJoinings: Readonly<Record<keyof PhoneSeries, Joining>> = {
  without: sum,
  failovers: sum,
  failbacks: sum,
};

const join = (series: Int32Array, index: number, value: number, joining: Joining): void => {
  series[index] = joining(series[index] ?? 0, value);
};

const joinAll = <Key extends string>(
  into: Readonly<Record<Key, Int32Array>>,
  more: Readonly<Record<Key, Int32Array>>,
  joinings: Readonly<Record<Key, Joining>>,
): void => {
  for (const key of Object.keys(joinings) as Key[]) {
    more[key].forEach((value, index) => {
      join(into[key], index, value, joinings[key]);
    });
  }
};

const count = (series: Int32Array, t: number, by = 1): void => {
  join(series, Math.floor(t / SECOND), by, sum);
};

/** What came of phones: sums and maxima, so that it does not matter in which parts they were played. */
export class Tally {
  phones = 0;
  /** Phones of which an account never registered. */
  unregistered = 0;
  /** How many phones were so long without service, by milliseconds. */
  readonly services = new Map<number, number>();
  readonly servers: readonly ServerSeries[];
  readonly all: PhoneSeries;

  constructor(
    readonly duration: number,
    servers: readonly ServerSeries[] | number,
    all?: PhoneSeries,
  ) {
    const zeros = (): Int32Array => new Int32Array(secondsOf(duration));
    this.all = all ?? mapped(phoneJoinings, zeros);
    this.servers =
      typeof servers === "number"
        ? Array.from({ length: servers }, () => mapped(serverJoinings, zeros))
        : servers;
  }

  /** A tally that was packed. Throws where something is missing. */
  static unpack(duration: number, { phones, unregistered, services, servers, all }: PackedTally): Tally {
    const length = secondsOf(duration);
    const tally = new Tally(
      duration,
      servers.map((each) => mapped(serverJoinings, (_, key) => unpacked(each[key], length))),
      mapped(phoneJoinings, (_, key) => unpacked(all[key], length)),
    );
    tally.phones = phones;
    tally.unregistered = unregistered;
    for (const [milliseconds, many] of services) tally.services.set(milliseconds, many);
    return tally;
  }

  pack(): PackedTally {
    return {
      phones: this.phones,
      unregistered: this.unregistered,
      services: this.sortedServices(),
      servers: this.servers.map((each) => mapped(each, packed)),
      all: mapped(this.all, packed),
    };
  }

  /** Times without service, the shortest first, with how many phones had each. */
  sortedServices(): [milliseconds: number, phones: number][] {
    return [...this.services].sort(([one], [other]) => one - other);
  }

  add(more: Tally): void {
    this.phones += more.phones;
    this.unregistered += more.unregistered;
    for (const [milliseconds, phones] of more.services) this.served(milliseconds, phones);
    this.servers.forEach((series, index) => {
      const others = more.servers[index];
      if (others !== undefined) joinAll(series, others, serverJoinings);
    });
    joinAll(this.all, more.all, phoneJoinings);
  }

  /** Phones that were so long without service. */
  served(milliseconds: number, phones = 1): void {
    this.services.set(milliseconds, (this.services.get(milliseconds) ?? 0) + phones);
  }

  /** A request has come to a server. */
  heard(server: number, method: string, t: number): void {
    const series = this.servers[server];
    if (series !== undefined) count(method === "REGISTER" ? series.registers : series.others, t);
  }

  /** A request that came to a server has to wait so long. Milliseconds. */
  waited(server: number, t: number, wait: number): void {
    const series = this.servers[server];
    if (series !== undefined) join(series.wait, Math.floor(t / SECOND), wait, highest);
  }

  /** A server had no room for a request. */
  turnedAway(server: number, t: number): void {
    const series = this.servers[server];
    if (series !== undefined) count(series.rejected, t);
  }

  /** A phone was without service between two instants. */
  gap(from: number, to: number): void {
    count(this.all.without, from);
    if (to < this.duration) count(this.all.without, to, -1);
  }

  /** A phone has moved. */
  moved(how: "failovers" | "failbacks", t: number): void {
    count(this.all[how], t);
  }
}
