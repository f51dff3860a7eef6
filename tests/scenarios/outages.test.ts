/**
 * Outages at random: servers, DNS, the network and calls change for half an hour; then all is well. Whatever was going
 * on, the phone must end where it would have been without it, with its credentials at home and no flood on the way.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../host/simulated/index.js";
import type { RegistrarMode, SimulatedPhone, ZoneMode } from "../../host/simulated/index.js";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { DOMAIN, Site, registered, sent } from "./helpers.js";
import type { ServerName, Settings } from "./helpers.js";

const OUTAGES = 1_800_000;
/** Long enough for every wait and every period of the settings below. */
const RECOVERY = 3_600_000;
const LAST = 600_000;

const SEEDS = 80;

/** The most REGISTERs of an account in any second: four servers, with a challenge, a correction and a removal each. */
const MOST_IN_A_SECOND = 16;

const serverModes: readonly RegistrarMode[] = [
  "up",
  "up",
  "up",
  "silent",
  "refused",
  "stopped",
  { status: 503 },
  { status: 503, headers: [["Retry-After", "40"]] },
  { status: 403 },
  { status: 480, headers: [["Retry-After", "20"]] },
  { status: 401, headers: [["WWW-Authenticate", 'Digest realm="x", nonce="n", qop="auth"']] },
  { status: 423, headers: [["Min-Expires", "30"]] },
  { status: 100 },
];

const zoneModes: readonly ZoneMode[] = [
  "up",
  "up",
  "up",
  "silent",
  "closed",
  "SERVFAIL",
  "REFUSED",
  "NXDOMAIN",
];

const lists: readonly (readonly ServerName[])[] = [
  ["A", "B", "C"],
  ["B", "A"],
  ["C"],
  ["A"],
  ["C", "B", "A"],
];

const linkStates = ["up", "up", "down", "unreachable"] as const;

/** Keys of an account for what its second slot is. */
const slotKinds: Readonly<Record<string, Settings>> = {
  none: {},
  concurrent: { "sip_server.2.address": "192.0.2.4" },
  successive: {
    "sip_server.2.address": "192.0.2.4",
    "fallback.redundancy_type": 1,
    "fallback.timeout": 50,
  },
  proxies: {
    "sip_server.1.address": "registrar.example.net",
    outbound_proxy_enable: 1,
    "outbound_proxy.1.address": DOMAIN,
    "outbound_proxy.2.address": "192.0.2.4",
    outbound_proxy_fallback_interval: 70,
  },
};

interface Course {
  readonly site: Site;
  readonly phone: SimulatedPhone;
  readonly lifetime: number;
  readonly accounts: number;
  readonly expected: readonly string[];
}

const course = (seed: number): Course => {
  const random = new Random(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const among = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const lifetime = among([40, 90, 300, 600]);
  const ttl = among([5, 60, 300]);
  const users = { 1001: "secret", 1002: "secret", 1003: "secret" };
  const site = new Site({
    list: ["A", "B", "C"],
    ttl,
    maxExpires: lifetime,
    latency: among([0, 20]),
    ...(below(2) === 0 ? {} : { digest: { users, nonceUses: among([1, 3, Infinity]) } }),
  });

  const accounts = among([1, 1, 3]);
  const settings: Record<string, string | number> = {
    "sip.failback_surge_prevention": among([0, 10]),
    "static.network.dns.query_timeout": among([1, 3]),
  };
  const expected: string[] = [];
  for (let account = 1; account <= accounts; account++) {
    const slots = among(Object.keys(slotKinds));
    const keys: Settings = {
      enable: 1,
      user_name: 1000 + account,
      password: "secret",
      "sip_server.1.address": DOMAIN,
      "sip_server.1.failback_mode": below(4),
      "sip_server.1.failback_timeout": among([60, 200]),
      "sip_server.1.retry_counts": below(5),
      "nat.udp_update_enable": below(4),
      "nat.udp_update_time": among([15, 40]),
      "redundancy_with_reg_fail.enable": below(2),
      reg_failed_retry_max_time: among([0, 60]),
      unregister_on_reboot: below(2),
      ...slotKinds[slots],
    };
    for (const [key, value] of Object.entries(keys)) settings[`account.${String(account)}.${key}`] = value;
    expected.push(`${String(account)}.1 A`);
    if (slots === "concurrent") expected.push(`${String(account)}.2 D`);
  }
  const phone = site.phone(settings, { seed });

  const link = site.s.network.link("198.51.100.1");
  for (let t = below(30_000); t < OUTAGES; t += 500 + below(60_000)) {
    const what = below(12);
    const server = among([site.a, site.b, site.c, site.d]);
    const mode = among(serverModes);
    const zoneMode = among(zoneModes);
    const list = among(lists);
    const state = among(linkStates);
    const loss = among([0, 0.3]);
    const calls = below(2);
    site.s.at(t, () => {
      if (what < 7) server.mode = mode;
      else if (what === 7) site.s.zone.mode = zoneMode;
      else if (what === 8) site.name(list, ttl);
      else if (what === 9) phone.setBusy(calls);
      else if (what === 10) link.state = state;
      else link.loss = loss;
    });
  }
  site.s.at(OUTAGES, () => {
    for (const server of [site.a, site.b, site.c, site.d]) server.up();
    site.s.zone.mode = "up";
    site.name(["A", "B", "C"], ttl);
    phone.setBusy(0);
    link.state = "up";
    link.loss = 0;
  });
  return { site, phone, lifetime, accounts, expected };
};

describe("after outages of every kind", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`seed ${String(seed)}: registered with the primary, and at rest`, () => {
      const { site, phone, lifetime, accounts, expected } = course(seed);
      const end = OUTAGES + RECOVERY;
      site.s.runUntil(end);
      assert.deepEqual(registered(phone), expected);
      assert.equal(site.a.bound(end).length, accounts);

      // Refreshes at half time and nothing else, each with a challenge at the most.
      const last = sent(phone).filter(({ t }) => t > end - LAST);
      assert.ok(last.every(({ target }) => expected.some((line) => line.endsWith(target))));
      const most = expected.length * 2 * Math.ceil(LAST / (lifetime * 500));
      assert.ok(last.length <= most, `${String(last.length)} REGISTERs in the end`);

      if (site.a.authenticator !== undefined) assertCredentialsStayHome(phone);
      const cseqs = new Map<string, number>();
      for (const { message } of new Map(sent(phone).map((one) => [one.message.branch, one])).values()) {
        assert.ok(message.cseq > (cseqs.get(message.callId) ?? 0), "R4: CSeq grows");
        cseqs.set(message.callId, message.cseq);
      }
      assert.ok(cseqs.size <= accounts * 2);

      const seconds = new Map<number, number>();
      for (const { t } of sent(phone)) {
        const second = Math.floor(t / 1000);
        seconds.set(second, (seconds.get(second) ?? 0) + 1);
      }
      const busiest = Math.max(...seconds.values());
      assert.ok(busiest <= MOST_IN_A_SECOND * accounts, `${String(busiest)} REGISTERs in a second`);
      assert.deepEqual(phone.events("pool-full"), []);

      phone.stop();
      site.s.run(2001);
      assert.ok(phone.isStopped);
      assert.deepEqual(site.a.bound(site.s.now), []);
    });
  }
});
