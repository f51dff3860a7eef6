/** The event records of the contract between the core and its hosts; see `contract.ts`. */
import type { EnumerationName } from "./enumerations.js";

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
  call: {
    id: 22,
    comment:
      "A call has another state; `peer` is the far end's address (From or To), `reason` says why it ended, `status` the answer behind that, or 0.",
    fields: {
      call: "u32",
      state: { enumeration: "callState" },
      slot: "u32",
      target: "target",
      peer: "text",
      reason: failure,
      status: "u32",
    },
  },
  "call-message": {
    id: 23,
    comment:
      "What the far end of a call says to the application: a request (`status` 0), or an answer to `method`. `answer` 1: `call_respond` has to answer it. `detail` is Refer-To, Info-Package or Event.",
    fields: {
      call: "u32",
      method,
      status: "u32",
      answer: "u32",
      detail: "text",
      type: "text",
      body: "text",
    },
  },
  subscribed: {
    id: 24,
    comment: "A subscription is in place, for `expires` seconds.",
    fields: {
      subscription: "u32",
      package: { enumeration: "package" },
      target: "target",
      expires: "u32",
    },
  },
  unsubscribed: {
    id: 25,
    comment:
      "A subscription is not in place; `status` is the rejecting answer's or 0, `retry` the milliseconds until the next try.",
    fields: {
      subscription: "u32",
      package: { enumeration: "package" },
      reason: failure,
      status: "u32",
      retry: "u32",
    },
  },
  notify: {
    id: 26,
    comment:
      "A NOTIFY for the application; `subscription` 0: one that nobody asked for (message waiting). `state` is its Subscription-State.",
    fields: {
      subscription: "u32",
      package: { enumeration: "package" },
      source: "target",
      state: "text",
      type: "text",
      body: "text",
    },
  },
  "request-ended": {
    id: 27,
    comment: "A request of the application has ended; `status` 0: without an answer.",
    fields: {
      request: "u32",
      method,
      status: "u32",
      reason: failure,
      type: "text",
      body: "text",
    },
  },
  "too-large": {
    id: 28,
    comment: "A request of so many octets is too large for UDP and goes by TCP (RFC 3261, 18.1.1).",
    fields: { slot: "u32", method, target: "target", octets: "u32" },
  },
} as const satisfies Record<string, EventDefinition>;

export type EventName = keyof typeof events;
