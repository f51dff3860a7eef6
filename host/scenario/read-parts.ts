import { parseEndpoint } from "../abi/address.js";
import type { Endpoint, RecordRoute, ZoneRecord } from "../simulated/index.js";
import type { DigestAlgorithm } from "../simulated/index.js";
import type { Path, SourceDocument } from "./document.js";
import type { Problem } from "./problem.js";
import { ScenarioError } from "./problem.js";
import type {
  Authentication,
  Capacity,
  DnsDefinition,
  DnsState,
  FarEnd,
  LinkQuality,
  ServerDefinition,
  ServerState,
} from "./scenario.js";
import { didYouMean } from "./schema.js";
import type {
  AuthSource,
  CapacitySource,
  DnsSource,
  FarEndSource,
  Lengths,
  Names,
  QualitySource,
  ServerSource,
  StateSource,
} from "./source.js";
import { milliseconds, shareOf } from "./times.js";
import { readRecordLine, readZoneFile } from "./zone-file.js";

const SIP_PORT = 5060;
const DNS_PORT = 53;

/** Where DNS is asked that has no address of its own (RFC 5737). */
const DNS_ADDRESS = "192.0.2.53";

/** How long "no such name" is kept, in seconds. */
const NEGATIVE_TTL = 60;

/** Those who are called ring at once and answer after so many milliseconds. */
const ANSWERS_AFTER = 3000;

/** How long requests wait at most where nothing is said of it: about as long as a phone does (RFC 3261, timer T2). */
const QUEUE = 4000;

export const listOf = (names: Names): readonly string[] => (typeof names === "string" ? [names] : names);

export const secondsOf = (length: number | string): number => Math.round(milliseconds(length) / 1000);

/** The shortest and the longest of lengths of time, in milliseconds. */
export const rangeOf = (lengths: Lengths): readonly [number, number] => {
  if (typeof lengths === "number" || typeof lengths === "string") {
    const length = milliseconds(lengths);
    return [length, length];
  }
  const [shortest, longest] = lengths;
  return [milliseconds(shortest), milliseconds(longest)];
};

export const qualityOf = ({ latency, jitter, loss, duplicate }: QualitySource): Partial<LinkQuality> => ({
  ...(latency === undefined ? {} : { latency: milliseconds(latency) }),
  ...(jitter === undefined ? {} : { jitter: milliseconds(jitter) }),
  ...(loss === undefined ? {} : { loss: shareOf(loss) }),
  ...(duplicate === undefined ? {} : { duplicate: shareOf(duplicate) }),
});

export const PLAIN_LINK: LinkQuality = { latency: 0, jitter: 0, loss: 0, duplicate: 0 };

export const authenticationOf = (auth: AuthSource): Authentication =>
  typeof auth === "boolean"
    ? auth
    : {
        users: auth.users,
        ...(auth.realm === undefined ? {} : { realm: auth.realm }),
        // The schema knows them all.
        ...(auth.algorithms === undefined
          ? {}
          : { algorithms: auth.algorithms as readonly DigestAlgorithm[] }),
      };

export const farEndOf = ({ ring = 0, answer, status = 200, silent }: FarEndSource): FarEnd =>
  silent === true
    ? "silent"
    : {
        ring: milliseconds(ring),
        answer: answer === undefined ? ANSWERS_AFTER : milliseconds(answer),
        status,
      };

/** What a reading has found out so far, and what was wrong. */
export class Reading {
  readonly problems: Problem[] = [];

  /** @param readFile the text of a file that the scenario names; throws where it cannot be read */
  constructor(
    readonly document: SourceDocument,
    readonly readFile: (path: string) => { readonly name: string; readonly text: string },
  ) {}

  wrong(path: Path, message: string): void {
    this.problems.push(this.document.problem(path, message));
  }

  /** Reads addresses with or without ports. */
  ends(path: Path, addresses: Names, port: number): Endpoint[] {
    return listOf(addresses).flatMap((address, index) => {
      try {
        return [parseEndpoint(address, port)];
      } catch {
        const place = typeof addresses === "string" ? path : [...path, index];
        this.wrong(place, `"${address}" is no IP address, with or without a port`);
        return [];
      }
    });
  }

  /** Reads a server's state with what belongs to it. */
  serverState(path: Path, source: StateSource): ServerState {
    const { state = "up", retry_after: retryAfter, delay, loss } = source;
    const only = (key: "retry_after" | "delay" | "loss", needed: string, fits: boolean): void => {
      if (source[key] !== undefined && !fits) {
        this.problems.push(
          this.document.keyProblem([...path, key], `"${key}" belongs to ${needed}, not to ${String(state)}`),
        );
      }
    };
    only("retry_after", "a status", typeof state === "number");
    only("delay", "slow", state === "slow");
    only("loss", "lossy", state === "lossy");
    if (typeof state === "number") {
      return {
        state: "answers",
        status: state,
        retryAfter: retryAfter === undefined ? undefined : secondsOf(retryAfter),
      };
    }
    if (state === "slow") {
      if (delay === undefined) this.wrong([...path, "state"], `slow needs "delay": what it takes to answer`);
      return { state, delay: milliseconds(delay ?? 0) };
    }
    if (state === "lossy") {
      if (loss === undefined) this.wrong([...path, "state"], `lossy needs "loss": how much gets lost`);
      return { state, loss: shareOf(loss ?? "0%") };
    }
    // The schema knows no others.
    return { state: state as "up" | "silent" | "refusing" | "stopped" | "unreachable" };
  }

