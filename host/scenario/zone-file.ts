import { familyOf } from "../abi/address.js";
import type { ZoneRecord, ZoneType } from "../simulated/index.js";
import { ScenarioError } from "./problem.js";
import type { Problem } from "./problem.js";

/** A word of a zone file; `quoted` ones are never keywords. Lines and columns count from 1. */
interface Word {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  readonly isQuoted: boolean;
}

/** The words of an entry, and whether it begins with a blank: then it is of the name before. */
interface Entry {
  readonly words: readonly Word[];
  readonly inherits: boolean;
}

/** Seconds of the units in which TTLs may be written. */
const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** The TTL of records in a file that says none (a zone's is in its $TTL, RFC 2308 section 4). */
export const DEFAULT_TTL = 300;

const classes: ReadonlySet<string> = new Set(["IN", "CH", "HS", "CS"]);
const types: ReadonlySet<string> = new Set<ZoneType>(["A", "AAAA", "CNAME", "SRV", "NAPTR"]);

const isType = (text: string): text is ZoneType => types.has(text);

class ZoneFileError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

const wrong = (message: string, word: Word | undefined): ZoneFileError =>
  new ZoneFileError(message, word?.line ?? 1, word?.column ?? 1);

/** Cuts a file into entries: parentheses join lines, `;` begins a comment (RFC 1035, section 5.1). */
const entriesOf = (text: string): Entry[] => {
  const entries: Entry[] = [];
  let words: Word[] = [];
  let inherits = false;
  let opened: Word | undefined;
  text.split(/\r?\n/).forEach((source, index) => {
    const line = index + 1;
    if (opened === undefined) inherits = /^[ \t]/.test(source);
    for (const match of source.matchAll(/"((?:[^"\\]|\\.)*)"|[()]|;.*$|(?:[^\s();"\\]|\\.)+|["\\]/g)) {
      const [found, quoted] = match;
      if (found.startsWith(";")) break;
      const word = { text: quoted ?? found, line, column: match.index + 1, isQuoted: quoted !== undefined };
      if (word.isQuoted || (found !== "(" && found !== ")")) {
        if (found === '"') throw wrong("this quotation does not end", word);
        words.push(word);
      } else if (found === "(") {
        if (opened !== undefined) throw wrong("a parenthesis within parentheses", word);
        opened = word;
      } else {
        if (opened === undefined) throw wrong("this parenthesis closes nothing", word);
        opened = undefined;
      }
    }
    if (opened === undefined && words.length > 0) {
      entries.push({ words, inherits });
      words = [];
    }
  });
  if (opened !== undefined) throw wrong("this parenthesis is not closed", opened);
  return entries;
};

/** A TTL in seconds: `300`, `5m`, `1h30m`; `undefined` where the word is none. */
const ttlOf = ({ text, isQuoted }: Word): number | undefined => {
  if (isQuoted || !/^\d/.test(text)) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[smhdw])+$/i.test(text)) return undefined;
  let seconds = 0;
  for (const [, count, unit = ""] of text.matchAll(/(\d+)([smhdw])/gi)) {
    seconds += Number(count) * (units[unit.toLowerCase()] ?? 0);
  }
  return seconds;
};

/** Names of a file that count from an origin; those of single lines are whole. */
const absolute = (name: string, origin: string): string => {
  if (name === "@") return origin;
  if (name.endsWith(".")) return name.slice(0, -1);
  return origin === "" ? name : `${name}.${origin}`;
};

const numberOf = (word: Word | undefined, what: string, owner: Word): number => {
  const value = word !== undefined && /^\d{1,5}$/.test(word.text) ? Number(word.text) : NaN;
  if (!(value <= 65_535)) throw wrong(`${what} must be a number from 0 to 65535`, word ?? owner);
  return value;
};

const nameOf = (word: Word | undefined, origin: string, owner: Word): string => {
  if (word === undefined) throw wrong("the name that this record leads to is missing", owner);
  const name = absolute(word.text, origin);
  const labels = name.split(".");
  if (name.length > 253 || labels.some((label) => label === "" || label.length > 63)) {
    if (name !== "") throw wrong(`"${name}" is no host name`, word);
  }
  return name;
};

