import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { filesBelow } from "./files.js";
import { computing } from "./lanes.js";
import { runNode } from "./process.js";
import type { Outcome, Suite } from "./suite.js";
import { RESULTS_VARIABLE } from "./unit-reporter.js";
import type { SpecResult } from "./unit-reporter.js";

/** Milliseconds that as-pect has for all specs together. */
const TIMEOUT = 300_000;

const AS_PECT = "node_modules/@as-pect/cli/lib/test.js";

/** as-pect's output without its opening. */
function said(output: string): string {
  return stripVTControlCharacters(output).replace(/^[\s\S]*?ASC Version: .*\n/, "");
}

function take(result: SpecResult, outcome: Outcome): void {
  outcome.pass(result.passed);
  for (const { name, detail } of result.failures) {
    outcome.fail(name === result.file ? name : `${result.file}: ${name}`, detail);
  }
  if (result.passed + result.failures.length === 0) outcome.fail(result.file, "it holds no test");
}

/**
 * Runs as-pect on the specs. It ends at the first one that does not compile or takes the process down: that one has
 * failed, and it is started again for those behind it.
 */
async function runSpecs(specs: readonly string[], folder: string, outcome: Outcome): Promise<void> {
  let rest = specs;
  for (let round = 0; rest.length > 0; round++) {
    const results = join(folder, `${String(round)}.ndjson`);
    const { status, output } = await runNode(["--enable-source-maps", AS_PECT, ...rest], {
      environment: { [RESULTS_VARIABLE]: results, FORCE_COLOR: "0" },
      timeout: TIMEOUT,
      patient: true,
    });
    const lines = existsSync(results) ? readFileSync(results, "utf8").trim().split("\n") : [];
    const done = lines.map((line) => JSON.parse(line) as SpecResult);
    for (const result of done) take(result, outcome);
    if (status !== 0 && done.every((result) => result.failures.length === 0) && done.length === rest.length) {
      outcome.fail("as-pect", `exit status ${String(status)}\n${said(output)}`);
    }
    const [broken, ...behind] = rest.slice(done.length);
    if (broken !== undefined) {
      outcome.fail(broken, `it did not run: exit status ${String(status)}\n${said(output)}`);
    }
    rest = behind;
  }
}

/** The as-pect specs of tests/unit, on as many processes as may compute. */
export const unitSuite: Suite = {
  name: "unit",
  lane: "compute",
  parts: filesBelow("tests/unit", ".spec.ts"),
  async run(parts: readonly string[], outcome: Outcome) {
    const processes = Math.min(computing(availableParallelism()), parts.length);
    await Promise.all(
      Array.from({ length: processes }, async (_, mine) => {
        const folder = mkdtempSync(join(tmpdir(), "sip-failover-unit-"));
        try {
          const specs = parts.filter((_part, index) => index % processes === mine);
          await runSpecs(specs, folder, outcome);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }),
    );
  },
};
