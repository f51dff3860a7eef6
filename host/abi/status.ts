import type { EventRecord, NameOf, RecordOf } from "./record.js";

/** What a slot of an account is doing. */
export type SlotState = "starting" | "registering" | "registered" | "waiting" | "unregistered";

/** Why a slot is on its target, or on none: the decision behind it and the rule of that decision. */
export interface StatusReason {
  readonly event: "registered" | "failover" | "failback" | "fallback" | "unregistered" | "failed";
  /** The rule behind a move. */
  readonly rule?: NameOf<"rule">;
  /** Why the target before it was left. */
  readonly cause?: NameOf<"cause">;
  /** Why the request was sent, or why it failed. */
  readonly reason?: NameOf<"requestReason"> | NameOf<"failure">;
}

/** Where one slot of an account stands. Times are milliseconds since the start. */
export interface SlotStatus {
  readonly slot: number;
  readonly state: SlotState;
  /** The current target, `udp:192.0.2.1:5060` (F8: servers that share registrations serve one that another took); empty: none. */
  readonly target: string;
  /** Since when it has been on this target, or without one. */
  readonly since: number;
  readonly why: StatusReason | undefined;
  /** When the binding runs out; `undefined` where there is none. */
  readonly expires: number | undefined;
  /** When the next try comes, while the state is `waiting`. */
  readonly retry: number | undefined;
}

/** A call that is not over. */
export interface CallStatus {
  readonly number: number;
  readonly state: NameOf<"callState">;
  /** The far end's address. */
  readonly peer: string;
  /** The target by which it goes; empty where there is none yet. */
  readonly target: string;
  /** Since when it has been in this state. */
  readonly since: number;
}

/** A subscription that there is, or that is tried again. */
export interface SubscriptionStatus {
  readonly number: number;
  readonly package: NameOf<"package">;
  readonly state: "subscribed" | "waiting";
  /** Empty while the state is `waiting`. */
  readonly target: string;
  /** When it runs out; `undefined` while the state is `waiting`. */
  readonly expires: number | undefined;
  /** When the next try comes, while the state is `waiting`. */
  readonly retry: number | undefined;
}

/** Where an account stands. */
export interface AccountStatus {
  readonly account: number;
  readonly slots: readonly SlotStatus[];
  readonly calls: readonly CallStatus[];
  readonly subscriptions: readonly SubscriptionStatus[];
}

/** What is known of an account, by number of slot, call and subscription. */
interface Known {
  readonly slots: Map<number, SlotStatus>;
  readonly calls: Map<number, CallStatus>;
  readonly subscriptions: Map<number, SubscriptionStatus>;
}

type Changes = Partial<Omit<SlotStatus, "slot">>;

const initial = (slot: number, t: number): SlotStatus => ({
  slot,
  state: "starting",
  target: "",
  since: t,
  why: undefined,
  expires: undefined,
  retry: undefined,
});

/** Follows the records of a phone and knows where each account stands. It looks at nothing else. */
export class StatusBoard {
  readonly #accounts = new Map<number, Known>();
  /** Why each target of a slot failed last, by account, slot and target. */
  readonly #causes = new Map<string, NameOf<"cause">>();

