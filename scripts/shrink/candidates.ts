/**
 * Finds sequences of instructions that occur several times: the same but for what they read of locals and constants
 * (leaves), and for the names of the locals that they write.
 */
import { I32, NOTHING, isFinal, op, opensBlock } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import { liveLocals } from "./liveness.js";
import type { Func, Program } from "./module.js";
import { EMPTY_STACK, arityOf, stackAfter } from "./stack.js";
import type { Stack, Types } from "./stack.js";
import { structureOf } from "./structure.js";
import type { Structure } from "./structure.js";

/** Longer sequences are found in pieces. */
const LONGEST = 400;
/** Instructions of a loop that steps through bytes; longer ones do more in a step. */
const SHORT_LOOP = 11;

/** Where a sequence begins; what it writes and reads is known as far as it has been followed. */
export interface Occurrence {
  readonly func: number;
  readonly start: number;
  /** The locals that it writes, in the order of the first time. */
  readonly written: readonly number[];
  /** What it reads: a local that it did not write before, or -1 minus the number of a constant. */
  readonly leaves: readonly number[];
}

/** Sequences of the same length that one function could stand for. */
export interface Group {
  readonly length: number;
  readonly occurrences: readonly Occurrence[];
  readonly stack: Stack;
  /** By the index of a written local: the leaves that read it before it was written. */
  readonly aliases: readonly (readonly number[])[];
  /** Whether it holds a `return`: then it must end with one. */
  readonly returns: boolean;
  /** Whether its last instruction is a `return`. */
  readonly isTail: boolean;
}

/** A value on the stack: the constant that put it there and where, or -1 for what was computed. */
interface Pushed {
  readonly at: number;
  readonly below: Pushed | undefined;
}

/** A function with what is known of it. */
export interface Known {
  readonly body: readonly Instruction[];
  readonly locals: readonly number[];
  readonly live: readonly bigint[];
  readonly results: readonly number[];
  /** Whether an instruction lies in a short loop: there a call costs time. */
  readonly inShortLoop: readonly boolean[];
  /** What is on the stack before each instruction. */
  readonly pushed: readonly (Pushed | undefined)[];
}

export class Search {
  readonly functions: readonly Known[];
  private readonly constants = new Map<string, number>();
  private readonly constantList: Instruction[] = [];
  private readonly types: readonly Types[];

  constructor(program: Program) {
    const callee: Types["callee"] = (index) => {
      const signature = program.functions[index]?.signature;
      if (signature === undefined) throw new RangeError("a call of no function");
      return signature;
    };
    const typesIn = ({ locals }: Func): Types => ({ local: (index) => locals[index] ?? I32, callee });
    this.types = program.functions.map(typesIn);
    this.functions = program.functions.map((func) => {
      const structure = structureOf(func);
      return {
        body: func.body,
        locals: func.locals,
        results: func.signature.results,
        inShortLoop: shortLoopsIn(func, structure),
        live: liveLocals(func, structure),
        pushed: pushedIn(func, typesIn(func)),
      };
    });
  }

  constantOf(leaf: number): Instruction {
    const constant = this.constantList[-1 - leaf];
    if (constant === undefined) throw new RangeError("a leaf that is no constant");
    return constant;
  }

  /** The constant that an occurrence takes from the stack below it, as a leaf; undefined for what is computed. */
  takenLeaf({ func, start }: Occurrence, fromTop: number): { leaf: number; at: number } | undefined {
    const known = this.functions[func];
    let entry = known?.pushed[start];
    for (let left = fromTop; left > 0; left--) entry = entry?.below;
    const instruction = entry === undefined || entry.at < 0 ? undefined : known?.body[entry.at];
    return instruction && entry ? { leaf: this.leafOf(instruction), at: entry.at } : undefined;
  }

  typeOfLeaf(func: number, leaf: number): number {
    if (leaf >= 0) return this.types[func]?.local(leaf) ?? I32;
    return this.constantOf(leaf).op === op.i32Const ? I32 : I32 - 1;
  }

