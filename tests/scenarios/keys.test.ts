/** Every configuration key at each of its values: which scenarios prove it. The sources of the scenarios are read. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { Core, desktopModule } from "../../host/simulated/index.js";
import { usesOfKeys } from "./key-uses.js";

/** Every value has to be there, but for the default, which every other scenario has. */
type Values = readonly string[] | "any other";

interface Row {
  readonly key: string;
  readonly fallback: string;
  readonly values: Values;
  /** Scenarios that each set it to something else than the default. */
  readonly scenarios: readonly string[];
}

const rows: Row[] = [];

/** Says of some keys, which share the beginning of their names, where they are proved: key, default, values, files. */
const prove = (
  scope: string,
  keys: readonly (readonly [key: string, fallback: string, values: Values, ...scenarios: string[]])[],
): void => {
  for (const [key, fallback, values, ...scenarios] of keys) {
    rows.push({ key: scope + key, fallback, values, scenarios });
  }
};

const SWITCH = ["0", "1"];
const MODES = ["0", "1", "2", "3"];
const inherited = (values: readonly string[]): readonly string[] => ["-1", ...values];

prove("account.X.sip_server.Y.", [
  ["retry_counts", "3", "any other", "failover", "calls-budget", "subscriptions-failed"],
  ["invite_retry_counts", "3", "any other", "calls-budget", "proxies-keys"],
  ["failback_mode", "0", MODES, "failback", "subscriptions-follow", "failback-unregistered"],
  ["failback_timeout", "3600", ["0", "1", "60", "100"], "failback", "failback-unregistered"],
  ["failback_subscribe.enable", "0", SWITCH, "subscriptions-follow", "subscription-helpers"],
  ["register_on_enable", "0", SWITCH, "calls-register-first", "subscriptions-failed", "fallback-calls"],
  ["only_signal_with_registered", "0", SWITCH, "calls-registered-only"],
  ["address", "", "any other", "locating", "network", "failover"],
  ["port", "5060", ["0", "5061", "5070"], "lookups", "keys-phone"],
  ["transport_type", "0", MODES, "tcp", "lookups", "keys-phone"],
  ["expires", "3600", "any other", "registration", "fallback"],
]);

prove("account.X.outbound_proxy.Y.", [
  ["retry_counts", "-1", ["-1", "0", "2", "20"], "proxies-keys"],
  ["invite_retry_counts", "-1", ["-1", "1", "4", "10"], "proxies-keys", "calls-budget"],
  ["failback_mode", "-1", inherited(MODES), "proxies-keys"],
  ["failback_timeout", "-1", ["-1", "0", "5", "60", "90"], "proxies-keys"],
  ["failback_subscribe.enable", "-1", inherited(SWITCH), "proxies-keys", "proxies-fallback"],
  ["register_on_enable", "-1", inherited(SWITCH), "proxies-keys", "calls-register-first"],
  ["only_signal_with_registered", "-1", inherited(SWITCH), "proxies-keys", "calls-registered-only"],
  ["address", "", "any other", "proxies-routes", "proxies-fallback"],
  ["port", "5060", ["0", "5062"], "proxies-routes"],
]);

prove("account.X.", [
  ["fallback.redundancy_type", "0", SWITCH, "fallback", "fallback-calls"],
  ["fallback.timeout", "120", "any other", "fallback", "outages"],
  ["outbound_proxy_fallback_interval", "3600", ["0", "60", "90"], "proxies-fallback"],
  ["outbound_proxy_enable", "0", SWITCH, "proxies-routes"],
  ["dns_cache_type", "1", ["0", "1", "2"], "dns-cache"],
  ["naptr_build", "0", SWITCH, "locating"],
  ["static_cache_pri", "0", SWITCH, "dns-static"],
  ["redundancy_with_reg_fail.enable", "0", SWITCH, "failover", "fallback"],
  ["enable", "0", SWITCH, "keys-phone"],
  ["label", "", "any other", "keys-phone"],
  ["display_name", "", "any other", "registration", "keys-phone"],
  ["auth_name", "", "any other", "digest"],
  ["user_name", "", "any other", "registration", "digest-failover"],
  ["password", "", "any other", "digest", "invariants-secrets"],
  ["reg_fail_retry_interval", "30", "any other", "registration-failed"],
  ["reg_failed_retry_min_time", "0", "any other", "registration-failed"],
  ["reg_failed_retry_max_time", "60", "any other", "registration-failed"],
  ["register_expires_overlap", "-1", "any other", "registration"],
  ["subscribe_expires_overlap", "-1", "any other", "subscriptions-begin"],
  ["unregister_on_reboot", "0", SWITCH, "registration"],
  ["subscribe_mwi", "0", SWITCH, "subscriptions-begin"],
  ["subscribe_mwi_expires", "3600", ["0", "600"], "subscriptions-begin"],
  ["blf.blf_list_uri", "", "any other", "subscription-helpers"],
  ["blf.subscribe_period", "1800", "any other", "subscriptions-begin"],
  ["blf.subscribe_event", "0", SWITCH, "subscriptions-begin"],
  ["sub_fail_retry_interval", "30", ["0", "7", "3600"], "subscriptions-failed"],
  ["nat.udp_update_enable", "1", MODES, "keepalive"],
  ["nat.udp_update_time", "30", "any other", "keepalive"],
  ["session_timer.enable", "0", SWITCH, "calls-session-timer"],
  ["session_timer.expires", "1800", "any other", "calls-session-timer"],
  ["session_timer.refresher", "0", SWITCH, "calls-session-timer"],
  ["nat.rport", "0", SWITCH, "keys-phone"],
  ["sip_trust_ctrl", "0", SWITCH, "keys-trust", "calls-registered-only"],
]);

