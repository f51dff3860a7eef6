import { familyOf, parseEndpoint } from "./address.js";
import { enumerations } from "./contract.js";
import { Core, CoreError, errorName, desktopModule } from "./core.js";
import type { ActionHandler } from "./core.js";
import { decodeRecord } from "./record.js";
import type { ConfigurationRecord, EventRecord } from "./record.js";

/** A configuration file as it lies on the disk. */
export interface ConfigurationFile {
  /** The name that diagnostics call it by. */
  readonly name: string;
  readonly octets: Uint8Array;
}

/** What a core is configured with. */
export interface Configuration {
  /** In order; a later file wins. */
  readonly files: readonly ConfigurationFile[];
  /** 32 octets; from real entropy outside of tests. */
  readonly seed: Uint8Array;
  /** DNS servers, `ADDR` or `ADDR:PORT`, instead of those that the files name. */
  readonly dns?: readonly string[] | undefined;
  /** DNS servers for files that name none. */
  readonly resolvers?: readonly string[] | undefined;
}

/** What came of it. */
export interface Configured {
  readonly diagnostics: readonly ConfigurationRecord[];
  /** How many of them are errors. */
  readonly errors: number;
  /** Other records, such as a pool that is full. */
  readonly records: readonly EventRecord[];
}

const DNS_PORT = 53;

/** As many as the C library's resolver asks. */
const MOST_RESOLVERS = 3;

const nothing = (): undefined => undefined;

const expectDone = (answer: number, what: string): number => {
  if (answer < 0) throw new CoreError(`${what}: ${errorName(answer)}`);
  return answer;
};

const giveServers = (core: Core, servers: readonly string[]): void => {
  for (const server of servers) {
    const { family, address, port } = parseEndpoint(server, DNS_PORT);
    expectDone(core.configureDns(family, address, port), `DNS server ${server}`);
  }
};

/** Begins a file; diagnostics of the one before may have to be drained first. */
const beginFile = (core: Core, name: string, handler: ActionHandler): void => {
  let answer = core.configureFile();
  while (answer === enumerations.error.values["actions-waiting"]) {
    core.drain(0, handler);
    answer = core.configureFile();
  }
  expectDone(answer, name);
};

/** Whether a text is a DNS server as `--dns` has it: an IP address, a port after it or none. */
export const isDnsServer = (text: string): boolean => {
  try {
    return familyOf(parseEndpoint(text, DNS_PORT).address) !== undefined;
  } catch {
    return false;
  }
};

/**
 * Configures a core, which forgets what it knew. What is to be said of the files is said by a build with the linter.
 *
 * @throws CoreError where there are more files or DNS servers than it takes; RangeError where a DNS server is none
 */
export const configure = (core: Core, configuration: Configuration): Configured => {
  const isDiagnostic = (record: EventRecord): record is ConfigurationRecord => record.event === "config";
  const records = read(core, configuration);
  return {
    diagnostics: (core.lints ? records : read(new Core(desktopModule()), configuration)).filter(isDiagnostic),
    records: records.filter((record) => !isDiagnostic(record)),
    errors: core.configureErrors(),
  };
};

/** The names of the keys that a core knows, with X, Y and N for their numbers. */
export const knownKeys = (core: Core): string[] =>
  (core.lints ? core : new Core(desktopModule())).knownKeys();

/** Gives a configuration to a core: what it says of it. */
const read = (core: Core, { files, seed, dns = [], resolvers = [] }: Configuration): EventRecord[] => {
  const records: EventRecord[] = [];
  const names = files.map(({ name }) => name);
  const handler: ActionHandler = {
    open: nothing,
    listen: nothing,
    send: nothing,
    close: nothing,
    stopped: nothing,
    tls: nothing,
    event: (octets) => records.push(decodeRecord(octets, 0, names)),
  };
  core.configureBegin(seed);
  giveServers(core, dns);
  for (const { name, octets } of files) {
    beginFile(core, name, handler);
    for (let at = 0; at < octets.length;) {
      const told = records.length;
      const consumed = expectDone(core.configureText(octets.subarray(at, at + core.inputSize)), name);
      core.drain(0, handler);
      if (consumed === 0 && records.length === told)
        throw new CoreError(`${name}: the core reads no further`);
      at += consumed;
    }
  }
  if (dns.length === 0) giveServers(core, resolvers.slice(0, MOST_RESOLVERS));
  while (expectDone(core.configureEnd(), "configuration") > 0) core.drain(0, handler);
  core.drain(0, handler);
  return records;
};
