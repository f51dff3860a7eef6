/** Tables of keys in Markdown, as prettier has them. */
import { format } from "prettier";
import type { Key } from "./keys.js";
import { meanings } from "./meanings.js";
import type { Meaning } from "./meanings.js";

/** The key and what it means. */
export interface Row {
  readonly key: Key;
  readonly meaning: Meaning;
}

const isTailOf = (tail: string, name: string): boolean =>
  name === tail || (/[._]$/.test(name.slice(0, -tail.length)) && name.endsWith(tail));

/** The meaning of the longest tail that fits. */
const meaningOf = ({ name }: Key): [tail: string, meaning: Meaning] => {
  const found = Object.entries(meanings)
    .filter(([tail]) => isTailOf(tail, name))
    .sort(([one], [other]) => other.length - one.length)[0];
  if (found === undefined) throw new RangeError(`scripts/docs/meanings.ts says nothing of ${name}`);
  return found;
};

/**
 * The keys with what they mean.
 *
 * @throws RangeError where a key has no meaning, or a meaning no key
 */
export function rowsOf(keys: readonly Key[]): Row[] {
  const used = new Set<string>();
  const rows = keys.map((key) => {
    const [tail, meaning] = meaningOf(key);
    used.add(tail);
    return { key, meaning };
  });
  const spare = Object.keys(meanings).filter((tail) => !used.has(tail));
  if (spare.length > 0) throw new RangeError(`scripts/docs/meanings.ts: no key ends in ${spare.join(", ")}`);
  return rows;
}

const valuesOf = ({ key, meaning }: Row): string => {
  const inherits = key.preset === "-1" && key.name.includes("outbound_proxy.");
  if (meaning.values === undefined) return key.values;
  return inherits ? `-1, ${meaning.values}` : meaning.values;
};

const withUnit = (text: string, unit: Meaning["unit"]): string =>
  text === "" || unit === undefined || text === "-1" ? text : `${text} ${unit}`;

const cells = (row: Row): string[] => [
  `\`${row.key.name}\``,
  valuesOf(row),
  withUnit(row.key.preset, row.meaning.unit),
  row.meaning.text,
];

/** A table of these keys. */
export const tableOf = (rows: readonly Row[]): string =>
  [["key", "values", "default", "what it decides"], ["---", "---", "---", "---"], ...rows.map(cells)]
    .map((line) => `| ${line.join(" | ")} |`)
    .join("\n");

/** A text with what stands between two comments put anew: `<!-- NAME -->` and `<!-- end of NAME -->`. */
export function between(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new RangeError(`${begin} and ${end} are not there`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

/** As the formatter of this project leaves Markdown. */
export const formatted = (text: string): Promise<string> =>
  format(text, { parser: "markdown", printWidth: 110 });
