/**
 * Repeated sequences of instructions become functions. The compiler shares what is written once; this shares what
 * became the same only by its work: loads of a record's field, steps of a loop, calls with the same beginning.
 */
import { isFinal, op } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import type { Func, Program } from "./module.js";
import { Search } from "./candidates.js";
import { callsOfShortIndex } from "./order.js";
import { Costs, Planner, callOf, droppedBy, functionOf } from "./plan.js";
import type { Plan, Use } from "./plan.js";
import { sharedConstants } from "./constants.js";

interface Replacement {
  readonly start: number;
  readonly length: number;
  readonly call: readonly Instruction[];
}

/** Claims sequences, best plans first. */
function choose(program: Program, search: Search, planner: Planner, least: number): Plan[] {
  const byGain: Plan[][] = [];
  const offer = (plan: Plan | undefined, most = Infinity): void => {
    if (plan === undefined || plan.gain < least) return;
    (byGain[Math.min(plan.gain, most)] ??= []).push(plan);
  };
  search.visit((group) => {
    offer(planner.best(group));
  });
  const claimed = program.functions.map(({ body }) => new Uint8Array(body.length));
  const placesOf = (use: Use, plan: Plan): number[] => [
    ...Array.from({ length: plan.group.length }, (_, at) => use.start + at),
    ...droppedBy(use, plan, search),
  ];
  const chosen: Plan[] = [];
  for (let gain = byGain.length - 1; gain >= least; gain--) {
    for (;;) {
      const plan = byGain[gain]?.pop();
      if (plan === undefined) break;
      const free = plan.uses.filter((use) => {
        const claims = claimed[use.func];
        const places = placesOf(use, plan);
        if (claims === undefined || places.some((place) => claims[place] !== 0)) return false;
        for (const place of places) claims[place] = 1;
        return true;
      });
      if (free.length === plan.uses.length) {
        chosen.push(plan);
        continue;
      }
      for (const use of free)
        for (const place of placesOf(use, plan)) claimed[use.func]?.fill(0, place, place + 1);
      if (free.length > 1) offer(planner.best(plan.group, free), gain);
    }
  }
  return chosen;
}

const RETURN: Instruction = { op: op.return, operands: [] };
const withReturn = (body: readonly Instruction[]): readonly Instruction[] =>
  isFinal(body.at(-1)?.op ?? op.nop) ? body : [...body, RETURN];
const withoutReturn = (body: readonly Instruction[]): readonly Instruction[] =>
  body.at(-1)?.op === op.return ? body.slice(0, -1) : body;

/** One round: what gains at least so many bytes. Answers the program unchanged where there is nothing. */
export function outline(given: Program, least: number): Program {
  // So that the end of a function is found in the middle of others.
  const program = {
    ...given,
    functions: given.functions.map((func) => ({ ...func, body: withReturn(func.body) })),
  };
  const search = new Search(program);
  const constants = new Map(sharedConstants(program).map((each) => [each, 2]));
  const plans = choose(
    program,
    search,
    new Planner(search, new Costs(search, constants, callsOfShortIndex(program))),
    least,
  );
  const replacements: Replacement[][] = program.functions.map(() => []);
  const added: Func[] = [];
  for (const plan of plans) {
    const callee = program.functions.length + added.length;
    added.push(functionOf(plan, search));
    for (const use of plan.uses) {
      const call = callOf(use, plan, callee, search);
      replacements[use.func]?.push({ start: use.start, length: plan.group.length, call });
      for (const start of droppedBy(use, plan, search)) {
        replacements[use.func]?.push({ start, length: 1, call: [] });
      }
    }
  }
  const functions = program.functions.map((func, index) => {
    const body = [...func.body];
    const later = (replacements[index] ?? []).sort((one, other) => other.start - one.start);
    for (const { start, length, call } of later) body.splice(start, length, ...call);
    return { ...func, body };
  });
  return {
    ...program,
    functions: [...functions, ...added].map((func) => ({ ...func, body: withoutReturn(func.body) })),
  };
}
