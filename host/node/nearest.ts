import { distance } from "fastest-levenshtein";
import type { ConfigurationRecord } from "../abi/record.js";

/** More differences than this are another word. */
const MOST_DIFFERENCES = 3;

/** A key without its numbers: `account.1.enable` and `account.X.enable` are both `account.#.enable`. */
const withoutNumbers = (key: string): string => key.replaceAll(/(?<=\.)(?:\d+|[XYN])(?=\.|$)/g, "#");

/** Puts the numbers of `key` into `shape`. */
const withNumbersOf = (shape: string, key: string): string => {
  const numbers = key.match(/(?<=\.)\d+(?=\.|$)/g) ?? [];
  let next = 0;
  return shape.replaceAll("#", () => numbers[next++] ?? "1");
};

/** The known key that is nearest to a misspelt one; `undefined` where none is near. */
export const nearestKey = (key: string, known: readonly string[]): string | undefined => {
  const shape = withoutNumbers(key.toLowerCase());
  let nearest: string | undefined;
  let least = Math.min(MOST_DIFFERENCES, Math.floor(shape.length / 4)) + 1;
  for (const candidate of known) {
    const differences = distance(shape, withoutNumbers(candidate));
    if (differences >= least) continue;
    least = differences;
    nearest = candidate;
  }
  return nearest === undefined ? undefined : withNumbersOf(withoutNumbers(nearest), key);
};

/**
 * Names the nearest known key in the hints of unknown keys. Notes of keys that have nothing to do with the known ones
 * are left out: a phone's file holds hundreds of them.
 */
export const withNearestKeys = (
  diagnostics: readonly ConfigurationRecord[],
  known: readonly string[],
): ConfigurationRecord[] =>
  diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code !== "unknown-key" && diagnostic.code !== "unknown-key-elsewhere") return [diagnostic];
    const nearest = nearestKey(diagnostic.key, known);
    if (nearest !== undefined) return [{ ...diagnostic, hint: `Did you mean ${nearest}?` }];
    return diagnostic.code === "unknown-key" ? [diagnostic] : [];
  });
