import type { EventRecord } from "../simulated/index.js";

/** Version of the trace that is written, see docs/trace.md. */
export const TRACE_VERSION = 1;

/** The first line of a trace. */
export interface TraceHeader {
  readonly trace: typeof TRACE_VERSION;
  readonly version: string;
  readonly host: "simulated";
  readonly title?: string;
  readonly seed: number;
  /** Names of the accounts by number. */
  readonly accounts: Readonly<Record<string, string>>;
  /** Names of the servers by target, `udp:192.0.2.1:5060`. */
  readonly servers: Readonly<Record<string, string>>;
}

interface Told {
  /** Milliseconds since the beginning. */
  readonly t: number;
  readonly account: number;
}

/** A server, or DNS, is in another state; DNS is called `dns` and has no targets. */
export interface ServerRecord extends Told {
  readonly event: "server";
  readonly server: string;
  readonly targets: readonly string[];
  readonly state: string;
  readonly detail?: string;
}

/** The phone's line is in another state. */
export interface LinkRecord extends Told {
  readonly event: "link";
  readonly state: string;
  readonly detail?: string;
}

/** The user has done something. */
export interface UserRecord extends Told {
  readonly event: "user";
  readonly action: string;
  readonly detail?: string;
}

/** What truly was: records that no phone writes. */
export type ScenarioRecord = ServerRecord | LinkRecord | UserRecord;

export type TraceRecord = EventRecord | ScenarioRecord;

const told: ReadonlySet<string> = new Set<ScenarioRecord["event"]>(["server", "link", "user"]);

/** Whether a record is of the scenario and not of the phone. */
export const isOfScenario = (record: TraceRecord): record is ScenarioRecord => told.has(record.event);
