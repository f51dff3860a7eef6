/**
 * Runs every suite: first those that need nothing but Node, then those against real servers.
 * Usage: node build/js/tests/run.js [WORD…]
 * With words, only the suites, test files and checks that have one of them in their names.
 */
import { Outcome, wantedParts } from "./runner/suite.js";
import type { Suite } from "./runner/suite.js";
import { allSuites, missing } from "./runner/suites.js";
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

async function runSuite(suite: Suite, parts: readonly string[]): Promise<void> {
  const lacking = missing.get(suite);
  const started = performance.now();
  const outcome = new Outcome(() => {
    if (process.stdout.isTTY) process.stdout.write(`\r${line(suite.name, outcome, started)}`);
  });
  if (lacking !== undefined) {
    outcome.skip(suite.name, `${lacking.join(", ")} not installed; npm run setup:servers`);
  } else {
    await suite.run(parts, outcome);
    if (outcome.count === 0) outcome.fail(suite.name, "it holds no test");
    const lead = process.stdout.isTTY ? "\r\u001b[K" : "";
    console.log(`${lead}${line(suite.name, outcome, started)}`);
  }
  for (const { name, detail } of outcome.failures) console.log(`\nfailed: ${name}\n${indented(detail)}`);
  for (const { name, detail } of outcome.notes) console.log(`\n${name}:\n${indented(detail)}`);
  if (outcome.failures.length > 0) console.log();
  for (const name of outcome.skipped) console.log(`${skippingFails ? "failed" : "skipped"}: ${name}`);
  total.passed += outcome.passed;
  total.failed += outcome.failures.length + (skippingFails ? outcome.skipped.length : 0);
  total.skipped += skippingFails ? 0 : outcome.skipped.length;
}

extendSearchPath();
for (const suite of allSuites()) {
  const parts = wantedParts(suite, words);
  if (words.length === 0 || parts.length > 0) await runSuite(suite, parts);
}
if (total.passed + total.failed + total.skipped === 0) {
  console.error(`no suite and no test file has ${words.join(" or ")} in its name`);
  process.exitCode = 2;
} else {
  const skipped = total.skipped > 0 ? `, ${String(total.skipped)} skipped` : "";
  console.log(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
  if (total.failed > 0) process.exitCode = 1;
}
