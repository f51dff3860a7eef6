/** Suites side by side, as far as they leave each other alone. */
import type { Lane, Suite } from "./suite.js";

/** The lanes that there are. */
const lanes: readonly Lane[] = ["clock", "compute"];

/**
 * Runs suites: those of a lane one after the other, in their order, and the lanes side by side. A machine with one
 * processor runs all of them one after the other.
 *
 * @param processors how many this machine has
 * @param run runs one; it must not fail
 */
export async function runLanes(
  suites: readonly Suite[],
  processors: number,
  run: (suite: Suite) => Promise<void>,
): Promise<void> {
  const inTurn = async (some: readonly Suite[]): Promise<void> => {
    for (const suite of some) await run(suite);
  };
  if (processors < 2) await inTurn(suites);
  else await Promise.all(lanes.map((lane) => inTurn(suites.filter((suite) => suite.lane === lane))));
}

/** How many processes a suite that computes may have: the other lane is left a processor. */
export const computing = (processors: number): number => Math.max(1, processors - 1);
