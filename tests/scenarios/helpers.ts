/** What the scenarios share: servers with short names, a phone's configuration, and what left the phone when. */
import assert from "node:assert/strict";
import { Simulation, parseSip } from "../../host/simulated/index.js";
import type {
  Behaviour,
  Exchange,
  ReceivedRequest,
  Registrar,
  RegistrarOptions,
  SimulatedPhone,
  SimulatedPhoneOptions,
  SipMessage,
} from "../../host/simulated/index.js";

/** Addresses of the servers by their short names. Each server has two: `A6` is A's other one. */
const addresses = {
  A: "192.0.2.1",
  B: "192.0.2.2",
  C: "192.0.2.3",
  D: "192.0.2.4",
  A6: "2001:db8::1",
  B6: "2001:db8::2",
  C6: "2001:db8::3",
  D6: "2001:db8::4",
} as const;

export type ServerName = keyof typeof addresses;

const nameOfTarget = new Map<string, string>(
  Object.entries(addresses).map(([name, address]) => [
    `udp:${address.includes(":") ? `[${address}]` : address}:5060`,
    name,
  ]),
);

/** `A` for `udp:192.0.2.1:5060`; a target that is no server's stays as it is. */
export const short = (target: string): string => nameOfTarget.get(target) ?? target;

/** The name that resolves to slot 1's targets. */
export const DOMAIN = "sip.example.com";

export interface SiteOptions extends RegistrarOptions {
  /** The targets of `DOMAIN`, in order. */
  readonly list?: readonly ServerName[];
  /** Of its address records, in seconds. */
  readonly ttl?: number;
  /** Milliseconds one way. */
  readonly latency?: number;
}

export type Settings = Readonly<Record<string, string | number>>;

/** Four servers and a name for the first ones. */
export class Site {
  readonly s = new Simulation();
  readonly a: Registrar;
  readonly b: Registrar;
  readonly c: Registrar;
  readonly d: Registrar;

  constructor({ list = ["A", "B"], ttl = 86_400, latency = 0, ...options }: SiteOptions = {}) {
    const server = (one: ServerName, other: ServerName): Registrar =>
      this.s.registrar([`${addresses[one]}:5060`, `[${addresses[other]}]:5060`], options);
    this.a = server("A", "A6");
    this.b = server("B", "B6");
    this.c = server("C", "C6");
    this.d = server("D", "D6");
    this.s.network.latency = latency;
    this.name(list, ttl);
  }

  /** Behind all four servers: the far ends of calls, and the notifiers. */
  get exchange(): Exchange {
    return this.s.exchange;
  }

  /** Says anew which targets a name has. */
  name(list: readonly ServerName[], ttl = 86_400, name = DOMAIN): void {
    this.s.zone.remove(name).address(
      name,
      list.map((server) => addresses[server]),
      ttl,
    );
  }

  /** A phone whose account 1 registers with `DOMAIN`. */
  phone(settings: Settings = {}, options: SimulatedPhoneOptions = {}): SimulatedPhone {
    return this.s.phone(configuration(settings), options);
  }
}

/** The address of a server. */
export const addressOf = (name: ServerName): string => addresses[name];

const account1 = {
  enable: 1,
  user_name: 1000,
  password: "secret",
  "sip_server.1.address": DOMAIN,
  // A failed REGISTER is tried again after 30 s sharp, unless a test says otherwise (R5).
  reg_failed_retry_max_time: 0,
};

/** A configuration file. Keys without `account.X.` at their beginning that are no global keys are account 1's. */
export const configuration = (settings: Settings = {}): string => {
  const lines = Object.entries({ ...account1, ...settings }).map(([key, value]) => {
    const isWhole = /^(account|sip|static|dns_cache_\w+)\./.test(key);
    return `${isWhole ? key : `account.1.${key}`} = ${String(value)}`;
  });
  return ["#!version:1.0.0.1", ...lines, ""].join("\n");
};

/** A request that left the phone. */
export interface Sent {
  readonly t: number;
  /** Short where it is a server's. */
  readonly target: string;
  readonly message: SipMessage;
  readonly octets: Uint8Array;
}

/** The requests that left a phone, of one method, those that were sent again included. */
export const sent = (phone: SimulatedPhone, method = "REGISTER"): Sent[] =>
  phone.wire.flatMap(({ t, direction, to, octets }) => {
    const message = direction === "out" ? parseSip(octets) : undefined;
    return message?.method === method && message.status === 0
      ? [{ t, target: short(to), message, octets }]
      : [];
  });

/** When which server was sent a REGISTER: `["0 A", "500 A"]`, from one instant to before another. */
export const registers = (phone: SimulatedPhone, from = 0, before = Infinity): string[] =>
  sent(phone)
    .filter(({ t }) => t >= from && t < before)
    .map(({ t, target }) => `${String(t)} ${target}`);

/** The sends of a request to a target that stays silent, from `at`: by timer E with T1 = 0.5 s and T2 = 4 s. */
export const resends = (at: number, target: string, budget = 7500): string[] =>
  [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    .filter((after) => after < budget)
    .map((after) => `${String(at + after)} ${target}`);

/** Where CRLF CRLF went, and when. */
export const keepAlives = (phone: SimulatedPhone): string[] =>
  phone.wire
    .filter(({ direction, octets }) => direction === "out" && octets.length === 4 && octets[0] === 13)
    .map(({ t, to }) => `${String(t)} ${short(to)}`);

/** The records of moves and of failures for good: `7500 failover A B F2`, `39500 failed no-target-left`. */
export const decisions = (phone: SimulatedPhone): string[] =>
  phone.records.flatMap((record) => {
    const at = `${String(record.t)} ${record.event}`;
    switch (record.event) {
      case "failover":
      case "failback":
      case "fallback":
        return [`${at} ${short(record.from)} ${short(record.to)} ${record.rule}`];
      case "failback-due":
        return [`${at} ${record.rule}`];
      case "failback-failed":
        return [`${at} ${short(record.to)}`];
      case "failed":
        return [`${at} ${record.reason}`];
      default:
        return [];
    }
  });

/** Where the phone knows itself to be registered, by account and slot: `["1.1 B"]`. */
export const registered = (phone: SimulatedPhone): string[] =>
  phone
    .status()
    .flatMap(({ account, slots }) =>
      slots
        .filter(({ state }) => state === "registered")
        .map(({ slot, target }) => `${String(account)}.${String(slot)} ${short(target)}`),
    );

/** What a REGISTER's headers say: its Contacts with their parameters, and Expires. */
export const contactsOf = (message: SipMessage): string[] => message.headers("contact");

/** The value of the only element. */
export const only = <T>(list: readonly T[]): T => {
  assert.equal(list.length, 1);
  return list[0] as T;
};

/** A registrar's mode that behaves for each request as the next of `script`, and as `after` when that is at its end. */
export const inTurn = (
  script: readonly Behaviour[],
  after: Behaviour = "up",
): ((received: ReceivedRequest) => Behaviour) => {
  const rest = [...script];
  return () => rest.shift() ?? after;
};
