import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeResult } from "./node-reporter.js";
import { runNode } from "./process.js";
import type { Finished } from "./process.js";
import type { Lane, Outcome } from "./suite.js";

/** Milliseconds. A file that takes longer hangs. */
const FILE_TIMEOUT = 300_000;

const REPORTER = "./build/js/tests/runner/node-reporter.js";

/** Adds what came of one test file. */
function take(
  source: string,
  results: readonly NodeResult[],
  { status, output }: Finished,
  outcome: Outcome,
): void {
  /** The names around the test that is reported, outermost first. */
  let groups: string[] = [];
  const running = new Set<string>();
  const failures: { name: string; detail: string }[] = [];
  let tests = 0;
  let complete = false;
  for (const result of results) {
    if (result.is === "complete") complete = true;
    else if (result.is === "running") running.add(result.name);
    else if (result.is === "start") groups = [...groups.slice(0, result.nesting), result.name];
    else {
      const name = `${source}: ${[...groups.slice(0, result.nesting), result.name].join(" > ")}`;
      tests++;
      running.delete(result.name);
      if (result.is === "passed") outcome.pass();
      else if (result.is === "skipped") outcome.skip(name, result.detail);
      else failures.push({ name, detail: result.detail });
    }
  }
  if (tests === 0 && status === 0 && (complete || running.size === 0)) {
    failures.push({ name: source, detail: "no test was reported" });
  } else if (!complete || (status !== 0 && failures.length === 0)) {
    const during = running.size > 0 ? `, during: ${[...running].join(", ")}` : "";
    failures.push({ name: source, detail: `it ended before its tests did: ${String(status)}${during}` });
  }
  for (const { name, detail } of failures) outcome.fail(name, detail);
  if (failures.length > 0 && output !== "") outcome.note(`written by ${source}`, output);
}

/** Runs a compiled test file by itself, so that what it breaks is its own. */
async function runFile(source: string, lane: Lane, folder: string, outcome: Outcome): Promise<void> {
  const file = join("build/js", source.replace(/\.ts$/, ".js"));
  const destination = join(folder, `${source.replace(/\W/g, "-")}.ndjson`);
  const reporter = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${destination}`];
  const finished = await runNode(["--enable-source-maps", ...reporter, file], {
    timeout: FILE_TIMEOUT,
    patient: lane === "compute",
  });
  const lines = existsSync(destination) ? readFileSync(destination, "utf8").split("\n") : [];
  // The process may have ended within a line.
  const results = lines.slice(0, -1).map((line) => JSON.parse(line) as NodeResult);
  take(source, results, finished, outcome);
}

/**
 * Runs compiled test files with node:test, each in a process of its own.
 * @param sources their sources, relative to the project's folder
 * @param manner how many at the same time, and what they need of the machine
 */
export async function runNodeTests(
  sources: readonly string[],
  { concurrency, lane }: { readonly concurrency: number; readonly lane: Lane },
  outcome: Outcome,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-tests-"));
  const waiting = [...sources];
  const work = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      await runFile(source, lane, folder, outcome);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
