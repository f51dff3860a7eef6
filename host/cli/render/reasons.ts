import type { NameOf } from "../../abi/record.js";

/** Why a target failed, for people. */
export const causes: Readonly<Record<NameOf<"cause">, string>> = {
  silent: "silent",
  refused: "refused",
  connect: "no connection",
  closed: "connection closed",
  "503": "answered 503",
  dns: "no address",
  rejected: "rejected the request",
  down: "down",
  "tls-certificate": "its certificate does not fit",
  "tls-handshake": "TLS could not be agreed on",
};

/** The rule by which a target fails for a cause. */
export const causeRules: Readonly<Record<NameOf<"cause">, string>> = {
  silent: "F2",
  refused: "F3",
  connect: "F1",
  closed: "F1",
  "503": "F1",
  dns: "L7",
  rejected: "F1",
  down: "K2",
  "tls-certificate": "F1",
  "tls-handshake": "F1",
};

/** Why a request is sent, as a remark behind it. */
export const requestReasons: Readonly<Record<NameOf<"requestReason">, string>> = {
  start: "first",
  refresh: "refresh",
  resend: "again, no answer so far",
  challenge: "with credentials",
  "interval-too-brief": "with the lifetime that the server asks for",
  "next-target": "the next target",
  retry: "another round",
  failback: "trial of the way back",
  fallback: "trial of the working server",
  moved: "the target has moved",
  "contact-changed": "our address has changed",
  "keep-alive": "keep-alive",
  probe: "probe",
  "remove-old": "removes old bindings",
  stop: "removes the binding",
  call: "call",
  "hang-up": "ends the call",
  "register-first": "before the request that waits (F7)",
  subscribe: "subscription",
  "session-timer": "session timer",
  acknowledge: "acknowledges a provisional answer",
  application: "of the application",
};

/** Why a request failed for good, or a binding is gone. */
export const failures: Readonly<Record<NameOf<"failure">, string>> = {
  "no-target-left": "no target left",
  "not-registered": "not registered",
  rejected: "rejected",
  "wrong-credentials": "wrong user name or password",
  "no-credentials": "the server asks for a password, and there is none",
  "name-not-found": "the server's name leads nowhere",
  expired: "expired",
  stopped: "stopped",
  "pool-full": "a pool is full",
  "target-failed": "its target has failed",
  moved: "moved",
  "too-long": "too long",
  none: "",
  local: "hung up here",
  remote: "hung up by the far end",
  cancelled: "cancelled",
  "timed-out": "no answer",
  "no-ack": "the far end never acknowledged our answer",
  "session-expired": "the session was not refreshed",
  "no-dialog": "the far end knows nothing of it",
};

/** What a call is doing. */
export const callStates: Readonly<Record<NameOf<"callState">, string>> = {
  calling: "calling",
  proceeding: "on its way to",
  ringing: "ringing at",
  incoming: "call from",
  accepted: "answered, call from",
  established: "in a call with",
  ending: "ending the call with",
  ended: "end of the call with",
};

/** Event packages, for people. */
export const packages: Readonly<Record<NameOf<"package">, string>> = {
  "message-summary": "message waiting",
  dialog: "busy lamps",
  presence: "presence",
};

/** Why something that arrived was dropped. */
export const drops: Readonly<Record<NameOf<"drop">, string>> = {
  "not-sip": "not SIP",
  "cut-off": "SIP that is cut off",
  malformed: "malformed SIP",
  "too-long": "too long",
  stranger: "from a stranger",
  "no-transaction": "an answer that nothing waits for",
  "unsupported-request": "a request that is not supported",
  "dns-malformed": "malformed DNS",
  "dns-identifier": "a DNS answer with a wrong identifier",
  "dns-question": "a DNS answer to another question",
  pong: "a keep-alive's answer that nothing waits for",
};

/** How a question to a DNS server ended. */
export const dnsOutcomes: Readonly<Record<NameOf<"dnsOutcome">, string>> = {
  records: "records",
  "no-data": "no such records",
  "no-such-name": "no such name",
  refused: "refused",
  "server-failure": "server failure",
  silent: "no answer",
  unreachable: "unreachable",
  malformed: "malformed",
};
