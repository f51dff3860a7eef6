/** Twenty minutes of outages of every kind, in many configurations; then all is well, and the subscriptions have to be. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone } from "../../host/simulated/index.js";
import { requestsOf } from "./call-helpers.js";
import { Site, registered } from "./helpers.js";
import type { Settings } from "./helpers.js";

const MINUTE = 60_000;

/** One of a list, drawn. */
const draw = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;

/** Two slots, proxies or neither, any mode, UDP or TCP, with or without probing. */
const settingsFor = (random: Random): Settings => {
  const one = <T>(...list: readonly T[]): T => draw(random, list);
  const transport = one(0, 0, 1);
  return {
    "blf.blf_list_uri": "sip:lamps@sip.example.com",
    "blf.subscribe_period": one(60, 200, 600),
    subscribe_mwi: 1,
    subscribe_mwi_expires: 300,
    "nat.udp_update_time": 15,
    "sip.probe_max_lost": one(0, 2),
    "sip.probe_interval": 4,
    "sip_server.1.failback_mode": one(0, 1, 2, 3),
    "sip_server.1.failback_timeout": 60,
    "sip_server.1.failback_subscribe.enable": one(0, 1),
    "sip_server.1.register_on_enable": one(0, 1),
    "sip_server.1.only_signal_with_registered": one(0, 1),
    "sip_server.1.transport_type": transport,
    "sip_server.2.transport_type": transport,
    "sip_server.2.failback_mode": 3,
    "sip_server.2.failback_subscribe.enable": 1,
    "sip_server.2.address": one("", "192.0.2.4"),
    "fallback.redundancy_type": one(0, 1),
    "fallback.timeout": 60,
    outbound_proxy_enable: one(0, 0, 1),
    "outbound_proxy.1.address": "sip.example.com",
    "outbound_proxy.2.address": one("", "192.0.2.4"),
    outbound_proxy_fallback_interval: 60,
    "sip.use_out_bound_in_dialog": one(0, 1),
  };
};

const outages: readonly ((server: Registrar, site: Site) => void)[] = [
  (server) => {
    server.up();
  },
  (server) => {
    server.silent();
  },
  (server) => {
    server.refuse();
  },
  (server) => {
    server.answer(503);
  },
  (server) => {
    server.answer(403);
  },
  (server) => {
    server.disconnect();
  },
  (_, { exchange }) => {
    exchange.forgetAll();
  },
];

/** The most SUBSCRIBEs in any minute, those that were sent again not counted. */
const mostInAMinute = (phone: SimulatedPhone): number => {
  const begun = new Map(requestsOf(phone, "SUBSCRIBE").map(({ t, message }) => [message.branch, t]));
  const times = [...begun.values()].sort((a, b) => a - b);
  return Math.max(0, ...times.map((t) => times.filter((other) => other >= t && other < t + MINUTE).length));
};

describe("subscriptions and outages of every kind", () => {
  for (let seed = 0; seed < 24; seed++) {
    test(`S1, S2: course ${String(seed)}: each subscription stands once, nobody was flooded, no rule of SIP was broken`, () => {
      const random = new Random(seed + 1);
      const site = new Site({
        recordRoute: draw(random, ["address", "sip:sip.example.com;lr"] as const),
        ttl: draw(random, [60, 86_400]),
        maxExpires: draw(random, [60, 120, 3600]),
        digest: draw(random, [undefined, { users: { 1000: "secret" }, challenges: "all" } as const]),
      });
      const phone = site.phone(settingsFor(random), { seed });
      const memory = phone.core.memorySize;
      const servers = [site.a, site.b, site.d];
      for (let t = 20_000; t < 20 * MINUTE; t += 500 + Math.floor(random.next() * MINUTE)) {
        const server = draw(random, servers);
        const happens = draw(random, outages);
        site.s.at(t, () => {
          happens(server, site);
        });
      }
      site.s.at(20 * MINUTE, () => {
        for (const server of servers) server.up();
      });
      site.s.run(40 * MINUTE);
      assert.ok(registered(phone).length > 0);
      assert.deepEqual(site.exchange.subscriptions.map(({ eventPackage }) => eventPackage).sort(), [
        "dialog",
        "message-summary",
      ]);
      // Two subscriptions, up to three targets, a challenge each, and the wait of 30 s after each failure.
      assert.ok(mostInAMinute(phone) <= 24, String(mostInAMinute(phone)));
      assert.deepEqual(site.exchange.complaints, []);
      assert.deepEqual(phone.events("pool-full"), []);
      assert.equal(phone.core.memorySize, memory);
    });
  }
});
