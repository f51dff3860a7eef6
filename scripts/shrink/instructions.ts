/**
 * The instructions of WebAssembly 1.0 as far as the core uses them: how each is written, what it takes from the
 * stack and what it leaves there. There are no floats and no indirect calls in the core; a module with them is
 * refused.
 */

import { encodeNumber } from "../wasm.js";
import type { Reader } from "../wasm.js";

/** Value types as the binary format writes them. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const NOTHING = 0x40;

export const op = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eqz: 0x45,
} as const;

export interface Instruction {
  readonly op: number;
  /** What follows the opcode: labels, an index, alignment and offset, a block's type. */
  readonly operands: readonly number[];
  /** The number of a constant. */
  readonly value?: bigint;
}

export interface Signature {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** `taken > left` of the opcodes that always take and leave the same: i is i32, l is i64. */
const EFFECTS: readonly (readonly [first: number, last: number, taken: string, left: string])[] = [
  [0x28, 0x28, "i", "i"],
  [0x29, 0x29, "i", "l"],
  [0x2c, 0x2f, "i", "i"],
  [0x30, 0x35, "i", "l"],
  [0x36, 0x36, "ii", ""],
  [0x37, 0x37, "il", ""],
  [0x3a, 0x3b, "ii", ""],
  [0x3c, 0x3e, "il", ""],
  [0x3f, 0x3f, "", "i"],
  [0x41, 0x41, "", "i"],
  [0x42, 0x42, "", "l"],
  [0x45, 0x45, "i", "i"],
  [0x46, 0x4f, "ii", "i"],
  [0x50, 0x50, "l", "i"],
  [0x51, 0x5a, "ll", "i"],
  [0x67, 0x69, "i", "i"],
  [0x6a, 0x78, "ii", "i"],
  [0x79, 0x7b, "l", "l"],
  [0x7c, 0x8a, "ll", "l"],
  [0xa7, 0xa7, "l", "i"],
  [0xac, 0xad, "i", "l"],
];

export interface Effect {
  readonly taken: readonly number[];
  readonly left: readonly number[];
}

const typesOf = (letters: string): number[] => Array.from(letters, (letter) => (letter === "l" ? I64 : I32));

const effects = new Map<number, Effect>();
for (const [first, last, taken, left] of EFFECTS) {
  for (let each = first; each <= last; each++) {
    effects.set(each, { taken: typesOf(taken), left: typesOf(left) });
  }
}

/** What an instruction does that neither branches nor depends on types; undefined for any other. */
export function effectOf(opcode: number): Effect | undefined {
  return effects.get(opcode);
}

const isMemoryAccess = (opcode: number): boolean => opcode >= 0x28 && opcode <= 0x3e;

/** LEB128, signed. */
function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (; value < -64n || value > 63n; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return [...bytes, Number(value & 0x7fn)];
}

export function decode(reader: Reader): Instruction {
  const opcode = reader.byte();
  if (opcode === op.i32Const || opcode === op.i64Const) {
    return { op: opcode, operands: [], value: reader.signed() };
  }
  const operands: number[] = [];
  if (opcode === op.block || opcode === op.loop || opcode === op.if) operands.push(reader.byte());
  else if (opcode === op.brTable)
    for (let left = reader.number(); left >= 0; left--) operands.push(reader.number());
  else if (isMemoryAccess(opcode)) operands.push(reader.number(), reader.number());
  else if (opcode === 0x3f) operands.push(reader.byte());
  else if (
    (opcode >= op.localGet && opcode <= op.globalGet) ||
    opcode === op.br ||
    opcode === op.brIf ||
    opcode === op.call
  ) {
    operands.push(reader.number());
  } else if (!effects.has(opcode) && !plain.has(opcode)) {
    throw new Error(`an instruction that the core does not use: 0x${opcode.toString(16)}`);
  }
  return { op: opcode, operands };
}

/** Those without operands that are not in the table of effects. */
const plain: ReadonlySet<number> = new Set([
  op.unreachable,
  op.nop,
  op.else,
  op.end,
  op.return,
  op.drop,
  op.select,
]);

export function encode({ op: opcode, operands, value }: Instruction): number[] {
  if (value !== undefined) return [opcode, ...signed(value)];
  if (opcode === op.brTable)
    return [opcode, ...encodeNumber(operands.length - 1), ...operands.flatMap(encodeNumber)];
  return [opcode, ...operands.flatMap(encodeNumber)];
}

export const isConstant = (instruction: Instruction): boolean => instruction.value !== undefined;

/** Whether what follows until the block's end is never reached. */
export const isFinal = (opcode: number): boolean =>
  opcode === op.br || opcode === op.brTable || opcode === op.return || opcode === op.unreachable;

export const opensBlock = (opcode: number): boolean =>
  opcode === op.block || opcode === op.loop || opcode === op.if;
