import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Registrar, Simulation, Zone, parseEndpoint } from "../../host/simulated/index.js";
import type { Service, SimulatedPhone } from "../../host/simulated/index.js";
import { configuration } from "./helpers.js";
import { service } from "./lookups.js";
import { Mutator } from "./mutator.js";

/*
 * Real answers, mutated: each answer of a server comes after some damaged copies of itself, or is damaged itself. A
 * seed gives the same damage each time.
 */

const MINUTE = 60_000;
const request = (method: string, ...headers: readonly string[]): Buffer =>
  Buffer.from(
    [
      `${method} sip:1000@198.51.100.1:5060 SIP/2.0`,
      "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKone, SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bKtwo",
      "v: SIP/2.0/TCP proxy.example.com;received=10.0.0.1;branch=z9hG4bKthree",
      "Max-Forwards: 70",
      'From: "A, \\"B\\"" <sip:server@example.com;lr>;tag=s1',
      "t: <sip:1000@example.com>",
      "Call-ID: fuzz@example.com",
      `CSeq: 2147483647 ${method}`,
      ...headers,
      "",
      "",
    ].join("\r\n"),
  );

/** Requests that servers send, to be damaged, too. */
const requests = [
  request("OPTIONS"),
  request("NOTIFY", "Event: message-summary", "Subscription-State: active", "Content-Length: 0"),
  request(
    "INVITE",
    "Record-Route: <sip:p1.example.com;lr>,<sip:p2.example.com;lr>",
    "Contact: <sip:a@10.0.0.1>",
  ),
  request("BYE", "Route: <sip:p1.example.com;lr>"),
];

/** A server whose answers are damaged while `isOn` says so. */
const damaged = (
  own: Service,
  mutator: Mutator,
  isOn: () => boolean,
  others: readonly Uint8Array[] = [],
): Service =>
  service((octets, source, now) =>
    own.receive(octets, source, now).flatMap((reply) => {
      if (!isOn()) return [reply];
      const copies = Array.from({ length: mutator.below(30) }, () => ({
        octets: mutator.mutate(others[mutator.below(4 * others.length)] ?? reply.octets),
        delay: reply.delay + mutator.below(400),
      }));
      return mutator.below(3) === 0
        ? copies
        : [...copies, { octets: reply.octets, delay: reply.delay + 500 }];
    }),
  );

interface Setting {
  readonly name: string;
  readonly digest: boolean;
  readonly settings: Readonly<Record<string, string | number>>;
}

const settings: readonly Setting[] = [
  { name: "SRV, no digest", digest: false, settings: { "sip_server.1.port": 0 } },
  {
    name: "NAPTR, digest",
    digest: true,
    settings: { "sip_server.1.port": 0, "sip_server.1.transport_type": 3 },
  },
  {
    name: "both families, mode 1",
    digest: true,
    settings: { "static.network.ip_address_mode": 2, "sip_server.1.failback_mode": 1 },
  },
  {
    name: "additional records, mode 3",
    digest: false,
    settings: {
      dns_cache_type: 2,
      "sip_server.1.port": 0,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    },
  },
];

const DOMAIN = "sip.example.com";

