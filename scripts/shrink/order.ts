import { op } from "./instructions.js";
import type { Instruction } from "./instructions.js";
import type { Program } from "./module.js";

/** The functions that are called most have the shortest indices. */
export function orderFunctions(program: Program): Program {
  const calls = program.functions.map(() => 0);
  for (const { body } of program.functions) {
    for (const { op: opcode, operands } of body) {
      if (opcode === op.call) calls[operands[0] ?? 0] = (calls[operands[0] ?? 0] ?? 0) + 1;
    }
  }
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
    start: program.start < 0 ? -1 : (indexOf[program.start] ?? 0),
    exports: program.exports.map((each) =>
      each.kind === 0 ? { ...each, index: indexOf[each.index] ?? 0 } : each,
    ),
  };
}