  /** A registration lasts a second at least: for none, a server answers with a status. */
  lifetime(path: Path, seconds: number | undefined): void {
    if (seconds !== undefined && seconds < 1) this.wrong(path, "this must be 1 s or more");
  }

  dnsState(path: Path, state: string, delay: number | string | undefined): DnsState {
    if (state === "slow") {
      if (delay === undefined) this.wrong(path, `slow needs "delay": what it takes to answer`);
      return { state, delay: milliseconds(delay ?? 0) };
    }
    return { state: state as Exclude<DnsState["state"], "slow"> };
  }

  records(path: Path, lines: readonly string[]): ZoneRecord[] {
    return lines.flatMap((line, index) => {
      const record = readRecordLine(line);
      if (!("message" in record)) return [record];
      const { file, line: at, column } = this.document.problem([...path, index], "");
      this.problems.push({ file, line: at, column: column + record.column - 1, message: record.message });
      return [];
    });
  }

  server(name: string, source: ServerSource): ServerDefinition {
    const path = ["servers", name];
    const { auth = false, lifetime, shortest_lifetime: shortest, answer_after: answerAfter = 0 } = source;
    const { link = {}, tls = false, record_route: recordRoute = "address" } = source;
    const [longest, least] = [lifetime, shortest].map((length) =>
      length === undefined ? undefined : secondsOf(length),
    );
    this.lifetime([...path, "lifetime"], longest);
    if (longest !== undefined && least !== undefined && least > longest) {
      this.wrong([...path, "shortest_lifetime"], "the shortest is longer than the longest");
    }
    return {
      name,
      ends: this.ends([...path, "address"], source.address, SIP_PORT),
      auth: authenticationOf(auth),
      lifetime: longest ?? Infinity,
      shortestLifetime: least ?? 0,
      answerAfter: milliseconds(answerAfter),
      link: { ...PLAIN_LINK, ...qualityOf(link) },
      tls: typeof tls === "boolean" || tls === "untrusted" ? tls : listOf(tls),
      recordRoute: recordRoute as RecordRoute,
      ...(source.capacity === undefined
        ? {}
        : { capacity: this.#capacity([...path, "capacity"], source.capacity) }),
      state: this.serverState(path, source),
    };
  }

  dns(source: DnsSource): DnsDefinition {
    const path = ["dns"];
    return {
      ends: this.ends([...path, "address"], source.address ?? DNS_ADDRESS, DNS_PORT),
      records: [
        ...this.records([...path, "records"], source.records ?? []),
        ...(source.zone_file === undefined ? [] : this.#zoneFile([...path, "zone_file"], source.zone_file)),
      ],
      negativeTtl: source.negative_ttl === undefined ? NEGATIVE_TTL : secondsOf(source.negative_ttl),
      answerAfter: milliseconds(source.answer_after ?? 0),
      state: this.dnsState([...path, "state"], source.state ?? "up", source.delay),
    };
  }

  /** The names that are servers; what is none of them is a problem. `all` is all of them. */
  serverNames(path: Path, names: Names, known: readonly string[]): string[] {
    return listOf(names).flatMap((name, index) => {
      if (name === "all") return known;
      if (known.includes(name)) return [name];
      const place = typeof names === "string" ? path : [...path, index];
      this.wrong(place, `unknown server "${name}"${didYouMean(name, known)}`);
      return [];
    });
  }

  #capacity(path: Path, source: CapacitySource): Capacity {
    if (typeof source === "number") return { registrations: source, queue: QUEUE, beyond: "silent" };
    const { registrations, queue, beyond = "silent", retry_after: retryAfter } = source;
    if (beyond === "silent" && retryAfter !== undefined) {
      this.problems.push(
        this.document.keyProblem(
          [...path, "retry_after"],
          `"retry_after" belongs to a status, not to silent`,
        ),
      );
    }
    return {
      registrations,
      queue: queue === undefined ? QUEUE : milliseconds(queue),
      beyond:
        typeof beyond === "string"
          ? beyond
          : { status: beyond, retryAfter: retryAfter === undefined ? undefined : secondsOf(retryAfter) },
    };
  }

  #zoneFile(path: Path, file: string): ZoneRecord[] {
    try {
      const { name, text } = this.readFile(file);
      return readZoneFile(name, text);
    } catch (error) {
      if (error instanceof ScenarioError) this.problems.push(...error.problems);
      else this.wrong(path, error instanceof Error ? error.message : String(error));
      return [];
    }
  }
}
