import { addressText, hostPortText, transportName } from "./address.js";
import { diagnostics } from "./diagnostics.js";
import type { Diagnostic } from "./diagnostics.js";
import { enumerations, events } from "./contract.js";
import type { EnumerationName, EventName, FieldKind } from "./contract.js";

/** The names of an enumeration of the contract. */
export type NameOf<E extends EnumerationName> = Extract<keyof (typeof enumerations)[E]["values"], string>;

/** What a field of an event record is in TypeScript. */
type FieldValue<Kind> = Kind extends "u32"
  ? number
  : Kind extends "target" | "text"
    ? string
    : Kind extends "targets"
      ? readonly string[]
      : Kind extends { readonly enumeration: infer E extends EnumerationName }
        ? NameOf<E>
        : never;

type Fields<Name extends EventName> = {
  readonly [Field in keyof (typeof events)[Name]["fields"]]: FieldValue<
    (typeof events)[Name]["fields"][Field]
  >;
};

interface Head<Name extends EventName> {
  /** Milliseconds since the start. */
  readonly t: number;
  /** 1 to 16; 0: the phone. */
  readonly account: number;
  readonly event: Name;
}

type PlainRecord<Name extends EventName> = Head<Name> & Fields<Name>;

/** A diagnostic of the configuration, with its sentence and the name of its file. */
export type ConfigurationRecord = Head<"config"> &
  Omit<Fields<"config">, "file"> & {
    readonly file: string;
    readonly message: string;
    /** What to do about it; may be empty. */
    readonly hint: string;
  };

/** The record of an event. A target is written `udp:192.0.2.1:5060`; none is the empty text. */
export type RecordOf<Name extends EventName> = Name extends "config"
  ? ConfigurationRecord
  : PlainRecord<Name>;

/** Every record there is, told apart by `event`. */
export type EventRecord = { [Name in EventName]: RecordOf<Name> }[EventName];

type Reader = (cursor: Cursor) => unknown;

interface Layout {
  readonly name: EventName;
  readonly fields: readonly (readonly [string, Reader])[];
}

class Cursor {
  at = 0;
  constructor(readonly octets: Uint8Array) {}

  byte(): number {
    const value = this.octets[this.at];
    if (value === undefined) throw new RangeError("an event record ends too early");
    this.at++;
    return value;
  }

  half(): number {
    return this.byte() + this.byte() * 0x100;
  }

  word(): number {
    return this.half() + this.half() * 0x10000;
  }

  span(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.octets.length) throw new RangeError("an event record ends too early");
    const span = this.octets.subarray(this.at, end);
    this.at = end;
    return span;
  }
}

const utf8 = new TextDecoder("utf-8");

const target = (cursor: Cursor): string => {
  const transport = cursor.byte();
  const family = cursor.byte();
  const port = cursor.half();
  const octets = cursor.span(16);
  return family === 0 ? "" : `${transportName(transport)}:${hostPortText(addressText(family, octets), port)}`;
};

const targets = (cursor: Cursor): string[] => Array.from({ length: cursor.byte() }, () => target(cursor));

/** The name of each number of an enumeration. */
const namesOf = (enumeration: EnumerationName): ReadonlyMap<number, string> =>
  new Map(
    Object.entries(enumerations[enumeration].values as Record<string, number>).map(([name, n]) => [n, name]),
  );

const readerOf = (kind: FieldKind): Reader => {
  if (kind === "u32") return (cursor) => cursor.word();
  if (kind === "target") return target;
  if (kind === "targets") return targets;
  if (kind === "text") return (cursor) => utf8.decode(cursor.span(cursor.half()));
  const names = namesOf(kind.enumeration);
  return (cursor) => {
    const number = cursor.byte();
    return names.get(number) ?? String(number);
  };
};

const layouts = new Map<number, Layout>(
  Object.entries(events).map(([name, { id, fields }]) => [
    id,
    {
      name: name as EventName,
      fields: Object.entries(fields as Record<string, FieldKind>).map(([field, kind]) => [
        field,
        readerOf(kind),
      ]),
    },
  ]),
);

/** The name of a record's event without reading the record; `undefined` where there is none. */
export const eventNameOf = (octets: Uint8Array): EventName | undefined => layouts.get(octets[0] ?? 0)?.name;

const sentences = new Map<string, Diagnostic>(diagnostics.map((diagnostic) => [diagnostic.id, diagnostic]));

/**
 * The sentence of a diagnostic by its code, and a hint. `detail` is that of the record: up to two parts, one a line,
 * which the sentences call value and detail. An unknown code is its own sentence.
 */
export const diagnosticSentence = (
  code: string,
  key: string,
  detail: string,
): { message: string; hint: string } => {
  const found = sentences.get(code);
  if (found === undefined) return { message: code, hint: "" };
  const [value = "", rest = value] = detail.split("\n");
  const parts: Readonly<Record<string, string>> = { key, value, detail: rest };
  const fillIn = (sentence: string): string =>
    sentence.replaceAll(/\{(key|value|detail)\}/g, (whole, name: string) => parts[name] ?? whole);
  return { message: fillIn(found.message), hint: fillIn(found.hint) };
};

/**
 * Reads an event record.
 *
 * @param octets the record: event, account, fields
 * @param t its time in milliseconds
 * @param files names of the configuration files, in the order in which the core was given them
 * @throws RangeError where the record is cut off or its event unknown
 */
export const decodeRecord = (octets: Uint8Array, t: number, files: readonly string[] = []): EventRecord => {
  const cursor = new Cursor(octets);
  const id = cursor.byte();
  const layout = layouts.get(id);
  if (layout === undefined) throw new RangeError(`unknown event ${String(id)}`);
  const record: Record<string, unknown> = { t, account: cursor.byte(), event: layout.name };
  for (const [field, read] of layout.fields) record[field] = read(cursor);
  if (layout.name === "config") {
    record["file"] = files[record["file"] as number] ?? "";
    Object.assign(
      record,
      diagnosticSentence(record["code"] as string, record["key"] as string, record["detail"] as string),
    );
  }
  return record as unknown as EventRecord;
};
