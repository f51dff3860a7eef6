import type { EventName } from "../../abi/contract.js";
import type { EventRecord, NameOf, RecordOf } from "../../abi/record.js";
import type { Paint } from "../paint.js";
import { callLabel, peerText } from "./peer.js";
import {
  callStates,
  causeRules,
  causes,
  dnsOutcomes,
  drops,
  failures,
  packages,
  requestReasons,
} from "./reasons.js";
import { counted, duration, printable, shortTime } from "./words.js";

type Formatter<Name extends EventName> = (record: RecordOf<Name>, paint: Paint) => string;

const serverName = (slot: number): string => `server ${String(slot)}`;

/** A remark in parentheses that steps back behind the line. */
const remark = (text: string, paint: Paint): string => paint.dim(`(${text})`);

const statusPaint = (status: number, paint: Paint): string => {
  const text = String(status);
  // A challenge or a longer lifetime is how registering goes, no failure.
  if (status === 401 || status === 407 || status === 423) return text;
  if (status >= 300) return paint.red(text);
  return status >= 200 ? paint.green(text) : text;
};

/** Why something is over, with the refusal behind it. Empty where there is nothing to tell. */
const whyText = (reason: NameOf<"failure">, status: number): string =>
  [failures[reason], status < 300 ? "" : `answer ${String(status)}`].filter((part) => part !== "").join(", ");

const nextTryText = (retry: number): string => (retry === 0 ? "" : `; next try in ${shortTime(retry)}`);

/** One line an event, without time and account. Every event of the contract has its entry. */
const formatters: { readonly [Name in EventName]: Formatter<Name> } = {
  listening: ({ transport, port }) => `listening on ${transport.toUpperCase()} port ${String(port)}`,

  resolved: ({ slot, targets, expires }, paint) => {
    if (targets.length === 0) return paint.red(`${serverName(slot)} leads to no target`);
    const line = `${serverName(slot)} leads to ${targets.join(", ")}`;
    return expires === 0 ? line : `${line} ${remark(`for ${duration(expires)}`, paint)}`;
  },

  request: ({ method, target, attempt, reason }, paint) => {
    const send = attempt > 1 ? `, send ${String(attempt)}` : "";
    return `${method} to ${target} ${remark(`${requestReasons[reason]}${send}`, paint)}`;
  },

  response: ({ method, target, status }, paint) =>
    `${statusPaint(status, paint)} from ${target} to ${method}`,

  "target-failed": ({ target, cause }, paint) =>
    paint.red(`${target} has failed: ${causes[cause]} (${causeRules[cause]})`),

  failover: ({ from, to, rule }, paint) =>
    paint.yellow(from === "" ? `failover to ${to} (${rule})` : `failover: from ${from} to ${to} (${rule})`),

  "failback-due": ({ rule }, paint) =>
    rule === "B2"
      ? paint.cyan("the return waits until the phone is idle (B2)")
      : paint.cyan(`it is time to try the targets ahead of this one (${rule})`),

  failback: ({ from, to, rule }, paint) => paint.green(`failback: from ${from} to ${to} (${rule})`),

  "failback-failed": ({ to }, paint) => paint.yellow(`no return yet: ${to} does not accept the trial (B5)`),

  fallback: ({ slot, from, to, rule }, paint) =>
    paint.yellow(`fallback to ${serverName(slot)}: from ${from === "" ? "none" : from} to ${to} (${rule})`),

  registered: ({ target, expires, reason }, paint) =>
    reason === "refresh"
      ? `registered with ${target} for ${duration(expires)} ${remark("refresh", paint)}`
      : paint.green(`registered with ${target} for ${duration(expires)}`),

  unregistered: ({ target, reason }, paint) => {
    const line = `no longer registered with ${target} (${failures[reason]})`;
    return reason === "stopped" ? line : paint.yellow(line);
  },

  failed: ({ method, reason, status, retry }, paint) =>
    paint.red(`${method} failed: ${whyText(reason, status)}${nextTryText(retry)}`),

  "pool-full": ({ pool }, paint) => paint.red(`the pool of ${pool} is full`),

  config: ({ level, file, line, column, code, message }, paint) => {
    const text = `${file}:${String(line)}:${String(column)}: ${level} ${code}: ${message}`;
    return level === "error" ? paint.red(text) : level === "warning" ? paint.yellow(text) : text;
  },

  dropped: ({ reason, source, count }, paint) => {
    const from = source === "" ? "" : ` from ${source}`;
    return paint.dim(`dropped${from}: ${drops[reason]} (${String(count)} so far)`);
  },

  "dns-query": ({ name, type, server, attempt }, paint) =>
    paint.dim(
      `DNS question: ${type} of ${name} to ${server}${attempt > 1 ? `, send ${String(attempt)}` : ""}`,
    ),

  "dns-answer": ({ name, type, server, outcome, records, ttl }, paint) => {
    const answer =
      outcome === "records" ? `${counted(records, "record")} for ${duration(ttl)}` : dnsOutcomes[outcome];
    return paint.dim(`DNS answer: ${type} of ${name} from ${server}: ${answer}`);
  },

  "listen-failed": ({ transport, port, reason }, paint) =>
    paint.red(`${transport.toUpperCase()} port ${String(port)} cannot be opened: ${reason}`),

  answered: ({ method, source, status }, paint) =>
    paint.dim(`${printable(method)} from ${source} answered with ${String(status)}`),

  "target-state": ({ target, state }, paint) =>
    state === "down"
      ? paint.yellow(`${target} is down, its probes say`)
      : paint.green(`${target} is up again`),

  call: ({ call, state, target, peer, reason, status }, paint) => {
    const line = `${callStates[state]} ${peerText(peer)}${target === "" ? "" : ` by ${target}`}`;
    const number = callLabel(call, paint);
    if (state !== "ended") return `${number} ${state === "established" ? paint.green(line) : line}`;
    const why = whyText(reason, status);
    const isExpected = reason === "local" || reason === "remote" || reason === "cancelled";
    return `${number} ${isExpected ? line : paint.red(line)}${why === "" ? "" : `: ${why}`}`;
  },

  "call-message": ({ call, method, status, answer, detail, type, body }, paint) => {
    const what = status === 0 ? `${method} from the far end` : `${String(status)} to ${method}`;
    const content = body === "" ? "" : ` with ${type === "" ? "a body" : printable(type)}`;
    const duty = answer === 0 ? "" : ", to be answered";
    const line = `${what}${content}${detail === "" ? "" : `: ${printable(detail)}`}${duty}`;
    return `${callLabel(call, paint)} ${status >= 300 ? paint.yellow(line) : paint.dim(line)}`;
  },

  subscribed: ({ package: name, target, expires }, paint) =>
    paint.green(`subscribed to ${packages[name]} at ${target} for ${duration(expires)}`),

  unsubscribed: ({ package: name, reason, status, retry }, paint) => {
    const isOver = reason === "stopped" || reason === "local";
    const why = whyText(reason, status);
    const line = `${isOver ? "no longer" : "not"} subscribed to ${packages[name]}${why === "" ? "" : ` (${why})`}`;
    return isOver ? line : paint.yellow(`${line}${nextTryText(retry)}`);
  },

  notify: ({ package: name, source, state, body }) => {
    const line = `notified of ${packages[name]} by ${source}${state === "" ? "" : ` (${printable(state)})`}`;
    return body === "" ? line : `${line}: ${counted(body.length, "character")}`;
  },

  "request-ended": ({ request, method, status, reason }, paint) => {
    const answer = status === 0 ? paint.red(failures[reason]) : statusPaint(status, paint);
    return `request ${String(request)}, ${method}: ${answer}`;
  },

  "too-large": ({ method, target, octets }) =>
    `${method} to ${target} has ${counted(octets, "octet")}, too large for UDP: TCP is tried`,
};

