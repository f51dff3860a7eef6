/** F2's table, as the reference model and the phone have it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { courseOf, keySettings, kinds, requests } from "./model/cases.js";
import { budgetOf } from "./model/budget.js";
import { asPredicted } from "./model/compare.js";

/** The rule's own table: after so many resends a request gives up after so many seconds. */
const GIVES_UP = [
  [0, 0.5, undefined],
  [1, 1.5, 1.5],
  [2, 3.5, 3.5],
  [3, 7.5, 7.5],
  [4, 11.5, 15.5],
  [5, 15.5, 31.5],
  [9, 31.5, 32],
  [10, 32, 32],
  [20, 32, undefined],
] as const;

/** Sends after the first, in milliseconds, of a request that has its 64·T1 in full (RFC 3261, timers E and A). */
const OTHER = [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
const INVITE = [0, 500, 1500, 3500, 7500, 15_500, 31_500];

describe("F2: the reference model", () => {
  for (const [resends, other, invite] of GIVES_UP) {
    test(`F2: ${String(resends)} resends`, () => {
      const register = budgetOf("REGISTER", resends, "udp");
      assert.deepEqual(register, { sends: OTHER.slice(0, resends + 1), end: other * 1000 });
      assert.deepEqual(budgetOf("BYE", resends, "tcp"), { sends: [0], end: other * 1000 });
      if (invite === undefined) return;
      const expected = { sends: INVITE.slice(0, resends + 1), end: invite * 1000 };
      assert.deepEqual(budgetOf("INVITE", resends, "udp"), expected);
    });
  }

  test("F2: the last target left", () => {
    assert.deepEqual(budgetOf("SUBSCRIBE", Infinity, "udp"), { sends: OTHER, end: 32_000 });
    assert.deepEqual(budgetOf("INVITE", Infinity, "udp"), { sends: INVITE, end: 32_000 });
    assert.deepEqual(budgetOf("INVITE", Infinity, "tcp"), { sends: [0], end: 32_000 });
  });
});

describe("F2: the phone", () => {
  const silent = kinds.filter(({ name }) => name.startsWith("silent"));
  for (const kind of silent) {
    for (const keys of keySettings.filter(({ mode }) => mode === 3)) {
      if (keys.onlySignalWithRegistered) continue;
      for (const [resends, , invite] of GIVES_UP) {
        for (const request of requests) {
          const isInvite = request.name === "INVITE";
          if ((isInvite && invite === undefined) || request.recordRoute === "address") continue;
          const key = isInvite ? "invite_retry_counts" : "retry_counts";
          const name = `${key} ${String(resends)}, register_on_enable ${String(Number(keys.registerOnEnable))}`;
          test(`F2: ${name}, A ${kind.name}, ${request.name}`, () => {
            const course = courseOf(keys, kind, request);
            const counts = isInvite ? { inviteRetryCounts: resends } : { retryCounts: resends };
            asPredicted({ ...course, settings: { ...course.settings, ...counts } });
          });
        }
      }
    }
  }
});