/** Reads what follows the type of a record. */
const dataOf = (
  type: ZoneType,
  head: { readonly name: string; readonly ttl: number },
  words: readonly Word[],
  owner: Word,
  origin: string,
): ZoneRecord => {
  const expect = (count: number): void => {
    const extra = words[count];
    if (extra !== undefined) throw wrong(`"${extra.text}" is too much for a record of type ${type}`, extra);
  };
  const [first, second, third, fourth, fifth, sixth] = words;
  switch (type) {
    case "A":
    case "AAAA": {
      expect(1);
      const family = type === "A" ? 4 : 6;
      if (first === undefined || familyOf(first.text) !== family) {
        throw wrong(`this must be an IPv${String(family)} address`, first ?? owner);
      }
      return { ...head, type, data: first.text };
    }
    case "CNAME":
      expect(1);
      return { ...head, type, data: nameOf(first, origin, owner) };
    case "SRV": {
      expect(4);
      const priority = numberOf(first, "the priority", owner);
      const weight = numberOf(second, "the weight", owner);
      const port = numberOf(third, "the port", owner);
      return { ...head, type, data: { priority, weight, port, target: nameOf(fourth, origin, owner) } };
    }
    case "NAPTR": {
      expect(6);
      const order = numberOf(first, "the order", owner);
      const preference = numberOf(second, "the preference", owner);
      const [flags, services, regexp] = [third, fourth, fifth].map((word) => word?.text);
      if (flags === undefined || services === undefined || regexp === undefined) {
        throw wrong("flags, services and regular expression are missing", owner);
      }
      const replacement = nameOf(sixth, origin, owner);
      return { ...head, type, data: { order, preference, flags, services, regexp, replacement } };
    }
  }
};

class Reader {
  readonly records: ZoneRecord[] = [];
  #origin: string;
  #ttl: number | undefined;
  #name: string | undefined;

  constructor(origin: string) {
    this.#origin = origin;
  }

  take({ words: [first, ...rest], inherits }: Entry): void {
    if (first === undefined) return;
    if (first.text.startsWith("$") && !first.isQuoted) this.#directive(first, rest);
    else if (inherits) this.#record(first, [first, ...rest]);
    else {
      this.#name = nameOf(first, this.#origin, first);
      this.#record(first, rest);
    }
  }

  #directive(word: Word, [argument]: readonly Word[]): void {
    const directive = word.text.toUpperCase();
    if (directive === "$ORIGIN" && argument !== undefined) {
      this.#origin = argument.text === "." ? "" : nameOf(argument, this.#origin, word);
    } else if (directive === "$TTL" && argument !== undefined) {
      const ttl = ttlOf(argument);
      if (ttl === undefined) throw wrong("this must be a TTL: 300, 5m, 1h", argument);
      this.#ttl = ttl;
    } else if (directive === "$ORIGIN" || directive === "$TTL") {
      throw wrong(`${directive} says nothing`, word);
    } else throw wrong(`${word.text} is not understood here: only $ORIGIN and $TTL are`, word);
  }

  /** TTL and class may come in either order, and be left out (RFC 1035, section 5.1). */
  #record(owner: Word, words: readonly Word[]): void {
    if (this.#name === undefined) throw wrong("the first record must have a name", owner);
    let ttl: number | undefined;
    let at = 0;
    for (; at < words.length; at++) {
      const word = words[at];
      if (word === undefined) break;
      const found = ttl === undefined ? ttlOf(word) : undefined;
      if (found !== undefined) ttl = found;
      else if (!classes.has(word.text.toUpperCase())) break;
    }
    const type = words[at];
    if (type === undefined) throw wrong("the type of the record is missing", owner);
    const name = type.text.toUpperCase();
    if (!/^([A-Z][A-Z0-9-]*)$/.test(name)) throw wrong(`"${type.text}" is no type of a record`, type);
    if (!isType(name)) return;
    const head = { name: this.#name, ttl: ttl ?? this.#ttl ?? DEFAULT_TTL };
    this.records.push(dataOf(name, head, words.slice(at + 1), type, this.#origin));
  }
}

/**
 * Reads a zone file (RFC 1035, section 5): its records of type A, AAAA, CNAME, SRV and NAPTR. Others are left out.
 *
 * @param origin that names count from which do not end with a dot, until an $ORIGIN says otherwise
 * @throws ScenarioError with the first thing that is wrong
 */
export const readZoneFile = (file: string, text: string, origin = ""): ZoneRecord[] => {
  const reader = new Reader(origin.replace(/\.$/, ""));
  try {
    for (const entry of entriesOf(text)) reader.take(entry);
  } catch (error) {
    if (!(error instanceof ZoneFileError)) throw error;
    const { line, column, message } = error;
    throw new ScenarioError([{ file, line, column, message }]);
  }
  return reader.records;
};

/** Reads a line of a zone file whose names are whole: a record, or what is wrong with it and where in the line. */
export const readRecordLine = (line: string): ZoneRecord | Pick<Problem, "message" | "column"> => {
  try {
    const [record] = readZoneFile("", line.trim());
    return record ?? { message: `a record is of type ${[...types].join(", ")}`, column: 1 };
  } catch (error) {
    const [problem] = error instanceof ScenarioError ? error.problems : [];
    if (problem === undefined) throw error;
    return { message: problem.message, column: problem.column };
  }
};
