/**
 * The contract between the core and its hosts, once. `generate.ts` makes of it the constants of the core
 * (AssemblyScript), of the hosts in TypeScript and of the hosts in C; nobody writes these numbers elsewhere.
 */
export { enumerations } from "./enumerations.js";
export type { Enumeration, EnumerationName } from "./enumerations.js";
export { events } from "./events.js";
export type { EventDefinition, EventName, FieldKind } from "./events.js";

/** Grows whenever an export, a number or a layout changes. */
export const CONTRACT_VERSION = 2;

/** Layout of each action after its header (kind u16, size u16: octets of the whole action). */
export const actions = {
  open: "flow u32 | transport u8 | family u8 | port u16 | address 16 octets | local port u16 (0: any) | name length u16 | TLS server name",
  listen: "flow u32 | transport u8 | 0 u8 | port u16 (0: any)",
  send: "flow u32 | octets",
  close: "flow u32",
  event: "event u8 | account u8 | fields",
  stopped: "",
  tls: "verify u8 | 0 u8 | for each of trust anchors, certificate, key (files; empty: none): length u16 | octets",
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
  call_place: {
    parameters: { now: "time", account: "u32", uri: "u32", headers: "u32", type: "u32", body: "u32" },
    result: "i32",
    comment:
      "Places a call: the call's number, above 0. The input area holds, one after the other, the texts whose octets the last four parameters say; `headers` are whole lines, `type` and `body` may be empty.",
  },
  call_respond: {
    parameters: { now: "time", call: "u32", status: "u32", headers: "u32", type: "u32", body: "u32" },
    result: "i32",
    comment:
      "Answers the far end's INVITE (180 rings, 200 takes the call, 300 to 699 refuses it) or its request that waits for an answer.",
  },
  call_hang_up: {
    parameters: { now: "time", call: "u32" },
    result: "i32",
    comment: "Ends a call: BYE, CANCEL, or 603, as its state wants it.",
  },
  call_request: {
    parameters: { now: "time", call: "u32", method: "u32", headers: "u32", type: "u32", body: "u32" },
    result: "i32",
    comment:
      "Sends a request within a call: INVITE (hold, another offer), UPDATE, INFO, REFER, NOTIFY, MESSAGE. Its answer is a call-message.",
  },
  request_send: {
    parameters: {
      now: "time",
      account: "u32",
      method: "u32",
      uri: "u32",
      headers: "u32",
      type: "u32",
      body: "u32",
    },
    result: "i32",
    comment:
      "Sends a request outside of a call (MESSAGE, OPTIONS, PUBLISH, INFO, REFER): its number, above 0.",
  },
  subscribe: {
    parameters: { now: "time", account: "u32", package: "u32", uri: "u32", expires: "u32" },
    result: "i32",
    comment:
      "Subscribes beside what the configuration says, for `expires` seconds (0: ends a subscription to the same); an empty URI is the account's own. The subscription's number, above 0.",
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
  known_keys: {
    parameters: {},
    result: "u32",
    comment:
      "Number of keys the core knows; 0 in a build without the linter, whose hints alone need their names.",
  },
  known_key: {
    parameters: { index: "u32" },
    result: "u32",
    comment: "Puts a key's name, with X, Y, N for its numbers, into the input area: its length.",
  },
} as const;
