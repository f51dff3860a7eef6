/** Which locals are still to be read: before every instruction of a function, and at its end. */
import { isFinal, op, opensBlock } from "./instructions.js";
import type { Func } from "./module.js";

export interface Structure {
  /** By the index of `block`, `loop`, `if` and `else`: that of the `end`. */
  readonly endOf: readonly number[];
  /** By the index of an `if`: that of its `else`, or of its `end`. */
  readonly otherwiseOf: readonly number[];
  /** By the index of a branch: where its labels lead, -1 for out of the function. */
  readonly targetsOf: readonly (readonly number[])[];
}

/** Where the function's blocks end and its branches lead. */
export function structureOf({ body }: Func): Structure {
  const endOf: number[] = [];
  const otherwiseOf: number[] = [];
  const targetsOf: number[][] = [];
  const branches: [from: number, block: number][] = [];
  const open: { at: number; otherwise: number }[] = [];
  for (const [at, { op: opcode, operands }] of body.entries()) {
    if (opensBlock(opcode)) open.push({ at, otherwise: -1 });
    else if (opcode === op.else) {
      const block = open.at(-1);
      if (block !== undefined) block.otherwise = at;
    } else if (opcode === op.end) {
      const block = open.pop();
      if (block === undefined) throw new Error("a block ends that did not begin");
      endOf[block.at] = at;
      otherwiseOf[block.at] = block.otherwise < 0 ? at : block.otherwise;
      if (block.otherwise >= 0) endOf[block.otherwise] = at;
    } else if (opcode === op.br || opcode === op.brIf || opcode === op.brTable) {
      targetsOf[at] = [];
      for (const label of operands) branches.push([at, open.at(-1 - label)?.at ?? -1]);
    }
  }
  for (const [from, block] of branches) {
    const isLoop = block >= 0 && body[block]?.op === op.loop;
    targetsOf[from]?.push(block < 0 ? -1 : isLoop ? block : (endOf[block] ?? -1));
  }
  return { endOf, otherwiseOf, targetsOf };
}

/**
 * The locals whose value matters before each instruction, one bit each: bit n of the entry at an instruction's index.
 * The last entry is the function's end: none.
 */
export function liveLocals({ body }: Func, structure: Structure): readonly bigint[] {
  const live: bigint[] = new Array<bigint>(body.length + 1).fill(0n);
  const liveAt = (at: number): bigint => (at < 0 ? 0n : (live[at] ?? 0n));
  for (let changed = true; changed;) {
    changed = false;
    for (let at = body.length - 1; at >= 0; at--) {
      const before = liveBefore(at);
      if (before !== live[at]) changed = true;
      live[at] = before;
    }
  }
  return live;

  function liveBefore(at: number): bigint {
    const { op: opcode, operands } = body[at] ?? { op: op.nop, operands: [] };
    const bit = 1n << BigInt(operands[0] ?? 0);
    const next = liveAt(at + 1);
    switch (opcode) {
      case op.localGet:
        return next | bit;
      case op.localSet:
      case op.localTee:
        return next & ~bit;
      case op.if: {
        const otherwise = structure.otherwiseOf[at] ?? -1;
        return next | liveAt(otherwise === structure.endOf[at] ? otherwise : otherwise + 1);
      }
      case op.else:
        return liveAt(structure.endOf[at] ?? -1);
    }
    const targets = (structure.targetsOf[at] ?? []).map(liveAt);
    return targets.reduce((all, each) => all | each, isFinal(opcode) ? 0n : next);
  }
}
