/**
 * The contract between the core and its hosts, once. `generate.ts` makes of it the constants of the core
 * (AssemblyScript), of the hosts in TypeScript and of the hosts in C; nobody writes these numbers elsewhere.
 */
import { diagnostics } from "./diagnostics.js";

/** Grows whenever an export, a number or a layout changes. */
export const CONTRACT_VERSION = 1;

/** A set of named numbers. The name on the wire (in records, `--json`) is the key. */
export interface Enumeration {
  /** Prefix of the constants: `METHOD` gives `METHOD_REGISTER`. */
  readonly prefix: string;
  readonly comment: string;
  /** Name to number. Names are written as they appear in records. */
  readonly values: Readonly<Record<string, number>>;
}

const numbered = <const Names extends readonly string[]>(
  names: Names,
  first = 0,
): Record<Names[number], number> =>
  Object.fromEntries(names.map((name, index) => [name, first + index])) as Record<Names[number], number>;

export const enumerations = {
  action: {
    prefix: "ACTION",
    comment: "What the core asks of the host; the first half-word of each action.",
    values: numbered(["open", "listen", "send", "close", "event", "stopped"], 1),
  },
  transport: {
    prefix: "TRANSPORT",
    comment: "Transport of a flow or target (as in `sip_server.Y.transport_type`).",
    values: numbered(["udp", "tcp", "tls"]),
  },
  family: {
    prefix: "FAMILY",
    comment: "Address family; an IPv4 address is the first 4 of the 16 octets, the rest are 0.",
    values: { ipv4: 4, ipv6: 6 },
  },
  error: {
    prefix: "ERROR",
    comment: "What an export answers when it was called wrongly. 0 and above: no error.",
    values: {
      "not-configured": -1,
      "already-started": -2,
      "stale-flow": -3,
      "flow-state": -4,
      "too-long": -5,
      "bad-argument": -6,
      "pool-full": -7,
      "actions-waiting": -8,
    },
  },
  flowFailure: {
    prefix: "FLOW_FAILURE",
    comment: "Why a flow failed.",
    values: numbered([
      "refused",
      "unreachable",
      "timed-out",
      "closed",
      "address-in-use",
      "address-not-available",
      "not-permitted",
      "no-resources",
      "tls-certificate",
      "tls-handshake",
      "other",
    ]),
  },
  method: {
    prefix: "METHOD",
    comment: "SIP methods.",
    values: numbered([
      "REGISTER",
      "OPTIONS",
      "NOTIFY",
      "INVITE",
      "ACK",
      "CANCEL",
      "BYE",
      "SUBSCRIBE",
      "UPDATE",
      "INFO",
      "PRACK",
      "REFER",
      "MESSAGE",
      "PUBLISH",
    ]),
  },
  cause: {
    prefix: "CAUSE",
    comment: "Why a target failed a request (F1, K2, K3).",
    values: numbered(["silent", "refused", "connect", "closed", "503", "dns", "rejected", "down"]),
  },
  rule: {
    prefix: "RULE",
    comment: "The rule of the specification behind a decision.",
    values: numbered([
      "F1",
      "F2",
      "F3",
      "F6",
      "F8",
      "F10",
      "F12",
      "B1",
      "B2",
      "B3",
      "B4",
      "B5",
      "B6",
      "B7",
      "G1",
      "G2",
      "K2",
      "K3",
      "R5",
    ]),
  },
  requestReason: {
    prefix: "REASON",
    comment: "Why a request was sent.",
    values: numbered([
      "start",
      "refresh",
      "resend",
      "challenge",
      "interval-too-brief",
      "next-target",
      "retry",
      "failback",
      "fallback",
      "moved",
      "contact-changed",
      "keep-alive",
      "probe",
      "remove-old",
      "stop",
    ]),
  },
  failure: {
    prefix: "FAILURE",
    comment: "Why a request, or a registration, failed for good.",
    values: numbered([
      "no-target-left",
      "not-registered",
      "rejected",
      "wrong-credentials",
      "no-credentials",
      "name-not-found",
      "expired",
      "stopped",
      "pool-full",
      "target-failed",
      "moved",
      "too-long",
    ]),
  },
  drop: {
    prefix: "DROP",
    comment: "Why something that arrived was dropped.",
    values: numbered([
      "not-sip",
      "cut-off",
      "malformed",
      "too-long",
      "stranger",
      "no-transaction",
      "unsupported-request",
      "dns-malformed",
      "dns-identifier",
      "dns-question",
      "pong",
    ]),
  },
  pool: {
    prefix: "POOL",
    comment: "The pools of fixed size.",
    values: numbered([
      "flows",
      "transactions",
      "messages",
      "searches",
      "health",
      "dns-records",
      "dns-answers",
      "dns-queries",
      "dns-names",
      "targets",
      "challenges",
      "actions",
      "streams",
    ]),
  },
  targetState: {
    prefix: "TARGET_STATE",
    comment: "What probes have found of a target (K2).",
    values: numbered(["down", "up"]),
  },
  dnsType: {
    prefix: "DNS_TYPE",
    comment: "Types of DNS records (RFC 1035, 2782, 3403, 3596).",
    values: { A: 1, CNAME: 5, SOA: 6, AAAA: 28, SRV: 33, NAPTR: 35 },
  },
  dnsOutcome: {
    prefix: "DNS_OUTCOME",
    comment: "How a DNS query ended.",
    values: numbered([
      "records",
      "no-data",
      "no-such-name",
      "refused",
      "server-failure",
      "silent",
      "unreachable",
      "malformed",
    ]),
  },
  level: {
    prefix: "LEVEL",
    comment: "How grave a diagnostic of the configuration is.",
    values: numbered(["error", "warning", "note"]),
  },
  diagnostic: {
    prefix: "DIAGNOSTIC",
    comment: "Diagnostics of the configuration; their sentences are in `diagnostics.ts`.",
    values: Object.fromEntries(diagnostics.map((diagnostic) => [diagnostic.id, diagnostic.code])),
  },
} as const satisfies Record<string, Enumeration>;

