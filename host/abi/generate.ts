/**
 * Writes the generated sides of the contract; with `--check` it writes nothing and fails where a file differs.
 * Usage: node build/js/host/abi/generate.js [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { assemblyScript } from "./generate-assemblyscript.js";
import { cHeader } from "./generate-c.js";
import { typeScript } from "./generate-typescript.js";

const outputs: Readonly<Record<string, () => string>> = {
  "assembly/contract/constants.ts": assemblyScript,
  "host/abi/generated/constants.ts": typeScript,
  "host/abi/generated/sip_failover_contract.h": cHeader,
};

const check = process.argv.includes("--check");
let differing = 0;
for (const [path, generate] of Object.entries(outputs)) {
  const file = resolve(path);
  const wanted = generate();
  let found = "";
  try {
    found = readFileSync(file, "utf8");
  } catch {
    // A file that is not there differs.
  }
  if (found === wanted) continue;
  differing++;
  if (check) {
    console.error(`${path} differs from host/abi/contract.ts: run "npm run abi"`);
  } else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, wanted);
    console.log(`wrote ${path}`);
  }
}
process.exitCode = check && differing > 0 ? 1 : 0;
