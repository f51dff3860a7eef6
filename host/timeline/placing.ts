import { peerText } from "../cli/render/peer.js";
import type { EventName } from "../abi/contract.js";
import type { RecordOf } from "../abi/record.js";
import { signOfStatus } from "./lane.js";
import type { Lane, Row, Sign } from "./lane.js";
import type { Model } from "./model.js";
import type { TraceRecord } from "./trace.js";

/** Puts an event of one kind where it belongs. */
type Placer<Name extends EventName> = (
  model: Model,
  record: Omit<RecordOf<Name>, "t">,
  event: number,
  t: number,
) => void;

const exchangeKey = (record: { account: number; slot: number; method: string; target: string }): string =>
  `${record.target} ${String(record.account)} ${String(record.slot)} ${record.method}`;

const rowAt = (model: Model, record: { account: number; slot: number; target: string }): Row =>
  model.lane("target", record.target).row(record.account, record.slot);

/** Where something from a peer belongs: to its lane where it is a target, else to the phone's. */
const rowFrom = (model: Model, source: string, account: number): Row =>
  model.knownTarget(source)?.anyRow(account) ?? model.lane("phone").row(0);

/** The target has been heard of. */
const heard = (lane: Lane, t: number): void => {
  lane.outages.end(t);
  lane.unheard = undefined;
};

/** The registration of a row is another's now; at its server the binding stays until it runs out. */
const leave = (row: Row, t: number, event: number): void => {
  if (row.bars.open === undefined) return;
  row.bars.end(t);
  if (row.expires > t) row.leftovers.begin(t, event, "leftover").to = row.expires;
};

const slotKey = ({ account, slot }: { account: number; slot: number }): string =>
  `${String(account)} ${String(slot)}`;

const subscriptionKey = ({ account, subscription }: { account: number; subscription: number }): string =>
  `${String(account)} ${String(subscription)}`;

