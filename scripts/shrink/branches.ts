/**
 * Shorter ways to branch that the optimiser does not take. Conditions that are joined by && and || need no value where
 * they only decide, a loop that runs at least once can ask at its end, a function that often answers the same constant
 * needs it only once.
 */
import { I32, NOTHING, encode, isFinal, op } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import type { Func, Program } from "./module.js";
import { structureOf } from "./structure.js";
import type { Structure } from "./structure.js";

/** What stands for the instructions from `start` to before `end`. */
interface Rewrite {
  readonly start: number;
  readonly end: number;
  readonly by: readonly Instruction[];
}

interface Place extends Func {
  readonly structure: Structure;
  readonly at: number;
}

const IF: Instruction = { op: op.if, operands: [NOTHING] };
const END: Instruction = { op: op.end, operands: [] };
const EQZ: Instruction = { op: op.i32Eqz, operands: [] };
const branchIf = (label: number): Instruction => ({ op: op.brIf, operands: [label] });

const isBranch = (opcode: number): boolean => opcode === op.br || opcode === op.brIf || opcode === op.brTable;

/** The same instructions where labels that lead out of them, past `kept` blocks, have `by` blocks more to pass. */
function relabelled(instructions: readonly Instruction[], kept: number, by: number): Instruction[] {
  let depth = 0;
  return instructions.map((instruction) => {
    const { op: opcode, operands } = instruction;
    if (opcode === op.block || opcode === op.loop || opcode === op.if) depth++;
    else if (opcode === op.end) depth--;
    if (!isBranch(opcode)) return instruction;
    return { op: opcode, operands: operands.map((label) => (label >= depth + kept ? label + by : label)) };
  });
}

/** Whether a branch among the instructions leads to the block around them. */
function leadsTo(instructions: readonly Instruction[], label: number): boolean {
  let depth = 0;
  return instructions.some(({ op: opcode, operands }) => {
    if (opcode === op.block || opcode === op.loop || opcode === op.if) depth++;
    else if (opcode === op.end) depth--;
    return isBranch(opcode) && operands.includes(label + depth);
  });
}

/** Comparisons in pairs of opposites. */
const OPPOSITES: readonly (readonly [number, number])[] = [
  [0x46, 0x47],
  [0x48, 0x4e],
  [0x49, 0x4f],
  [0x4a, 0x4c],
  [0x4b, 0x4d],
  [0x51, 0x52],
  [0x53, 0x59],
  [0x54, 0x5a],
  [0x55, 0x57],
  [0x56, 0x58],
];
const oppositeOf = new Map(
  OPPOSITES.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]),
);

/** Turns a condition round that ends before `at`: what stands for its last instructions, and where they begin. */
function negated(body: readonly Instruction[], at: number): { start: number; by: Instruction[] } {
  const last = body[at - 1];
  const opposite = oppositeOf.get(last?.op ?? op.nop);
  if (opposite !== undefined) return { start: at - 1, by: [{ op: opposite, operands: [] }] };
  return last?.op === op.i32Eqz ? { start: at - 1, by: [] } : { start: at, by: [EQZ] };
}

const isConstant = (instruction: Instruction | undefined, value: bigint): boolean =>
  instruction?.op === op.i32Const && instruction.value === value;

/** The type of what a branch to a label carries. */
function carried({ body, structure, at, signature }: Place, label: number): number {
  let left = label;
  for (let block = at - 1; block >= 0; block--) {
    const { op: opcode, operands } = body[block] ?? END;
    const isAround = (structure.endOf[block] ?? -1) > at && opcode !== op.else;
    if (isAround && left-- === 0) return opcode === op.loop ? NOTHING : (operands[0] ?? NOTHING);
  }
  return signature.results[0] ?? NOTHING;
}

