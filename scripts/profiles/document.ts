/**
 * Writes docs/pools.md: what a profile may set, and what it costs.
 * Usage: node build/js/scripts/profiles/document.js [--check]
 * With --check nothing is written; the exit status is 1 where the document is not up to date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import * as prettier from "prettier";
import { Trouble, runScript } from "../command.js";
import { recordsFirst } from "../layout.js";
import { packLiterals } from "../literals.js";
import { MemoryMap } from "./memory.js";
import { options } from "./options.js";
import { DEFAULT, limitsOfCore, readProfile, readerWith } from "./profile.js";
import type { Limits } from "./profile.js";

const FILE = "docs/pools.md";

/** Octets of the core's memory with these limits. Nothing is optimised, and nothing written. */
async function octetsWith(limits: Limits): Promise<number> {
  const memory = new MemoryMap();
  const words = ["--config", "asconfig.json", "--target", "device"];
  const { error } = await asc.main([...words, "--optimizeLevel", "0", "--shrinkLevel", "0", "--noEmit"], {
    stderr: process.stderr,
    transforms: [recordsFirst, packLiterals, memory.transform],
    readFile: readerWith(limits),
  });
  if (error !== null) throw error;
  return memory.blocks.reduce((sum, { octets }) => sum + octets, 0);
}

/** Octets that one more of an option takes. */
export async function octetsEach(name: string): Promise<number> {
  const limits = limitsOfCore();
  const value = limits[name];
  if (value === undefined) throw new Trouble(`there is no option ${name}`);
  return (await octetsWith(limits)) - (await octetsWith({ ...limits, [name]: value - 1 }));
}

const PREAMBLE = `# Pools

What a build for a device may set, in a profile: a file of JSON such as
[\`assembly/profiles/small.json\`](../assembly/profiles/small.json), which lowers constants of \`assembly/limits.ts\`.
\`npm run build:device -- --profile FILE\` takes it. What it does not name is as in \`default\`, and nothing can be above
that. Cells are what texts and messages of any length lie in; of each pool of cells one is never used. "Octets each" is
what one more costs beside the others of \`default\`.

\`build/profiles/NAME/profile.json\` says what lies in the memory of a profile, octet for octet. This page is written by
\`node build/js/scripts/profiles/document.js\`.
`;

const grouped = (value: number): string => value.toLocaleString("en-US");

async function document(): Promise<string> {
  const core = limitsOfCore();
  const small = readProfile("small").limits;
  const rows: string[] = [];
  for (const { name, least, what, full } of options) {
    const each = grouped(await octetsEach(name));
    const values = [least, small[name] ?? 0, core[name] ?? 0].map(String);
    rows.push(`| ${[`\`${name}\``, what, ...values, each, full].join(" | ")} |`);
  }
  const sizes = [grouped(await octetsWith(small)), grouped(await octetsWith(core))];
  const text = [
    PREAMBLE,
    `| option | how many | least | \`small\` | \`${DEFAULT}\` | octets each | when there is no more |`,
    "| --- | --- | --: | --: | --: | --: | --- |",
    ...rows,
    "",
    `All pools and everything else in the core's memory: ${sizes.join(" octets with `small`, ")} with \`${DEFAULT}\`.`,
    "",
  ].join("\n");
  return prettier.format(text, { ...(await prettier.resolveConfig(FILE)), parser: "markdown" });
}

async function main(): Promise<void> {
  const text = await document();
  if (existsSync(FILE) && readFileSync(FILE, "utf8") === text) return;
  if (process.argv.includes("--check")) {
    throw new Trouble(`${FILE} is not up to date: node build/js/scripts/profiles/document.js`);
  }
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, text);
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(main);
}
