import type { EventRecord } from "../../../host/node/index.js";

/** What came of a scenario on a host, as the program that plays it writes it: a line of JSON each. */
export interface Played {
  readonly name: string;
  /** Why it could not be played to its end. */
  readonly error?: string;
  readonly records: readonly EventRecord[];
  readonly warnings: readonly string[];
  /** Targets, and the names of the servers that they are. */
  readonly names: readonly (readonly [target: string, name: string])[];
  /** What the servers received of the phone, by their names. */
  readonly received: Readonly<Record<string, readonly Received[]>>;
  /** What the phone did at the far end of calls that a rule of SIP does not allow. */
  readonly complaints: readonly string[];
}

/** A request that reached a server, by the clock of this machine. */
export interface Received {
  readonly t: number;
  readonly method: string;
}

/** Certificates by the names that they are for, and the file of who has issued them. */
export interface Certificates {
  readonly authority: string;
  readonly issued: Readonly<Record<string, { readonly certificate: string; readonly key: string }>>;
}
