// @ts-check
import { existsSync, statSync } from "node:fs";

const every = "tests/unit/**/*.spec.ts";

/*
 * `asp` alone runs every spec; `asp tests/unit/dns` and `asp tests/unit/dns/cache.spec.ts` run those. as-pect
 * adds the paths of its command line to `entries` and knows no folders.
 */
const paths = process.argv.slice(2).filter((argument) => existsSync(argument));
const folders = paths.filter((path) => statSync(path).isDirectory());

export default {
  entries:
    paths.length === 0 ? [every] : folders.map((folder) => `${folder.replace(/\/$/, "")}/**/*.spec.ts`),
  include: ["tests/unit/**/*.include.ts"],
  disclude: [/node_modules/, /^(?!.*\.spec\.ts$)/],
  /**
   * @param {object} memory
   * @param {(...imports: object[]) => object} createImports
   * @param {(binary: Uint8Array, imports: object) => Promise<object>} instantiate
   * @param {Uint8Array} binary
   */
  instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
  /** Set by the runner of `npm test`, which reads the results from there. */
  reporter: process.env["SIP_FAILOVER_UNIT_RESULTS"] && "build/js/tests/runner/unit-reporter.js",
};
