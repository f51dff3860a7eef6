import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { causeOf } from "../node/files.js";
import { outlineOf } from "./course.js";
import type { Outline } from "./course.js";
import type { Job, Shard } from "./job.js";
import { isPart } from "./part-schema.js";
import { Tally } from "./tally.js";
import type { PackedTally } from "./tally.js";

/** The version of the format. */
const FORMAT = 1;

/** What makes a fleet this one and no other; parts of one fleet have the same. */
export interface Identity {
  readonly version: string;
  readonly core: string;
  readonly configuration: string;
  readonly scenario: string;
  readonly phones: number;
  readonly seed: number;
  readonly spread: number;
  readonly cell: number;
}

/** How people call what an identity is made of. */
export const identityWords: Readonly<Record<keyof Identity, string>> = {
  version: "version of the program",
  core: "build of the core",
  configuration: "configuration",
  scenario: "scenario",
  phones: "number of phones",
  seed: "seed",
  spread: "time within which phones start",
  cell: "size of cells",
};

/** What came of a fleet, or of a shard of it. */
export interface Part {
  readonly identity: Identity;
  readonly outline: Outline;
  /** `undefined`: the whole fleet. */
  readonly shard: Shard | undefined;
  readonly tally: Tally;
}

/** A part as JSON has it. */
export interface PackedPart {
  readonly fleet: typeof FORMAT;
  readonly identity: Identity;
  readonly outline: Outline;
  readonly shard?: Shard;
  readonly tally: PackedTally;
}

/** A file cannot be used; the message says which and why. */
export class PartError extends Error {
  override readonly name = "PartError";
}

const CORE = fileURLToPath(new URL("../../../sip-failover-desktop.wasm", import.meta.url));

const hashOf = (...parts: readonly (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${String(part.length)} `).update(part);
  return hash.digest("hex").slice(0, 32);
};

/** The text of a scenario with everything that it means; where it was written is of no matter. */
const scenarioText = ({ scenario }: Job): string =>
  JSON.stringify(scenario, (key, value: unknown) => {
    if (key === "place" || key === "file") return undefined;
    if (value instanceof Map) return [...(value as ReadonlyMap<unknown, unknown>)];
    return value === Infinity ? "Infinity" : value;
  });

/** The identity of a fleet. */
export const identityOf = (job: Job, version: string): Identity => ({
  version,
  core: hashOf(readFileSync(CORE)),
  configuration: hashOf(...job.files.flatMap(({ octets }) => [octets])),
  scenario: hashOf(scenarioText(job)),
  phones: job.phones,
  seed: job.seed,
  spread: job.spread,
  cell: job.cell,
});

/** A part of a job. */
export const partOf = (job: Job, version: string, shard: Shard | undefined, tally: Tally): Part => ({
  identity: identityOf(job, version),
  outline: outlineOf(job),
  shard,
  tally,
});

/** A part as text, one line. */
export const partText = ({ identity, outline, shard, tally }: Part): string => {
  const packed: PackedPart = {
    fleet: FORMAT,
    identity,
    outline,
    ...(shard === undefined ? {} : { shard }),
    tally: tally.pack(),
  };
  return `${JSON.stringify(packed)}\n`;
};

/** Reads a part. Throws a PartError where it is none. */
export const readPart = (path: string): Part => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new PartError(`${path} cannot be read: ${causeOf(error)}.`);
  }
  return parsePart(path, text);
};

/** Takes a part out of its text; `path` is what it is called. */
export const parsePart = (path: string, text: string): Part => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PartError(`${path} is not what "fleet --shard" writes, or it is cut off.`);
  }
  if (typeof value !== "object" || value === null || !("fleet" in value)) {
    throw new PartError(`${path} is not what "fleet --shard" writes.`);
  }
  const { fleet: format } = value;
  if (format !== FORMAT) {
    throw new PartError(
      `${path} has version ${String(format)} of the format; this program reads ${String(FORMAT)}.`,
    );
  }
  if (!isPart(value)) throw new PartError(`${path} is damaged.`);
  try {
    const { identity, outline, shard, tally } = value;
    return { identity, outline, shard, tally: Tally.unpack(outline.duration, tally) };
  } catch {
    throw new PartError(`${path} is damaged.`);
  }
};
