/** A scenario as YAML has it when the schema has let it through. */

export type Length = number | string;
export type Lengths = Length | readonly [Length, Length];
export type Names = string | readonly string[];

export interface QualitySource {
  readonly latency?: Length;
  readonly jitter?: Length;
  readonly loss?: string;
  readonly duplicate?: string;
}

export type AuthSource =
  | boolean
  | {
      readonly realm?: string;
      readonly users: Record<string, string>;
      readonly algorithms?: readonly string[];
    };

/** A server's state, and what belongs to some of them. */
export interface StateSource {
  readonly state?: string | number;
  readonly retry_after?: Length;
  readonly delay?: Length;
  readonly loss?: string;
}

export type CapacitySource =
  | number
  | {
      readonly registrations: number;
      readonly queue?: Length;
      readonly beyond?: "silent" | number;
      readonly retry_after?: Length;
    };

export interface ServerSource extends StateSource {
  readonly address: Names;
  readonly auth?: AuthSource;
  readonly lifetime?: Length;
  readonly shortest_lifetime?: Length;
  readonly answer_after?: Length;
  readonly link?: QualitySource;
  readonly tls?: boolean | Names;
  readonly record_route?: string;
  readonly capacity?: CapacitySource;
}

export interface DnsSource {
  readonly address?: Names;
  readonly records?: readonly string[];
  readonly zone_file?: string;
  readonly negative_ttl?: Length;
  readonly answer_after?: Length;
  readonly state?: string;
  readonly delay?: Length;
}

export interface FarEndSource {
  readonly ring?: Length;
  readonly answer?: Length;
  readonly status?: number;
  readonly silent?: true;
}

export interface EventSource extends StateSource {
  readonly at: Length;
  readonly for?: Length;
  readonly every?: Length;
  readonly until?: Length;
  readonly server?: Names;
  readonly auth?: AuthSource;
  readonly lifetime?: Length;
  readonly dns?: string | { readonly records?: readonly string[]; readonly remove?: Names };
  readonly link?: string | QualitySource;
  readonly call?:
    string | number | { readonly to: string | number; readonly account?: number; readonly name?: string };
  readonly incoming?: {
    readonly account?: number;
    readonly through?: string;
    readonly answer?: Length;
    readonly name?: string;
  };
  readonly hang_up?: string;
  readonly subscribe?: {
    readonly package: "message-summary" | "dialog" | "presence";
    readonly account?: number;
    readonly to?: string;
    readonly expires?: Length;
  };
}

export interface RandomSource {
  readonly calls?: { readonly to?: Names; readonly accounts?: readonly number[] };
  readonly incoming?: { readonly accounts?: readonly number[]; readonly answer?: Lengths };
  readonly every: Length;
  readonly for?: Lengths;
  readonly from?: Length;
  readonly until?: Length;
}

export interface ScenarioSource {
  readonly title?: string;
  readonly description?: string;
  readonly duration: Length;
  readonly seed?: number;
  readonly network?: QualitySource;
  readonly registrations?: "shared" | "separate";
  readonly servers: Readonly<Record<string, ServerSource>>;
  readonly dns?: DnsSource;
  readonly far_ends?: Readonly<Record<string, FarEndSource>>;
  readonly events?: readonly EventSource[];
  readonly random?: readonly RandomSource[];
}
