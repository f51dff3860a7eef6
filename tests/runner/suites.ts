import { availableParallelism } from "node:os";
import { builtSuiteOf, builtSuites } from "../hosts/suites.js";
import type { BuiltSuite } from "../hosts/suites.js";
import { suites as interop } from "../interop/suites.js";
import type { InteropSuite } from "../interop/suites.js";
import { checkSuite } from "./checks.js";
import { filesBelow } from "./files.js";
import { computing } from "./lanes.js";
import { runNodeTests } from "./node-tests.js";
import { hasProgram } from "./process.js";
import type { Lane, Suite } from "./suite.js";
import { unitSuite } from "./unit.js";

/** Files of a suite that run at the same time, where it does not say: most share ports, or loopback addresses. */
const ALONE = 1;

const testSuite = (name: string, lane: Lane, parts: readonly string[], concurrency = ALONE): Suite => ({
  name,
  lane,
  parts,
  run: (wanted, outcome) => runNodeTests(wanted, { concurrency, lane }, outcome),
});

/** The test files of a folder that need no program beside Node. */
const nodeSuite = (name: string, lane: Lane, concurrency?: number): Suite =>
  testSuite(
    name,
    lane,
    filesBelow(`tests/${name}`, ".test.ts").filter((path) => builtSuiteOf(path) === undefined),
    concurrency,
  );

/** The programs that a suite lacks on this machine. */
export const missing = new Map<Suite, readonly string[]>();

/** A suite that is left out, by name, where a program is missing. */
function needySuite(suite: Suite, needs: readonly string[]): Suite {
  const lacking = needs.filter((need) => !hasProgram(need));
  if (lacking.length > 0) missing.set(suite, lacking);
  return suite;
}

const builtSuite = (suite: BuiltSuite): Suite =>
  needySuite(
    testSuite(
      suite.name,
      suite.lane,
      filesBelow("tests", ".test.ts").filter((path) => builtSuiteOf(path) === suite),
    ),
    suite.needs,
  );

const interopSuite = ({ name, files, concurrency, needs }: InteropSuite): Suite =>
  needySuite(
    testSuite(
      `interop: ${name}`,
      "clock",
      files.map((file) => `tests/interop/${file.replace(/\.js$/, ".ts")}`),
      concurrency,
    ),
    needs,
  );

/** Every suite, in the order in which those of a lane run. */
export function allSuites(): Suite[] {
  return [
    checkSuite,
    unitSuite,
    nodeSuite("scenarios", "compute", computing(availableParallelism())),
    nodeSuite("hosts", "clock"),
    nodeSuite("tools", "compute"),
    ...builtSuites.map(builtSuite),
    ...interop.map(interopSuite),
  ];
}
