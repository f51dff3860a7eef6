import { availableParallelism } from "node:os";
import { builtSuites } from "../hosts/suites.js";
import type { BuiltSuite } from "../hosts/suites.js";
import { suites as interop } from "../interop/suites.js";
import { checkSuite } from "./checks.js";
import { filesBelow } from "./files.js";
import { runNodeTests } from "./node-tests.js";
import { hasProgram } from "./process.js";
import type { Suite } from "./suite.js";
import { unitSuite } from "./unit.js";

const isOf = (path: string, { begins }: BuiltSuite): boolean =>
  begins.some((beginning) => path.startsWith(beginning));

/** The test files of a folder that need no program beside Node. */
function nodeSuite(name: string, concurrency: number): Suite {
  return {
    name,
    parts: filesBelow(`tests/${name}`, ".test.ts").filter(
      (path) => !builtSuites.some((suite) => isOf(path, suite)),
    ),
    run: (parts, outcome) => runNodeTests(parts, concurrency, outcome),
  };
}

/** Suites that share a machine's ports and loopback addresses run their files one by one. */
const ALONE = 1;

/** The programs that a suite lacks on this machine. */
export const missing = new Map<Suite, readonly string[]>();

/** A suite that is left out, by name, where a program is missing. */
function needySuite(name: string, parts: readonly string[], needs: readonly string[]): Suite {
  const suite: Suite = { name, parts, run: (wanted, outcome) => runNodeTests(wanted, ALONE, outcome) };
  const lacking = needs.filter((need) => !hasProgram(need));
  if (lacking.length > 0) missing.set(suite, lacking);
  return suite;
}

const builtSuite = (suite: BuiltSuite): Suite =>
  needySuite(
    suite.name,
    ["tests/hosts", "tests/firmware"]
      .flatMap((folder) => filesBelow(folder, ".test.ts"))
      .filter((path) => isOf(path, suite)),
    suite.needs,
  );

const interopSuite = ({ name, files, needs }: (typeof interop)[number]): Suite =>
  needySuite(
    `interop: ${name}`,
    files.map((file) => `tests/interop/${file.replace(/\.js$/, ".ts")}`),
    needs,
  );

/**
 * Every suite, in lanes that run side by side; those of a lane run one after the other, in this order. What is built by
 * tools is in one lane, for no two suites may build the same thing at once; so is what listens at a port of its own
 * choice. The first has most of what computes at its beginning and then waits for clocks.
 */
export function allLanes(): Suite[][] {
  const lanes = [
    [
      checkSuite,
      unitSuite,
      nodeSuite("scenarios", availableParallelism()),
      nodeSuite("hosts", ALONE),
      ...interop.map(interopSuite),
    ],
    [nodeSuite("tools", ALONE), ...builtSuites.map(builtSuite)],
  ];
  return availableParallelism() > 1 ? lanes : [lanes.flat()];
}
