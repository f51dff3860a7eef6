/** The one table of keys in the core, read for people. */
import { readFileSync } from "node:fs";

/** A key as the table has it. */
export interface Key {
  /** Its whole name, with X, Y and N for numbers. */
  readonly name: string;
  /** The section of the parameters' specification that it belongs to: 1 to 4. */
  readonly section: number;
  /** The values that it takes, in words. */
  readonly values: string;
  /** The default as a configuration would have it; empty: none. */
  readonly preset: string;
}

interface Scope {
  readonly letter: string;
  readonly prefix: string;
}

interface Tail {
  readonly tail: string;
  readonly section: number;
  readonly values: string;
  readonly preset: string;
}

const TABLE_FILE = "assembly/config/table.ts";

/** Seconds with decimals; the table has them as milliseconds. */
const seconds = (milliseconds: string): string => String(Number(milliseconds) / 1000);

/** What a kind's letter and numbers say: the values and the default. */
const kinds: Readonly<Record<string, (...numbers: string[]) => [values: string, preset: string]>> = {
  n: (least = "", most = "", preset = "") => [`${least}..${most}`, preset],
  b: (preset = "") => ["0, 1", preset],
  u: (least = "", preset = "") => [`${least}..2147483647`, preset],
  o: () => ["-1, 1..2147483647", "-1"],
  f: (preset = "") => ["0, 60..65535; 1..59 is read as 60", preset],
  m: (least = "", most = "", preset = "") => [`${seconds(least)}..${seconds(most)}`, seconds(preset)],
  t: (length = "") => [`text, at most ${length} characters`, ""],
  h: (length = "") => [`host name or IP address, at most ${length} characters`, ""],
  i: () => ["IP address", ""],
};

const tailOf = (line: string, section: number): Tail => {
  const [tail, letter, numbers] = /^(\S+) ([a-zA-Z])(.*)$/.exec(line)?.slice(1) ?? [];
  const kind = kinds[letter?.toLowerCase() ?? ""];
  if (tail === undefined || numbers === undefined || kind === undefined) {
    throw new SyntaxError(`${TABLE_FILE}: ${line} is of no known kind`);
  }
  const [values, preset] = kind(...numbers.split(" "));
  return { tail, section, values, preset };
};

/** The keys that an outbound proxy has of a server's: those of failover, which it inherits, and where it is. */
const proxyTail = ({ tail, section, values, preset }: Tail): Tail | undefined => {
  if (section === 1) return { tail, section, values: `-1, ${values}`, preset: "-1" };
  return tail === "address" || tail === "port" ? { tail, section, values, preset } : undefined;
};

const keysOf = ({ letter, prefix }: Scope, tails: readonly Tail[]): Key[] =>
  tails.flatMap((each) => {
    const own = letter === "P" ? proxyTail(each) : each;
    return own === undefined ? [] : [{ ...own, name: prefix + own.tail }];
  });

/**
 * Every key of the core, in the table's order.
 *
 * @throws SyntaxError where the table is not as it says it is
 */
export function readKeys(): Key[] {
  const text = /TABLE = `([^`]*)`/.exec(readFileSync(TABLE_FILE, "utf8"))?.[1];
  if (text === undefined) throw new SyntaxError(`${TABLE_FILE}: no table`);
  const keys: Key[] = [];
  let scopes: Scope[] = [];
  let tails: Tail[] = [];
  let section = 0;
  const flush = (): void => {
    // A proxy's keys refer to the server's.
    const ordered = [
      ...scopes.filter(({ letter }) => letter !== "P"),
      ...scopes.filter(({ letter }) => letter === "P"),
    ];
    keys.push(...ordered.flatMap((scope) => keysOf(scope, tails)));
    scopes = [];
    tails = [];
  };
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const scope = /^([A-Z])!? ?(.+)$/.exec(line);
    if (scope?.[1] !== undefined && scope[2] !== undefined) {
      if (tails.length > 0) flush();
      scopes.push({ letter: scope[1], prefix: scope[2] });
    } else if (/^\d$/.test(line)) section = Number(line);
    else tails.push(tailOf(line, section));
  }
  flush();
  return keys;
}
