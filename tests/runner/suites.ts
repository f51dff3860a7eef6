import { availableParallelism } from "node:os";
import { suites as interop } from "../interop/suites.js";
import { checkSuite } from "./checks.js";
import { filesBelow } from "./files.js";
import { runNodeTests } from "./node-tests.js";
import { hasProgram } from "./process.js";
import type { Suite } from "./suite.js";
import { unitSuite } from "./unit.js";

/** The test files of a folder. */
function nodeSuite(name: string, concurrency: number): Suite {
  return {
    name,
    parts: filesBelow(`tests/${name}`, ".test.ts"),
    run: (parts, outcome) => runNodeTests(parts, concurrency, outcome),
  };
}

/** Suites that share a machine's ports and loopback addresses run their files one by one. */
const ALONE = 1;

/** The programs that an interop suite lacks on this machine. */
export const missing = new Map<Suite, readonly string[]>();

function interopSuite({ name, files, needs }: (typeof interop)[number]): Suite {
  const suite: Suite = {
    name: `interop: ${name}`,
    parts: files.map((file) => `tests/interop/${file.replace(/\.js$/, ".ts")}`),
    run: (parts, outcome) => runNodeTests(parts, ALONE, outcome),
  };
  const lacking = needs.filter((need) => !hasProgram(need));
  if (lacking.length > 0) missing.set(suite, lacking);
  return suite;
}

/** Every suite in the order in which they run. */
export function allSuites(): Suite[] {
  return [
    checkSuite,
    unitSuite,
    nodeSuite("scenarios", availableParallelism()),
    nodeSuite("hosts", ALONE),
    nodeSuite("tools", ALONE),
    ...interop.map(interopSuite),
  ];
}
