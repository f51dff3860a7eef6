/** What makes the finished module shorter and no optimiser does: works on the binary, changes no instruction's meaning. */
import { shortenBranches } from "./branches.js";
import { shareConstants } from "./constants.js";
import { read, write } from "./module.js";
import { orderFunctions } from "./order.js";
import { outline } from "./outline.js";

/** Bytes that a new function must gain, round by round: what gains most goes first, for later rounds build on it. */
const ROUNDS = [30, 20, 15, 10, 7, 5, 3, 2, 1];

/** A module that does the same and is shorter. Names and other custom sections are dropped. */
export function shrink(module: Uint8Array): Uint8Array {
  let program = orderFunctions(shortenBranches(read(module)));
  for (const least of ROUNDS) program = orderFunctions(outline(program, least));
  return write(shareConstants(program));
}
