/** The keys of outbound proxies: -1 takes the value of the server in the same slot, anything else is the proxy's own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, calls, ends, sentLines } from "./call-helpers.js";
import { DOMAIN, Site, inTurn, registers, resends } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { LAMPS, QUIET, subscribes } from "./subscription-helpers.js";

const PROXY: Settings = {
  ...QUIET,
  "sip_server.1.address": "registrar.example.net",
  outbound_proxy_enable: 1,
  "outbound_proxy.1.address": DOMAIN,
};

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

/** A key that is not there at all. */
const NOT_THERE = "%NULL%";

type Value = number | typeof NOT_THERE;

const named = (server: Value, proxy: Value): string => {
  const text = (value: Value): string => (value === NOT_THERE ? "not there" : String(value));
  return `the server's ${text(server)}, the proxy's ${text(proxy)}`;
};

const site503 = (options: SiteOptions = {}): Site => {
  const site = new Site(options);
  site.a.mode = inTurn([{ status: 503 }]);
  return site;
};

describe("outbound_proxy.Y.retry_counts", () => {
  for (const [server, proxy, budget] of [
    [NOT_THERE, NOT_THERE, 7500],
    [1, NOT_THERE, 1500],
    [1, -1, 1500],
    [1, 0, 500],
    [1, 2, 3500],
    [NOT_THERE, 4, 11_500],
    [0, 20, 32_000],
  ] as const) {
    test(`F2: ${named(server, proxy)}: ${String(budget)} ms`, () => {
      const site = new Site();
      site.a.silent();
      const phone = site.phone({
        ...PROXY,
        "sip_server.1.retry_counts": server,
        "outbound_proxy.1.retry_counts": proxy,
      });
      site.s.run(40_000);
      assert.deepEqual(registers(phone), [...resends(0, "A", budget), `${String(budget)} B`]);
    });
  }

  test("F2: proxy 2 takes that of server 2, not of server 1", () => {
    const site = new Site();
    site.name(["C", "D"], 3600, "backup.example.com");
    site.a.refuse();
    site.b.refuse();
    site.c.silent();
    const phone = site.phone({
      ...PROXY,
      "outbound_proxy.2.address": "backup.example.com",
      "sip_server.1.retry_counts": 5,
      "sip_server.2.retry_counts": 1,
      "outbound_proxy.1.retry_counts": 4,
    });
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C", "500 C", "1500 D"]);
  });
});

describe("outbound_proxy.Y.invite_retry_counts", () => {
  for (const [server, proxy, at] of [
    [NOT_THERE, NOT_THERE, 7500],
    [1, NOT_THERE, 1500],
    [2, -1, 3500],
    [2, 1, 1500],
    [NOT_THERE, 4, 15_500],
    [1, 10, 32_000],
  ] as const) {
    test(`F2: ${named(server, proxy)}: the INVITE is at B after ${String(at)} ms`, () => {
      const site = new Site();
      site.exchange.callee = ({ server }) => (server === site.a ? [] : answering({ answer: 100 }));
      const phone = site.phone({
        ...PROXY,
        "outbound_proxy.1.retry_counts": 0,
        "sip_server.1.invite_retry_counts": server,
        "outbound_proxy.1.invite_retry_counts": proxy,
      });
      site.s.at(1000, () => call(phone)).run(40_000);
      const atB = sentLines(phone, "INVITE").filter((line) => line.endsWith(" B"));
      assert.deepEqual(atB, [`${String(1000 + at)} INVITE B`]);
    });
  }
});

describe("outbound_proxy.Y.failback_mode", () => {
  /** B is current at 0 s. What a mode does with a call at 20 s, and when it comes back to A. */
  for (const [server, proxy, target, back] of [
    [0, NOT_THERE, "A", 50_000],
    [0, -1, "A", 50_000],
    [1, 0, "A", 50_000],
    [1, NOT_THERE, "B", 40_000],
    [1, -1, "B", 40_000],
    [2, 1, "B", 40_000],
    [2, NOT_THERE, "B", 50_000],
    [2, -1, "B", 50_000],
    [3, 2, "B", 50_000],
    [3, NOT_THERE, "B", 60_000],
    [3, -1, "B", 60_000],
    [0, 3, "B", 60_000],
  ] as const) {
    test(`B1: ${named(server, proxy)}: a call at 20 s goes to ${target}, A has the registration at ${String(back)} ms`, () => {
      const site = site503({ ttl: 40, maxExpires: 100 });
      site.exchange.callee = answering({ status: 486 });
      const phone = site.phone({
        ...PROXY,
        "sip_server.1.failback_timeout": 60,
        "sip_server.1.failback_mode": server,
        "outbound_proxy.1.failback_mode": proxy,
      });
      site.s.at(20_000, () => call(phone)).run(61_000);
      assert.deepEqual(sentLines(phone, "INVITE"), [`20000 INVITE ${target}`]);
      assert.equal(
        registers(phone, 1).find((line) => line.endsWith(" A")),
        `${String(back)} A`,
      );
    });
  }
});