const fill = (zone: Zone): void => {
  zone.additional = true;
  zone
    .naptr(DOMAIN, { services: "SIP+D2U", replacement: `_sip._udp.${DOMAIN}` }, 7)
    .srv(`_sip._udp.${DOMAIN}`, { priority: 1, weight: 5, target: `a.${DOMAIN}` }, 9)
    .srv(`_sip._udp.${DOMAIN}`, { priority: 2, weight: 0, target: `alias.${DOMAIN}` }, 9)
    .alias(`alias.${DOMAIN}`, `b.${DOMAIN}`, 5)
    .address(`a.${DOMAIN}`, ["192.0.2.1", "2001:db8::1"], 3)
    .address(`b.${DOMAIN}`, ["192.0.2.2", "2001:db8::2"], 3)
    .address(DOMAIN, ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"], 3);
};

/**
 * A damaged answer may grant a lifetime of years, and the phone then rests. So from time to time the servers cannot be
 * reached: the next keep-alive finds that out (K3), and the search begins anew.
 */
const cut = (s: Simulation, milliseconds: number): void => {
  const links = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"].map((host) => s.network.link(host));
  for (const link of links) link.state = "unreachable";
  s.scheduler.after(milliseconds, () => {
    for (const link of links) link.state = "up";
  });
};

const PERIOD = 3 * MINUTE;

/** Two servers and DNS, all damaged for `minutes`, and the phone; the garbage is over when this answers. */
const endure = (
  { digest, settings: keys }: Setting,
  seed: number,
  minutes: number,
): { s: Simulation; phone: SimulatedPhone; servers: Registrar[]; made: number } => {
  const s = new Simulation(seed);
  const mutator = new Mutator(seed);
  const isOn = (): boolean => s.now < minutes * MINUTE;
  const zone = new Zone();
  fill(zone);
  s.serve(damaged(zone, mutator, isOn), parseEndpoint("192.0.2.80", 53));
  const servers = ["1", "2"].map((number) => {
    const options = {
      maxExpires: 30,
      log: false,
      ...(digest ? { digest: { users: { "1000": "secret" } } } : {}),
    };
    const registrar = new Registrar(`r${number}`, options);
    for (const host of [`192.0.2.${number}`, `[2001:db8::${number}]`])
      s.serve(damaged(registrar, mutator, isOn, requests), parseEndpoint(host, 5060));
    return registrar;
  });
  const phone = s.phone(configuration({ "nat.udp_update_time": 15, ...keys }), {
    dns: ["192.0.2.80"],
    seed,
    keepWire: false,
  });
  for (let t = PERIOD; t < minutes * MINUTE; t += PERIOD)
    s.at(t, () => {
      cut(s, 20_000);
    });
  s.run(minutes * MINUTE);
  return { s, phone, servers, made: mutator.made };
};

/** A Retry-After is believed up to an hour, a TTL up to a week; then the search, the wait of R5 and DNS. */
const BOUND = 7 * 24 * 60 * MINUTE + 62 * MINUTE;

/** What the phone answers to a stranger's OPTIONS: the first line. */
const askedBy = (s: Simulation, stranger: string): string => {
  let line = "";
  const socket = s.network.bind(parseEndpoint(stranger, 5060), {
    datagram: (_source, octets) => {
      [line = ""] = Buffer.from(octets).toString("latin1").split("\r\n", 1);
    },
  });
  socket?.send(request("OPTIONS"), parseEndpoint("198.51.100.1", 5060));
  s.run(100);
  return line;
};

describe("real traffic, damaged", () => {
  for (const setting of settings) {
    test(`${setting.name}: nothing traps, and the phone registers when it is over`, () => {
      let datagrams = 0;
      let answered = 0;
      for (let seed = 1; seed <= 2; seed++) {
        const { s, phone, servers, made } = endure(setting, seed, 12 * 60);
        datagrams += made;
        const dropped = phone.events("dropped").length;
        assert.ok(dropped > made / 10, `${String(dropped)} of ${String(made)} dropped`);
        cut(s, 20_000);
        s.run(MINUTE);
        const isBound = (): boolean => servers.some((server) => server.bound(s.now, "1000").length > 0);
        while (!isBound() && s.now < 12 * 60 * MINUTE + BOUND) s.run(1000);
        for (let t = 0; t < 5 * MINUTE; t += 1000) {
          s.run(1000);
          assert.ok(isBound(), `seed ${String(seed)}, at ${String(s.now)} ms`);
        }
        answered += phone.events("answered").length;
        assert.equal(askedBy(s, "203.0.113.7"), "SIP/2.0 200 OK");
      }
      assert.ok(datagrams > 10_000, String(datagrams));
      assert.ok(answered > 100, String(answered));
    });
  }

  test("the same seed takes the same course", () => {
    const course = (): string[] =>
      settings.map((setting) => JSON.stringify(endure(setting, 11, 5).phone.records));
    assert.deepEqual(course(), course());
  });
});
