/** The keys of a configuration that the explanation speaks of. Numbers about behaviour never come from here. */
import type { ConfigurationFile } from "../abi/configure.js";

/** A slot of an account, or the proxy that takes its place. */
export interface SlotSettings {
  /** 1: working server, 2: fallback server. */
  readonly slot: number;
  readonly kind: "server" | "proxy";
  readonly address: string;
  readonly port: number;
  /** 0 UDP, 1 TCP, 2 TLS, 3 by NAPTR. */
  readonly transport: number;
  readonly failbackMode: number;
  /** Seconds; 0: never by timer. */
  readonly failbackTimeout: number;
  readonly failbackSubscribe: boolean;
  readonly registerOnEnable: boolean;
  readonly onlySignalWithRegistered: boolean;
  readonly retryCounts: number;
  readonly inviteRetryCounts: number;
}

/** An account that is enabled and has a server. */
export interface AccountSettings {
  /** 1 to 16. */
  readonly number: number;
  readonly label: string;
  /** The slots that have an address, in order. */
  readonly slots: readonly SlotSettings[];
  /** Slot 2 registers only while slot 1 is down. */
  readonly isSuccessive: boolean;
  /** OPTIONS lost in a row that put a target down; 0: no probing. */
  readonly probeMaxLost: number;
  /** Seconds; 0: no keep-alive. */
  readonly keepAlive: number;
  /** Everything that is set for the account but what names its user: accounts with the same behave the same. */
  readonly behaviour: string;
}

const ACCOUNTS = 16;
const SLOTS = [1, 2];
const MODES = [1, 2, 3];

/** Keys that tell one account's user from another's, and change nothing in what it does. */
const PERSONAL = /^(label|display_name|auth_name|user_name|password)$/;

const ASSIGNMENT = /^\s*([^\s#=][^\s=]*)\s*=(.*)$/;

/** The values of all keys, as a phone reads them: the last assignment wins, and one of nothing takes the value away. */
export const assignments = (files: readonly ConfigurationFile[]): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  for (const { octets } of files) {
    for (const line of new TextDecoder().decode(octets).split(/\r?\n/)) {
      const [, key, text] = ASSIGNMENT.exec(line) ?? [];
      if (key === undefined || text === undefined) continue;
      const value = text.trim();
      if (value === "" || value === "%NULL%" || value === "%EMPTY%") values.delete(key);
      else values.set(key, value);
    }
  }
  return values;
};

/** Reads what an explanation has to know of a configuration without errors. */
export const settingsOf = (files: readonly ConfigurationFile[]): AccountSettings[] => {
  const values = assignments(files);
  const numbers = Array.from({ length: ACCOUNTS }, (_, index) => index + 1);
  return numbers.flatMap((number) => {
    const text = (key: string): string => values.get(`account.${String(number)}.${key}`) ?? "";
    if (text("enable") !== "1") return [];
    const account = readAccount(number, text, values);
    return account.slots.length === 0 ? [] : [account];
  });
};

type Text = (key: string) => string;

const readAccount = (number: number, text: Text, values: ReadonlyMap<string, string>): AccountSettings => {
  const count = (key: string, usual: number): number => (text(key) === "" ? usual : Number(text(key)));
  const globalCount = (key: string, usual: number): number => Number(values.get(key) ?? usual);
  const isSuccessive = count("outbound_proxy_enable", 0) === 1 || count("fallback.redundancy_type", 0) === 1;
  return {
    number,
    label: text("label"),
    slots: SLOTS.map((slot) => readSlot(slot, text)).filter(({ address }) => address !== ""),
    isSuccessive,
    probeMaxLost: globalCount("sip.probe_max_lost", 0),
    keepAlive: count("nat.udp_update_enable", 1) === 0 ? 0 : count("nat.udp_update_time", 30),
    behaviour: behaviourOf(number, values),
  };
};

const readSlot = (slot: number, text: Text): SlotSettings => {
  const server = (key: string): string => text(`sip_server.${String(slot)}.${key}`);
  const proxy = (key: string): string => text(`outbound_proxy.${String(slot)}.${key}`);
  const isProxy = text("outbound_proxy_enable") === "1" && text("outbound_proxy.1.address") !== "";
  // A proxy's -1, its default as well, takes the server's value.
  const inherited = (key: string, usual: number): number => {
    const own = isProxy ? Number(proxy(key) || -1) : -1;
    return own === -1 ? Number(server(key) || usual) : own;
  };
  const place = isProxy ? proxy : server;
  const failbackMode = inherited("failback_mode", 0);
  const isSticky = MODES.includes(failbackMode);
  const registerOnEnable = inherited("register_on_enable", 0) === 1;
  return {
    slot,
    kind: isProxy ? "proxy" : "server",
    address: place("address"),
    port: Number(place("port") || 5060),
    transport: Number(server("transport_type") || 0),
    failbackMode,
    failbackTimeout: inherited("failback_timeout", 3600),
    failbackSubscribe: isSticky && inherited("failback_subscribe.enable", 0) === 1,
    registerOnEnable,
    onlySignalWithRegistered:
      isSticky && registerOnEnable && inherited("only_signal_with_registered", 0) === 1,
    retryCounts: inherited("retry_counts", 3),
    inviteRetryCounts: inherited("invite_retry_counts", 3),
  };
};

const behaviourOf = (number: number, values: ReadonlyMap<string, string>): string => {
  const prefix = `account.${String(number)}.`;
  return [...values]
    .filter(([key]) => key.startsWith(prefix) && !PERSONAL.test(key.slice(prefix.length)))
    .map(([key, value]) => `${key.slice(prefix.length)}=${value}`)
    .sort()
    .join("\n");
};
