/** Which locals are still to be read: before every instruction of a function, and at its end. */
import { isFinal, op } from "./instructions.js";
import type { Func } from "./module.js";
import type { Structure } from "./structure.js";

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
