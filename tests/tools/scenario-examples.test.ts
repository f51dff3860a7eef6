import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { exampleNames, linesOf, movesOf, playExample } from "./scenarios.js";
import type { Played } from "./scenarios.js";

/** The calls of a phone by state and server: `00:05:30.000 1 calling`. */
const callsOf = (played: Played, ...states: readonly string[]): string[] =>
  linesOf(played, "call", "account", "state", "target")
    .map((line) => line.trimEnd())
    .filter((line) => states.some((state) => line.includes(` ${state}`)));

/** When an account was without service: `300000-305386`. */
const gapsOf = ({ summary }: Played, account = 1): string[] =>
  summary.accounts
    .filter((each) => each.account === account)
    .flatMap(({ gaps }) => gaps.map(([from, to]) => `${String(from)}-${String(to)}`));

const requestsTo = ({ summary }: Played, server: string): Readonly<Record<string, number>> =>
  summary.servers.find((each) => each.server === server)?.requests ?? {};

describe("the examples", () => {
  for (const name of exampleNames()) {
    it(`${name} takes the same course each time`, () => {
      const [one, other] = [playExample(name), playExample(name)];
      assert.deepEqual(one.trace, other.trace);
      assert.deepEqual(one.summary, other.summary);
    });
  }
});

describe("a maintenance window", () => {
  const played = playExample("maintenance-window");

  it("F1: the first REGISTER that is answered 503 moves the phone at once, in three round trips", () => {
    assert.deepEqual(movesOf(played)[0], "00:30:00.480 1 failover primary -> secondary F1 503");
    assert.deepEqual(gapsOf(played), ["0-80", "1800000-1800480"]);
  });

  it("F12: the primary is left in peace until its Retry-After has passed", () => {
    const during = linesOf(played, "request", "target").filter(
      (line) => line.endsWith(" primary") && line > "00:30:01" && line < "01:30:00",
    );
    assert.deepEqual(during, []);
  });

  it("S2: the subscription follows the registration, there and back", () => {
    assert.deepEqual(linesOf(played, "subscribed", "target"), [
      "00:00:00.100 primary",
      "00:30:00.500 secondary",
      "01:20:00.520 secondary",
      "01:48:03.100 primary",
      "02:38:03.120 primary",
    ]);
  });

  it("calls come and go by the secondary meanwhile", () => {
    assert.deepEqual(callsOf(played, "incoming", "established"), [
      "00:50:00.010 1 incoming secondary",
      "00:50:05.030 1 established secondary",
      "01:28:03.020 1 established secondary",
    ]);
  });

  it("B2: the return waits for the end of the call, B4: and then is done", () => {
    assert.deepEqual(linesOf(played, "failback-due", "rule"), ["01:30:00.500 B1", "01:30:00.500 B2"]);
    assert.deepEqual(callsOf(played, "ended"), ["00:52:05.050 1 ended", "01:48:03.040 1 ended"]);
    assert.deepEqual(movesOf(played).slice(1), ["01:48:03.080 1 failback secondary -> primary B4"]);
  });
});

describe("a hung server", () => {
  const played = playExample("hung-server");

  it("K2: probes find it out within seven seconds, for both accounts at the same instant", () => {
    assert.deepEqual(linesOf(played, "target-failed", "account", "target", "cause"), [
      "00:05:05.242 1 primary down",
      "00:05:05.242 2 primary down",
    ]);
  });

  it("K3: the registrations are moved at once", () => {
    assert.deepEqual(movesOf(played).slice(0, 2), [
      "00:05:05.386 1 failover primary -> secondary K2 down",
      "00:05:05.390 2 failover primary -> secondary K2 down",
    ]);
    assert.deepEqual(
      [1, 2].map((account) => gapsOf(played, account)[1]),
      ["300000-305386", "300000-305390"],
    );
  });

  it("a call meanwhile goes to the secondary without a detour", () => {
    assert.equal(requestsTo(played, "primary")["INVITE"], undefined);
    assert.deepEqual(callsOf(played, "ringing"), ["00:05:30.038 1 ringing secondary"]);
  });

  it("K2, B4: the first answer puts it up again, and the phone returns, because the TTL has long run out (B1)", () => {
    assert.deepEqual(linesOf(played, "target-state", "target", "state"), [
      "00:05:05.242 primary down",
      "00:15:00.015 primary up",
    ]);
    assert.deepEqual(movesOf(played).slice(2), [
      "00:15:00.152 2 failback secondary -> primary B4",
      "00:15:00.154 1 failback secondary -> primary B4",
    ]);
  });
});

