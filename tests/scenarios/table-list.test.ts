/** The table with three targets: one and two of them fail, and all of them. */
import { describe, test } from "node:test";
import { courseOf, keySettings, kinds, nameOfKeys, requests } from "./model/cases.js";
import { asPredicted } from "./model/compare.js";
import type { TargetName } from "./model/course.js";

const targets: readonly TargetName[] = ["A", "B", "C"];

/** By the route set's address a BYE does not see the list. */
const searching = requests.filter(({ recordRoute }) => recordRoute !== "address");

for (const failed of [["A"], ["A", "B"], ["A", "B", "C"]] as const) {
  describe(`A, B, C, of which fail: ${failed.join(", ")}`, () => {
    for (const kind of kinds.filter(({ isBasic }) => isBasic)) {
      for (const request of searching) {
        // Whether a binding is valid whose refresh has failed everywhere, F7 and F9 do not say.
        if (failed.length === targets.length && request.name === "REGISTER") continue;
        for (const keys of keySettings) {
          test(`${request.rules} ${kind.rules} F10: ${nameOfKeys(keys)}, ${failed.join(", ")} ${kind.name}, ${request.name}`, () => {
            asPredicted(courseOf(keys, kind, request, { targets, failed }));
          });
        }
      }
    }
  });
}
