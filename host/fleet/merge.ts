import { PartError, identityWords } from "./part.js";
import type { Identity, Part } from "./part.js";
import { Tally } from "./tally.js";

/** A part, and the file that it was read from. */
export interface NamedPart {
  readonly path: string;
  readonly part: Part;
}

/** The first of some numbers, and how many more there are. */
const fewest = (numbers: readonly number[], most: number): string =>
  numbers.length > most
    ? `${numbers.slice(0, most).join(", ")} and ${String(numbers.length - most)} more`
    : numbers.join(", ");

/** Puts the shards of a fleet together. Throws a PartError where they are not just all of one fleet. */
export const mergeParts = (parts: readonly NamedPart[]): Part => {
  const [first] = parts;
  if (first === undefined) throw new PartError("There is nothing to put together.");
  if (parts.length === 1 && first.part.shard === undefined) return first.part;
  const { identity, outline } = first.part;
  const of = parts.find(({ part }) => part.shard !== undefined)?.part.shard?.of ?? 1;
  const owners = new Map<number, string>();
  const tally = new Tally(outline.duration, outline.servers.length);
  for (const { path, part } of parts) {
    sameFleet(first, { path, part });
    if (part.shard === undefined) throw new PartError(`${path} is a whole fleet, not a shard of one.`);
    const { number } = part.shard;
    if (part.shard.of !== of) {
      throw new PartError(
        `${first.path} is one of ${String(of)} shards, ${path} one of ${String(part.shard.of)}.`,
      );
    }
    const owner = owners.get(number);
    if (owner !== undefined) {
      throw new PartError(`Shard ${String(number)}/${String(of)} is there twice: ${owner} and ${path}.`);
    }
    owners.set(number, path);
    tally.add(part.tally);
  }
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((number) => !owners.has(number));
  if (missing.length > 0) {
    throw new PartError(
      missing.length === 1
        ? `Shard ${String(missing[0])}/${String(of)} is missing.`
        : `Shards ${fewest(missing, 10)} of ${String(of)} are missing.`,
    );
  }
  return { identity, outline, shard: undefined, tally };
};

const sameFleet = (one: NamedPart, other: NamedPart): void => {
  for (const [key, words] of Object.entries(identityWords) as [keyof Identity, string][]) {
    if (one.part.identity[key] !== other.part.identity[key]) {
      throw new PartError(`${one.path} and ${other.path} are of two fleets: they differ in the ${words}.`);
    }
  }
};