/** A record as a line for people, without its time and account. */
export const recordText = (record: EventRecord, paint: Paint): string => {
  // The table's entry and the record belong together by `event`; the compiler sees a union of each.
  const format = formatters[record.event] as Formatter<EventName>;
  return format(record, paint);
};

/** The lines of the body that a record carries, for people; none where it carries none. */
export const recordBody = (record: EventRecord): string[] => {
  if (!("body" in record) || record.body === "") return [];
  return record.body
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .map(printable);
};

/** Events that `--verbose` adds, beside keep-alives, probes and what answers them. */
export const verboseEvents: ReadonlySet<EventName> = new Set([
  "dropped",
  "dns-query",
  "dns-answer",
  "answered",
]);

/**
 * Tells which records are shown without `--verbose`. It remembers what was a keep-alive or probe, to leave its answer
 * out too, and which calls are coming in.
 */
export class Quietness {
  readonly #keepAlives = new Set<string>();
  readonly #incoming = new Set<number>();

  /** Whether a record is worth showing to somebody who did not ask for everything. */
  shows(record: EventRecord): boolean {
    if (verboseEvents.has(record.event)) return false;
    switch (record.event) {
      case "config":
        return record.level !== "note";
      case "call":
        if (record.state === "incoming") this.#incoming.add(record.call);
        else this.#incoming.delete(record.call);
        return true;
      case "call-message":
        return this.#showsMessage(record);
      case "request":
      case "response":
        return this.#showsExchange(record);
      default:
        return true;
    }
  }

  /** Answers that are good news, and the INVITE that a call comes in with, have been told already. */
  #showsMessage({ call, method, status }: RecordOf<"call-message">): boolean {
    if (status > 0) return status >= 300;
    return method !== "INVITE" || !this.#incoming.has(call);
  }

  #showsExchange(record: RecordOf<"request"> | RecordOf<"response">): boolean {
    const exchange = `${String(record.account)} ${record.method} ${record.target}`;
    if (record.event === "response") return !this.#keepAlives.has(exchange);
    if (record.reason === "resend") return !this.#keepAlives.has(exchange);
    if (record.reason !== "keep-alive" && record.reason !== "probe") {
      this.#keepAlives.delete(exchange);
      return true;
    }
    this.#keepAlives.add(exchange);
    return false;
  }
}
