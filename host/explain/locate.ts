/** Which targets an account has, and where each comes from. The core itself says what it asks of DNS. */
import { parseEndpoint } from "../abi/address.js";
import type { ConfigurationFile } from "../abi/configure.js";
import type { ZoneRecord, ZoneType } from "../simulated/index.js";
import type { NameSource } from "./records.js";
import type { AccountSettings } from "./settings.js";
import { World } from "./world.js";
import type { Names, Subject } from "./world.js";

/** A target of an account. */
export interface Target {
  /** `udp:192.0.2.1:5060` */
  readonly target: string;
  /** 1 or 2. */
  readonly slot: number;
  readonly kind: "server" | "proxy";
  readonly origin: Origin;
}

/** Where a target comes from. */
export interface Origin {
  /** `literal`: an address in the file; `static`: a record in the file (`dns_cache_*`). */
  readonly kind: "literal" | "address" | "srv" | "static";
  /** The name or address in the file. */
  readonly from: string;
  /** The name that the address record is of; empty for a literal. */
  readonly name: string;
  /** Of the address record, in seconds. */
  readonly ttl?: number;
  readonly srv?: { readonly name: string; readonly priority: number; readonly weight: number };
}

/** A question that DNS gave no records for. */
export interface Unfound {
  readonly name: string;
  readonly type: ZoneType;
  readonly trouble: "name-not-found" | "failed" | "no-records";
  readonly detail: string;
}

/** Names to look up lead to further ones: NAPTR, SRV, addresses, and a few aliases between them. */
const MOST_ROUNDS = 12;

/** Milliseconds in which a phone has asked all that it asks about, when every address refuses. */
const LOCATING = 60_000;

const isType = (text: string): text is ZoneType => ["A", "AAAA", "CNAME", "SRV", "NAPTR"].includes(text);

/** A phone whose servers all refuse, so that it tries every target of both slots at once. */
const search = (subject: Subject): World => {
  const world = new World(subject);
  for (const { type, data } of subject.names.records) {
    if (type === "A" || type === "AAAA") world.s.network.link(data);
  }
  world.s.run(LOCATING);
  return world;
};

/** Looks up what the core asks for when it has what it asked for before, until it asks for nothing new. */
export const lookUp = async (
  files: readonly ConfigurationFile[],
  accounts: readonly AccountSettings[],
  source: NameSource,
): Promise<{ names: Names; unfound: Unfound[] }> => {
  const records: ZoneRecord[] = [];
  const unanswered: { name: string; type: ZoneType }[] = [];
  const unfound: Unfound[] = [];
  const asked = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const names = { records, unanswered };
    const questions = accounts.flatMap(
      ({ number }) =>
        search({ files, names, account: number, targets: [], isSuccessive: true }).s.zone.received,
    );
    const fresh = questions.filter(({ name, type }) => {
      const key = `${name.toLowerCase()} ${type}`;
      return !asked.has(key) && asked.add(key);
    });
    if (fresh.length === 0) break;
    for (const { name, type } of fresh) {
      if (!isType(type)) continue;
      const found = await source.find(name, type);
      const known = new Set(records.map((record) => JSON.stringify(record)));
      records.push(...found.records.filter((record) => !known.has(JSON.stringify(record))));
      if (found.trouble === "failed") unanswered.push({ name, type });
      if (found.records.length === 0)
        unfound.push({ name, type, trouble: found.trouble ?? "no-records", detail: found.detail ?? "" });
    }
  }
  return { names: { records, unanswered }, unfound };
};

/** The targets of an account in the order that it tries them in, those of slot 1 first. */
export const locate = (
  files: readonly ConfigurationFile[],
  names: Names,
  account: AccountSettings,
): Target[] => {
  const { phone, s } = search({ files, names, account: account.number, targets: [], isSuccessive: true });
  // A name may have address records that nobody asks for, because its services come first (L4).
  const addressed = new Set(
    s.zone.received.filter(({ type }) => type.startsWith("A")).map(({ name }) => name),
  );
  return account.slots.flatMap(({ slot, kind, address }) => {
    const resolved = phone.events("resolved").find((event) => event.slot === slot);
    return (resolved?.targets ?? []).map((target) => ({
      target,
      slot,
      kind,
      origin: originOf(target, address, names.records, addressed),
    }));
  });
};

const originOf = (
  target: string,
  from: string,
  records: readonly ZoneRecord[],
  addressed: ReadonlySet<string>,
): Origin => {
  const { address, port } = parseEndpoint(target);
  const written = from.replace(/^\[|\]$/g, "");
  if (written.toLowerCase() === address) return { kind: "literal", from, name: "" };
  const aliases = namesBehind(records, [from]);
  const services = records.filter((record) => record.type === "SRV" && record.data.port === port);
  const named = records.filter(
    (record) => (record.type === "A" || record.type === "AAAA") && sameAddress(record.data, address),
  );
  const isDirect = [...addressed].some((name) => name.toLowerCase() === from.toLowerCase());
  const direct = named.find(({ name }) => isDirect && aliases.has(name.toLowerCase()));
  if (direct !== undefined) return { kind: "address", from, name: direct.name, ttl: direct.ttl };
  for (const { name, data } of services.filter((record) => record.type === "SRV")) {
    const behind = namesBehind(records, [data.target]);
    const record = named.find((each) => behind.has(each.name.toLowerCase()));
    if (record === undefined) continue;
    const srv = { name, priority: data.priority, weight: data.weight };
    return { kind: "srv", from, name: record.name, ttl: record.ttl, srv };
  }
  return { kind: "static", from, name: from };
};

const sameAddress = (a: string, b: string): boolean => {
  const canonical = (text: string): string =>
    parseEndpoint(text.includes(":") ? `[${text}]:1` : text).address;
  return canonical(a) === canonical(b);
};

/** Names, and those that their aliases lead to, in lower case. */
const namesBehind = (records: readonly ZoneRecord[], names: readonly string[]): Set<string> => {
  const all = new Set(names.map((name) => name.toLowerCase()));
  for (const name of all) {
    for (const record of records) {
      if (record.type === "CNAME" && record.name.toLowerCase() === name) all.add(record.data.toLowerCase());
    }
  }
  return all;
};