export type EnumerationName = keyof typeof enumerations;

/**
 * Kinds of a field in an event record, little-endian, without padding:
 * `u32`; an enumeration as u8; `target` (transport u8, family u8, port u16, address 16 octets; family 0: none);
 * `targets` (count u8, then targets); `text` (length u16, then octets).
 */
export type FieldKind = "u32" | "target" | "targets" | "text" | { readonly enumeration: EnumerationName };

export interface EventDefinition {
  readonly id: number;
  readonly comment: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
}

const method = { enumeration: "method" } as const;
const reason = { enumeration: "requestReason" } as const;
const failure = { enumeration: "failure" } as const;
const cause = { enumeration: "cause" } as const;
const rule = { enumeration: "rule" } as const;

/** Each event record begins with: event u8, account u8 (0: the phone), then the fields in this order. */
export const events = {
  listening: {
    id: 1,
    comment: "The listening port is open.",
    fields: { transport: { enumeration: "transport" }, port: "u32" },
  },
  resolved: {
    id: 2,
    comment:
      "A slot's name has resolved to a target list; `expires` is the seconds until its first address does.",
    fields: { slot: "u32", targets: "targets", expires: "u32" },
  },
  request: {
    id: 3,
    comment: "A request went out; `attempt` counts its sends to this target from 1.",
    fields: { slot: "u32", method, target: "target", attempt: "u32", reason },
  },
  response: {
    id: 4,
    comment: "A response came in.",
    fields: { slot: "u32", method, target: "target", status: "u32" },
  },
  "target-failed": {
    id: 5,
    comment: "A target failed a request (F1), or was found dead outside of any (K3).",
    fields: { slot: "u32", target: "target", cause },
  },
  failover: {
    id: 6,
    comment: "The registration has moved along the slot's list because a target failed.",
    fields: { slot: "u32", from: "target", to: "target", rule },
  },
  "failback-due": {
    id: 7,
    comment: "It is time to try the targets ahead of the current one (B1), or it is put off (B2).",
    fields: { slot: "u32", rule },
  },
  failback: {
    id: 8,
    comment: "A target ahead of the current one has taken the registration back (B4, B7).",
    fields: { slot: "u32", from: "target", to: "target", rule },
  },
  "failback-failed": {
    id: 9,
    comment: "No target ahead of the current one answered the trial (B5).",
    fields: { slot: "u32", to: "target" },
  },
  fallback: {
    id: 10,
    comment: "The working server's slot has changed (G2): to slot 2, or back to slot 1.",
    fields: { slot: "u32", from: "target", to: "target", rule },
  },
  registered: {
    id: 11,
    comment: "A binding is in place, for `expires` seconds.",
    fields: { slot: "u32", target: "target", expires: "u32", reason },
  },
  unregistered: {
    id: 12,
    comment: "A binding is gone.",
    fields: { slot: "u32", target: "target", reason: failure },
  },
  failed: {
    id: 13,
    comment:
      "A request failed for good; `status` is the rejecting answer's or 0, `retry` the milliseconds until the next.",
    fields: { slot: "u32", method, reason: failure, status: "u32", retry: "u32" },
  },
  "pool-full": {
    id: 14,
    comment: "A pool of fixed size is full.",
    fields: { pool: { enumeration: "pool" } },
  },
  config: {
    id: 15,
    comment: "A diagnostic of the configuration; `file` counts from 0, `line` and `column` from 1.",
    fields: {
      level: { enumeration: "level" },
      code: { enumeration: "diagnostic" },
      key: "text",
      detail: "text",
      file: "u32",
      line: "u32",
      column: "u32",
    },
  },
  dropped: {
    id: 16,
    comment: "Something that arrived was dropped; `count` is how many so far for this reason.",
    fields: { reason: { enumeration: "drop" }, source: "target", count: "u32" },
  },
  "dns-query": {
    id: 17,
    comment: "A question went to a DNS server.",
    fields: { name: "text", type: { enumeration: "dnsType" }, server: "target", attempt: "u32" },
  },
  "dns-answer": {
    id: 18,
    comment: "A question to a DNS server has ended; `ttl` in seconds.",
    fields: {
      name: "text",
      type: { enumeration: "dnsType" },
      server: "target",
      outcome: { enumeration: "dnsOutcome" },
      records: "u32",
      ttl: "u32",
    },
  },
  "listen-failed": {
    id: 19,
    comment: "The listening port could not be opened.",
    fields: { transport: { enumeration: "transport" }, port: "u32", reason: { enumeration: "flowFailure" } },
  },
  answered: {
    id: 20,
    comment: "A request came in and was answered.",
    fields: { method: "text", source: "target", status: "u32" },
  },
  "target-state": {
    id: 21,
    comment: "The probes of a target have put it down, or up again (K2).",
    fields: { target: "target", state: { enumeration: "targetState" } },
  },
} as const satisfies Record<string, EventDefinition>;