  private leafOf(constant: Instruction): number {
    const key = `${String(constant.op)} ${String(constant.value)}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    this.constantList.push(constant);
    const leaf = -this.constantList.length;
    this.constants.set(key, leaf);
    return leaf;
  }

  /** Calls back with every group of at least two sequences, the long ones after the short ones they begin with. */
  visit(found: (group: Group) => void): void {
    const everywhere: Occurrence[] = [];
    for (const [func, { body, inShortLoop }] of this.functions.entries()) {
      for (const start of body.keys()) {
        if (inShortLoop[start] !== true) everywhere.push({ func, start, written: [], leaves: [] });
      }
    }
    this.grow(
      { length: 0, occurrences: everywhere, stack: EMPTY_STACK, aliases: [], returns: false, isTail: false },
      found,
    );
  }

  private grow(group: Group, found: (group: Group) => void): void {
    if (group.length >= LONGEST) return;
    const byToken = new Map<string, Occurrence[]>();
    for (const occurrence of group.occurrences) {
      const token = this.tokenAfter(occurrence, group);
      if (token === undefined) continue;
      const others = byToken.get(token);
      if (others === undefined) byToken.set(token, [occurrence]);
      else others.push(occurrence);
    }
    for (const occurrences of byToken.values()) {
      if (occurrences.length < 2) continue;
      const next = this.follow(group, occurrences);
      if (next === undefined) continue;
      if (next.stack.frames.length === 0 && (next.isTail || !next.returns)) found(next);
      if (!next.isTail) this.grow(next, found);
    }
  }

  /** What the sequences of a group must have in common when they grow by an instruction. */
  private tokenAfter(
    { func, start, written, leaves }: Occurrence,
    { length, stack }: Group,
  ): string | undefined {
    const known = this.functions[func];
    const instruction = known?.body[start + length];
    if (known === undefined || instruction === undefined) return undefined;
    const { op: opcode, operands } = instruction;
    const index = operands[0] ?? 0;
    switch (opcode) {
      case op.i32Const:
        return "leaf 127";
      case op.i64Const:
        return "leaf 126";
      case op.localGet: {
        const number = written.indexOf(index);
        return number < 0 ? `leaf ${String(known.locals[index])}` : `get ${String(number)}`;
      }
      case op.localSet:
      case op.localTee: {
        const number = written.indexOf(index);
        if (number >= 0) return `${String(opcode)} ${String(number)}`;
        return `${String(opcode)} new ${String(known.locals[index])} ${String(readsOf(leaves, index))}`;
      }
      case op.br:
      case op.brIf:
      case op.brTable:
        if (operands.some((label) => label >= stack.frames.length)) return undefined;
        break;
      case op.return:
        return `return ${String(known.results)}`;
    }
    return `${String(opcode)} ${String(operands)}`;
  }

  private follow(group: Group, occurrences: readonly Occurrence[]): Group | undefined {
    const [first] = occurrences;
    const types = this.types[first?.func ?? -1];
    const instruction = this.functions[first?.func ?? -1]?.body[(first?.start ?? 0) + group.length];
    if (first === undefined || types === undefined || instruction === undefined) return undefined;
    const stack = stackAfter(group.stack, instruction, types);
    if (stack === undefined) return undefined;
    const { op: opcode, operands } = instruction;
    const length = group.length + 1;
    if (opcode === op.return) {
      const isTail = group.stack.frames.length === 0;
      if (isTail && stack.types.length > (this.functions[first.func]?.results.length ?? 0)) return undefined;
      return { ...group, length, stack, occurrences, returns: true, isTail };
    }
    const isWrite = opcode === op.localSet || opcode === op.localTee;
    if (isWrite && !first.written.includes(operands[0] ?? 0)) {
      return {
        ...group,
        length,
        stack,
        occurrences: occurrences.map((each) => ({
          ...each,
          written: [...each.written, this.localAt(each, group)],
        })),
        aliases: [...group.aliases, readsOf(first.leaves, operands[0] ?? 0)],
      };
    }
    const isLeaf =
      instruction.value !== undefined ||
      (opcode === op.localGet && !first.written.includes(operands[0] ?? 0));
    if (!isLeaf) return { ...group, length, stack, occurrences };
    return {
      ...group,
      length,
      stack,
      occurrences: occurrences.map((each) => ({
        ...each,
        leaves: [...each.leaves, this.leafAt(each, group)],
      })),
    };
  }

  private instructionAt({ func, start }: Occurrence, { length }: Group): Instruction {
    const instruction = this.functions[func]?.body[start + length];
    if (instruction === undefined) throw new RangeError("a sequence that is longer than its function");
    return instruction;
  }

  private localAt(occurrence: Occurrence, group: Group): number {
    return this.instructionAt(occurrence, group).operands[0] ?? 0;
  }

  private leafAt(occurrence: Occurrence, group: Group): number {
    const instruction = this.instructionAt(occurrence, group);
    return instruction.value === undefined ? (instruction.operands[0] ?? 0) : this.leafOf(instruction);
  }
}

/** Which of the leaves read a local. */
function readsOf(leaves: readonly number[], local: number): number[] {
  return leaves.flatMap((leaf, at) => (leaf === local ? [at] : []));
}

/** What is on the stack before each instruction of a function. */
function pushedIn({ body }: Func, types: Types): (Pushed | undefined)[] {
  const before: (Pushed | undefined)[] = [];
  const frames: { top: Pushed | undefined; result: number }[] = [];
  let top: Pushed | undefined;
  let isReached = true;
  for (const [at, instruction] of body.entries()) {
    before.push(top);
    const { op: opcode, operands } = instruction;
    if (opcode === op.else || opcode === op.end) {
      const frame = frames.at(-1);
      top = frame?.top;
      isReached = true;
      if (opcode === op.end) {
        frames.pop();
        if (frame !== undefined && frame.result !== NOTHING) top = { at: -1, below: top };
      }
      continue;
    }
    if (!isReached) throw new Error("instructions that are never reached");
    const [taken, left] = arityOf(instruction, types);
    for (let count = taken; count > 0; count--) top = top?.below;
    for (let count = left; count > 0; count--)
      top = { at: instruction.value === undefined ? -1 : at, below: top };
    if (opensBlock(opcode)) frames.push({ top, result: operands[0] ?? NOTHING });
    isReached = !isFinal(opcode);
  }
  return before;
}

/** Whether each instruction lies in a short loop, of the kind that steps through bytes. */
function shortLoopsIn({ body }: Func, { endOf }: Structure): boolean[] {
  const inLoop = body.map(() => false);
  for (const [at, { op: opcode }] of body.entries()) {
    const end = endOf[at] ?? at;
    if (opcode === op.loop && end - at <= SHORT_LOOP) inLoop.fill(true, at, end);
  }
  return inLoop;
}
