import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random, parseEndpoint } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone } from "../../host/simulated/index.js";
import { Site, addressOf, decisions, registers, resends } from "./helpers.js";

/** Random datagrams from everywhere, every 10 ms: from servers and strangers, at the phone's port. */
const flood = (site: Site, until: number): (() => number) => {
  const { s } = site;
  const random = new Random(99);
  const sources = ["A", "B"].map((name) => `${addressOf(name as "A")}:5060`);
  const to = parseEndpoint("198.51.100.1:5060", 5060);
  let count = 0;
  const seeds = [Buffer.from("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK00"), random.octets(700)];
  const round = (): void => {
    for (const from of [...sources, `203.0.113.${String(count % 250)}:${String(1024 + (count % 5000))}`]) {
      const seed = seeds[count % 2] ?? random.octets(10);
      const octets = seed.map((octet) => (random.next() < 0.1 ? Math.floor(random.next() * 256) : octet));
      s.network.inject(parseEndpoint(from, 5060), to, octets);
      count++;
    }
    if (s.now + 10 < until) s.scheduler.after(10, round);
  };
  s.scheduler.after(1, round);
  return () => count;
};

describe("a flood of garbage", () => {
  const bindings = (registrar: Registrar, now: number): number => registrar.bound(now).length;

  test("during registration and failover changes no instant", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone();
    const count = flood(site, 20_000);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B"]);
    assert.deepEqual(decisions(phone), ["7500 failover A B F2"]);
    assert.equal(bindings(site.b, site.s.now), 1);
    // Before the phone has sent to B, and after it has left A, what they send is a stranger's; it is counted all the same.
    assert.equal(phone.events("dropped").length, count());
    assert.ok(count() > 5000);
  });

  test("during refreshes, a death and the way back loses no registration", () => {
    const site = new Site();
    const settings = {
      "sip_server.1.expires": 120,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    };
    const quiet = new Site();
    const course = (one: Site): SimulatedPhone => {
      one.s.at(90_000, () => {
        one.a.refuse();
      });
      one.s.at(200_000, () => {
        one.a.up();
      });
      return one.phone(settings);
    };
    const phone = course(site);
    const undisturbed = course(quiet);
    flood(site, 400_000);
    for (let t = 1000; t <= 400_000; t += 1000) {
      site.s.runUntil(t);
      // A, which closes at 90 s, keeps its last binding; the keep-alive finds that out at the latest 30 s after.
      assert.ok(bindings(site.a, t) + bindings(site.b, t) > 0, `at ${String(t)} ms`);
    }
    quiet.s.run(400_000);
    assert.deepEqual(registers(phone), registers(undisturbed));
    assert.deepEqual(decisions(phone), decisions(undisturbed));
    assert.ok(decisions(phone).some((decision) => decision.includes("failback B A")));
  });

  test("nothing of it is kept: a datagram each from 20,000 strangers", () => {
    const site = new Site();
    const phone = site.phone({}, { keepRecords: false, keepWire: false });
    site.s.run(1000);
    const size = phone.core.memorySize;
    let full = 0;
    phone.on((record) => (full += record.event === "pool-full" ? 1 : 0));
    const to = parseEndpoint("198.51.100.1:5060", 5060);
    for (let i = 0; i < 20_000; i++) {
      const from = parseEndpoint(`10.${String(i >> 8)}.${String(i & 255)}.1:5060`, 5060);
      site.s.network.inject(from, to, Buffer.from("x"));
    }
    site.s.run(1000);
    assert.equal(full, 0);
    assert.equal(phone.core.memorySize, size);
  });
});
