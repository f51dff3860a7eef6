import { canonicalAddress, familyOf } from "../abi/address.js";
import type { ConfigurationFile } from "../simulated/index.js";
import { ConfigurationValues, accountsOf } from "./accounts.js";
import type { Scenario } from "./scenario.js";
import { didYouMean } from "./schema.js";

/** The labels before a name under which its servers are looked up: `_sip._udp.` (RFC 3263, 4). */
const SERVICE = /^(?:_[a-z]+\._[a-z]+\.)/i;

const plainName = (name: string): string => name.toLowerCase().replace(SERVICE, "").replace(/\.$/, "");

/** The names that lead somewhere at some time, by DNS or by the configuration's static records. */
const knownNames = ({ dns, events }: Scenario, values: ConfigurationValues): Set<string> => {
  const later = events.flatMap(({ action }) => (action.kind === "dns-records" ? action.records : []));
  const given = [...values.entries()].filter(([key]) => /(?:^|\.)dns_cache_\w+\.\d+\.name$/.test(key));
  return new Set([
    ...[...dns.records, ...later].map(({ name }) => plainName(name)),
    ...given.map(([, name]) => plainName(name)),
  ]);
};

/** The hosts that an account sends its requests to: proxies, where it has any. */
const hostsOf = (values: ConfigurationValues, account: number): string[] => {
  const prefix = `account.${String(account)}`;
  const kind = values.get(`${prefix}.outbound_proxy_enable`) === "1" ? "outbound_proxy" : "sip_server";
  return [1, 2]
    .map((slot) => values.get(`${prefix}.${kind}.${String(slot)}.address`) ?? "")
    .filter((host) => host !== "");
};

/**
 * What a configuration needs and a scenario does not have: servers at its addresses, DNS records of its names. The
 * phone would find nobody there, which may be what is to be played, or a slip.
 *
 * @returns sentences without their full stops
 */
export const misfits = (scenario: Scenario, files: readonly ConfigurationFile[]): string[] => {
  const values = new ConfigurationValues(files);
  const names = knownNames(scenario, values);
  const addresses = new Set(scenario.servers.flatMap(({ ends }) => ends.map(({ address }) => address)));
  const missing = new Map<string, number[]>();
  for (const { number } of accountsOf(files)) {
    for (const host of hostsOf(values, number)) {
      const isKnown =
        familyOf(host) === undefined ? names.has(plainName(host)) : addresses.has(canonicalAddress(host));
      if (!isKnown) missing.set(host, [...(missing.get(host) ?? []), number]);
    }
  }
  return [...missing].map(([host, accounts]) => {
    const who = `${accounts.length === 1 ? "account" : "accounts"} ${accounts.join(", ")}`;
    return familyOf(host) === undefined
      ? `no record of "${host}", where ${who} would find a server${didYouMean(host, [...names])}`
      : `no server is at ${host}, where ${who} would find one; there are ${[...addresses].join(", ")}`;
  });
};
