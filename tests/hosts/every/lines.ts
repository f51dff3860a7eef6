import { enumerations } from "../../../host/abi/contract.js";
import type { EventRecord } from "../../../host/node/index.js";

/**
 * Records as lines that are the same on every host.
 *
 * What differs from host to host, or from run to run, is named or left out: targets become the names of servers, every
 * other end of a flow is a `stranger`; numbers of calls, free ports, what is left of a TTL, and waits that are drawn at
 * random, are left out.
 *
 * Lines are compared strand by strand. A strand is what follows one another for a reason: the records of an account,
 * those of DNS, and the listening ports of a transport each. Which of two strands is told first is the affair of the
 * system: whether a port is open before DNS has answered, or whether the port for UDP or the one for TCP is the first.
 */

export type Strand = "account" | "dns" | "phone" | "udp" | "tcp" | "tls";

/** Fields that are another number on another host or in another run. */
const left: Readonly<Record<string, readonly string[]>> = {
  listening: ["port"],
  resolved: ["expires"],
  failed: ["retry"],
  call: ["call"],
  "call-message": ["call"],
};

const transports = Object.keys(enumerations.transport.values);

/** Which strand a record belongs to. */
export const strandOf = (record: EventRecord): Strand => {
  if (record.event === "listening" || record.event === "listen-failed") return record.transport;
  if (record.event === "dns-query" || record.event === "dns-answer") return "dns";
  return record.account === 0 ? "phone" : "account";
};

/** A target, or the end of any flow. */
const isEnd = (text: string): boolean => transports.some((transport) => text.startsWith(`${transport}:`));

/** A record in words; `names` are those of the servers by their targets. */
export const lineOf = (record: EventRecord, names: ReadonlyMap<string, string>): string => {
  const name = (value: unknown): string => {
    const text = Array.isArray(value) ? value.map(name).join(",") : String(value);
    return isEnd(text) ? (names.get(text) ?? "stranger") : text;
  };
  const { t: _, account: __, event, ...fields } = record;
  const told = Object.entries(fields).filter(([field]) => !(left[event] ?? []).includes(field));
  const words = [event, ...told.map(([, value]) => name(value))].join(" ");
  return words.replaceAll(/\s+/g, " ").trim();
};

/** When a line is expected to come, in milliseconds where it is a time. */
export type When =
  /** After the line before. */
  | { readonly after: number }
  /** After the first line. */
  | { readonly at: number }
  /** As soon as somebody else has answered. */
  | "answered"
  /** When the test has asked for it. */
  | "asked";

export interface ExpectedLine {
  readonly when: When;
  readonly line: string;
}

const whenOf = (word: string): When => {
  if (word === "<") return "answered";
  if (word === "~") return "asked";
  const milliseconds = Number(word.slice(1));
  return word.startsWith("=") ? { at: milliseconds } : { after: milliseconds };
};

/** Reads `+500 request …`, `=3000 failback-due …`, `< response …` and `~ call …`, in the order of `When`. */
export const expectedLine = (text: string): ExpectedLine => {
  const [, word, line] = /^([<~]|[+=]\d+) (.+)$/.exec(text) ?? [];
  if (word === undefined || line === undefined) throw new Error(`no line with a time: ${text}`);
  return { when: whenOf(word), line };
};
