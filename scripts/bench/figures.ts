/** What the bench tells, as build/bench.json has it. */
import type { DeviceSize } from "../device/report.js";

/** Kinds of work that the core does, of which the time is taken. */
export const tasks = {
  register: "REGISTER cycle: challenge, answer, refresh",
  response: "200 to REGISTER and what follows, in its turn",
  repeated: "the same, over and over",
  failover: "failover decision, to the request that leaves",
  invite: "INVITE, from placing the call to the ACK",
  datagram: "datagram of 500 octets: OPTIONS and its answer",
  noise: "datagram of 500 octets: no message",
} as const;
export type Task = keyof typeof tasks;

/** What holds the core. */
export const holders = ["wasm2c", "wasmtime", "V8"] as const;
export type Holder = (typeof holders)[number];

/** What only parses. */
export const parsers = ["libosip2", "sofia-sip", "libre", "jssip", "sip.js"] as const;
export type Parser = (typeof parsers)[number];

/** Messages that are parsed. */
export const messages = {
  "register-200": "200 to REGISTER",
  "register-401": "401 to REGISTER",
  "invite-200": "200 to INVITE",
  options: "request of 500 octets",
} as const;
export type MessageName = keyof typeof messages;

/** The programs that hold the core as a whole phone. */
export const programs = ["sip-failoverd", "sip-failover-wasmtime", "node"] as const;
export type Program = (typeof programs)[number];

/** A bound, and what there is. */
export interface Bound {
  readonly what: string;
  readonly value: number;
  /** At most this. */
  readonly limit: number;
  readonly unit: "ns" | "octets";
  readonly met: boolean;
}

export interface Figures {
  readonly machine: { readonly processor: string; readonly processors: number; readonly node: string };
  /** Octets of the modules. */
  readonly modules: Readonly<
    Record<"any engine" | "V8" | "wasm2c for devices" | "wasmtime, and wasm2c for desktops", number>
  >;
  readonly devices: readonly DeviceSize[];
  /** Nanoseconds that a task takes. */
  readonly times: Readonly<Record<Holder, Readonly<Record<Task, number>>>>;
  /** Instructions of a task under wasm2c. */
  readonly instructions: Readonly<Record<Task, number>>;
  /** Nanoseconds that parsing a message takes. */
  readonly parsing: Readonly<Record<Parser, Readonly<Record<MessageName, number>>>>;
  /** Octets of each message. */
  readonly lengths: Readonly<Record<MessageName, number>>;
  /** Resident octets of a phone that is registered and idle, by its accounts. */
  readonly resident: Readonly<Record<Program, Readonly<Record<"1" | "16", number>>>>;
  /** Milliseconds from the start of the process to its first REGISTER at the server. */
  readonly startUp: Readonly<Record<Program, number>>;
  readonly bounds: readonly Bound[];
}

/** The same for each of some keys, which may take its time. */
export const forEach = async <Key extends string, Value>(
  keys: readonly Key[],
  make: (key: Key) => Value | Promise<Value>,
): Promise<Record<Key, Value>> => {
  const made: Partial<Record<Key, Value>> = {};
  for (const key of keys) made[key] = await make(key);
  return made as Record<Key, Value>;
};

/** The keys of an object. */
export const keysOf = <Key extends string>(object: Readonly<Record<Key, unknown>>): Key[] =>
  Object.keys(object) as Key[];
