import * as packet from "dns-packet";
import { endpointText } from "../abi/address.js";
import type { Endpoint, Transport } from "../abi/address.js";
import { spoiledDns } from "./dns-faults.js";
import type { DnsFault } from "./dns-faults.js";
import { ChangeListeners } from "./service.js";
import type { Reply, Service } from "./service.js";

/** A record of a zone. Names are without the dot at their end and in any case; `ttl` in seconds. */
export type ZoneRecord = { readonly name: string; readonly ttl: number } & (
  | { readonly type: "A" | "AAAA" | "CNAME"; readonly data: string }
  | { readonly type: "SRV"; readonly data: SrvData }
  | { readonly type: "NAPTR"; readonly data: NaptrData }
);

export type ZoneType = ZoneRecord["type"];

/** RFC 2782. */
export interface SrvData {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly target: string;
}

/** RFC 3403. */
export interface NaptrData {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly services: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** Answers without records (RFC 1035, section 4.1.1). */
const rcodes = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

export type Rcode = keyof typeof rcodes;

/** Behaviour for one query: `up` answers, `silent` drops it, an rcode is all that is answered, a fault spoils the answer. */
export type ZoneBehaviour = "up" | "silent" | Rcode | { readonly fault: DnsFault };

/**
 * How a DNS server behaves: `closed` closes its port; `stopped` leaves what comes waiting until it goes on (SIGSTOP);
 * a function decides query by query.
 */
export type ZoneMode = ZoneBehaviour | "closed" | "stopped" | ((query: ReceivedQuery) => ZoneBehaviour);

/** A query that came. */
export interface ReceivedQuery {
  /** Milliseconds of the clock that the zone was carried with. */
  readonly t: number;
  readonly name: string;
  readonly type: string;
  readonly id: number;
  readonly transport: Transport;
  /** `udp:198.51.100.1:49152` */
  readonly source: string;
}

/** Links of an alias chain that are followed before the zone gives up. */
const MOST_ALIASES = 16;

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * A DNS server with its records: octets in, octets out. Records and `mode` may change at any time. Over UDP and TCP.
 */
export class Zone implements Service {
  readonly framing = "dns";
  /** In order; answers keep it. */
  records: ZoneRecord[] = [];
  /** Everything asked, in order. */
  readonly received: ReceivedQuery[] = [];
  /** Lifetime of negative answers in seconds (RFC 2308); `undefined`: they come without a SOA record. */
  negativeTtl: number | undefined = 60;
  /** Puts the records that are asked for next into the additional section. */
  additional = false;
  /** Milliseconds before each answer. */
  delay = 0;
  /** Keep what was asked, in `received`. */
  log = true;
  /** Datagrams that were no query. */
  malformed = 0;
  readonly #changes = new ChangeListeners();
  #mode: ZoneMode = "up";

  constructor(records: readonly ZoneRecord[] = []) {
    this.add(...records);
  }

  get mode(): ZoneMode {
    return this.#mode;
  }

  set mode(mode: ZoneMode) {
    this.#mode = mode;
    this.#changes.tell();
  }

  get isRefusing(): boolean {
    return this.#mode === "closed";
  }

