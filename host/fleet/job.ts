import type { ConfigurationFile } from "../simulated/index.js";
import type { Scenario } from "../scenario/scenario.js";
import { isSiteAction } from "../scenario/site.js";

/** Most phones of a fleet: there are no more addresses for them. */
export const MOST_PHONES = 1_000_000;

/** A fleet: the same phone many times, each with its own seed. */
export interface Job {
  readonly files: readonly ConfigurationFile[];
  readonly scenario: Scenario;
  readonly phones: number;
  readonly seed: number;
  /** Phones start at random within so long from the beginning. Milliseconds. */
  readonly spread: number;
  /** About so many phones at most share queues. */
  readonly cell: number;
}

/** Most phones of a cell, and of the cells that are played at the same time: each has a memory of its own. */
export const MOST_AT_ONCE = 8000;

/** Phones that share queues where nothing is said of it. */
export const USUAL_CELL = 500;

/** Phones from `from` on, up to but without `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A part of a fleet that is played on its own; `number` from 1 on. */
export interface Shard {
  readonly number: number;
  readonly of: number;
}

/** When servers, DNS or lines change first, in milliseconds; `undefined`: they do not. What is so from the start is no change. */
const firstChange = ({ events }: Scenario): number | undefined => {
  const changes = events.filter(({ at, action }) => at > 0 && isSiteAction(action));
  return changes.length === 0 ? undefined : Math.min(...changes.map(({ at }) => at));
};

/** Within which time phones start where nothing is said of it: before anything changes. */
export const usualSpread = (scenario: Scenario): number => firstChange(scenario) ?? scenario.duration / 2;

/** From when on times without service count: when the first thing changes. A phone that starts later counts from there. */
export const countedFrom = (scenario: Scenario): number => firstChange(scenario) ?? 0;

/** A part of a number of things that is divided by `of`; the first part has the number 1. */
const partOf = (things: number, { number, of }: Shard): Range => ({
  from: Math.floor(((number - 1) * things) / of),
  to: Math.floor((number * things) / of),
});

/** In how many cells a fleet is divided, of about the same size. */
export const cellCount = ({ phones, cell }: Pick<Job, "phones" | "cell">): number => Math.ceil(phones / cell);

/** The cells of a shard, whole ones: they are the same, whatever the fleet is divided by. */
export const cellsOf = (job: Pick<Job, "phones" | "cell">, shard: Shard): Range[] => {
  const count = cellCount(job);
  const { from, to } = partOf(count, shard);
  return Array.from({ length: to - from }, (_, index) =>
    partOf(job.phones, { number: from + index + 1, of: count }),
  );
};

/** Mixes 32 bits, one to one (after splitmix32). */
export const mixed = (number: number): number => {
  let mix = number >>> 0;
  mix = Math.imul(mix ^ (mix >>> 16), 0x21f0aaad);
  mix = Math.imul(mix ^ (mix >>> 15), 0x735a2d97);
  return (mix ^ (mix >>> 15)) >>> 0;
};

/** The seed of a phone: no two phones of a fleet have the same. */
export const seedOfPhone = (seed: number, phone: number): number => mixed(mixed(seed + 1) + phone);

/** A number that looks random and is always the same for the same question: 0 ≤ x < 1. */
export const drawn = (...question: readonly number[]): number =>
  question.reduce((mix, part) => mixed(mix ^ mixed(part + 0x9e3779b9)), 0) / 0x1_0000_0000;
