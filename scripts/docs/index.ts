/**
 * Writes what the documents say of configuration keys: docs/configuration.md with all of them, and the README's table
 * of those that decide a failover. Their names, ranges and defaults come from the one table in the core.
 * Usage: node build/js/scripts/docs/index.js [--check]
 * With --check nothing is written; the exit status is 1 where a document is not up to date.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readKeys } from "./keys.js";
import { between, formatted, rowsOf, tableOf } from "./render.js";
import type { Row } from "./render.js";

const sections = [
  "Failover and failback of one server or proxy name",
  "Fallback: working server and fallback server",
  "Servers, proxies and DNS",
  "Accounts, registration, subscriptions, timers",
];

const preamble = [
  "# Configuration keys",
  "",
  "Generated from `assembly/config/table.ts` by `npm run docs`. `X` is the account (1 to 16), `Y` the server slot",
  "(1: working, 2: fallback), `N` the number of a static record (1 to 12). A key of an outbound proxy that is -1 has",
  "the value of the server's key of that name. The letters in parentheses are the rules that `run` names.",
].join("\n");

const configuration = (rows: readonly Row[]): string =>
  [
    preamble,
    ...sections.flatMap((title, index) => [
      `## ${title}`,
      tableOf(rows.filter(({ key }) => key.section === index + 1)),
    ]),
  ].join("\n\n");

const isOfServer = ({ key }: Row): boolean => !key.name.includes("outbound_proxy");

const rows = rowsOf(readKeys());
const deciding = rows.filter((row) => row.meaning.decides === true && isOfServer(row));
const documents: Readonly<Record<string, string>> = {
  "docs/configuration.md": await formatted(configuration(rows)),
  "README.md": await formatted(between(readFileSync("README.md", "utf8"), "keys", tableOf(deciding))),
};

const isCheck = process.argv.includes("--check");
mkdirSync("docs", { recursive: true });
for (const [file, text] of Object.entries(documents)) {
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  if (isCheck) {
    console.error(`${file} is not up to date: npm run docs`);
    process.exitCode = 1;
  } else writeFileSync(file, text);
}
