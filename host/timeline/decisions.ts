import { causeRules, causes, failures } from "../cli/render/reasons.js";
import type { DecisionKind } from "./lane.js";
import type { TraceRecord } from "./trace.js";

/** A decision in words: whole, and as short as can be. */
export interface Decision {
  readonly kind: DecisionKind;
  /** Told of the long one where there is room: `failover to 192.0.2.2 · F2`. */
  readonly long: string;
  readonly short: string;
  /** The targets between which it goes; empty where it is not about that. */
  readonly from: string;
  readonly to: string;
}

/** Reasons for which a binding or a subscription is gone that are no trouble, or have been told of already. */
const expected: ReadonlySet<string> = new Set(["stopped", "moved", "local", "target-failed"]);

const text = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

const ruled = (words: string, rule: unknown): string =>
  text(rule) === "" ? words : `${words} · ${text(rule)}`;

type Words = Readonly<Record<string, string>>;

/** The words for a name; a name of a later version stands for itself. */
const wordsOf = (words: Words, name: unknown): string => words[text(name)] ?? text(name);

const failureText = (reason: unknown): string => {
  const known = wordsOf(failures, reason);
  return known === "" ? text(reason) : known;
};

type Reader = (record: TraceRecord, nameOf: (target: string) => string) => Decision | undefined;

const move =
  (kind: DecisionKind, word: string): Reader =>
  (record, nameOf) => {
    const from = text(record["from"]);
    const to = text(record["to"]);
    const where = to === "" ? "" : ` to ${nameOf(to)}`;
    return {
      kind,
      long: ruled(`${word}${where}`, record["rule"]),
      short: ruled(word, record["rule"]),
      from,
      to,
    };
  };

const plainly = (kind: DecisionKind, long: string, short = long, to = ""): Decision => ({
  kind,
  long,
  short,
  from: "",
  to,
});

const readers: Readonly<Record<string, Reader>> = {
  failover: move("moved", "failover"),
  // Slot 1 is where the phone belongs (G2).
  fallback: (record, nameOf) =>
    (record["slot"] === 1 ? move("returned", "return") : move("moved", "fallback"))(record, nameOf),
  failback: move("returned", "failback"),
  "failback-due": ({ rule }) =>
    rule === "B2"
      ? plainly("trial", "return waits · B2", "B2")
      : plainly("trial", ruled("trial due", rule), ruled("trial", rule)),
  "failback-failed": ({ to }) => plainly("trouble", "trial failed · B5", "B5", text(to)),
  "target-failed": ({ target, cause }, nameOf) => {
    // Probes have put it down, which is told by itself (K2).
    if (cause === "down") return undefined;
    const why = ruled(wordsOf(causes, cause), (causeRules as Words)[text(cause)]);
    const name = text(target) === "" ? "" : `${nameOf(text(target))} `;
    return plainly("trouble", `${name}${why}`, why, text(target));
  },
  "target-state": ({ target, state }, nameOf) => {
    const kind = state === "up" ? "recovered" : "trouble";
    return plainly(kind, `${nameOf(text(target))} ${text(state)} · K2`, `${text(state)} · K2`, text(target));
  },
  failed: ({ method, reason }) =>
    plainly("trouble", `${text(method)} failed: ${failureText(reason)}`, `${text(method)} failed`),
  unregistered: ({ reason, target }) =>
    expected.has(text(reason))
      ? undefined
      : plainly("trouble", `registration lost: ${failureText(reason)}`, failureText(reason), text(target)),
  unsubscribed: ({ reason, package: name }) =>
    expected.has(text(reason))
      ? undefined
      : plainly("trouble", `no ${text(name)}: ${failureText(reason)}`, "no subscription"),
  "pool-full": ({ pool }) => plainly("trouble", `pool full: ${text(pool)}`, "pool full"),
  "listen-failed": ({ transport, port }) =>
    plainly("trouble", `${text(transport)} port ${text(port)} not open`, "port not open"),
};

/** The decision that a record tells of; `undefined` where it is none. */
export const decisionOf = (record: TraceRecord, nameOf: (target: string) => string): Decision | undefined =>
  readers[record.event]?.(record, nameOf);
