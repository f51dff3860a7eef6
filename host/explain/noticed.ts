/** When a phone that nobody uses finds out that its targets have died: at the earliest, and at the latest. */
import type { EventRecord, RecordOf } from "../abi/record.js";
import { MOMENT, World } from "./world.js";
import type { Subject, Trouble, WorldOptions } from "./world.js";

/** A length of time between two bounds, in milliseconds; `undefined`: it did not come to an end in `watched`. */
export interface Span {
  readonly earliest: number | undefined;
  readonly latest: number | undefined;
}

/** How long the registration stands at dead targets. */
export interface Noticed extends Span {
  readonly trouble: Trouble;
  /** The first so many targets die. */
  readonly dead: number;
  /** What found it out, where it took longest. */
  readonly by: "refresh" | "keep-alive" | "probe" | "";
  /** Where the registration went. */
  readonly to: string;
  /** Milliseconds that were waited for it. */
  readonly watched: number;
}

const HOUR = 3_600_000;
/** A phone is settled in. */
const SETTLED = 70_000;
/** How long a course is followed to find two refreshes, step by step. */
const STEPS = [2 * HOUR, 26 * HOUR, 75 * HOUR];

const isRegister = (record: EventRecord): boolean =>
  record.event === "request" && record.method === "REGISTER" && record.attempt === 1;

interface Course {
  /** Two refreshes that follow each other. */
  readonly refreshes: readonly [number, number];
  /** Other sends in between: keep-alives, probes. */
  readonly others: readonly number[];
}

/** What a phone sends by itself while all is well; `undefined` where it does not refresh within days. */
const healthy = (subject: Subject, options: WorldOptions): Course | undefined => {
  const world = new World(subject, options);
  for (const step of STEPS) {
    world.s.runUntil(step);
    const refreshes = world.phone.records.filter((record) => isRegister(record) && record.t > SETTLED);
    const [first, second] = [...new Set(refreshes.map(({ t }) => t))];
    if (first === undefined || second === undefined) continue;
    const sends = world.messages("out", first).map(({ t }) => t);
    return { refreshes: [first, second], others: sends.filter((t) => t > first && t < second) };
  }
  return undefined;
};

/**
 * Instants of death that make the difference: just before and after a refresh, and before and after each of the first
 * sends of other kinds that follow it.
 */
const instants = ({ refreshes: [first, second], others }: Course): number[] => {
  const some = [...new Set(others)].slice(0, 4);
  return [first, ...some, second].flatMap((t) => [t - MOMENT, t + MOMENT]).filter((t) => t > first - MOMENT);
};

interface Death {
  readonly after: number | undefined;
  readonly by: Noticed["by"];
  readonly to: string;
}

const dieAt = (
  subject: Subject,
  at: number,
  trouble: Trouble,
  dead: number,
  options: WorldOptions,
  watched: number,
): Death => {
  const world = new World(subject, options);
  world.s.runUntil(at);
  world.fell(dead, trouble);
  const gone = new Set(subject.targets.slice(0, dead));
  const { phone } = world;
  let moved: RecordOf<"registered"> | undefined;
  const followed = [10 * 60_000, ...STEPS].filter((step) => step < watched);
  for (const step of [...followed, watched]) {
    world.s.runUntil(at + step);
    moved = world.registered(at, (target) => !gone.has(target));
    if (moved !== undefined) break;
  }
  if (moved === undefined) return { after: undefined, by: "", to: "" };
  return { after: moved.t - at, by: finder(phone.records, at), to: moved.target };
};

/** What the phone was doing when the target failed it. */
const finder = (records: readonly EventRecord[], from: number): Noticed["by"] => {
  const later = records.filter(({ t }) => t >= from);
  const index = later.findIndex(({ event }) => event === "target-failed" || event === "target-state");
  const failed = later[index];
  if (failed === undefined) return "";
  if (failed.event === "target-state" || (failed.event === "target-failed" && failed.cause === "down"))
    return "probe";
  const request = later
    .slice(0, index)
    .reverse()
    .find((record) => record.event === "request");
  return request?.event === "request" && request.reason === "probe"
    ? "probe"
    : request?.event === "request" && request.method === "REGISTER"
      ? "refresh"
      : "keep-alive";
};

/** Lets the first `dead` targets die at the instants that make a difference. `undefined`: the phone never refreshes. */
export const noticed = (
  subject: Subject,
  trouble: Trouble,
  dead: number,
  options: WorldOptions = {},
): Noticed | undefined => {
  const course = healthy(subject, options);
  if (course === undefined) return undefined;
  const [first, second] = course.refreshes;
  // Twice the refresh, and the time that the search takes.
  const watched = Math.min(2 * (second - first) + HOUR, STEPS.at(-1) ?? HOUR);
  const deaths = instants(course).map((at) => dieAt(subject, at, trouble, dead, options, watched));
  const found = deaths
    .filter(({ after }) => after !== undefined)
    .sort((a, b) => (a.after ?? 0) - (b.after ?? 0));
  const isSure = found.length === deaths.length;
  const last = isSure ? found.at(-1) : undefined;
  return {
    trouble,
    dead,
    earliest: found[0]?.after,
    latest: last?.after,
    by: last?.by ?? "",
    to: last?.to ?? found[0]?.to ?? "",
    watched,
  };
};
