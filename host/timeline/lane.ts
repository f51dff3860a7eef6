import { Series } from "./series.js";
import { Spans } from "./spans.js";

/** Signs of a row, each in its own shape and colour; the worse, the later: it is drawn above the others. */
export const signs = [
  "note",
  "request",
  "unanswered",
  "provisional",
  "challenge",
  "incoming",
  "accepted",
  "refused",
  "failed",
] as const;
export type Sign = (typeof signs)[number];

/** What a decision is about; the timeline has a sign for each. */
export const decisionKinds = ["moved", "returned", "trial", "trouble", "recovered"] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** Where in a row an event is: what was sent above the bar, what came below it. */
export type Strip = "sent" | "bar" | "received";

/** Statuses that ask for the request again, with credentials or a longer lifetime: no failure. */
const challenges: ReadonlySet<number> = new Set([401, 407, 423]);

/** The sign of an answer by its status. */
export const signOfStatus = (status: number): Sign => {
  if (status < 200) return "provisional";
  if (status < 300) return "accepted";
  return challenges.has(status) ? "challenge" : "refused";
};

const stripOfSign: Readonly<Record<Sign, Strip>> = {
  request: "sent",
  unanswered: "sent",
  accepted: "received",
  provisional: "received",
  challenge: "received",
  refused: "received",
  incoming: "received",
  failed: "bar",
  note: "bar",
};

export const stripOf = (sign: Sign): Strip => stripOfSign[sign];

/** A line of a lane: one account at a target, one call after the other. */
export class Row {
  readonly lane: Lane;
  /** 1 to 16; 0: the phone. */
  readonly account: number;
  /** Every event in it, for finding them. */
  readonly events = new Series();
  readonly signs: Readonly<Record<Sign, Series>>;
  /** What was sent and has had no answer so far: event and time. */
  readonly pending = new Map<number, number>();
  /** Registrations at a target, calls of a user, lifetimes of a DNS answer. */
  readonly bars = new Spans();
  /** Bindings that the phone has left behind at a server, until they run out. */
  readonly leftovers = new Spans();
  /** When the binding runs out that the bar is of. */
  expires = Infinity;

  constructor(lane: Lane, account: number) {
    this.lane = lane;
    this.account = account;
    this.signs = Object.fromEntries(signs.map((sign) => [sign, new Series()])) as Record<Sign, Series>;
  }

  /** Takes an event with its sign; `undefined`: it is told by a bar. */
  add(t: number, event: number, sign: Sign | undefined): void {
    this.events.add(t, event);
    if (sign !== undefined) this.signs[sign].add(t, event);
  }
}

export type LaneKind = "decisions" | "service" | "user" | "target" | "dns" | "scenario" | "phone";

/** A lane: a target, the DNS, the user, the phone itself, or what was decided. */
export class Lane {
  readonly rows: Row[] = [];
  /** When it did not answer, as far as the phone could see. */
  readonly outages = new Spans();
  /** What the server really did, where the trace says it. */
  readonly conditions = new Spans();
  /** Where it stands among others: slot and place in that slot's list. */
  rank = Infinity;
  /** What it is to the accounts: `primary`; empty where they differ or it is not known. */
  role: string | undefined;
  /** When the first request went out since it was last heard of; `undefined` where there is none. */
  unheard: number | undefined;
  readonly #byKey = new Map<string, Row>();

  constructor(
    readonly kind: LaneKind,
    /** What it is of: a target, or a word. */
    readonly name: string,
  ) {}

  /** The row of an account and a slot; made where there is none. */
  row(account: number, slot = 0): Row {
    const key = `${String(account)} ${String(slot)}`;
    let row = this.#byKey.get(key);
    if (row === undefined) {
      row = new Row(this, account);
      this.#byKey.set(key, row);
      this.rows.push(row);
      // Accounts stand in their order, slots in that in which they came.
      this.rows.sort((one, other) => one.account - other.account);
    }
    return row;
  }

  /** A row of an account that exists, else one that is made. */
  anyRow(account: number): Row {
    return this.rows.find((row) => row.account === account) ?? this.rows[0] ?? this.row(account);
  }
}
