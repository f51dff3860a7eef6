/** REGISTER behind a NAT, over IPv6, and over a network that loses and delays. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Registrar, Simulation, parseEndpoint } from "../../host/simulated/index.js";
import type {
  Endpoint,
  RegistrarOptions,
  Reply,
  Service,
  SimulatedPhone,
} from "../../host/simulated/index.js";
import {
  DOMAIN,
  Site,
  addressOf,
  configuration,
  contactsOf,
  registered,
  registers,
  resends,
  sent,
} from "./helpers.js";
import type { Settings } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

/** A registrar that sees every phone under another address, as behind a NAT. */
class Beyond implements Service {
  port = 40_001;
  readonly isRefusing = false;
  readonly isHolding = false;

  constructor(
    readonly registrar: Registrar,
    readonly address = "203.0.113.9",
  ) {}

  receive(octets: Uint8Array, source: Endpoint, now: number): readonly Reply[] {
    return this.registrar.receive(octets, { ...source, address: this.address, port: this.port }, now);
  }

  onChange(): void {
    // Its port is always open.
  }

  serves(): boolean {
    return true;
  }
}

const behindNat = (
  options: RegistrarOptions = {},
  settings: Settings = {},
): { s: Simulation; a: Beyond; b: Beyond; phone: SimulatedPhone } => {
  const s = new Simulation();
  const [a, b] = (["A", "B"] as const).map((name) => {
    const server = new Beyond(new Registrar(name, options));
    s.serve(server, parseEndpoint(addressOf(name)));
    return server;
  }) as [Beyond, Beyond];
  s.zone.address(DOMAIN, [addressOf("A"), addressOf("B")], 86_400);
  return { s, a, b, phone: s.phone(configuration({ ...QUIET, ...settings })) };
};

const INSIDE = "<sip:1000@198.51.100.1:5060>";
const outside = (port: number): string => `<sip:1000@203.0.113.9:${String(port)}>`;
const contacts = (phone: SimulatedPhone): string[][] => sent(phone).map(({ message }) => contactsOf(message));
const boundAt = (server: Beyond, now: number): string[] =>
  server.registrar.bound(now).map(({ contact }) => `<${contact}>`);

