import type {
  AccountStatus,
  CallStatus,
  SlotStatus,
  StatusReason,
  SubscriptionStatus,
} from "../../abi/status.js";
import type { EventRecord } from "../../abi/record.js";
import type { Paint } from "../paint.js";
import { callLabel, peerText } from "./peer.js";
import { callStates, causeRules, causes, failures, packages } from "./reasons.js";
import { clockTime, duration, shortTime } from "./words.js";

/** What a status line is told of besides the status. */
export interface StatusContext {
  /** Milliseconds since the start. */
  readonly now: number;
  /** The wall clock when `now` was 0. */
  readonly startedAt: Date;
  /** The account's label or user name; may be empty. */
  readonly name: string;
  /** The target before this one, by slot. */
  readonly cameFrom: (slot: number) => string | undefined;
  /** The number by which people know a call; without it none is shown. */
  readonly numberOf?: (call: number) => number;
  readonly paint: Paint;
}

/** `1 bob`, or `1` where the account has no name. */
export const accountLabel = (account: number, name: string): string =>
  name === "" ? String(account) : `${String(account)} ${name}`;

const moves: Readonly<Record<"failover" | "failback" | "fallback", string>> = {
  failover: "moved",
  failback: "returned",
  fallback: "fell back",
};

/** Why a slot is where it is: `moved from udp:127.0.0.11:5060 (silent, F2)`. Empty where there is nothing to tell. */
const reasonText = (why: StatusReason | undefined, from: string | undefined): string => {
  if (why === undefined || why.event === "registered") return "";
  if (why.event === "failed" || why.event === "unregistered") {
    return why.reason !== undefined && why.reason in failures
      ? failures[why.reason as keyof typeof failures]
      : "";
  }
  const origin = from === undefined || from === "" ? "" : ` from ${from}`;
  const because: string[] = [];
  if (why.cause !== undefined) because.push(causes[why.cause]);
  // A target that was silent failed by F2: the rule of the cause says more than that of the move.
  const rule = why.cause === undefined ? why.rule : causeRules[why.cause];
  if (rule !== undefined) because.push(rule);
  return `${moves[why.event]}${origin}${because.length === 0 ? "" : ` (${because.join(", ")})`}`;
};

/** How long something has been as it is: `, 8 s`; nothing in the first second. */
const ageText = (since: number, { now }: StatusContext): string =>
  now - since >= 1000 ? `, ${duration((now - since) / 1000)}` : "";

const sinceText = (since: number, { startedAt }: StatusContext): string =>
  `since ${clockTime(new Date(startedAt.getTime() + since))}`;

const slotParts = (status: SlotStatus, context: StatusContext): string[] => {
  const { now, paint } = context;
  const since = sinceText(status.since, context);
  const age = ageText(status.since, context);
  const why = reasonText(status.why, context.cameFrom(status.slot));
  const parts: string[] = [];
  switch (status.state) {
    case "registered":
      parts.push(`${paint.green("on")} ${paint.bold(status.target)} ${since}${age}`, why);
      if (status.expires !== undefined) parts.push(`expires in ${duration((status.expires - now) / 1000)}`);
      break;
    case "registering":
    case "starting":
      parts.push(
        status.target === ""
          ? `${paint.yellow(status.state)}${age}`
          : `${paint.yellow("registering")}, last on ${status.target}`,
        why,
      );
      break;
    case "waiting":
      parts.push(`${paint.red("not registered")} ${since}${age}`, why);
      if (status.retry !== undefined) parts.push(`next try in ${shortTime(Math.max(0, status.retry - now))}`);
      break;
    case "unregistered":
      parts.push(`${paint.yellow("not registered")} ${since}${age}`, why);
  }
  return parts.filter((part) => part !== "");
};

const callText = ({ number, state, peer, target, since }: CallStatus, context: StatusContext): string => {
  const { paint, numberOf } = context;
  const colour = state === "established" ? paint.green : paint.yellow;
  const known = numberOf === undefined ? "" : `${callLabel(numberOf(number), paint)} `;
  const by = target === "" ? "" : ` by ${target}`;
  return `${known}${colour(callStates[state])} ${peerText(peer)}${by} ${sinceText(since, context)}${ageText(since, context)}`;
};

const subscriptionText = (
  { package: name, state, target, retry }: SubscriptionStatus,
  { now, paint }: StatusContext,
): string => {
  if (state === "subscribed") return `subscribed to ${packages[name]} at ${target}`;
  const next = retry === undefined ? "" : `, next try in ${shortTime(Math.max(0, retry - now))}`;
  return `${paint.yellow("not subscribed")} to ${packages[name]}${next}`;
};

/**
 * The status of an account in parts, which make a line when they are joined by `; `: on which target it is, since
 * when, and why, a line for each slot; then a line for each call, and one for all subscriptions.
 */
export const statusLines = (status: AccountStatus, context: StatusContext): string[][] => {
  const label = context.paint.bold(accountLabel(status.account, context.name));
  const slots = status.slots.map((slot) => {
    const [first = "", ...rest] = slotParts(slot, context);
    const server = status.slots.length > 1 ? `, server ${String(slot.slot)}` : "";
    return [`${label}${server}: ${first}`, ...rest];
  });
  const calls = status.calls.map((call) => [`${label}: ${callText(call, context)}`]);
  const [first, ...rest] = status.subscriptions.map((each) => subscriptionText(each, context));
  const subscriptions = first === undefined ? [] : [[`${label}: ${first}`, ...rest]];
  return [...slots, ...calls, ...subscriptions];
};

/** What a status says, without what only counts on: two statuses with the same key are the same news. */
export const statusKey = ({ slot, state, target, why }: SlotStatus): string =>
  [slot, state, target, why?.event, why?.rule, why?.cause, why?.reason].join(" ");

/** Remembers which target each slot of each account has come from. */
export class Origins {
  readonly #from = new Map<string, string>();

  add(record: EventRecord): void {
    if (record.event !== "failover" && record.event !== "failback" && record.event !== "fallback") return;
    this.#from.set(`${String(record.account)} ${String(record.slot)}`, record.from);
  }

  /** The target before the present one; `undefined` where the slot has not moved. */
  of(account: number, slot: number): string | undefined {
    return this.#from.get(`${String(account)} ${String(slot)}`);
  }
}
