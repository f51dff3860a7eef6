/**
 * Runs every suite, in two lanes side by side where there are two processors. What is said of a suite is said when it is
 * over.
 * Usage: node build/js/tests/run.js [WORD…]
 * With words, only the suites, test files and checks that have one of them in their names.
 */
import { Outcome, wantedParts } from "./runner/suite.js";
import type { Suite } from "./runner/suite.js";
import { allLanes, missing } from "./runner/suites.js";
import { extendSearchPath } from "./runner/process.js";

const NAME_WIDTH = 28;

/** Where everything has to run, a suite that cannot is a failure. */
const skippingFails = !["", "false"].includes(process.env["CI"] ?? "");
const words = process.argv.slice(2);

const total = { passed: 0, failed: 0, skipped: 0 };

function line(name: string, outcome: Outcome, started: number): string {
  const counts = [
    `${String(outcome.passed)} passed`,
    outcome.failures.length > 0 && `${String(outcome.failures.length)} failed`,
    outcome.skipped.length > 0 && `${String(outcome.skipped.length)} skipped`,
  ].filter((part) => part !== false);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${name.padEnd(NAME_WIDTH)} ${counts.join(", ")} (${seconds} s)`;
}

const indented = (text: string): string => text.replace(/^/gm, "    ");

/** The lines of suites that run: the last one of the screen, on a terminal. */
const running = new Map<Suite, () => string>();

function showRunning(): void {
  if (!process.stdout.isTTY) return;
  const all = [...running.values()].map((each) => each()).join(" | ");
  process.stdout.write(`\r\u001b[K${all.slice(0, process.stdout.columns - 1)}`);
}

/** Writes lines above what is shown of suites that run. */
function say(...lines: readonly string[]): void {
  if (process.stdout.isTTY) process.stdout.write("\r\u001b[K");
  for (const each of lines) console.log(each);
  showRunning();
}

function sayAll(outcome: Outcome): void {
  for (const { name, detail } of outcome.failures) say(`\nfailed: ${name}\n${indented(detail)}`);
  for (const { name, detail } of outcome.notes) say(`\n${name}:\n${indented(detail)}`);
  if (outcome.failures.length > 0) say("");
  for (const name of outcome.skipped) say(`${skippingFails ? "failed" : "skipped"}: ${name}`);
}

async function runSuite(suite: Suite, parts: readonly string[]): Promise<void> {
  const lacking = missing.get(suite);
  const started = performance.now();
  const outcome = new Outcome(showRunning);
  if (lacking !== undefined) {
    outcome.skip(suite.name, `${lacking.join(", ")} not installed; npm run setup:servers`);
  } else {
    running.set(suite, () => line(suite.name, outcome, started));
    await suite.run(parts, outcome);
    running.delete(suite);
    if (outcome.count === 0) outcome.fail(suite.name, "it holds no test");
    say(line(suite.name, outcome, started));
  }
  sayAll(outcome);
  total.passed += outcome.passed;
  total.failed += outcome.failures.length + (skippingFails ? outcome.skipped.length : 0);
  total.skipped += skippingFails ? 0 : outcome.skipped.length;
}

async function runLane(suites: readonly Suite[]): Promise<void> {
  for (const suite of suites) {
    const parts = wantedParts(suite, words);
    if (words.length === 0 || parts.length > 0) await runSuite(suite, parts);
  }
}

extendSearchPath();
await Promise.all(allLanes().map(runLane));
if (total.passed + total.failed + total.skipped === 0) {
  console.error(`no suite and no test file has ${words.join(" or ")} in its name`);
  process.exitCode = 2;
} else {
  const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : "";
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
  if (total.failed > 0) process.exitCode = 1;
}