prove("static.network.", [
  ["dns.query_timeout", "3", "any other", "dns-servers"],
  ["dns.retry_times", "2", "any other", "dns-servers"],
  ["dns.ttl_enable", "1", SWITCH, "dns-cache"],
  ["dns.last_cache_expired.enable", "0", SWITCH, "dns-dead"],
  ["dns.last_cache_expired", "0", "any other", "dns-dead"],
  ["ip_address_mode", "0", ["0", "1", "2"], "locating-order", "network"],
  ["primary_dns", "", "any other", "dns-servers"],
  ["secondary_dns", "", "any other", "lookups"],
]);

prove("sip.", [
  ["dns_transport_type", "0", SWITCH, "dns-tcp"],
  ["skip_redundant_failover_addr", "1", SWITCH, "failover-search", "subscriptions-follow"],
  ["reg_surge_prevention", "0", "any other", "registration"],
  ["probe_max_lost", "0", "any other", "probing"],
  ["probe_interval", "0", "any other", "probing"],
  ["failback_surge_prevention", "0", "any other", "failback"],
  ["tls_verify", "1", SWITCH, "keys-phone"],
  ["tls_cert", "", "any other", "keys-phone"],
  ["listen_port", "5060", ["0", "5070"], "keys-phone"],
  ["tls_listen_port", "5061", "any other", "keys-phone"],
  ["timer_t1", "0.5", "any other", "failover", "calls-budget"],
  ["timer_t2", "4", "any other", "failover"],
  ["timer_t4", "5", "any other", "keys-phone"],
  ["use_out_bound_in_dialog", "1", SWITCH, "proxies-routes", "calls-route"],
]);

for (const scope of ["", "account.X."]) {
  prove(`${scope}dns_cache_naptr.N.`, [
    ["name", "", "any other", "keys-records"],
    ["order", "0", "any other", "keys-records"],
    ["preference", "0", "any other", "keys-records"],
    ["flags", "", "any other", "keys-records"],
    ["service", "", "any other", "keys-records"],
    ["replace", "", "any other", "keys-records"],
    ["ttl", "300", "any other", "keys-records"],
  ]);
  prove(`${scope}dns_cache_srv.N.`, [
    ["name", "", "any other", "keys-records"],
    ["port", "0", "any other", "keys-records"],
    ["priority", "0", "any other", "keys-records"],
    ["weight", "0", "any other", "keys-records"],
    ["target", "", "any other", "keys-records"],
    ["ttl", "300", "any other", "keys-records"],
  ]);
  prove(`${scope}dns_cache_a.N.`, [
    ["name", "", "any other", "keys-records"],
    ["ip", "", "any other", "keys-records"],
    ["ttl", "300", "any other", "keys-records"],
  ]);
}

/** Keys that no scenario can prove: why, and what does. */
const exceptions: readonly { readonly key: string; readonly why: string; readonly file: string }[] = [
  {
    key: "sip.tls_ca",
    why: "the core hands it to the host; the simulated network has no certificates, only their names",
    file: "tests/hosts/tls-files.test.ts",
  },
  { key: "sip.tls_key", why: "as sip.tls_ca", file: "tests/hosts/tls-files.test.ts" },
];

const knownKeys = (): string[] => {
  const core = new Core(desktopModule());
  core.configureBegin(new Uint8Array(32));
  core.configureEnd();
  return core.knownKeys();
};

describe("configuration keys", () => {
  const uses = usesOfKeys();

  test("the table names each key that the core knows once, and no other", () => {
    const named = [...rows, ...exceptions].map(({ key }) => key);
    assert.deepEqual(named.sort(), knownKeys().sort());
  });

  for (const { key, fallback, values, scenarios } of rows) {
    test(`${key}: ${values === "any other" ? `a value other than ${fallback || "none"}` : values.join(", ")}`, () => {
      const found = uses.get(key) ?? new Map<string, readonly string[]>();
      const others = [...found].filter(([value]) => value !== fallback && value !== "%NULL%");
      assert.ok(others.length > 0, "no scenario sets it to anything but its default");
      const missing =
        values === "any other" ? [] : values.filter((value) => value !== fallback && !found.has(value));
      assert.deepEqual(missing, [], "no scenario sets it to these");
      const files = new Set(
        others.flatMap(([, places]) => places.map((place) => place.replace(/:\d+$/, ""))),
      );
      for (const scenario of scenarios) {
        const names = [`${scenario}.test.ts`, `${scenario}.ts`];
        assert.ok(
          names.some((name) => files.has(name)),
          `${scenario} does not set it`,
        );
      }
    });
  }

  for (const { key, why, file } of exceptions) {
    test(`${key}: no scenario, for ${why}; ${file} has it`, () => {
      const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), "utf8");
      assert.ok(text.includes(key), `${file} does not name it`);
    });
  }
});