/** `a && b` and `a || b` as a value, and what is decided by it. */
function joinedConditions(place: Place): Rewrite | undefined {
  const { body, structure, at } = place;
  const { op: opcode, operands } = body[at] ?? END;
  const otherwise = structure.otherwiseOf[at] ?? -1;
  const end = structure.endOf[at] ?? -1;
  if (opcode !== op.if || operands[0] !== I32 || otherwise === end) return undefined;
  const first = body.slice(at + 1, otherwise);
  const second = body.slice(otherwise + 1, end);
  const isAnd = second.length === 1 && isConstant(second[0], 0n);
  const isOr = first.length === 1 && isConstant(first[0], 1n);
  const isAndNot = first.length === 1 && isConstant(first[0], 0n);
  if (!isAnd && !isOr && !isAndNot) return undefined;
  const other = isAnd ? first : second;
  if (leadsTo(other, 0)) return undefined;

  const isNegated = body[end + 1]?.op === op.i32Eqz;
  const next = end + (isNegated ? 2 : 1);
  const decision = body[next];
  const label = decision?.operands[0] ?? 0;
  const turned = negated(body, at);
  const condition = isOr || isAndNot ? turned : { start: at, by: [] };
  const again = isNegated ? [EQZ] : [];
  // Both conditions of `a && b` and `!(a || b)` must hold: one within the other.
  const bothMust = isOr === isNegated;
  if (decision?.op === op.if && bothMust) {
    const close = structure.endOf[next] ?? -1;
    if (decision.operands[0] !== NOTHING || structure.otherwiseOf[next] !== close) return undefined;
    const inner = relabelled(body.slice(next + 1, close), 1, 1);
    return {
      start: condition.start,
      end: close + 1,
      by: [...condition.by, IF, ...other, ...again, IF, ...inner, END, END],
    };
  }
  if (decision?.op !== op.brIf || carried({ ...place, at: next }, label) !== NOTHING) return undefined;
  if (bothMust) {
    return {
      start: condition.start,
      end: next + 1,
      by: [...condition.by, IF, ...other, ...again, branchIf(label + 1), END],
    };
  }
  // One of them is enough: each branches.
  if (isAndNot) return undefined;
  const either = isAnd ? turned : { start: at, by: [] };
  return {
    start: either.start,
    end: next + 1,
    by: [...either.by, branchIf(label), ...relabelled(other, 1, -1), ...again, branchIf(label)],
  };
}

/** In a function that answers nothing, to return is to branch out of it. */
function conditionalReturn({ body, structure, at, signature }: Place): Rewrite | undefined {
  if (signature.results.length > 0) return undefined;
  if (body[at]?.op !== op.if || body[at + 1]?.op !== op.return || body[at + 2]?.op !== op.end)
    return undefined;
  const depth = structure.endOf.filter(
    (end, block) => block < at && end > at && body[block]?.op !== op.else,
  ).length;
  return { start: at, end: at + 3, by: [branchIf(depth)] };
}

/** Signed and unsigned comparisons of i32 with which a loop asks whether to go on. */
const comparisons = new Map<number, (one: number, other: number) => boolean>([
  [0x48, (one, other) => one < other],
  [0x49, (one, other) => one >>> 0 < other >>> 0],
  [0x4a, (one, other) => one > other],
  [0x4c, (one, other) => one <= other],
  [0x4e, (one, other) => one >= other],
]);

/** `loop; if (counter < constant) …; counter += step; br`: where the counter begins below, it is asked at the end. */
function countingLoop(place: Place): Rewrite | undefined {
  const { body, structure, at } = place;
  const end = structure.endOf[at] ?? -1;
  const [loop, get, limit, compare, condition] = body.slice(at, at + 5);
  const isTrue = comparisons.get(compare?.op ?? op.nop);
  if (loop?.op !== op.loop || get?.op !== op.localGet || limit?.op !== op.i32Const || isTrue === undefined) {
    return undefined;
  }
  const close = structure.endOf[at + 4] ?? -1;
  if (condition?.op !== op.if || condition.operands[0] !== NOTHING || close !== end - 1) return undefined;
  if (structure.otherwiseOf[at + 4] !== close) return undefined;
  const counter = get.operands[0] ?? -1;
  const begin = firstValue(place, counter);
  if (begin === undefined || !isTrue(Number(begin), Number(limit.value ?? 0n))) return undefined;
  const again = body[close - 1];
  const step = body[close - 2];
  if (
    again?.op !== op.br ||
    again.operands[0] !== 1 ||
    step?.op !== op.localSet ||
    step.operands[0] !== counter
  ) {
    return undefined;
  }
  const inner = body.slice(at + 5, close - 2);
  // What goes on from elsewhere, or leaves the condition, would miss the question.
  if (leadsTo(inner, 0) || leadsTo(inner, 1) || loop.operands[0] !== NOTHING) return undefined;
  return {
    start: at,
    end: end + 1,
    by: [
      loop,
      ...relabelled(inner, 2, -1),
      { op: op.localTee, operands: [counter] },
      limit,
      compare ?? END,
      branchIf(0),
      END,
    ],
  };
}