  get isHolding(): boolean {
    return this.#mode === "stopped";
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  add(...records: readonly ZoneRecord[]): this {
    this.records.push(...records);
    return this;
  }

  /** Adds address records, an A or AAAA record each. */
  address(name: string, addresses: string | readonly string[], ttl = 300): this {
    for (const data of [addresses].flat())
      this.add({ name, type: data.includes(":") ? "AAAA" : "A", ttl, data });
    return this;
  }

  /** Adds a service record. */
  srv(
    name: string,
    { priority = 0, weight = 0, port = 5060, target }: Partial<SrvData> & { target: string },
    ttl = 300,
  ): this {
    return this.add({ name, type: "SRV", ttl, data: { priority, weight, port, target } });
  }

  /** Adds a naming authority pointer; by default one with flag `s`, to an SRV name. */
  naptr(name: string, data: Partial<NaptrData> & { services: string; replacement: string }, ttl = 300): this {
    const full = { order: 10, preference: 10, flags: "s", regexp: "", ...data };
    return this.add({ name, type: "NAPTR", ttl, data: full });
  }

  /** Adds an alias. */
  alias(name: string, target: string, ttl = 300): this {
    return this.add({ name, type: "CNAME", ttl, data: target });
  }

  /** Removes the records of a name, of one type or of all. */
  remove(name: string, type?: ZoneType): this {
    const goes = (record: ZoneRecord): boolean =>
      sameName(record.name, name) && (type === undefined || record.type === type);
    this.records = this.records.filter((record) => !goes(record));
    return this;
  }

  /** What was asked, of one name, one type, or all. */
  queries(name?: string, type?: string): ReceivedQuery[] {
    return this.received.filter(
      (query) =>
        (name === undefined || sameName(query.name, name)) && (type === undefined || query.type === type),
    );
  }

  receive(octets: Uint8Array, source: Endpoint, now: number): readonly Reply[] {
    if (this.isRefusing) return [];
    const query = decode(octets);
    const question = query?.questions?.[0];
    if (query === undefined || question === undefined || query.flag_qr) {
      this.malformed++;
      return [];
    }
    const received = {
      t: now,
      name: question.name,
      type: question.type,
      id: query.id ?? 0,
      transport: source.transport,
      source: endpointText(source),
    };
    if (this.log) this.received.push(received);
    const behaviour = typeof this.#mode === "function" ? this.#mode(received) : this.#mode;
    if (behaviour === "silent" || behaviour === "closed" || behaviour === "stopped") return [];
    return [{ octets: this.#answer(query, question, behaviour, source.transport), delay: this.delay }];
  }

  #answer(
    query: packet.DecodedPacket,
    question: packet.Question,
    behaviour: Exclude<ZoneBehaviour, "silent">,
    transport: Transport,
  ): Uint8Array {
    const head = { type: "response" as const, id: query.id, questions: [question] };
    const flags =
      packet.AUTHORITATIVE_ANSWER |
      packet.RECURSION_AVAILABLE |
      (query.flag_rd ? packet.RECURSION_DESIRED : 0);
    if (typeof behaviour === "string" && behaviour !== "up") {
      return packet.encode({ ...head, flags: flags | rcodes[behaviour] });
    }
    const { answers, exists } = this.#find(question.name, question.type);
    const negative = answers.some(({ type }) => type === question.type) ? [] : this.#soa(question.name);
    const message = packet.encode({
      ...head,
      flags: flags | (exists ? 0 : rcodes.NXDOMAIN),
      answers,
      authorities: negative,
      additionals: this.additional ? this.#nextRecords(answers) : [],
    });
    if (behaviour === "up" || (behaviour.fault === "truncated" && transport !== "udp")) return message;
    return spoiledDns(message, behaviour.fault);
  }

  /** The records of a name, through its aliases, and whether the last name exists. */
  #find(asked: string, type: string): { answers: ZoneRecord[]; exists: boolean } {
    const answers: ZoneRecord[] = [];
    let name = asked;
    for (let links = 0; links < MOST_ALIASES; links++) {
      const named = this.records.filter((record) => sameName(record.name, name));
      const found = named.filter((record) => record.type === type);
      answers.push(...found.map((record) => ({ ...record, name })));
      const alias = named.find((record) => record.type === "CNAME");
      if (found.length > 0 || alias?.type !== "CNAME")
        return { answers, exists: named.length > 0 || this.#isAbove(name) };
      answers.push({ ...alias, name });
      name = alias.data;
    }
    return { answers, exists: true };
  }

  /** Whether there are names below (RFC 8020): then the name exists, without records. */
  #isAbove(name: string): boolean {
    return this.records.some((record) => record.name.toLowerCase().endsWith(`.${name.toLowerCase()}`));
  }

  #soa(name: string): packet.SoaAnswer[] {
    const ttl = this.negativeTtl;
    if (ttl === undefined) return [];
    const origin = name.split(".").slice(-2).join(".");
    const data = {
      mname: `ns.${origin}`,
      rname: `hostmaster.${origin}`,
      serial: 1,
      refresh: 3600,
      retry: 600,
      expire: 86400,
      minimum: ttl,
    };
    return [{ name: origin, type: "SOA", ttl, data }];
  }

  #nextRecords(answers: readonly ZoneRecord[]): ZoneRecord[] {
    return answers.flatMap((answer) => {
      if (answer.type === "NAPTR") {
        const { answers: services } = this.#find(answer.data.replacement, "SRV");
        return [...services, ...this.#nextRecords(services)];
      }
      if (answer.type !== "SRV") return [];
      const { target } = answer.data;
      return [...this.#find(target, "A").answers, ...this.#find(target, "AAAA").answers];
    });
  }
}

const decode = (octets: Uint8Array): packet.DecodedPacket | undefined => {
  try {
    return packet.decode(Buffer.from(octets));
  } catch {
    return undefined;
  }
};