describe("outbound_proxy.Y.failback_timeout", () => {
  for (const [server, proxy, back] of [
    [70, NOT_THERE, [70_000]],
    [70, -1, [70_000]],
    [70, 90, [90_000]],
    [70, 60, [60_000]],
    [70, 5, [60_000]],
    [70, 0, []],
    [0, -1, []],
    [NOT_THERE, NOT_THERE, []],
  ] as const) {
    test(`B1: ${named(server, proxy)}: the trial at ${back.join() || "no time at all"}`, () => {
      const site = site503();
      const phone = site.phone({
        ...PROXY,
        "outbound_proxy.1.failback_mode": 3,
        "sip_server.1.failback_timeout": server,
        "outbound_proxy.1.failback_timeout": proxy,
      });
      site.s.run(2_900_000);
      assert.deepEqual(
        registers(phone, 1),
        back.map((t) => `${String(t)} A`),
      );
    });
  }

  test("B1: not there at all: the server's default, 3600 s", () => {
    const site = site503({ maxExpires: 100_000 });
    const phone = site.phone({
      ...PROXY,
      "sip_server.1.expires": 100_000,
      "outbound_proxy.1.failback_mode": 3,
    });
    site.s.run(3_700_000);
    assert.deepEqual(registers(phone, 1), ["3600000 A"]);
  });
});

describe("outbound_proxy.Y.failback_subscribe.enable", () => {
  for (const [server, proxy, follows] of [
    [1, NOT_THERE, true],
    [1, -1, true],
    [1, 0, false],
    [0, 1, true],
    [0, -1, false],
    [NOT_THERE, NOT_THERE, false],
  ] as const) {
    test(`S2: ${named(server, proxy)}: the subscription ${follows ? "begins anew at once" : "goes on in its dialog"}`, () => {
      const site = site503();
      const phone = site.phone({
        ...PROXY,
        ...LAMPS,
        "outbound_proxy.1.failback_mode": 3,
        "outbound_proxy.1.failback_timeout": 60,
        "sip_server.1.failback_subscribe.enable": server,
        "outbound_proxy.1.failback_subscribe.enable": proxy,
      });
      site.s.run(110_000);
      assert.deepEqual(registers(phone), ["0 A", "0 B", "60000 A"]);
      const moved = ["60000 A dialog new 200", "60000 B dialog end"];
      assert.deepEqual(subscribes(phone), [
        "0 B dialog new 200",
        // In its dialog it keeps the proxy, whose current target is A (F13, `sip.use_out_bound_in_dialog`).
        ...(follows ? moved : ["100000 A dialog again 200"]),
      ]);
    });
  }
});

describe("outbound_proxy.Y.register_on_enable", () => {
  for (const [server, proxy, registersFirst] of [
    [1, NOT_THERE, true],
    [1, -1, true],
    [1, 0, false],
    [0, 1, true],
    [0, -1, false],
    [NOT_THERE, NOT_THERE, false],
  ] as const) {
    test(`F7: ${named(server, proxy)}: the INVITE ${registersFirst ? "follows a REGISTER" : "goes straight on"}`, () => {
      const site = new Site();
      site.exchange.callee = ({ server }) =>
        server === site.a ? [{ status: 503 }] : answering({ answer: 100 });
      const phone = site.phone({
        ...PROXY,
        "outbound_proxy.1.failback_mode": 3,
        "sip_server.1.register_on_enable": server,
        "outbound_proxy.1.register_on_enable": proxy,
      });
      site.s.at(1000, () => call(phone)).run(10_000);
      assert.deepEqual(sentLines(phone, "REGISTER", "INVITE"), [
        "0 REGISTER A",
        "1000 INVITE A",
        ...(registersFirst ? ["1000 REGISTER B"] : []),
        "1000 INVITE B",
      ]);
    });
  }
});

describe("outbound_proxy.Y.only_signal_with_registered", () => {
  for (const [server, proxy, only] of [
    [1, NOT_THERE, true],
    [1, -1, true],
    [1, 0, false],
    [0, 1, true],
    [0, -1, false],
    [NOT_THERE, NOT_THERE, false],
  ] as const) {
    test(`F9: ${named(server, proxy)}: without a registration a call ${only ? "fails at once" : "tries to register"}`, () => {
      const site = new Site();
      site.a.mode = inTurn([{ status: 403 }]);
      const phone = site.phone({
        ...PROXY,
        "outbound_proxy.1.failback_mode": 3,
        "outbound_proxy.1.register_on_enable": 1,
        "sip_server.1.only_signal_with_registered": server,
        "outbound_proxy.1.only_signal_with_registered": proxy,
      });
      site.s.at(1000, () => call(phone)).run(10_000);
      assert.deepEqual(
        sentLines(phone, "REGISTER", "INVITE"),
        only ? ["0 REGISTER A"] : ["0 REGISTER A", "1000 REGISTER A", "1000 INVITE A"],
      );
      if (only) assert.deepEqual(ends(phone), ["1000 not-registered 0"]);
      else assert.ok(calls(phone).some((line) => line.endsWith(" established")));
    });
  }

  for (const [what, settings] of [
    [
      "the proxy's own register_on_enable is 0",
      { "outbound_proxy.1.register_on_enable": 0, "sip_server.1.register_on_enable": 1 },
    ],
    [
      "the proxy's own failback_mode is 0",
      {
        "outbound_proxy.1.failback_mode": 0,
        "outbound_proxy.1.register_on_enable": 1,
        "sip_server.1.failback_mode": 3,
      },
    ],
  ] as const) {
    test(`F9: it does not apply where ${what}`, () => {
      const site = new Site();
      site.a.mode = inTurn([{ status: 403 }]);
      const phone = site.phone({
        ...PROXY,
        "outbound_proxy.1.failback_mode": 3,
        "outbound_proxy.1.only_signal_with_registered": 1,
        ...settings,
      });
      site.s.at(1000, () => call(phone)).run(10_000);
      assert.ok(sentLines(phone, "INVITE").includes("1000 INVITE A"));
    });
  }
});