/** The constant that a local has where a loop begins: set right before it, or never set. */
function firstValue({ body, structure, at, signature }: Place, local: number): bigint | undefined {
  const before = body[at - 1];
  if (before?.op === op.localSet && before.operands[0] === local) return body[at - 2]?.value;
  const isWritten = body
    .slice(0, at)
    .some(
      ({ op: opcode, operands }) =>
        (opcode === op.localSet || opcode === op.localTee) && operands[0] === local,
    );
  const isRepeated = structure.endOf.some(
    (end, block) => block < at && end > at && body[block]?.op === op.loop,
  );
  return isWritten || isRepeated || local < signature.parameters.length ? undefined : 0n;
}

const REWRITES = [joinedConditions, conditionalReturn, countingLoop];

function rewritten(func: Func): Func {
  let { body } = func;
  for (let at = 0; at < body.length; at++) {
    const structure = structureOf({ ...func, body });
    for (const rewrite of REWRITES) {
      const found = rewrite({ ...func, body, structure, at });
      if (found === undefined) continue;
      body = [...body.slice(0, found.start), ...found.by, ...body.slice(found.end)];
      // Its parts may have become what can be rewritten.
      at = Math.max(-1, found.start - 8);
      break;
    }
  }
  return withOneEpilogue({ ...func, body });
}

interface Return {
  readonly start: number;
  readonly end: number;
  readonly isConditional: boolean;
  readonly depth: number;
}

/** Every `return` of a constant of a function, and all that leads to it. */
function constantReturns({
  body,
}: Func): Map<string, { readonly constant: Instruction; readonly returns: Return[] }> {
  const found = new Map<string, { constant: Instruction; returns: Return[] }>();
  let depth = 0;
  for (const [at, instruction] of body.entries()) {
    const { op: opcode, value } = instruction;
    if (opcode === op.block || opcode === op.loop || opcode === op.if) depth++;
    else if (opcode === op.end) depth--;
    if (value === undefined || body[at + 1]?.op !== op.return) continue;
    const same = found.get(String(value)) ?? { constant: instruction, returns: [] };
    found.set(String(value), same);
    const isConditional = body[at - 1]?.op === op.if && body[at + 2]?.op === op.end;
    if (isConditional) same.returns.push({ start: at - 1, end: at + 3, isConditional, depth: depth - 1 });
    else same.returns.push({ start: at, end: at + 2, isConditional, depth });
  }
  return found;
}

/** The constant that a function returns most often is put at its end, and to return it is to branch there. */
function withOneEpilogue(func: Func): Func {
  const { body, signature } = func;
  let best: { gain: number; by: Instruction[] } | undefined;
  for (const { constant, returns } of constantReturns(func).values()) {
    const size = encode(constant).length;
    const last = body.at(-1);
    const endsWith = last?.op === constant.op && last.value === constant.value;
    const leavesAnyway = isFinal(last?.op ?? op.nop);
    let gain = endsWith ? -3 : -3 - size - (leavesAnyway ? 0 : 1);
    for (const { isConditional } of returns) gain += isConditional ? size + 2 : size - 1;
    if (gain <= (best?.gain ?? 0)) continue;
    const inner = [...body];
    for (const { start, end, isConditional, depth } of [...returns].reverse()) {
      inner.splice(start, end - start, isConditional ? branchIf(depth) : { op: op.br, operands: [depth] });
    }
    if (endsWith) inner.pop();
    else if (!leavesAnyway) inner.push({ op: op.return, operands: [] });
    best = { gain, by: [{ op: op.block, operands: [NOTHING] }, ...inner, END, constant] };
  }
  return best === undefined || signature.results.length === 0 ? func : { ...func, body: best.by };
}

/** The program with shorter branches. */
export function shortenBranches(program: Program): Program {
  return { ...program, functions: program.functions.map(rewritten) };
}
