/** When a phone goes back to its primary after that is up again: at the earliest, and at the latest. */
import type { Span } from "./noticed.js";
import { MOMENT, World } from "./world.js";
import type { Subject, WorldOptions } from "./world.js";

/** A way back. */
export interface Return extends Span {
  /** So many targets, from the first on, were silent and come back all at once. */
  readonly dead: number;
  /** Where the phone is while they are away; empty where it found none to register with. */
  readonly from: string;
  readonly to: string;
  /** The rule of the way back by the records; empty where they name none. */
  readonly rule: string;
  /** Between two trials, in milliseconds; `undefined` where there were not two. */
  readonly period: number | undefined;
  /** Milliseconds that were waited for a trial. */
  readonly watched: number;
}

const HOUR = 3_600_000;
const STEPS = [2 * HOUR, 26 * HOUR, 75 * HOUR];
/** So many of the first trials are looked at, and of the last: probes have gone on for long by then. */
const MOST_TRIALS = 3;

/** A request to a target that is away, with its resends. */
interface Trial {
  readonly method: string;
  readonly target: string;
  readonly first: number;
  readonly last: number;
}

/** What the phone sends to targets that are away, a transaction each. */
const trials = (world: World, gone: ReadonlySet<string>, since: number): Trial[] => {
  const found = new Map<string, Trial>();
  for (const { t, target, message } of world.messages("out", since)) {
    if (message === undefined || !gone.has(target) || !TRYING.has(message.method)) continue;
    const key = `${target} ${message.header("call-id") ?? ""} ${message.header("cseq") ?? ""}`;
    found.set(key, { method: message.method, target, first: found.get(key)?.first ?? t, last: t });
  }
  return [...found.values()];
};

/** REGISTERs, and OPTIONS where an account does not register, or where targets are probed (B3, K2). */
const TRYING = new Set(["REGISTER", "OPTIONS"]);

interface Away {
  readonly from: string;
  readonly moved: number;
  readonly trials: readonly Trial[];
  readonly watched: number;
}

/** The course while the targets stay away. */
const watchAway = (subject: Subject, dead: number, options: WorldOptions): Away => {
  const world = new World(subject, options);
  world.fell(dead, "silent");
  const gone = new Set(subject.targets.slice(0, dead));
  let course: Away = { from: "", moved: 0, trials: [], watched: 0 };
  for (const watched of STEPS) {
    world.s.runUntil(watched);
    const moved = world.registered(0, (target) => !gone.has(target));
    if (moved === undefined) continue;
    const found = trials(world, gone, moved.t + MOMENT);
    course = { from: moved.target, moved: moved.t, trials: found, watched };
    // Of the last one it is not known whether it is over. Probes alone do not say when it is time to go back.
    if (
      found.filter(({ method, target }) => method === "REGISTER" && target === subject.targets[0]).length > 2
    )
      break;
    if (found.length > 2 && watched > (STEPS[0] ?? 0)) break;
  }
  return course;
};

/** When the phone is back, counted from the instant at which the dead ones come back. */
const backFrom = (subject: Subject, dead: number, at: number, options: WorldOptions): Back | undefined => {
  const world = new World(subject, options);
  world.fell(dead, "silent");
  world.s.runUntil(at);
  world.fell(0, "silent");
  const gone = new Set(subject.targets.slice(0, dead));
  for (const step of [HOUR, ...STEPS]) {
    world.s.runUntil(at + step);
    const back = world.registered(at, (target) => gone.has(target));
    if (back === undefined) continue;
    const decision = [...world.phone.events("failback"), ...world.phone.events("fallback")].find(
      ({ t }) => t >= at,
    );
    return { after: back.t - at, rule: decision?.rule ?? "", to: back.target };
  }
  return undefined;
};

interface Back {
  readonly after: number;
  readonly rule: string;
  readonly to: string;
}

/**
 * Lets the first `dead` targets be silent from the start and come back: as soon as the phone has gone elsewhere, and
 * just before and just after it tries them.
 */
export const returns = (subject: Subject, dead: number, options: WorldOptions = {}): Return => {
  const { from, moved, trials: found, watched } = watchAway(subject, dead, options);
  const [, two, three] = found.filter(
    ({ method, target }) => method === "REGISTER" && target === subject.targets[0],
  );
  const period = two === undefined || three === undefined ? undefined : three.first - two.first;
  const common = { dead, from, watched, period };
  const over = found.slice(0, -1);
  if (over.length === 0) return { ...common, to: "", rule: "", earliest: undefined, latest: undefined };
  const sample = [...new Set([...over.slice(0, MOST_TRIALS), ...over.slice(-MOST_TRIALS)])];
  const around = sample.flatMap(({ first, last }) => [first - MOMENT, last + MOMENT]);
  const instants = [...new Set([moved + MOMENT, ...around.filter((t) => t > moved)])];
  const backs = instants.map((at) => backFrom(subject, dead, at, options));
  const known = backs.filter((back) => back !== undefined).sort((a, b) => a.after - b.after);
  const isSure = known.length === backs.length;
  const [first] = known;
  return {
    ...common,
    to: first?.to ?? "",
    rule: first?.rule ?? "",
    earliest: first?.after,
    latest: isSure ? known.at(-1)?.after : undefined,
  };
};
