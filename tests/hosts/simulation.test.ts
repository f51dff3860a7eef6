import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigurationError, Simulation } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone, SimulatedPhoneOptions } from "../../host/simulated/index.js";

const configuration = (...lines: readonly string[]): string =>
  [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.user_name = 1000",
    "account.1.password = secret",
    "account.1.sip_server.1.address = sip.example.com",
    "account.1.sip_server.1.port = 5060",
    ...lines,
    "",
  ].join("\n");

interface Parts {
  readonly s: Simulation;
  readonly a: Registrar;
  readonly b: Registrar;
  readonly phone: SimulatedPhone;
}

const set = (options: SimulatedPhoneOptions = {}, ...lines: readonly string[]): Parts => {
  const s = new Simulation();
  const a = s.registrar("192.0.2.1");
  const b = s.registrar("192.0.2.2");
  s.zone.address("sip.example.com", ["192.0.2.1", "192.0.2.2"]);
  return { s, a, b, phone: s.phone(configuration(...lines), options) };
};

const instants = (registrar: Registrar): number[] => registrar.requests("REGISTER").map(({ t }) => t);

describe("a simulation", () => {
  it("a phone registers with the first address of the name", () => {
    const { s, a, b, phone } = set();
    s.run(1000);
    assert.deepEqual(instants(a), [0]);
    assert.deepEqual(instants(b), []);
    assert.deepEqual(
      s.zone.queries("sip.example.com", "A").map(({ t }) => t),
      [0],
    );
    assert.equal(a.bound(s.now, "1000").length, 1);
    assert.equal(phone.events("registered")[0]?.target, "udp:192.0.2.1:5060");
    assert.equal(phone.status()[0]?.slots[0]?.state, "registered");
  });

  it("a silent server: resends, then the next (F2)", () => {
    const { s, a, b } = set();
    a.silent();
    s.run(10_000);
    assert.deepEqual(instants(a), [0, 500, 1500, 3500]);
    assert.deepEqual(instants(b), [7500]);
  });

  it("a closed port: the next at the same instant (F3)", () => {
    const { s, a, b } = set();
    a.refuse();
    s.run(1000);
    assert.deepEqual(instants(b), [0]);
  });

  it("what went over the wire is kept, with the time, both ends and the octets", () => {
    const { s, phone } = set();
    s.run(1000);
    const sip = phone.wire.filter(({ to, from }) => `${to}${from}`.includes("192.0.2.1:5060"));
    assert.deepEqual(
      sip.map(({ t, direction, from, to }) => [t, direction, from, to]),
      [
        [0, "out", "udp:198.51.100.1:5060", "udp:192.0.2.1:5060"],
        [0, "in", "udp:192.0.2.1:5060", "udp:198.51.100.1:5060"],
      ],
    );
    assert.match(Buffer.from(sip[0]?.octets ?? []).toString(), /^REGISTER sip:/);
  });

  it("the same calls give the same course, another seed another one", () => {
    const course = (seed: number): string => {
      const { s, a, phone } = set({ seed });
      s.network.link("192.0.2.1").loss = 0.3;
      s.at(5000, () => {
        a.silent();
      });
      s.run(120_000);
      return JSON.stringify(phone.wire.map(({ t, octets }) => [t, Buffer.from(octets).toString("latin1")]));
    };
    const first = course(1);
    assert.equal(course(1), first);
    assert.notEqual(course(2), first);
  });

  it("a state that was put back goes on as the first time", () => {
    const { s, phone } = set();
    s.run(1000);
    const state = phone.core.snapshot();
    assert.equal(phone.core.memorySize, state.length);
    const deadline = phone.core.nextDeadline();
    phone.setBusy(3);
    s.run(60_000);
    assert.notEqual(phone.core.nextDeadline(), deadline);
    phone.core.restore(state);
    assert.equal(phone.core.nextDeadline(), deadline);
    assert.deepEqual(phone.core.snapshot(), state);
  });

  it("a stop removes the binding; losing power does not", () => {
    for (const [end, left] of [
      ["stop", 0],
      ["cutPower", 1],
    ] as const) {
      const { s, a, phone } = set();
      s.run(1000);
      phone[end]();
      s.run(3000);
      assert.ok(phone.isStopped);
      assert.equal(a.bound(s.now).length, left, end);
    }
  });

  it("two phones have addresses of their own", () => {
    const { s, a } = set();
    s.phone(configuration());
    s.run(1000);
    assert.deepEqual(
      a.requests("REGISTER").map(({ source }) => source),
      ["udp:198.51.100.1:5060", "udp:198.51.100.2:5060"],
    );
  });

  it("records that nobody keeps are not kept", () => {
    const { s, phone } = set({ keepRecords: false, keepWire: false });
    const heard: string[] = [];
    phone.on(({ event }) => heard.push(event));
    s.run(1000);
    assert.deepEqual([phone.records, phone.wire], [[], []]);
    assert.ok(heard.includes("registered"));
  });

  it("DNS servers: those of the option, else those of the configuration, else the simulation's", () => {
    const named = "static.network.primary_dns = 192.0.2.54";
    for (const [options, lines, asked] of [
      [{}, [], "192.0.2.53"],
      [{}, [named], "192.0.2.54"],
      [{ dns: ["192.0.2.55:5353"] }, [named], "192.0.2.55"],
      [{ resolvers: ["192.0.2.55:5353"] }, [], "192.0.2.55"],
    ] as const) {
      const s = new Simulation();
      s.registrar("192.0.2.1");
      const zones = {
        "192.0.2.53": s.zone,
        "192.0.2.54": s.dns("192.0.2.54"),
        "192.0.2.55": s.dns("192.0.2.55:5353"),
      };
      for (const zone of Object.values(zones)) zone.address("sip.example.com", "192.0.2.1");
      s.phone(configuration(...lines), options);
      s.run(1000);
      for (const [address, zone] of Object.entries(zones)) {
        assert.equal(
          zone.received.length,
          address === asked ? 1 : 0,
          `${address} while ${asked} was to be asked`,
        );
      }
    }
  });

  it("a configuration with errors is refused", () => {
    assert.throws(() => new Simulation().phone("account.1.enable = 1"), ConfigurationError);
  });

  it("a server that was stopped answers what has waited when it goes on", () => {
    const { s, a, b, phone } = set();
    a.stop();
    s.at(20_000, () => {
      a.up();
    });
    s.run(30_000);
    assert.deepEqual(instants(a), [20_000, 20_000, 20_000, 20_000]);
    assert.deepEqual(instants(b), [7500]);
    const late = phone.wire.filter(({ t, direction }) => t === 20_000 && direction === "in");
    assert.equal(late.length, 4);
    assert.equal(phone.status()[0]?.slots[0]?.target, "udp:192.0.2.2:5060");
  });

  it("IPv6", () => {
    const s = new Simulation();
    const a = s.registrar("2001:db8::1");
    s.zone.address("sip.example.com", "2001:db8::1");
    const phone = s.phone(configuration("static.network.ip_address_mode = 1"));
    s.run(1000);
    assert.equal(phone.events("registered")[0]?.target, "udp:[2001:db8::1]:5060");
    assert.equal(a.received[0]?.source, "udp:[2001:db8:ffff::1]:5060");
  });

  it("a truncated answer is asked for again over TCP", () => {
    const { s, a } = set();
    s.zone.mode = { fault: "truncated" };
    s.run(1000);
    assert.deepEqual(
      s.zone.received.map(({ transport }) => transport),
      ["udp", "tcp"],
    );
    assert.deepEqual(instants(a), [0]);
  });
});
