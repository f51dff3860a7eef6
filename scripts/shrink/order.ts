import { op } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import type { Program } from "./module.js";

/** Indices of one byte. */
const SHORT_INDICES = 128;

/** How often the code calls each function. */
function callsIn({ functions }: Program): number[] {
  const calls = functions.map(() => 0);
  for (const { body } of functions) {
    for (const { op: opcode, operands } of body) {
      if (opcode === op.call) calls[operands[0] ?? 0] = (calls[operands[0] ?? 0] ?? 0) + 1;
    }
  }
  return calls;
}

/** How often a function must be called to have an index of one byte, and so to take it from another. */
export function callsOfShortIndex(program: Program): number {
  return callsIn(program).sort((one, other) => other - one)[SHORT_INDICES - 1] ?? 0;
}

/** The functions that are called most have the shortest indices. */
export function orderFunctions(program: Program): Program {
  const calls = callsIn(program);
  const order = [...calls.keys()].sort((one, other) => (calls[other] ?? 0) - (calls[one] ?? 0));
  const indexOf: number[] = [];
  for (const [index, old] of order.entries()) indexOf[old] = index;
  const renumber = (instruction: Instruction): Instruction =>
    instruction.op === op.call
      ? { op: op.call, operands: [indexOf[instruction.operands[0] ?? 0] ?? 0] }
      : instruction;
  return {
    ...program,
    functions: order.map((old) => {
      const func = program.functions[old];
      if (func === undefined) throw new RangeError("an order of functions that are not there");
      return { ...func, body: func.body.map(renumber) };
    }),
    start: program.start === undefined ? undefined : indexOf[program.start],
    exports: program.exports.map((each) =>
      each.kind === 0 ? { ...each, index: indexOf[each.index] ?? 0 } : each,
    ),
  };
}
