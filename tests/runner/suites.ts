import { availableParallelism } from "node:os";
import { builtSuites } from "../hosts/suites.js";
import type { BuiltSuite } from "../hosts/suites.js";
import { suites as interop } from "../interop/suites.js";
import { checkSuite } from "./checks.js";
import { filesBelow } from "./files.js";
import { computing } from "./lanes.js";
import { runNodeTests } from "./node-tests.js";
import { hasProgram } from "./process.js";
import type { Lane, Suite } from "./suite.js";
import { unitSuite } from "./unit.js";

const isOf = (path: string, { begins }: BuiltSuite): boolean =>
  begins.some((beginning) => path.startsWith(beginning));

/** The test files of a folder that need no program beside Node. */
function nodeSuite(name: string, lane: Lane, concurrency: number): Suite {
  return {
    name,
    lane,
    parts: filesBelow(`tests/${name}`, ".test.ts").filter(
      (path) => !builtSuites.some((suite) => isOf(path, suite)),
    ),
    run: (parts, outcome) => runNodeTests(parts, { concurrency, lane }, outcome),
  };
}

/** Suites that share a machine's ports and loopback addresses run their files one by one. */
const ALONE = 1;

/** The programs that a suite lacks on this machine. */
export const missing = new Map<Suite, readonly string[]>();

/** A suite that is left out, by name, where a program is missing. */
function needySuite(name: string, lane: Lane, parts: readonly string[], needs: readonly string[]): Suite {
  const suite: Suite = {
    name,
    lane,
    parts,
    run: (wanted, outcome) => runNodeTests(wanted, { concurrency: ALONE, lane }, outcome),
  };
  const lacking = needs.filter((need) => !hasProgram(need));
  if (lacking.length > 0) missing.set(suite, lacking);
  return suite;
}

const builtSuite = (suite: BuiltSuite): Suite =>
  needySuite(
    suite.name,
    suite.lane,
    ["tests/hosts", "tests/firmware"]
      .flatMap((folder) => filesBelow(folder, ".test.ts"))
      .filter((path) => isOf(path, suite)),
    suite.needs,
  );

const interopSuite = ({ name, files, needs }: (typeof interop)[number]): Suite =>
  needySuite(
    `interop: ${name}`,
    "clock",
    files.map((file) => `tests/interop/${file.replace(/\.js$/, ".ts")}`),
    needs,
  );

/** Every suite, in the order in which those of a lane run. */
export function allSuites(): Suite[] {
  return [
    checkSuite,
    unitSuite,
    nodeSuite("scenarios", "compute", computing(availableParallelism())),
    nodeSuite("hosts", "clock", ALONE),
    nodeSuite("tools", "compute", ALONE),
    ...builtSuites.map(builtSuite),
    ...interop.map(interopSuite),
  ];
}
