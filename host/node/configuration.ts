import { randomBytes } from "node:crypto";
import { getServers } from "node:dns";
import { configure, isDnsServer, knownKeys } from "../abi/configure.js";
import { SEED_OCTETS } from "../abi/core.js";
import type { Core } from "../abi/core.js";
import type { ConfigurationRecord, EventRecord } from "../abi/record.js";
import { readConfiguration } from "./files.js";
import type { ConfigurationSource } from "./files.js";
import { withNearestKeys } from "./nearest.js";

/** Where a configuration comes from. */
export interface ConfigurationOptions {
  /** Paths of configuration files (`<MAC>.cfg`) and boot files (`*.boot`), in order; a later one wins. */
  readonly files?: readonly string[] | undefined;
  /** Text of a configuration, read after the files. Diagnostics call it `(text)`. */
  readonly text?: string | undefined;
  /** DNS servers, `ADDR` or `ADDR:PORT`, instead of those of the files and of the system. */
  readonly dns?: readonly string[] | undefined;
  /** 32 octets that everything random comes of; real entropy where it is left out. */
  readonly seed?: Uint8Array | undefined;
}

/** What was read, and what is wrong with it. */
export interface LoadedConfiguration {
  /** Errors, warnings and notes, by file in the order read, then by line. */
  readonly diagnostics: readonly ConfigurationRecord[];
  /** How many of them are errors. */
  readonly errors: number;
  /** Other records of the reading, such as a pool that is full. */
  readonly records: readonly EventRecord[];
}

const sourceOf = ({ files = [], text }: ConfigurationOptions): ConfigurationSource => {
  const source = readConfiguration(files);
  if (text === undefined) return source;
  return { ...source, files: [...source.files, { name: "(text)", octets: new TextEncoder().encode(text) }] };
};

const sorted = (
  diagnostics: readonly ConfigurationRecord[],
  options: ConfigurationOptions,
): ConfigurationRecord[] => {
  const order = new Map<string, number>();
  for (const name of [...(options.files ?? []), ...diagnostics.map(({ file }) => file)]) {
    if (!order.has(name)) order.set(name, order.size);
  }
  const rank = ({ file }: ConfigurationRecord): number => order.get(file) ?? 0;
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
};

/**
 * Reads a configuration into a core. Errors of the files are diagnostics, and do not throw.
 *
 * @throws RangeError where `dns` names no DNS server, or the seed is not of 32 octets
 */
export const loadConfiguration = (core: Core, options: ConfigurationOptions): LoadedConfiguration => {
  for (const server of options.dns ?? []) {
    if (!isDnsServer(server)) throw new RangeError(`${server} is not the address of a DNS server`);
  }
  if (options.seed !== undefined && options.seed.length !== SEED_OCTETS) {
    throw new RangeError(`the seed must have ${String(SEED_OCTETS)} octets`);
  }
  const source = sourceOf(options);
  const configured = configure(core, {
    files: source.files,
    seed: options.seed ?? randomBytes(SEED_OCTETS),
    dns: options.dns,
    resolvers: getServers().filter(isDnsServer),
  });
  const found = [...source.diagnostics, ...configured.diagnostics];
  const diagnostics = sorted(withNearestKeys(found, knownKeys(core)), options);
  return {
    diagnostics,
    errors: diagnostics.filter(({ level }) => level === "error").length,
    records: configured.records,
  };
};
