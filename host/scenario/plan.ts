import { Random } from "../simulated/index.js";
import type { Problem } from "./problem.js";
import type { Action, RandomCalls, Scenario, ScenarioEvent } from "./scenario.js";
import { lengthText } from "./times.js";

/** Something that happens at an instant, in milliseconds. */
export interface Step {
  readonly t: number;
  readonly action: Action;
  /** How long it lasts; `undefined`: until something else is said. For calls: how long they last. */
  readonly length: number | undefined;
  /** When a random call is taken, or whom it goes to, is part of the action. */
  readonly event: ScenarioEvent | RandomCalls;
}

/** More occurrences than this, all together, are a mistake. */
export const MOST_STEPS = 200_000;

/** How often an event happens. */
const countOf = ({ at, every, until }: ScenarioEvent): number =>
  every === undefined ? 1 : Math.max(1, Math.ceil((until - at) / every));

const stepsOf = (event: ScenarioEvent, duration: number): Step[] => {
  const { at, every = 0, action, length } = event;
  return Array.from({ length: countOf(event) }, (_, index) => ({
    t: at + index * every,
    action,
    length,
    event,
  })).filter(({ t }) => t <= duration);
};

/** Uniform between two, whole milliseconds. */
const between = (random: Random, [shortest, longest]: readonly [number, number]): number =>
  shortest + Math.floor(random.next() * (longest - shortest + 1));

const oneOf = <T>(random: Random, list: readonly T[]): T | undefined =>
  list[Math.floor(random.next() * list.length)];

/** Calls at random: the waits between them are exponential, as those of independent callers are. */
const randomSteps = (
  calls: RandomCalls,
  random: Random,
  accounts: readonly number[],
  duration: number,
): Step[] => {
  const steps: Step[] = [];
  const wait = (): number => Math.max(1, Math.round(-Math.log(1 - random.next()) * calls.every));
  for (let t = calls.from + wait(); t < Math.min(calls.until, duration); t += wait()) {
    const account = oneOf(random, calls.accounts ?? accounts);
    if (account === undefined) break;
    const length = between(random, calls.length);
    const action: Action =
      calls.kind === "calls"
        ? { kind: "call", account, to: oneOf(random, calls.to) ?? "", name: undefined }
        : {
            kind: "incoming",
            account,
            through: undefined,
            answer: between(random, calls.answer),
            name: undefined,
          };
    steps.push({ t, action, length, event: calls });
  }
  return steps;
};

/**
 * Everything that happens, in the order of time; what is written first comes first among what happens at one instant.
 *
 * @param accounts of the phone, for random calls
 * @param seed instead of the scenario's
 */
export const planOf = (scenario: Scenario, accounts: readonly number[], seed = scenario.seed): Step[] => {
  // The network draws from the seed itself, the phone from the next one.
  const random = new Random(seed + 2);
  const steps = [
    ...scenario.events.flatMap((event) => stepsOf(event, scenario.duration)),
    ...scenario.random.flatMap((calls) => randomSteps(calls, random, accounts, scenario.duration)),
  ];
  // Array.prototype.sort keeps the order of equals.
  return steps.sort((one, other) => one.t - other.t);
};

/** What a state is of: no two of the same may overlap. */
const subjectsOf = (action: Action): string[] => {
  if (action.kind === "server-state") return action.servers.map((server) => server);
  if (action.kind === "dns-state") return ["dns"];
  return action.kind === "link" ? ["the phone's line"] : [];
};

/** Problems of events as a whole: too many of them, outages that overlap, calls that nobody names. */
export const planProblems = (scenario: Omit<Scenario, "random">): Problem[] => {
  const { file, events } = scenario;
  let all = 0;
  for (const event of events) {
    const count = countOf(event);
    all += count;
    if (all <= MOST_STEPS) continue;
    const also = all === count ? "" : `, ${String(all)} with those before it`;
    const message = `this happens ${String(count)} times${also}; ${String(MOST_STEPS)} are the most`;
    return [{ file, ...event.place, message }];
  }
  return [...overlaps(scenario), ...namelessCalls(scenario)];
};

const overlaps = ({ file, events, duration }: Omit<Scenario, "random">): Problem[] => {
  const problems: Problem[] = [];
  const told = new Set<ScenarioEvent>();
  const until = new Map<string, { readonly end: number; readonly event: ScenarioEvent }>();
  const steps = events
    .flatMap((event) => stepsOf(event, duration).map(({ t }) => ({ t, event })))
    .sort((one, other) => one.t - other.t);
  for (const { t, event } of steps) {
    for (const subject of subjectsOf(event.action)) {
      const before = until.get(subject);
      if (before !== undefined && t < before.end && !told.has(event)) {
        told.add(event);
        const line = String(before.event.place.line);
        const which = before.event === event ? "the time before" : `the one of line ${line}`;
        const message = `this overlaps an outage of ${subject}: ${which} lasts until ${lengthText(before.end)}`;
        problems.push({ file, ...event.place, message });
      }
      if (event.length !== undefined) until.set(subject, { end: t + event.length, event });
    }
  }
  return problems;
};

const namelessCalls = ({ file, events }: Omit<Scenario, "random">): Problem[] => {
  const named = new Set<string>();
  return events.flatMap(({ action, place }) => {
    if ((action.kind === "call" || action.kind === "incoming") && action.name !== undefined) {
      named.add(action.name);
    }
    if (action.kind !== "hang-up" || named.has(action.name)) return [];
    return [{ file, ...place, message: `no call before this one is named "${action.name}"` }];
  });
};
