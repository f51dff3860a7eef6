import { op, opensBlock } from "./instructions.js";
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
