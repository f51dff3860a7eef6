/**
 * Profiles: how large the pools of a core are. `default` is what assembly/limits.ts says; others are files of JSON, in
 * assembly/profiles or a product's own, that lower some of its constants.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Trouble } from "../command.js";
import { cellSizes, options } from "./options.js";

/** A constant of assembly/limits.ts and its value. */
export type Limits = Readonly<Record<string, number>>;

export interface Profile {
  readonly name: string;
  /** Every option's value. */
  readonly limits: Limits;
}

const LIMITS = "assembly/limits.ts";
/** A constant there that is a plain number. */
const CONSTANT = /^export const ([A-Z_]+) = (\d+);$/gm;
const FOLDER = "assembly/profiles";
export const DEFAULT = "default";

/** The constants of assembly/limits.ts that are plain numbers. */
export function limitsOfCore(): Limits {
  const text = readFileSync(LIMITS, "utf8");
  const found = text.matchAll(CONSTANT);
  return Object.fromEntries([...found].map(([, name = "", value]) => [name, Number(value)]));
}

const valueOf = (limits: Limits, name: string): number => {
  const value = limits[name];
  if (value === undefined) throw new Trouble(`${LIMITS} has no constant ${name}`);
  return value;
};

/** Octets of the short actions of one piece of work: events, flows that are opened and closed, an ACK. */
const SHORT_ACTIONS = 1024;

/** What must hold between the options of a profile, and the sentence that says so. */
const relations: readonly {
  readonly holds: (of: (name: string) => number) => boolean;
  readonly says: string;
}[] = [
  {
    // A cell is never given: cell 0 names none.
    holds: (of) => (of("MESSAGE_CELLS") - 1) * of(cellSizes.MESSAGE_CELLS) >= of("MAX_MESSAGE_OUT"),
    says: "MESSAGE_CELLS, less one, hold a message of MAX_MESSAGE_OUT octets",
  },
  {
    holds: (of) => (of("DNS_STREAM_CELLS") - 1) * of(cellSizes.DNS_STREAM_CELLS) >= of("MAX_DNS_MESSAGE"),
    says: "DNS_STREAM_CELLS, less one, hold an answer of MAX_DNS_MESSAGE octets",
  },
  {
    // One piece of work tells of a message that has come in, sends one, and adds a few short actions.
    holds: (of) => of("ACTION_QUEUE_SIZE") >= of("MAX_MESSAGE_IN") + of("MAX_MESSAGE_OUT") + SHORT_ACTIONS,
    says: `ACTION_QUEUE_SIZE is MAX_MESSAGE_IN + MAX_MESSAGE_OUT + ${String(SHORT_ACTIONS)} at least`,
  },
  { holds: (of) => of("MAX_INCOMING") < of("MAX_FLOWS"), says: "MAX_INCOMING is below MAX_FLOWS" },
];

/**
 * The limits that a profile's content makes of the core's.
 *
 * @param file names the profile in sentences
 * @throws Trouble where an option is unknown or out of range, or options do not fit together
 */
export function limitsWith(content: unknown, file: string): Limits {
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new Trouble(`${file}: a profile is an object of options`);
  }
  const core = limitsOfCore();
  for (const [name, value] of Object.entries(content as Record<string, unknown>)) {
    const found = options.find((option) => option.name === name);
    if (found === undefined) throw new Trouble(`${file}: ${name} is no option`);
    const most = valueOf(core, name);
    if (!Number.isInteger(value) || (value as number) < found.least || (value as number) > most) {
      throw new Trouble(`${file}: ${name} is a whole number from ${String(found.least)} to ${String(most)}`);
    }
  }
  const limits = { ...core, ...(content as Record<string, number>) };
  for (const { holds, says } of relations) {
    if (!holds((name) => valueOf(limits, name))) throw new Trouble(`${file}: it must be that ${says}`);
  }
  return limits;
}

/**
 * Reads a profile.
 *
 * @param wanted a name of assembly/profiles, `default`, or the path of a file that ends with .json
 * @throws Trouble where there is none, or it is out of order
 */
export function readProfile(wanted: string): Profile {
  if (wanted === DEFAULT) return { name: DEFAULT, limits: limitsOfCore() };
  const file = wanted.endsWith(".json") ? wanted : join(FOLDER, `${wanted}.json`);
  if (!existsSync(file)) throw new Trouble(`There is no profile ${wanted}: ${file} is not there`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Trouble(`${file}: ${(error as Error).message}`);
  }
  return { name: basename(file, ".json"), limits: limitsWith(content, file) };
}

/**
 * How asc reads the core's sources with these limits.
 *
 * @returns what asc wants of a `readFile`: the file's text, `null` where it is not there
 */
export function readerWith(limits: Limits): (name: string, folder: string) => string | null {
  return (name, folder) => {
    const path = resolve(folder, name);
    if (!existsSync(path)) return null;
    const text = readFileSync(path, "utf8");
    if (path !== resolve(LIMITS)) return text;
    return text.replace(CONSTANT, (line, constant: string) => {
      const value = limits[constant];
      return value === undefined ? line : `export const ${constant} = ${String(value)};`;
    });
  };
}