const places: { readonly [Name in EventName]?: Placer<Name> } = {
  resolved: (model, { account, slot, targets, expires }, event, t) => {
    targets.forEach((target, index) => {
      const lane = model.lane("target", target);
      const rank = slot * 100 + index;
      lane.rank = Math.min(lane.rank, rank);
      const place = targets.length === 1 ? "" : index === 0 ? "primary" : "secondary";
      const server = slot === 1 ? "" : `server ${String(slot)}`;
      const role = [server, place].filter((word) => word !== "").join(", ");
      lane.role = lane.role === undefined || lane.role === role ? role : "";
      lane.row(account, slot);
    });
    const row = model.lane("dns").row(0);
    model.put(event, row, targets.length === 0 ? "failed" : "note");
    const label = targets.map(model.nameOf).join(", ");
    const last = row.bars.all.at(-1);
    // Accounts that ask for the same name at the same time see the same answer.
    if (expires > 0 && (last?.from !== t || last.label !== label)) {
      row.bars.begin(t, event, "lifetime", label).to = t + expires * 1000;
    }
  },

  request: (model, record, event, t) => {
    const row = rowAt(model, record);
    model.requests++;
    // An ACK has no answer (RFC 3261, 17).
    if (record.method === "ACK") {
      model.put(event, row, "request");
      return;
    }
    row.lane.unheard ??= t;
    model.putWaiting(event, row);
    model.exchanges.sent(exchangeKey(record), row, t, event, record.reason === "resend");
  },

  response: (model, record, event, t) => {
    const row = rowAt(model, record);
    model.put(event, row, signOfStatus(record.status));
    const request = model.exchanges.answered(exchangeKey(record), record.status >= 200);
    if (request !== undefined) model.setAnswer(request, event);
    // Whether a 503 is a failure is said by the event after it.
    if (record.status !== 503) heard(row.lane, t);
  },

  "target-failed": (model, record, event, t) => {
    const { target, cause } = record;
    if (target === "") {
      model.put(event, model.lane("dns").row(0), "failed");
      return;
    }
    const row = rowAt(model, record);
    model.put(event, row, "failed");
    model.exchanges.failed((key) => key.startsWith(`${target} `));
    const { lane } = row;
    if (lane.outages.open !== undefined) return;
    const isSilence = cause === "silent" || cause === "down";
    lane.outages.begin(isSilence ? (lane.unheard ?? t) : t, event, cause);
  },

  "target-state": (model, { target, state, account }, event, t) => {
    const lane = model.lane("target", target);
    model.put(event, lane.anyRow(account), state === "down" ? "failed" : "note");
    if (state === "up") heard(lane, t);
    else if (lane.outages.open === undefined) lane.outages.begin(lane.unheard ?? t, event, "down");
  },

  failover: (model) => {
    model.failovers++;
  },

  failback: (model) => {
    model.failbacks++;
  },

  fallback: (model, { account, from, rule }, event, t) => {
    model.failovers++;
    // Slots that register side by side both stay registered (G1).
    if (rule === "G1") return;
    for (const row of model.knownTarget(from)?.rows ?? []) {
      if (row.account === account) leave(row, t, event);
    }
  },

  "failback-failed": (model, { account, to }, event) => {
    const lane = model.knownTarget(to);
    if (lane !== undefined) model.put(event, lane.anyRow(account), "note");
  },

  registered: (model, record, event, t) => {
    model.stopped = undefined;
    const row = rowAt(model, record);
    model.put(event, row);
    row.leftovers.cut(t);
    const place = slotKey(record);
    const before = model.registrations.get(place);
    if (before !== undefined && before !== row) leave(before, t, event);
    model.registrations.set(place, row);
    if (row.bars.open === undefined) row.bars.begin(t, event, "registered");
    row.expires = t + record.expires * 1000;
  },

  unregistered: (model, record, event, t) => {
    if (record.reason === "stopped") model.stopped = t;
    if (record.target === "") return;
    const row = rowAt(model, record);
    model.put(event, row);
    row.bars.end(t);
    row.leftovers.cut(t);
  },

  "dns-query": (model, { name, type, server }, event, t) => {
    const row = model.lane("dns").row(0);
    model.putWaiting(event, row);
    model.exchanges.sent(`dns ${server} ${type} ${name}`, row, t, event, false);
  },

  "dns-answer": (model, { name, type, server, outcome }, event) => {
    const row = model.lane("dns").row(0);
    const key = `dns ${server} ${type} ${name}`;
    if (outcome === "silent" || outcome === "unreachable") {
      model.exchanges.failed((each) => each === key);
      model.put(event, row, "failed");
      return;
    }
    const sign: Sign =
      outcome === "records"
        ? "accepted"
        : outcome === "no-data" || outcome === "no-such-name"
          ? "provisional"
          : "refused";
    model.put(event, row, sign);
    const query = model.exchanges.answered(key, true);
    if (query !== undefined) model.setAnswer(query, event);
  },

  answered: (model, { account, source, status }, event) => {
    model.put(event, rowFrom(model, source, account), status < 300 ? "incoming" : "refused");
  },

  dropped: (model, { account, source }, event) => {
    model.put(event, rowFrom(model, source, account), "note");
  },

  notify: (model, { account, source }, event) => {
    model.put(event, rowFrom(model, source, account), "incoming");
  },

  "too-large": (model, record, event) => {
    model.put(event, rowAt(model, record), "note");
  },

  subscribed: (model, record, event) => {
    const row = model.lane("target", record.target).anyRow(record.account);
    model.subscriptions.set(subscriptionKey(record), row);
    model.put(event, row);
  },

  unsubscribed: (model, record, event) => {
    const row = model.subscriptions.get(subscriptionKey(record));
    if (row !== undefined) model.put(event, row, "note");
  },

  call: (model, record, event, t) => {
    const { account, call, state } = record;
    const row = model.calls.row(model.lane("user"), account, call);
    model.put(event, row, state === "incoming" ? "incoming" : undefined);
    const kind =
      state === "established" ? "established" : state === "ending" || state === "ended" ? "ending" : "setup";
    if (state !== "ended") {
      if (row.bars.open?.kind !== kind) row.bars.begin(t, event, kind, peerText(record.peer));
      return;
    }
    row.bars.end(t);
    const isExpected = ["local", "remote", "cancelled", "none"].includes(record.reason);
    if (!isExpected) row.signs.failed.add(t, event);
    model.calls.ended(account, call);
  },

  "call-message": (model, { account, call, status }, event) => {
    const row = model.calls.row(model.lane("user"), account, call);
    model.put(event, row, status === 0 ? "incoming" : signOfStatus(status));
  },

  "request-ended": (model, { account, status }, event) => {
    const sign = status === 0 ? "failed" : signOfStatus(status);
    model.put(event, model.lane("user").anyRow(account), sign);
  },
};

/** Where the events of the contract go; one that is not here is the phone's own. */
export const placers = places as Readonly<
  Record<string, ((model: Model, record: TraceRecord, event: number, t: number) => void) | undefined>
>;