  /** Where each account stands, in order. */
  get accounts(): AccountStatus[] {
    return [...this.#accounts]
      .sort(([a], [b]) => a - b)
      .map(([account, { slots, calls, subscriptions }]) => ({
        account,
        slots: [...slots.values()].sort((a, b) => a.slot - b.slot),
        calls: [...calls.values()].sort((a, b) => a.number - b.number),
        subscriptions: [...subscriptions.values()].sort((a, b) => a.number - b.number),
      }));
  }

  /** Takes the next record: the status of the slot that it has changed, or `undefined`. */
  add(record: EventRecord): SlotStatus | undefined {
    // The phone's own records are no account's.
    if (record.account === 0) return undefined;
    switch (record.event) {
      case "request":
        return record.method === "REGISTER" ? this.#request(record) : undefined;
      case "target-failed":
        this.#causes.set(`${String(record.account)} ${String(record.slot)} ${record.target}`, record.cause);
        return undefined;
      case "failover":
      case "failback":
      case "fallback":
        return this.#moved(record);
      case "registered":
        return this.#registered(record);
      case "unregistered":
        return this.#change(record, {
          state: "unregistered",
          target: "",
          why: { event: "unregistered", reason: record.reason },
          expires: undefined,
        });
      case "failed":
        return record.method === "REGISTER" ? this.#failed(record) : undefined;
      case "call":
        this.#call(record);
        return undefined;
      case "subscribed":
      case "unsubscribed":
        this.#subscription(record);
        return undefined;
      default:
        return undefined;
    }
  }

  #call({ t, account, call: number, state, peer, target }: RecordOf<"call">): void {
    const { calls } = this.#known(account);
    const known = calls.get(number);
    if (state === "ended") calls.delete(number);
    else {
      const since = known?.state === state ? known.since : t;
      calls.set(number, { number, state, peer, target, since });
    }
  }

  #subscription(record: RecordOf<"subscribed"> | RecordOf<"unsubscribed">): void {
    const { t, account, subscription: number } = record;
    const { subscriptions } = this.#known(account);
    const head = { number, package: record.package };
    if (record.event === "subscribed") {
      const { target } = record;
      const expires = t + record.expires * 1000;
      subscriptions.set(number, { ...head, state: "subscribed", target, expires, retry: undefined });
    } else if (record.retry === 0) subscriptions.delete(number);
    else {
      const retry = t + record.retry;
      subscriptions.set(number, { ...head, state: "waiting", target: "", expires: undefined, retry });
    }
  }

  #request(record: RecordOf<"request">): SlotStatus | undefined {
    const { state } = this.#slot(record);
    return state === "registered" || record.reason === "stop"
      ? undefined
      : this.#change(record, { state: "registering", retry: undefined });
  }

  #moved(record: RecordOf<"failover"> | RecordOf<"failback"> | RecordOf<"fallback">): SlotStatus {
    const cause = this.#causes.get(`${String(record.account)} ${String(record.slot)} ${record.from}`);
    const why = { event: record.event, rule: record.rule };
    return this.#change(record, {
      target: record.to,
      why: cause === undefined || record.event !== "failover" ? why : { ...why, cause },
    });
  }

  #registered(record: RecordOf<"registered">): SlotStatus {
    const known = this.#slot(record);
    const binding = {
      state: "registered",
      expires: record.t + record.expires * 1000,
      retry: undefined,
    } as const;
    return this.#change(
      record,
      known.target === record.target
        ? binding
        : { ...binding, target: record.target, why: { event: "registered", reason: record.reason } },
    );
  }

  #failed(record: RecordOf<"failed">): SlotStatus {
    const failed = { state: "waiting", retry: record.t + record.retry } as const;
    const known = this.#slot(record);
    // While the binding lasts, the phone can still be reached there.
    if (known.expires !== undefined && known.expires > record.t)
      return this.#change(record, { retry: failed.retry });
    return this.#change(record, {
      ...failed,
      target: "",
      why: { event: "failed", reason: record.reason },
      expires: undefined,
    });
  }

  #slot({ account, slot, t }: { account: number; slot: number; t: number }): SlotStatus {
    const { slots } = this.#known(account);
    let status = slots.get(slot);
    if (status === undefined) slots.set(slot, (status = initial(slot, t)));
    return status;
  }

  #change(record: { account: number; slot: number; t: number }, changes: Changes): SlotStatus {
    const known = this.#slot(record);
    const moved = changes.target !== undefined && changes.target !== known.target;
    const status = { ...known, ...changes, since: moved ? record.t : known.since };
    this.#known(record.account).slots.set(record.slot, status);
    return status;
  }

  #known(account: number): Known {
    let known = this.#accounts.get(account);
    if (known === undefined) {
      known = { slots: new Map(), calls: new Map(), subscriptions: new Map() };
      this.#accounts.set(account, known);
    }
    return known;
  }
}
