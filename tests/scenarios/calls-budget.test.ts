/** How long an INVITE waits for a target, and how often it gets it: F2 and F3 for calls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OFFER, FAR, QUIET, calls, ends, inviteResends, sentLines } from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { ServerName, Settings, SiteOptions } from "./helpers.js";

/** When the call is placed, in milliseconds. */
const START = 10_000;

/** A phone that is registered with A and places a call at 10 s; `before` has the servers fail until then. */
const called = (
  before: (site: Site) => void,
  settings: Settings = {},
  options: SiteOptions = {},
  duration = 120_000,
): { site: Site; lines: string[]; ends: string[]; calls: string[] } => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(START);
  before(site);
  phone.call(FAR, OFFER);
  site.s.run(duration);
  return { site, lines: sentLines(phone, "INVITE", "ACK"), ends: ends(phone), calls: calls(phone) };
};

const silent =
  (...names: readonly Lowercase<ServerName & ("A" | "B" | "C" | "D")>[]) =>
  (site: Site): void => {
    for (const name of names) site[name].silent();
  };

describe("F2: the budget of an INVITE", () => {
  // Timer A doubles without T2's limit; the budget ends with the interval behind the last resend, or at 64·T1.
  const table: readonly (readonly [number, number])[] = [
    [1, 1500],
    [2, 3500],
    [3, 7500],
    [4, 15_500],
    [5, 31_500],
    [9, 32_000],
    [10, 32_000],
  ];
  for (const [count, budget] of table) {
    test(`F2: invite_retry_counts ${String(count)}, A silent: B after ${String(budget)} ms`, () => {
      const { lines, calls: states } = called(silent("a"), { "sip_server.1.invite_retry_counts": count });
      assert.deepEqual(lines, [
        ...inviteResends(START, "A", budget),
        `${String(START + budget)} INVITE B`,
        `${String(START + budget)} ACK B`,
      ]);
      assert.deepEqual(states, [
        `${String(START)} calling`,
        `${String(START + budget)} proceeding`,
        `${String(START + budget)} ringing`,
        `${String(START + budget)} established`,
      ]);
    });
  }

  test("F2: retry_counts says nothing of INVITE", () => {
    const { lines } = called(silent("a"), {
      "sip_server.1.retry_counts": 0,
      "sip_server.1.invite_retry_counts": 2,
    });
    assert.equal(lines.at(-1), "13500 ACK B");
  });

  test("F2: T1 of 1 s doubles it all", () => {
    const { lines } = called(silent("a"), { "sip.timer_t1": 1 });
    assert.deepEqual(lines.slice(0, 5), [
      "10000 INVITE A",
      "11000 INVITE A",
      "13000 INVITE A",
      "17000 INVITE A",
      "25000 INVITE B",
    ]);
  });

  test("F2: the last target has 64·T1 in full, then no-target-left", () => {
    const { lines, ends: ended } = called(silent("a", "b"));
    assert.deepEqual(lines, [...inviteResends(START, "A", 7500), ...inviteResends(START + 7500, "B")]);
    assert.deepEqual(ended, ["49500 no-target-left 0"]);
  });

  test("F2: the only target has 64·T1 in full", () => {
    const { lines, ends: ended } = called(
      silent("a"),
      { "sip_server.1.invite_retry_counts": 1 },
      { list: ["A"] },
    );
    assert.deepEqual(lines, inviteResends(START, "A"));
    assert.deepEqual(ended, ["42000 no-target-left 0"]);
  });

  test("F2: three targets, two silent: 7.5 s each", () => {
    const { lines } = called(silent("a", "b"), {}, { list: ["A", "B", "C"] });
    assert.deepEqual(lines, [
      ...inviteResends(START, "A", 7500),
      ...inviteResends(START + 7500, "B", 7500),
      "25000 INVITE C",
      "25000 ACK C",
    ]);
  });

  test("F2: slot 2 is another target: slot 1's only one has the short budget", () => {
    const { lines } = called(silent("a"), { "sip_server.2.address": "192.0.2.4" }, { list: ["A"] });
    assert.deepEqual(lines, [...inviteResends(START, "A", 7500), "17500 INVITE D", "17500 ACK D"]);
  });

  test("F2: TCP: the same budget without resends", () => {
    const { lines } = called(silent("a"), { "sip_server.1.transport_type": 1 });
    assert.deepEqual(lines, ["10000 INVITE A", "17500 INVITE B", "17500 ACK B"]);
  });

  test("F2: a proxy's own invite_retry_counts rules where there is one; -1 takes the server's", () => {
    for (const [own, second] of [
      [1, 11_500],
      [-1, 25_500],
    ] as const) {
      const { lines } = called(silent("a"), {
        outbound_proxy_enable: 1,
        "outbound_proxy.1.address": "sip.example.com",
        "outbound_proxy.1.invite_retry_counts": own,
        "sip_server.1.address": "example.com",
        "sip_server.1.invite_retry_counts": 4,
      });
      assert.equal(
        lines.find((line) => line.endsWith("INVITE B")),
        `${String(second)} INVITE B`,
      );
    }
  });
});

describe("F3: a refused target", () => {
  test("F3: A's port is closed: B at the same instant", () => {
    const { lines } = called((site) => {
      site.a.refuse();
    });
    assert.deepEqual(lines, ["10000 INVITE A", "10000 INVITE B", "10000 ACK B"]);
  });

  test("F3: A, B and C closed: no-target-left at once", () => {
    const { lines, ends: ended } = called(
      (site) => {
        for (const server of [site.a, site.b, site.c]) server.refuse();
      },
      {},
      { list: ["A", "B", "C"] },
    );
    assert.deepEqual(lines, ["10000 INVITE A", "10000 INVITE B", "10000 INVITE C"]);
    assert.deepEqual(ended, ["10000 no-target-left 0"]);
  });

  test("F3: A falls silent and its port closes while the INVITE is sent again: B with that resend", () => {
    const { lines } = called((site) => {
      site.a.silent();
      site.s.at(START + 1000, () => {
        site.a.refuse();
      });
    });
    assert.deepEqual(lines, [
      "10000 INVITE A",
      "10500 INVITE A",
      "11500 INVITE A",
      "11500 INVITE B",
      "11500 ACK B",
    ]);
  });

  test("F3: over TCP: the connection is refused, B at the same instant", () => {
    const { lines } = called(
      (site) => {
        site.a.refuse();
      },
      { "sip_server.1.transport_type": 1 },
    );
    assert.deepEqual(
      lines.filter((line) => line.endsWith("B")),
      ["10000 INVITE B", "10000 ACK B"],
    );
  });
});
