/** What a sequence of instructions takes from the stack below it and leaves there. */
import { I32, NOTHING, effectOf, isFinal, op, opensBlock } from "./instructions.js";
import type { Instruction, Signature } from "./instructions.js";

interface Frame {
  readonly height: number;
  readonly result: number;
  readonly unreachable: boolean;
}

/** What is on the stack after a sequence. Never changed: each instruction makes the next one. */
export interface Stack {
  /** Types of what the sequence takes that was there before it, the deepest first. */
  readonly taken: readonly number[];
  readonly types: readonly number[];
  /** The blocks that began in the sequence and did not end yet. */
  readonly frames: readonly Frame[];
}

export const EMPTY_STACK: Stack = { taken: [], types: [], frames: [] };

/** Where an instruction's types come from that are not in its opcode. */
export interface Types {
  readonly local: (index: number) => number;
  readonly callee: (index: number) => Signature;
}

/**
 * The stack after one instruction more. Undefined where the sequence cannot go on: a block ends that began before it,
 * it leaves the function, or a type would have to be known from before it.
 */
export function stackAfter(
  before: Stack,
  { op: opcode, operands }: Instruction,
  of: Types,
): Stack | undefined {
  let taken = before.taken;
  let frames = before.frames;
  const types = [...before.types];
  const frame = frames.at(-1);
  const height = frame?.height ?? 0;
  const index = operands[0] ?? 0;

  const take = (type: number): void => {
    if (types.length > height) types.pop();
    else if (frame === undefined) taken = [type, ...taken];
  };
  const open = (): void => {
    frames = [...frames, { height: types.length, result: index, unreachable: false }];
  };
  const closeFrame = (): number | undefined => {
    if (frame === undefined) return undefined;
    types.length = frame.height;
    frames = frames.slice(0, -1);
    return frame.result;
  };
  const leave = (results: readonly number[]): void => {
    types.push(...results);
  };

  const effect = effectOf(opcode);
  if (effect !== undefined) {
    for (const type of [...effect.taken].reverse()) take(type);
    leave(effect.left);
  } else if (opensBlock(opcode)) {
    if (opcode === op.if) take(I32);
    open();
  } else if (opcode === op.else || opcode === op.end) {
    const result = closeFrame();
    if (result === undefined) return undefined;
    if (opcode === op.else) frames = [...frames, { height: types.length, result, unreachable: false }];
    else if (result !== NOTHING) leave([result]);
  } else if (opcode === op.return && frame === undefined) {
    // The last instruction of a sequence: what it answers stays where the sequence's results are.
  } else if (isFinal(opcode)) {
    if (frame === undefined) return undefined;
    types.length = frame.height;
    frames = [...frames.slice(0, -1), { ...frame, unreachable: true }];
  } else {
    switch (opcode) {
      case op.nop:
        break;
      case op.brIf:
        take(I32);
        break;
      case op.call: {
        const { parameters, results } = of.callee(index);
        for (const type of [...parameters].reverse()) take(type);
        leave(results);
        break;
      }
      case op.localGet:
        leave([of.local(index)]);
        break;
      case op.localSet:
        take(of.local(index));
        break;
      case op.localTee:
        take(of.local(index));
        leave([of.local(index)]);
        break;
      case op.drop:
        if (types.length <= height) return undefined;
        types.pop();
        break;
      case op.select: {
        take(I32);
        const type =
          types.length > height + 1 ? types.at(-2) : types.length > height ? types.at(-1) : undefined;
        if (type === undefined) return undefined;
        take(type);
        take(type);
        leave([type]);
        break;
      }
      default:
        return undefined;
    }
  }
  return { taken, types, frames };
}

/** How many values an instruction takes and how many it leaves; a block as if it were empty and answered nothing. */
export function arityOf({ op: opcode, operands }: Instruction, of: Types): readonly [number, number] {
  const effect = effectOf(opcode);
  if (effect !== undefined) return [effect.taken.length, effect.left.length];
  switch (opcode) {
    case op.call: {
      const { parameters, results } = of.callee(operands[0] ?? 0);
      return [parameters.length, results.length];
    }
    case op.localGet:
      return [0, 1];
    case op.localTee:
      return [1, 1];
    case op.select:
      return [3, 1];
    case op.if:
    case op.brIf:
    case op.localSet:
    case op.drop:
      return [1, 0];
    default:
      return [0, 0];
  }
}
