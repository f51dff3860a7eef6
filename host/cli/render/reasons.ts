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
