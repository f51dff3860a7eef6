import { printable } from "../cli/render/words.js";
import type { Lane } from "./lane.js";
import type { Model } from "./model.js";
import type { TraceRecord } from "./trace.js";

interface State {
  readonly state: string;
  /** The state with its detail. */
  readonly words: string;
}

/**
 * What truly was, told by who plays servers, network and user: records that no phone writes.
 *
 *     {"t":60000,"account":0,"event":"server","server":"primary","targets":["udp:192.0.2.1:5060"],"state":"silent"}
 *     {"t":60000,"account":0,"event":"server","server":"dns","targets":[],"state":"servfail"}
 *     {"t":60000,"account":0,"event":"link","state":"lossy","detail":"20 %"}
 *     {"t":60000,"account":1,"event":"user","action":"call","detail":"sip:1002@example.com"}
 */
type Told =
  | ({ readonly event: "server"; readonly name: string; readonly targets: readonly string[] } & State)
  | ({ readonly event: "link" } & State)
  | { readonly event: "user"; readonly action: string };

/** The state of a server, and of the network, that is no trouble. */
const UP = "up";

/** States in which a server brings no call to a phone. */
const dead: ReadonlySet<string> = new Set([
  "silent",
  "refusing",
  "refused",
  "unreachable",
  "down",
  "stopped",
]);

/** Everything is answered with it. */
const STATUS = /^[3-6]\d\d$/;

/** How long a state is to last: a bar shows how long it did. */
const LENGTH = /(?:^|, )for [^,]+$/;

/** Whether a server in this state is of no use to a phone that is registered with it. */
export const isDead = (state: string): boolean => dead.has(state) || STATUS.test(state);

const textOf = (value: unknown): string | undefined =>
  typeof value === "string" ? printable(value) : undefined;

/** Joins what there is. */
const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join(", ");

/** Reads such a record; `undefined`: it is none. */
const toldBy = (record: TraceRecord): Told | undefined => {
  const { event, targets } = record;
  const [name, state, action, detail] = ["server", "state", "action", "detail"].map((field) =>
    textOf(record[field]),
  );
  if (event === "user" && action !== undefined) return { event, action: joined(action, detail) };
  if (state === undefined) return undefined;
  const words = joined(state, detail);
  if (event === "link") return { event, state, words };
  if (event !== "server" || name === undefined) return undefined;
  const isList = Array.isArray(targets) && targets.every((target) => typeof target === "string");
  return { event, name, targets: isList ? targets : [], state, words };
};

/** Such a record as a sentence; `undefined` where it is none. */
export const scenarioSentence = (record: TraceRecord): string | undefined => {
  const told = toldBy(record);
  if (told === undefined) return undefined;
  if (told.event === "user") return `the user: ${told.action}`;
  return `${told.event === "link" ? "the network" : told.name} is ${told.words}`;
};

/** Puts such an event into a lane, and shades the lanes of what is in trouble; other records are left. */
export const placeScenario = (model: Model, record: TraceRecord, event: number, t: number): void => {
  const told = toldBy(record);
  if (told === undefined) return;
  if (told.event === "user") {
    model.put(event, model.lane("user").anyRow(record.account), "note");
    return;
  }
  const own = model.lane("scenario");
  const lanesOf = (targets: readonly string[]): Lane[] =>
    targets.length === 0 ? [model.lane("dns")] : targets.map((target) => model.lane("target", target));
  const { state, words } = told;
  for (const { conditions } of told.event === "link" ? [own] : lanesOf(told.targets)) {
    conditions.end(t);
    if (state !== UP) conditions.begin(t, event, state, words.replace(LENGTH, ""));
  }
  model.put(event, own.row(0), state === UP ? "note" : "failed");
};
