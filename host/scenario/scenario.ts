import type { Endpoint, NameOf, ZoneRecord } from "../simulated/index.js";
import type { DigestAlgorithm, RecordRoute } from "../simulated/index.js";
import type { Place } from "./problem.js";

/** Where the phone is that a scenario is played with (RFC 5737, RFC 3849). */
export const PHONE_ADDRESSES = { 4: "198.51.100.1", 6: "2001:db8:ffff::1" } as const;

/** How a line is. Times in milliseconds, shares from 0 to 1. */
export interface LinkQuality {
  readonly latency: number;
  readonly jitter: number;
  readonly loss: number;
  readonly duplicate: number;
}

/** What a server does. Times in milliseconds, shares from 0 to 1. */
export type ServerState =
  | { readonly state: "up" | "silent" | "refusing" | "stopped" | "unreachable" }
  /** Everything takes so long. */
  | { readonly state: "slow"; readonly delay: number }
  /** So much of what goes to it and comes from it gets lost. */
  | { readonly state: "lossy"; readonly loss: number }
  /** Everything is answered with `status`. */
  | { readonly state: "answers"; readonly status: number; readonly retryAfter: number | undefined };

/** Whom a server asks for credentials: nobody, the phone's own users, or these. */
export type Authentication =
  | boolean
  | {
      readonly realm?: string;
      readonly users: Readonly<Record<string, string>>;
      readonly algorithms?: readonly DigestAlgorithm[];
    };

/** A server's certificate: for every name, for some, of nobody's; none. */
export type Certificate = boolean | "untrusted" | readonly string[];

/** How much a server can take, for many phones together. */
export interface Capacity {
  /** REGISTERs a second that it answers. */
  readonly registrations: number;
  /** How long requests wait at most. Milliseconds. */
  readonly queue: number;
  /** What becomes of a request for which there is no room: it is dropped, or answered with a status. */
  readonly beyond: "silent" | { readonly status: number; readonly retryAfter: number | undefined };
}

export interface ServerDefinition {
  readonly name: string;
  readonly ends: readonly Endpoint[];
  readonly auth: Authentication;
  /** Seconds; `Infinity`: what is asked for. */
  readonly lifetime: number;
  /** Seconds. */
  readonly shortestLifetime: number;
  /** Milliseconds. */
  readonly answerAfter: number;
  readonly link: LinkQuality;
  readonly tls: Certificate;
  readonly recordRoute: RecordRoute;
  /** As much as there is where it is left out. One phone alone does not meet it. */
  readonly capacity?: Capacity;
  readonly state: ServerState;
}

export type DnsState =
  | { readonly state: "up" | "silent" | "closed" | "refused" | "servfail" | "nxdomain" }
  | { readonly state: "slow"; readonly delay: number };

export interface DnsDefinition {
  readonly ends: readonly Endpoint[];
  readonly records: readonly ZoneRecord[];
  /** Seconds. */
  readonly negativeTtl: number;
  /** Milliseconds. */
  readonly answerAfter: number;
  readonly state: DnsState;
}

/** What somebody does whom the phone calls. Milliseconds. */
export type FarEnd = "silent" | { readonly ring: number; readonly answer: number; readonly status: number };

/** The phone's line. */
export type LinkState = { readonly state: "up" | "down" | "unreachable" } | Partial<LinkQuality>;

/** Whether a line is up, down or unreachable; not how good it is. */
export const isLinkState = (link: LinkState): link is { readonly state: "up" | "down" | "unreachable" } =>
  "state" in link;

/** What happens. Lengths of time in milliseconds. */
export type Action =
  | { readonly kind: "server-state"; readonly servers: readonly string[]; readonly to: ServerState }
  | { readonly kind: "server-auth"; readonly servers: readonly string[]; readonly auth: Authentication }
  /** Seconds. */
  | { readonly kind: "server-lifetime"; readonly servers: readonly string[]; readonly lifetime: number }
  | { readonly kind: "dns-state"; readonly to: DnsState }
  | {
      readonly kind: "dns-records";
      readonly records: readonly ZoneRecord[];
      readonly remove: readonly string[];
    }
  | { readonly kind: "link"; readonly to: LinkState }
  | {
      readonly kind: "call";
      readonly account: number;
      readonly to: string;
      readonly name: string | undefined;
    }
  | {
      readonly kind: "incoming";
      readonly account: number;
      readonly through: string | undefined;
      /** `undefined`: the user never takes it. */
      readonly answer: number | undefined;
      readonly name: string | undefined;
    }
  | { readonly kind: "hang-up"; readonly name: string }
  | {
      readonly kind: "subscribe";
      readonly account: number;
      readonly package: NameOf<"package">;
      readonly to: string;
      /** Seconds. */
      readonly expires: number;
    };

/** Something that happens at given times, in milliseconds. */
export interface ScenarioEvent {
  readonly at: number;
  /** How long it lasts; `undefined`: until something else is said. */
  readonly length: number | undefined;
  /** So often, as long as it is before `until`; `undefined`: once. */
  readonly every: number | undefined;
  readonly until: number;
  readonly action: Action;
  readonly place: Place;
}

/** Calls at random. Times in milliseconds. */
export interface RandomCalls {
  readonly kind: "calls" | "incoming";
  /** `undefined`: every account of the phone. */
  readonly accounts: readonly number[] | undefined;
  readonly to: readonly string[];
  readonly answer: readonly [shortest: number, longest: number];
  /** The mean time between two. */
  readonly every: number;
  readonly length: readonly [shortest: number, longest: number];
  readonly from: number;
  readonly until: number;
  readonly place: Place;
}

/** A scenario as it was read: what is there, and what happens when. */
export interface Scenario {
  readonly file: string;
  readonly title: string;
  /** Milliseconds. */
  readonly duration: number;
  readonly seed: number;
  readonly network: LinkQuality;
  /** Whether a server serves users that are registered with another one. */
  readonly sharesRegistrations: boolean;
  readonly servers: readonly ServerDefinition[];
  readonly dns: DnsDefinition;
  /** By user name; `*` is everybody else. */
  readonly farEnds: ReadonlyMap<string, FarEnd>;
  /** In the order of their times. */
  readonly events: readonly ScenarioEvent[];
  readonly random: readonly RandomCalls[];
}
