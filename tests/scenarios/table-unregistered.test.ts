/** The table while no target holds a registration: F9's local failure, and F7's REGISTER before the request. */
import { describe, test } from "node:test";
import { keySettings, nameOfKeys, settings } from "./model/cases.js";
import { asPredicted } from "./model/compare.js";
import type { Failure, Step, TargetName } from "./model/course.js";

const failing = (failure: Failure, ...targets: readonly TargetName[]): Step[] =>
  targets.map((target) => ({ at: 0, does: "fail", target, failure }));

const scenes: readonly {
  readonly name: string;
  readonly rules: string;
  /** When the requests are sent, in milliseconds. */
  readonly at: readonly number[];
  readonly steps: readonly Step[];
  readonly end: number;
}[] = [
  {
    name: "while the first REGISTER waits for a silent primary",
    rules: "F7 F9",
    at: [1000],
    steps: failing("silent", "A"),
    end: 30_000,
  },
  {
    name: "while the phone waits for its next try, all silent",
    rules: "F7 F9 F10",
    at: [40_000],
    steps: failing("silent", "A", "B"),
    end: 60_000,
  },
  {
    name: "while the phone waits for its next try, all answer 503, then the primary is up",
    rules: "F7 F9 F10 R5",
    at: [10_000, 25_000, 35_000],
    steps: [...failing("503", "A", "B"), { at: 20_000, does: "recover", target: "A" }],
    end: 60_000,
  },
];

for (const { name, rules, at, steps, end } of scenes) {
  describe(name, () => {
    for (const [method, does] of [
      ["INVITE", "call"],
      ["SUBSCRIBE", "subscribe"],
    ] as const) {
      for (const keys of keySettings) {
        test(`${rules}: ${nameOfKeys(keys)}, ${method} ${name}`, () => {
          // One subscription is enough: it is tried again by itself.
          const requests = (does === "call" ? at : at.slice(0, 1)).map((instant): Step => ({
            at: instant,
            does,
          }));
          asPredicted({
            settings: { ...settings, ...keys },
            targets: ["A", "B"],
            recordRoute: "name",
            steps: [...steps, ...requests],
            end,
          });
        });
      }
    }
  });
}
