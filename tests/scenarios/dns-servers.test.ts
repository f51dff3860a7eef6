import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { SimulatedPhone, Zone } from "../../host/simulated/index.js";
import { decisions, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { PORT, Pair, file, instants, outcomes } from "./lookups.js";

describe("a silent DNS server", () => {
  const silent = (settings: Settings): { zone: Zone; phone: SimulatedPhone } => {
    const s = new Simulation();
    s.zone.mode = "silent";
    const phone = s.phone(file({ ...PORT, ...settings }));
    s.run(29_000);
    return { zone: s.zone, phone };
  };

  test("is asked again twice, 3 s apart, by default", () => {
    const { zone, phone } = silent({});
    assert.deepEqual(instants(zone), [0, 3000, 6000]);
    assert.deepEqual(decisions(phone), ["9000 failed name-not-found"]);
    assert.deepEqual(
      phone.events("dns-query").map(({ t, attempt }) => [t, attempt]),
      [
        [0, 1],
        [3000, 2],
        [6000, 3],
      ],
    );
  });

  test("as often and as far apart as query_timeout and retry_times say", () => {
    const { zone, phone } = silent({
      "static.network.dns.query_timeout": 2,
      "static.network.dns.retry_times": 4,
    });
    assert.deepEqual(instants(zone), [0, 2000, 4000, 6000, 8000]);
    assert.deepEqual(decisions(phone), ["10000 failed name-not-found"]);
  });

  test("retry_times 0 asks once", () => {
    const { zone, phone } = silent({ "static.network.dns.retry_times": 0 });
    assert.deepEqual(instants(zone), [0]);
    assert.deepEqual(decisions(phone), ["3000 failed name-not-found"]);
  });

  test("L9 each question has an identifier and a local port of its own", () => {
    const { zone } = silent({ "static.network.dns.retry_times": 8, "static.network.dns.query_timeout": 1 });
    assert.equal(zone.received.length, 9);
    assert.equal(new Set(zone.received.map(({ source }) => source)).size, 9);
    assert.equal(new Set(zone.received.map(({ id }) => id)).size, 9);
    assert.ok(zone.received.every(({ source }) => !source.endsWith(":5060")));
  });

  test("an answer to an earlier question of ours has nowhere to arrive", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    s.zone.address("example.com", "192.0.2.1");
    s.zone.delay = 3500;
    const phone = s.phone(file(PORT));
    s.run(20_000);
    // Each answer comes half a second after its question was asked anew, from another port.
    assert.deepEqual(
      outcomes(phone),
      Array.from({ length: 3 }, () => "A example.com silent"),
    );
    assert.deepEqual(registers(phone), []);
  });
});

describe("two DNS servers", () => {
  test("the first is asked, the second is left in peace", () => {
    const { s, first, second } = new Pair("up");
    s.run(60_000);
    assert.deepEqual(instants(first), [0, 30_000, 60_000]);
    assert.deepEqual(instants(second), []);
  });

  test("the first is silent: the second is asked after query_timeout, and first from then on", () => {
    const { s, first, second, phone } = new Pair("silent");
    s.run(40_000);
    assert.deepEqual(instants(first), [0]);
    assert.deepEqual(instants(second), [3000, 33_000]);
    assert.deepEqual(registers(phone), ["3000 A", "33000 A"]);
  });

  for (const mode of ["REFUSED", "SERVFAIL", "NOTIMP", "FORMERR"] as const) {
    test(`field: the first answers ${mode}: the second is asked at once`, () => {
      const { s, first, second, phone } = new Pair(mode);
      s.run(10_000);
      assert.deepEqual(instants(first), [0]);
      assert.deepEqual(instants(second), [0]);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.deepEqual(outcomes(phone), [
        `A example.com ${mode === "REFUSED" ? "refused" : "server-failure"}`,
        "A example.com records",
      ]);
    });
  }

  test("the first has its port closed: the second is asked at once", () => {
    const { s, second, phone } = new Pair("closed");
    s.run(10_000);
    assert.deepEqual(instants(second), [0]);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(outcomes(phone), ["A example.com unreachable", "A example.com records"]);
  });

  test("the first says that there is no such name: that is an answer", () => {
    const { s, second, phone } = new Pair("NXDOMAIN");
    s.run(10_000);
    assert.deepEqual(instants(second), []);
    assert.deepEqual(decisions(phone), ["0 failed name-not-found"]);
  });

  test("both are silent: each is asked as often as one alone", () => {
    const { s, first, second, phone } = new Pair("silent");
    second.mode = "silent";
    s.run(29_000);
    assert.deepEqual(instants(first), [0, 6000, 12_000]);
    assert.deepEqual(instants(second), [3000, 9000, 15_000]);
    assert.deepEqual(decisions(phone), ["18000 failed name-not-found"]);
  });

  test("one refuses, the other is silent: only the silent one is asked again", () => {
    const { s, first, second, phone } = new Pair("REFUSED");
    second.mode = "silent";
    s.run(29_000);
    assert.deepEqual(instants(first), [0]);
    assert.deepEqual(instants(second), [0, 3000, 6000]);
    assert.deepEqual(decisions(phone), ["9000 failed name-not-found"]);
  });

  test("the one that answered comes first until it fails", () => {
    const { s, first, second } = new Pair("silent");
    s.at(20_000, () => (first.mode = "up"));
    s.at(50_000, () => (second.mode = "closed"));
    s.run(100_000);
    assert.deepEqual(instants(second), [3000, 33_000]);
    assert.deepEqual(instants(first), [0, 63_000, 93_000]);
  });

  test("the servers of --dns take the place of those of the file", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const own = s.dns("192.0.2.70:5353").address("example.com", "192.0.2.1");
    const configured = s.dns("192.0.2.61");
    s.phone(file({ ...PORT, "static.network.primary_dns": "192.0.2.61" }), { dns: ["192.0.2.70:5353"] });
    s.run(0);
    assert.deepEqual(instants(own), [0]);
    assert.deepEqual(instants(configured), []);
  });

  test("a DNS server reached by IPv6", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const dns = s.dns("[2001:db8::53]:53").address("example.com", "192.0.2.1");
    const phone = s.phone(file({ ...PORT, "static.network.primary_dns": "2001:db8::53" }));
    s.run(0);
    assert.deepEqual(instants(dns), [0]);
    assert.deepEqual(registers(phone), ["0 A"]);
  });
});
