import type { ConfigurationFile, NameOf } from "../simulated/index.js";

/** Most accounts of a phone. */
const ACCOUNTS = 16;

/** The numbers that `transport_type` may have; 3 leaves it to DNS. */
const transports: readonly NameOf<"transport">[] = ["udp", "tcp", "tls"];

/** What servers and users of a scenario have to know of an account. */
export interface Account {
  readonly number: number;
  /** The label where there is one, else the user name; may be empty. */
  readonly label: string;
  /** The user part of its address; empty: it does not register. */
  readonly user: string;
  readonly authUser: string;
  readonly password: string;
  /** The domain of its addresses. */
  readonly domain: string;
  /** What its servers are spoken to by. */
  readonly transports: readonly NameOf<"transport">[];
}

/** The keys of a configuration with their values; a later line, and a later file, wins. */
export class ConfigurationValues {
  readonly #values = new Map<string, string>();

  constructor(files: readonly ConfigurationFile[]) {
    for (const { octets } of files) {
      const text = new TextDecoder().decode(octets);
      for (const [, key = "", value = ""] of text.matchAll(
        /^[ \t]*([^\s#=]+)[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm,
      )) {
        this.#values.set(key.toLowerCase(), value === "%NULL%" || value === "%EMPTY%" ? "" : value);
      }
    }
  }

  /** The value of a key as it is written; `undefined` where no file has it. */
  get(key: string): string | undefined {
    return this.#values.get(key.toLowerCase());
  }

  /** Every key with its value. */
  entries(): IterableIterator<[key: string, value: string]> {
    return this.#values.entries();
  }

  /** Every key that begins so, with its value. */
  startingWith(prefix: string): [key: string, value: string][] {
    return [...this.#values].filter(([key]) => key.startsWith(prefix.toLowerCase()));
  }
}

const accountOf = (values: ConfigurationValues, number: number): Account => {
  const valueOf = (key: string): string => values.get(`account.${String(number)}.${key}`) ?? "";
  const user = valueOf("user_name");
  const kinds = ["sip_server.1", "sip_server.2", "outbound_proxy.1", "outbound_proxy.2"].flatMap((slot) => {
    if (valueOf(`${slot}.address`) === "") return [];
    const kind = transports[Number(valueOf(`${slot}.transport_type`) || 0)];
    return kind === undefined ? transports : [kind];
  });
  return {
    number,
    label: valueOf("label") || user,
    user,
    authUser: valueOf("auth_name") || user,
    password: valueOf("password"),
    domain: valueOf("sip_server.1.address") || valueOf("sip_server.2.address"),
    transports: [...new Set(kinds)],
  };
};

/** The accounts of a configuration that are enabled, by number. The core reads the configuration by itself. */
export const accountsOf = (files: readonly ConfigurationFile[]): Account[] => {
  const values = new ConfigurationValues(files);
  return Array.from({ length: ACCOUNTS }, (_, index) => index + 1)
    .filter((number) => values.get(`account.${String(number)}.enable`) === "1")
    .map((number) => accountOf(values, number));
};