describe("DNS down", () => {
  const played = playExample("dns-down");

  it("L7: answers that have run out keep the phone registered", () => {
    assert.deepEqual(linesOf(played, "failed", "method", "reason"), []);
    assert.deepEqual(gapsOf(played), ["0-80", "900000-938240"]);
  });

  it("F2: the expired answer knows the secondary when the primary dies", () => {
    assert.deepEqual(movesOf(played)[0], "00:15:38.240 1 failover primary -> secondary F2 silent");
  });

  it("B1, B5: with mode 2 each refresh tries the primary first, and the refresh goes on where it is", () => {
    const due = linesOf(played, "failback-due", "rule");
    assert.equal(due.length, 8);
    assert.ok(due.every((line) => line.endsWith(" B1")));
    assert.equal(linesOf(played, "failback-failed", "to").length, 7);
    assert.deepEqual(movesOf(played).slice(1), ["00:25:25.120 1 failback secondary -> primary B4"]);
  });
});

describe("a flapping link", () => {
  const played = playExample("flapping-link");

  /** When the line was down, five times. */
  const downs = [600, 780, 960, 1140, 1320].map((second) => [second * 1000, (second + 30) * 1000] as const);

  it("costs no more than the time in which the line is down, and four seconds after it", () => {
    const { gaps } = played.summary.accounts[0] ?? { gaps: [] };
    for (const [from, to] of gaps.slice(1)) {
      const down = downs.find(([begin, end]) => from >= begin && to <= end + 4000);
      assert.ok(down !== undefined, `${String(from)}-${String(to)}`);
    }
    assert.equal(downs.filter(([begin]) => gaps.some(([from]) => from === begin)).length, downs.length);
  });

  it("every call gets through in spite of it", () => {
    const { placed, established, failed } = played.summary.calls;
    assert.deepEqual([placed, established, failed], [18, 18, {}]);
  });

  it("B1, B4: when the line is well again, the phone is back with the primary, and stays there", () => {
    assert.equal(movesOf(played).at(-1), "00:27:33.531 1 failback secondary -> primary B4");
  });

  it("draws other calls from another seed", () => {
    const other = playExample("flapping-link", 8);
    assert.notDeepEqual(callsOf(other, "calling"), callsOf(played, "calling"));
    assert.equal(other.summary.seed, 8);
  });
});

describe("a survivable branch", () => {
  const played = playExample("survivable-branch");

  it("G2: the branch's server takes the phones over when a REGISTER has found the line cut", () => {
    assert.deepEqual(movesOf(played).slice(0, 2), [
      "00:20:07.864 1 fallback head office -> branch G2 silent",
      "00:20:07.864 2 fallback head office -> branch G2 silent",
    ]);
    assert.deepEqual(gapsOf(played), ["0-80", "1200000-1207864"]);
  });

  it("G2: the head office is tried every two minutes and the time that a trial takes", () => {
    const trials = linesOf(played, "failback-failed", "account").filter((line) => line.endsWith(" 1"));
    assert.deepEqual(
      trials.map((line) => line.slice(0, 8)),
      Array.from({ length: 14 }, (_, index) => `00:${String(22 + 2 * index)}:15`),
    );
    assert.deepEqual(movesOf(played).slice(2), [
      "00:50:07.904 1 fallback branch -> head office G2",
      "00:50:07.904 2 fallback branch -> head office G2",
    ]);
  });

  it("F13: a call that was made by the head office is ended without an answer, 64·T1 after the BYE", () => {
    assert.deepEqual(callsOf(played, "ending", "ended").slice(0, 2), [
      "00:22:03.040 1 ending",
      "00:22:35.040 1 ended",
    ]);
  });

  it("F7, F10: calls within the branch go on", () => {
    assert.deepEqual(callsOf(played, "established").slice(1), [
      "00:30:03.002 1 established branch",
      "00:32:04.003 2 established branch",
    ]);
  });
});

describe("a data-centre move by DNS", () => {
  const played = playExample("data-centre-move");

  it("B6: the phone follows the new records with the first refresh after the old ones have run out", () => {
    assert.deepEqual(movesOf(played), ["02:30:01.460 1 failover old 1 -> new 1 B6"]);
  });

  it("is not without service for an instant, and asks nothing of servers that are switched off", () => {
    assert.deepEqual(gapsOf(played), ["0-80"]);
    assert.deepEqual(linesOf(played, "target-failed", "target", "cause"), []);
    assert.deepEqual(requestsTo(played, "old 2"), {});
  });

  it("calls go by the new server", () => {
    assert.deepEqual(callsOf(played, "established"), ["04:00:03.060 1 established new 1"]);
  });
});
