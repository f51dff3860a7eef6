/**
 * Failback mode × register_on_enable × only_signal_with_registered × kind of failure × method, with one target left:
 * which target gets which request when. What is expected comes from the reference model in `model/`.
 */
import { describe, test } from "node:test";
import { courseOf, keySettings, kinds, nameOfKeys, requests } from "./model/cases.js";
import { asPredicted } from "./model/compare.js";

for (const kind of kinds) {
  describe(`A ${kind.name}, B up`, () => {
    for (const request of requests) {
      for (const keys of keySettings) {
        test(`${request.rules} ${kind.rules}: ${nameOfKeys(keys)}, A ${kind.name}, ${request.name}`, () => {
          asPredicted(courseOf(keys, kind, request));
        });
      }
    }
  });
}
