/**
 * Outages at random: servers, DNS and calls change for half an hour; then all is well. Whatever was going on, the phone
 * must end where it would have been without it, with its credentials at home and no flood on the way.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../host/simulated/index.js";
import type { RegistrarMode, SimulatedPhone, ZoneMode } from "../../host/simulated/index.js";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { Site, registered, sent } from "./helpers.js";
import type { ServerName } from "./helpers.js";

const OUTAGES = 1_800_000;
/** Long enough for every wait and every period of the settings below. */
const RECOVERY = 3_600_000;
const LAST = 600_000;

const SEEDS = 60;

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

interface Course {
  readonly site: Site;
  readonly phone: SimulatedPhone;
  readonly lifetime: number;
  readonly expected: readonly string[];
}

const course = (seed: number): Course => {
  const random = new Random(seed);
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const among = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const lifetime = among([40, 90, 300, 600]);
  const ttl = among([5, 60, 300]);
  const slots = among(["one", "concurrent", "successive"]);
  const site = new Site({
    list: ["A", "B", "C"],
    ttl,
    maxExpires: lifetime,
    latency: among([0, 20]),
    ...(below(2) === 0 ? {} : { digest: { users: { 1000: "secret" }, nonceUses: among([1, 3, Infinity]) } }),
  });
  const phone = site.phone(
    {
      "sip_server.1.failback_mode": below(4),
      "sip_server.1.failback_timeout": among([60, 200]),
      "sip_server.1.retry_counts": below(5),
      "sip.failback_surge_prevention": among([0, 10]),
      "nat.udp_update_enable": below(4),
      "nat.udp_update_time": among([15, 40]),
      "redundancy_with_reg_fail.enable": below(2),
      "static.network.dns.query_timeout": among([1, 3]),
      reg_failed_retry_max_time: among([0, 60]),
      unregister_on_reboot: below(2),
      ...(slots === "one" ? {} : { "sip_server.2.address": "192.0.2.4" }),
      ...(slots === "successive"
        ? { "fallback.redundancy_type": 1, "fallback.timeout": among([30, 120]) }
        : {}),
    },
    { seed },
  );
  for (let t = below(30_000); t < OUTAGES; t += 500 + below(60_000)) {
    const server = among([site.a, site.b, site.c, site.d]);
    const what = below(10);
    const mode = among(serverModes);
    const zoneMode = among(zoneModes);
    const list = among(lists);
    const calls = below(2);
    site.s.at(t, () => {
      if (what < 7) server.mode = mode;
      else if (what === 7) site.s.zone.mode = zoneMode;
      else if (what === 8) site.name(list, ttl);
      else phone.setBusy(calls);
    });
  }
  site.s.at(OUTAGES, () => {
    for (const server of [site.a, site.b, site.c, site.d]) server.up();
    site.s.zone.mode = "up";
    site.name(["A", "B", "C"], ttl);
    phone.setBusy(0);
  });
  const expected = slots === "concurrent" ? ["1.1 A", "1.2 D"] : ["1.1 A"];
  return { site, phone, lifetime, expected };
};

/** The most REGISTERs in any second: four tries of each of two slots at three servers, with a challenge each. */
const MOST_IN_A_SECOND = 40;

describe("after outages of every kind", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`seed ${String(seed)}: registered with the primary, and at rest`, () => {
      const { site, phone, lifetime, expected } = course(seed);
      const end = OUTAGES + RECOVERY;
      site.s.runUntil(end);
      assert.deepEqual(registered(phone), expected);
      assert.equal(site.a.bound(end).length, 1);
      const last = sent(phone).filter(({ t }) => t > end - LAST);
      const slots = expected.length;
      assert.ok(last.every(({ target }) => target === "A" || (slots === 2 && target === "D")));
      // A refresh at half time, with a challenge at the most.
      assert.ok(last.length <= slots * 2 * Math.ceil(LAST / (lifetime * 500)), String(last.length));
      if (site.a.authenticator !== undefined) assertCredentialsStayHome(phone);
      const seconds = new Map<number, number>();
      for (const { t } of sent(phone)) {
        const second = Math.floor(t / 1000);
        seconds.set(second, (seconds.get(second) ?? 0) + 1);
      }
      assert.ok(Math.max(...seconds.values()) <= MOST_IN_A_SECOND, String(Math.max(...seconds.values())));
      assert.deepEqual(phone.events("pool-full"), []);
    });
  }
});
