/**
 * Long constants that the code names often become globals that never change: naming one takes two bytes, where
 * `i64.const` with the time that never comes takes eleven.
 */
import { I32, I64, encode, op } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import type { Program } from "./module.js";

/** Bytes of `global.get`; the first 128 globals have an index of one byte. */
const USE = 2;
const MOST_GLOBALS = 128;
/** Bytes of a global beside its constant: its type, whether it changes, its end. */
const DECLARATION = 3;

const keyOf = ({ op: opcode, value }: Instruction): string => `${String(opcode)} ${String(value)}`;

/** The constants that are worth a global, as `opcode value`, the most worth first. */
export function sharedConstants({ functions }: Program): string[] {
  const gains = new Map<string, number>();
  for (const { body } of functions) {
    for (const instruction of body) {
      if (instruction.value === undefined) continue;
      const size = encode(instruction).length;
      const key = keyOf(instruction);
      gains.set(key, (gains.get(key) ?? -DECLARATION - size) + size - USE);
    }
  }
  return [...gains]
    .filter(([, gain]) => gain > 0)
    .sort(([, one], [, other]) => other - one)
    .slice(0, MOST_GLOBALS)
    .map(([constant]) => constant);
}

/** The program with its constants shared where that makes the module shorter. */
export function shareConstants(program: Program): Program {
  const shared = sharedConstants(program);
  const indexOf = new Map(shared.map((constant, index) => [constant, index]));
  return {
    ...program,
    constants: shared.map((constant) => {
      const [opcode = "", value = ""] = constant.split(" ");
      return {
        type: Number(opcode) === op.i32Const ? I32 : I64,
        value: { op: Number(opcode), operands: [], value: BigInt(value) },
      };
    }),
    functions: program.functions.map((func) => ({
      ...func,
      body: func.body.map((instruction) => {
        const index = instruction.value === undefined ? undefined : indexOf.get(keyOf(instruction));
        return index === undefined ? instruction : { op: op.globalGet, operands: [index] };
      }),
    })),
  };
}
