/**
 * Runs every suite: those that watch the clock beside those that compute.
 * Usage: node build/js/tests/run.js [WORD…]
 * With words, only the suites, test files and checks that have one of them in their names.
 */
import { availableParallelism } from "node:os";
import { runLanes } from "./runner/lanes.js";
import { extendSearchPath } from "./runner/process.js";
import { Report } from "./runner/report.js";
import { wantedParts } from "./runner/suite.js";
import { allSuites, missing } from "./runner/suites.js";

/** Where everything has to run, a suite that cannot is a failure. */
const skippingFails = !["", "false"].includes(process.env["CI"] ?? "");
const words = process.argv.slice(2);
const report = new Report(process.stdout, skippingFails);

extendSearchPath();
const wanted = allSuites().filter((suite) => words.length === 0 || wantedParts(suite, words).length > 0);
await runLanes(wanted, availableParallelism(), (suite) => {
  const lacking = missing.get(suite);
  return report.follow(
    suite.name,
    async (outcome) => {
      if (lacking === undefined) await suite.run(wantedParts(suite, words), outcome);
      else outcome.skip(suite.name, `${lacking.join(", ")} not installed; npm run setup:servers`);
      if (outcome.count === 0) outcome.fail(suite.name, "it holds no test");
    },
    lacking !== undefined,
  );
});
const { count, failed, line } = report.end();
if (count === 0) {
  console.error(`no suite and no test file has ${words.join(" or ")} in its name`);
  process.exitCode = 2;
} else {
  console.log(line);
  if (failed > 0) process.exitCode = 1;
}