describe("behind a NAT", () => {
  test("R2: received and rport that differ: the Contact is rewritten, the old binding goes in the same request", () => {
    const { s, a, phone } = behindNat();
    s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
    assert.deepEqual(contacts(phone), [[INSIDE], [outside(40_001), `${INSIDE};expires=0`]]);
    assert.deepEqual(boundAt(a, 20_000), [outside(40_001)]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("R3: a challenge tells it already: the request with credentials has the right Contact, and only that", () => {
    const { s, a, phone } = behindNat({ digest: { users: { 1000: "secret" } } });
    s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
    assert.deepEqual(contacts(phone), [[INSIDE], [outside(40_001)]]);
    assert.deepEqual(boundAt(a, 20_000), [outside(40_001)]);
  });

  test("R2: the refresh keeps to the outer address while it stays", () => {
    const { s, phone } = behindNat({ maxExpires: 60 });
    s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "30000 A", "60000 A", "90000 A"]);
    assert.deepEqual(
      contacts(phone).slice(2),
      Array.from({ length: 3 }, () => [outside(40_001)]),
    );
  });

  test("R2: the NAT gives another port: the next answer tells, and there is one binding again at once", () => {
    const { s, a, phone } = behindNat({ maxExpires: 60 });
    s.at(40_000, () => {
      a.port = 40_002;
    });
    s.run(70_000);
    assert.deepEqual(registers(phone, 60_000), ["60000 A", "60000 A"]);
    assert.deepEqual(contacts(phone).slice(-2), [
      [outside(40_001)],
      [outside(40_002), `${outside(40_001)};expires=0`],
    ]);
    assert.deepEqual(boundAt(a, 70_000), [outside(40_002)]);
  });

  test("R2: a NAT that gives another port each time is no endless loop", () => {
    const { s, a, phone } = behindNat({ maxExpires: 60 });
    const receive = a.receive.bind(a);
    a.receive = (octets, source, now) => {
      a.port++;
      return receive(octets, source, now);
    };
    s.run(100_000);
    assert.ok(registers(phone).length <= 8, registers(phone).join(" "));
    assert.ok(registers(phone).length >= 4);
  });

  test("R7: the stop takes the outer Contact back", () => {
    const { s, a, phone } = behindNat();
    s.at(10_000, () => {
      phone.stop();
    });
    s.run(20_000);
    assert.ok(phone.isStopped);
    assert.deepEqual(contacts(phone).at(-1), [outside(40_001)]);
    assert.deepEqual(boundAt(a, 10_001), []);
  });

  test("F5: the next target is told what it sees, and nothing of the primary's binding", () => {
    const { s, a, b, phone } = behindNat({ maxExpires: 60 });
    b.port = 41_000;
    s.at(10_000, () => {
      a.registrar.silent();
    });
    s.run(50_000);
    assert.deepEqual(registers(phone, 10_000), [...resends(30_000, "A"), "37500 B", "37500 B"]);
    assert.deepEqual(contacts(phone).slice(-2), [[INSIDE], [outside(41_000), `${INSIDE};expires=0`]]);
    assert.deepEqual(boundAt(b, 50_000), [outside(41_000)]);
  });

  test("B3: so is the primary when it takes the registration back", () => {
    const { s, a, phone } = behindNat(
      {},
      { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 },
    );
    a.registrar.silent();
    s.at(20_000, () => {
      a.registrar.up();
    });
    s.run(100_000);
    assert.deepEqual(registers(phone, 7500), ["7500 B", "7500 B", "67500 A", "67500 A"]);
    assert.deepEqual(contacts(phone).slice(-2), [[INSIDE], [outside(40_001), `${INSIDE};expires=0`]]);
    assert.deepEqual(boundAt(a, 100_000), [outside(40_001)]);
  });
});

describe("over IPv6", () => {
  const V6 = { ...QUIET, "static.network.ip_address_mode": 1 };

  test("F2, F3: failover as over IPv4; addresses in brackets in Via and Contact", () => {
    const site = new Site({ list: ["A6", "B6", "C6"], digest: { users: { 1000: "secret" } } });
    site.a.silent();
    site.b.refuse();
    const phone = site.phone(V6);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), [...resends(0, "A6"), "7500 B6", "7500 C6", "7500 C6"]);
    const { message } = sent(phone).at(-1) ?? assert.fail();
    assert.equal(message.list("via")[0]?.value, "SIP/2.0/UDP [2001:db8:ffff::1]:5060");
    assert.deepEqual(contactsOf(message), ["<sip:1000@[2001:db8:ffff::1]:5060>"]);
    assert.deepEqual(registered(phone), ["1.1 C6"]);
  });

  test("F2: a literal address", () => {
    const site = new Site();
    const phone = site.phone({ ...V6, "sip_server.1.address": "2001:db8::2" });
    site.s.run(5000);
    assert.deepEqual(registers(phone), ["0 B6"]);
    assert.equal(sent(phone)[0]?.message.uri, "sip:[2001:db8::2]");
    assert.equal(sent(phone)[0]?.message.to, "sip:1000@[2001:db8::2]");
    assert.equal(site.b.bound(5000).length, 1);
  });

  test("F2: with both, IPv6 and IPv4 take turns, and the Contact is of the target's family", () => {
    const site = new Site({ list: ["A", "B", "A6", "B6"] });
    for (const server of [site.a, site.b]) server.refuse();
    const phone = site.phone({ ...QUIET, "static.network.ip_address_mode": 2 });
    site.s.at(20_000, () => {
      site.b.up();
    });
    site.s.run(40_000);
    assert.deepEqual(registers(phone), [
      ...["0 A6", "0 A", "0 B6", "0 B"],
      ...["30000 A6", "30000 A", "30000 B6"],
    ]);
    const hosts = new Set(
      sent(phone).map(({ target, message }) => `${target.slice(1)} ${contactsOf(message)[0] ?? ""}`),
    );
    assert.deepEqual([...hosts].sort(), [
      " <sip:1000@198.51.100.1:5060>",
      "6 <sip:1000@[2001:db8:ffff::1]:5060>",
    ]);
  });

  test("F3: a phone without an IPv6 address uses what it can reach", () => {
    const site = new Site({ list: ["A6", "A"] });
    const phone = site.phone(
      { ...QUIET, "static.network.ip_address_mode": 2 },
      { addresses: { 4: "198.51.100.1" } },
    );
    site.s.run(5000);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("B3, K3: there and back again", () => {
    const site = new Site({ list: ["A6", "B6"] });
    const phone = site.phone({
      "static.network.ip_address_mode": 1,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(70_000, () => {
        site.a.up();
      });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A6", "60000 B6", "120000 A6"]);
  });
});

describe("over a network as it is", () => {
  test("F2: with a third of the datagrams lost the phone stays registered, mostly with the primary", () => {
    let atPrimary = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const site = new Site({ maxExpires: 120 });
      const link = site.s.network.link("198.51.100.1");
      link.loss = 0.33;
      link.latency = 40;
      link.jitter = 200;
      link.duplicate = 0.1;
      const phone = site.phone(QUIET, { seed });
      let bound = 0;
      for (let t = 60_000; t < 1_000_000; t += 5000) {
        site.s.at(t, () => {
          bound += site.a.bound(t).length + site.b.bound(t).length > 0 ? 1 : 0;
        });
      }
      site.s.run(1_000_000);
      assert.ok(bound > 150, `${String(bound)} of 188`);
      assert.ok(site.a.bindings.at(1_000_000).length <= 1);
      atPrimary += registered(phone).includes("1.1 A") ? 1 : 0;
    }
    assert.ok(atPrimary >= 5, String(atPrimary));
  });

  test("F15: datagrams that come twice change nothing", () => {
    const site = new Site({ maxExpires: 60, digest: { users: { 1000: "secret" } } });
    site.s.network.link("192.0.2.1").duplicate = 1;
    const phone = site.phone(QUIET);
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "30000 A", "60000 A", "90000 A"]);
    assert.equal(phone.events("registered").length, 4);
  });
});
