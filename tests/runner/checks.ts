import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { builtSuiteOf } from "../hosts/suites.js";
import { suites } from "../interop/suites.js";
import { filesBelow } from "./files.js";
import { runNode } from "./process.js";
import type { Outcome, Suite } from "./suite.js";

/** What a check found wrong; undefined where nothing is. */
type Check = () => Promise<string | undefined>;

const passes =
  (...script: string[]): Check =>
  async () => {
    const { status, output } = await runNode(script, { patient: true });
    return status === 0 ? undefined : `${output}exit status ${String(status)}`;
  };

/** A lock file that names a registry would bind everybody to it. */
const lockFile: Check = () => {
  const lines = readFileSync("package-lock.json", "utf8").split("\n");
  const wrong = lines.findIndex((line) => line.includes('"resolved"'));
  return Promise.resolve(wrong < 0 ? undefined : `package-lock.json:${String(wrong + 1)}: names a registry`);
};

/** A file in no suite would never run. */
const interopFiles: Check = () => {
  const listed = new Set(suites.flatMap(({ files }) => files.map((file) => file.replace(/\.js$/, ".ts"))));
  const lost = filesBelow("tests/interop", ".test.ts").filter(
    (path) => !listed.has(path.slice("tests/interop/".length)),
  );
  return Promise.resolve(
    lost.length === 0 ? undefined : `in no suite of tests/interop/suites.ts: ${lost.join(", ")}`,
  );
};

/** Scripts that build what several suites use, at one place. */
const builders = /^scripts\/(native|wasmtime|device\/build|firmware\/image|firmware\/bare-metal)\.ts$/;

/** Whether a source uses such a script, by way of whatever it imports. */
function isBuilding(path: string, seen = new Set<string>()): boolean {
  if (builders.test(path)) return true;
  if (seen.has(path)) return false;
  seen.add(path);
  const imports = readFileSync(path, "utf8").matchAll(
    /^(?:import|export) (?!type )[^;]*?from "(\.[^"]*)\.js";$/gm,
  );
  return [...imports].some(([, target = ""]) => isBuilding(`${join(dirname(path), target)}.ts`, seen));
}

/** What is built takes programs that a machine may lack: a suite has to name them. */
const buildingTests: Check = () => {
  const wrong = filesBelow("tests", ".test.ts").filter(
    (path) => (builtSuiteOf(path)?.needs ?? []).length === 0 && isBuilding(path),
  );
  return Promise.resolve(
    wrong.length === 0
      ? undefined
      : `builds, but is in no suite of tests/hosts/suites.ts: ${wrong.join(", ")}`,
  );
};

const checks: Readonly<Record<string, Check>> = {
  "formatting (prettier)": passes(
    "node_modules/prettier/bin/prettier.cjs",
    "--check",
    "--log-level",
    "warn",
    ".",
  ),
  "lint (eslint)": passes("node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."),
  "types of the scripts (tsc)": passes("node_modules/typescript/bin/tsc", "-p", "tsconfig.scripts.json"),
  "types of the timeline's page (tsc)": passes("node_modules/typescript/bin/tsc", "-p", "host/timeline/page"),
  "types of the fleet's page (tsc)": passes("node_modules/typescript/bin/tsc", "-p", "host/fleet/page"),
  "the contract's generated files": passes("build/js/host/abi/generate.js", "--check"),
  "the documents' tables of keys": passes("build/js/scripts/docs/index.js", "--check"),
  "the lock file": lockFile,
  "every interop test is in a suite": interopFiles,
  "every test that builds is in a suite that says what it needs": buildingTests,
};

/** Formatting, lint, types that the build does not check, generated files. */
export const checkSuite: Suite = {
  name: "checks",
  lane: "compute",
  parts: Object.keys(checks),
  async run(parts: readonly string[], outcome: Outcome) {
    await Promise.all(
      parts.map(async (name) => {
        const wrong = await checks[name]?.();
        if (wrong === undefined) outcome.pass();
        else outcome.fail(name, wrong);
      }),
    );
  },
};