export type EventName = keyof typeof events;

/** Layout of each action after its header (kind u16, size u16: octets of the whole action). */
export const actions = {
  open: "flow u32 | transport u8 | family u8 | port u16 | address 16 octets | local port u16 (0: any) | name length u16 | TLS server name",
  listen: "flow u32 | transport u8 | 0 u8 | port u16 (0: any)",
  send: "flow u32 | octets",
  close: "flow u32",
  event: "event u8 | account u8 | fields",
  stopped: "",
} as const;

/** Exports of the module: name, parameters, what it does. */
export const exportsOfCore = {
  contract_version: {
    parameters: {},
    result: "u32",
    comment: "`CONTRACT_VERSION` the module was built with.",
  },
  input: {
    parameters: {},
    result: "address",
    comment: "Address of the input area, where the host puts bytes before a call.",
  },
  input_size: { parameters: {}, result: "u32", comment: "Octets of the input area." },
  configure_begin: {
    parameters: {},
    result: "void",
    comment: "Begins anew: everything the core knew is forgotten. The input area holds a seed of 32 octets.",
  },
  configure_file: {
    parameters: {},
    result: "i32",
    comment:
      "Begins the next file: its index; ERROR_ACTIONS_WAITING: drain the actions, call again; ERROR_POOL_FULL: too many files.",
  },
  configure_text: {
    parameters: { length: "u32" },
    result: "i32",
    comment:
      "Reads on in the file: octets consumed; drain the actions and give the rest again where it is fewer.",
  },
  configure_dns: {
    parameters: { family: "u32", port: "u32" },
    result: "i32",
    comment:
      "Adds a DNS server, its address in the input area. Before the first file: it serves instead of those that the files name; later: it serves where they name none.",
  },
  configure_end: {
    parameters: {},
    result: "i32",
    comment:
      "Ends the files. The diagnostics come as events: drain the actions, call again while it answers above 0.",
  },
  configure_errors: { parameters: {}, result: "u32", comment: "Errors found in the configuration so far." },
  start: { parameters: { now: "time" }, result: "i32", comment: "Begins to work." },
  flow_opened: {
    parameters: { now: "time", flow: "u32", family: "u32", port: "u32" },
    result: "i32",
    comment: "A flow is open; its local address is in the input area.",
  },
  flow_failed: {
    parameters: { now: "time", flow: "u32", reason: "u32" },
    result: "i32",
    comment: "A flow failed; it is closed.",
  },
  flow_bytes: {
    parameters: { now: "time", flow: "u32", length: "u32" },
    result: "i32",
    comment:
      "Bytes arrived on a flow, in the input area; a datagram as a whole (a length above the area: it was cut).",
  },
  flow_incoming: {
    parameters: { now: "time", listener: "u32", family: "u32", port: "u32" },
    result: "u32",
    comment:
      "A datagram or connection from elsewhere reached a listening flow, its source address in the input area: the new flow, or 0.",
  },
  set_busy: {
    parameters: { now: "time", calls: "u32" },
    result: "i32",
    comment: "Calls that the application has in hand outside of the core: the phone is idle at 0 (B2).",
  },
  stop: {
    parameters: { now: "time" },
    result: "i32",
    comment: "An orderly stop (R7); ACTION_STOPPED follows within 2 s.",
  },
  next_action: {
    parameters: { now: "time" },
    result: "address",
    comment:
      "The next action, valid until the next call; 0 when nothing is left to do at this time. Call it after every input and whenever the deadline has come.",
  },
  next_deadline: {
    parameters: {},
    result: "time",
    comment: "When `next_action` has something to do next; the largest i64: never.",
  },
  known_keys: { parameters: {}, result: "u32", comment: "Number of keys the core knows." },
  known_key: {
    parameters: { index: "u32" },
    result: "u32",
    comment: "Puts a key's name, with X, Y, N for its numbers, into the input area: its length.",
  },
} as const;
