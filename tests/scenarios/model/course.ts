/** What the cases of the table tests are made of: settings, servers that fail, and what the application asks for. */

export type TargetName = "A" | "B" | "C";
export type Transport = "udp" | "tcp";
export type Method = "REGISTER" | "INVITE" | "SUBSCRIBE" | "BYE";

/**
 * How a server fails: it drops everything; its port is closed; it answers everything by 503; it closes a connection as
 * soon as a request comes by it.
 */
export type Failure = "silent" | "refused" | "503" | "closes";

/** The keys that the table crosses, and those that set its times. */
export interface CaseSettings {
  readonly mode: 0 | 1 | 2 | 3;
  readonly registerOnEnable: boolean;
  readonly onlySignalWithRegistered: boolean;
  readonly retryCounts: number;
  readonly inviteRetryCounts: number;
  readonly transport: Transport;
  /** Of a registration, in seconds. */
  readonly lifetime: number;
  /** Of the name's address records, in seconds (mode 1). */
  readonly ttl: number;
  /** In seconds; 0 is never (mode 3). */
  readonly failbackTimeout: number;
}

/** Something that happens from outside, `at` milliseconds after the start. */
export type Step = { readonly at: number } & (
  | { readonly does: "fail"; readonly target: TargetName; readonly failure: Failure }
  | { readonly does: "recover"; readonly target: TargetName }
  /** All connections end; new ones are accepted. */
  | { readonly does: "disconnect"; readonly target: TargetName }
  /** The application places a call, which is answered at once, and keeps it. */
  | { readonly does: "call" }
  /** The application ends its first call. */
  | { readonly does: "hang up" }
  /** For so many seconds; `SUBSCRIPTION` where it is left out. */
  | { readonly does: "subscribe"; readonly expires?: number }
);

/** Of a subscription that is not refreshed before a case is over, in seconds. */
export const SUBSCRIPTION = 3600;

/** A case: one account, one slot whose name resolves to `targets`. */
export interface Course {
  readonly settings: CaseSettings;
  readonly targets: readonly TargetName[];
  /** The next hop in the route sets of dialogs: the slot's name, or the address of the server that set it. */
  readonly recordRoute: "name" | "address";
  readonly steps: readonly Step[];
  /** When it is over, in milliseconds. */
  readonly end: number;
}

/** A line of what is seen: a request and its target, or a failure and its name. */
export interface Line {
  readonly t: number;
  readonly method: Method;
  readonly rest: string;
}

/** What is seen of a case. */
export interface Seen {
  /** `10000 INVITE A`, those that are sent again included. */
  readonly requests: readonly string[];
  /** What failed locally: `10000 INVITE not-registered`. */
  readonly failures: readonly string[];
}

/**
 * Lines in the order in which cases are compared: those of one instant by method, since the rules do not say which of
 * two requests goes first that have nothing to do with each other.
 */
export const inOrder = (lines: readonly Line[]): string[] =>
  [...lines]
    .sort((one, other) => one.t - other.t || one.method.localeCompare(other.method))
    .map(({ t, method, rest }) => `${String(t)} ${method} ${rest}`);
