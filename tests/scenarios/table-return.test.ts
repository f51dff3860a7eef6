/** The table's way back: when the primary gets the first request again after each kind of failure (B1–B5, B7, F6, F7). */
import { describe, test } from "node:test";
import { keySettings, kinds, nameOfKeys, settings } from "./model/cases.js";
import { asPredicted } from "./model/compare.js";
import type { Step } from "./model/course.js";

/** When A fails and a request finds it out; the phone is then at B. In milliseconds, as all instants here. */
const FAILS = 10_000;

/** No two of these times fall due together in any case. */
const times = { lifetime: 240, ttl: 140, failbackTimeout: 90 };

/** How the phone leaves A: idle from then on, or in a call until later. */
const leaving: readonly { readonly name: string; readonly rules: string; readonly steps: readonly Step[] }[] =
  [
    { name: "SUBSCRIBE", rules: "B1 B3", steps: [{ at: FAILS, does: "subscribe" }] },
    {
      name: "INVITE and its call until 150 s",
      rules: "B2",
      steps: [
        { at: FAILS, does: "call" },
        { at: 150_000, does: "hang up" },
      ],
    },
  ];

/** Before the first trial of each mode, and after it (B5). */
const returns = [50_000, 200_000];

for (const back of returns) {
  describe(`A fails at 10 s and is back at ${String(back / 1000)} s`, () => {
    for (const kind of kinds.filter(({ isBasic }) => isBasic)) {
      for (const { name, rules, steps } of leaving) {
        for (const keys of keySettings) {
          test(`${rules}: ${nameOfKeys(keys)}, A ${kind.name}, ${name}`, () => {
            asPredicted({
              settings: { ...settings, ...keys, ...times, transport: kind.transport },
              targets: ["A", "B"],
              recordRoute: "name",
              steps: [
                ...kind.fail(["A"], FAILS),
                ...steps,
                { at: back, does: "recover", target: "A" },
                { at: 300_000, does: "call" },
              ],
              end: 335_000,
            });
          });
        }
      }
    }
  });
}
