/** Where answers about names come from: live DNS, a zone file, or names with their addresses on the command line. */
import { LineCounter, isMap, isSeq, isScalar, parseDocument } from "yaml";
import type { Node, YAMLMap } from "yaml";
import { familyOf } from "../abi/address.js";
import type { ZoneRecord, ZoneType } from "../simulated/index.js";

/** What is known of a question: its records, none where the name or the type is not there, or what kept the answer. */
export interface Found {
  readonly records: readonly ZoneRecord[];
  /** `name-not-found`: the name does not exist; `failed`: no server answered it. */
  readonly trouble?: "name-not-found" | "failed";
  /** Of `failed`: what the resolver said, for people. */
  readonly detail?: string;
}

/** Answers questions as DNS does. */
export interface NameSource {
  /** Said in the explanation: `DNS by 192.0.2.53`, `zone.yaml`. */
  readonly name: string;
  find(name: string, type: ZoneType): Promise<Found>;
}

/** Something in a zone file, or on the command line, that cannot be used; the message names the place. */
export class RecordsError extends Error {
  override readonly name = "RecordsError";
}

/** Lifetime of records that name none, in seconds: that of the phone's own static records. */
export const USUAL_TTL = 300;

const LARGEST_HALF = 65_535;
const LARGEST_TTL = 2 ** 31 - 1;

const sameName = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Records that are written down are all there is: what is not among them does not exist. */
export const fixedSource = (name: string, records: readonly ZoneRecord[]): NameSource => ({
  name,
  find: (asked, type) => {
    const named = records.filter((record) => sameName(record.name, asked));
    const alias = named.filter((record) => record.type === "CNAME");
    const found = named.filter((record) => record.type === type);
    if (found.length > 0) return Promise.resolve({ records: found });
    if (alias.length === 0)
      return Promise.resolve(named.length > 0 ? { records: [] } : { records: [], trouble: "name-not-found" });
    // The alias goes into the simulated zone with all that it leads to.
    const behind = new Set<ZoneRecord>(alias);
    for (const record of behind) {
      if (record.type !== "CNAME") continue;
      for (const next of records) {
        if (sameName(next.name, record.data) && (next.type === type || next.type === "CNAME"))
          behind.add(next);
      }
    }
    return Promise.resolve({ records: [...behind] });
  },
});

/** Reads `NAME=ADDR[,ADDR…]`: its address records. Throws a RecordsError. */
export const serverRecords = (text: string): ZoneRecord[] => {
  const [, name, list] = /^([^=\s]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || list === undefined)
    throw new RecordsError(`Write a name and its addresses, as sip.example.com=192.0.2.1,192.0.2.2.`);
  return list.split(",").map((item) => {
    const data = item.trim();
    const family = familyOf(data);
    if (family === undefined) throw new RecordsError(`${data} is not an IP address.`);
    return { name: plain(name), type: family === 6 ? "AAAA" : "A", ttl: USUAL_TTL, data };
  });
};

/**
 * Reads a zone file: a YAML list of records, or a map with the list under `records`.
 *
 * @throws RecordsError, its message beginning with `file:line:column:`
 */
export const zoneRecords = (file: string, text: string): ZoneRecord[] => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${String(line)}:${String(col)}:`;
  };
  const refuse = (node: Node | null, message: string): never => {
    throw new RecordsError(`${at(node?.range?.[0] ?? 0)} ${message}`);
  };
  const [error] = document.errors;
  if (error !== undefined) throw new RecordsError(`${at(error.pos[0])} ${error.message}`);
  const root = document.contents;
  const list = isMap(root) ? (root.get("records", true) as Node | null | undefined) : root;
  if (!isSeq(list)) return refuse(root, 'A zone file is a list of records, or has one under "records".');
  if (list.items.length === 0) return refuse(list, "The zone holds no record.");
  return list.items.map((item) => {
    if (!isMap(item)) return refuse(item as Node, "A record is written as {name: …, type: …, …}.");
    return readRecord(item, refuse);
  });
};

type Refuse = (node: Node | null, message: string) => never;

const fieldsOf: Readonly<Record<ZoneType, readonly string[]>> = {
  A: ["data"],
  AAAA: ["data"],
  CNAME: ["data"],
  SRV: ["priority", "weight", "port", "target"],
  NAPTR: ["order", "preference", "flags", "services", "regexp", "replacement"],
};

const isType = (text: unknown): text is ZoneType => typeof text === "string" && text in fieldsOf;

const readRecord = (map: YAMLMap, refuse: Refuse): ZoneRecord => {
  const node = (key: string): Node | null => (map.get(key, true) as Node | null | undefined) ?? null;
  const type = map.get("type");
  if (!isType(type))
    return refuse(node("type") ?? map, `The type is one of ${Object.keys(fieldsOf).join(", ")}.`);
  const allowed = ["name", "type", "ttl", ...fieldsOf[type]];
  for (const { key } of map.items) {
    if (!isScalar(key) || !allowed.includes(String(key.value)))
      refuse(key as Node, `A record of type ${type} has only ${allowed.join(", ")}.`);
  }
  const text = (key: string, usual?: string): string => {
    const value = map.get(key) ?? usual;
    return typeof value === "string" && (value !== "" || usual === "")
      ? value
      : refuse(node(key) ?? map, `${key} is to be a text.`);
  };
  const count = (key: string, usual: number, largest = LARGEST_HALF): number => {
    const value = map.get(key) ?? usual;
    return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largest
      ? value
      : refuse(node(key) ?? map, `${key} is to be a whole number, 0 to ${String(largest)}.`);
  };
  const head = { name: plain(text("name")), ttl: count("ttl", USUAL_TTL, LARGEST_TTL) };
  if (type === "SRV") {
    const data = { priority: count("priority", 0), weight: count("weight", 0), port: count("port", 5060) };
    return { ...head, type, data: { ...data, target: plain(text("target")) } };
  }
  if (type === "NAPTR") {
    const texts = { flags: text("flags", "s"), services: text("services"), regexp: text("regexp", "") };
    const data = { order: count("order", 10), preference: count("preference", 10), ...texts };
    return { ...head, type, data: { ...data, replacement: plain(text("replacement")) } };
  }
  const data = text("data");
  const family = familyOf(data);
  if ((type === "A" && family !== 4) || (type === "AAAA" && family !== 6))
    return refuse(node("data"), `${data} is not an ${type === "A" ? "IPv4" : "IPv6"} address.`);
  return { ...head, type, data: type === "CNAME" ? plain(data) : data };
};
