import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import { endpointText } from "../abi/address.js";
import { causeOf } from "../node/files.js";
import type { Endpoint } from "../simulated/index.js";
import { SourceDocument } from "./document.js";
import type { Path } from "./document.js";
import { planProblems } from "./plan.js";
import { ScenarioError } from "./problem.js";
import type { Problem } from "./problem.js";
import { EventReader } from "./read-events.js";
import { PLAIN_LINK, Reading, farEndOf, qualityOf } from "./read-parts.js";
import { PHONE_ADDRESSES } from "./scenario.js";
import type { DnsDefinition, Scenario, ServerDefinition } from "./scenario.js";
import { schemaProblems } from "./schema.js";
import type { ScenarioSource } from "./source.js";
import { milliseconds } from "./times.js";

const byPlace = (one: Problem, other: Problem): number => one.line - other.line || one.column - other.column;

/** More than this is a mistake: a year. Milliseconds. */
const LONGEST = 366 * 86_400_000;

/** Two servers at one address, one that is there twice, or one that is where the phone is. */
const doubleAddresses = (
  reading: Reading,
  servers: readonly ServerDefinition[],
  { ends: resolvers }: DnsDefinition,
): void => {
  const owners = new Map<string, string>();
  const take = (path: Path, owner: string, ends: readonly Endpoint[]): void => {
    for (const end of ends) {
      const text = endpointText(end);
      const before = owners.get(text);
      if (before !== undefined) reading.wrong(path, `${before} is at ${text.slice(4)} already`);
      if (end.address === PHONE_ADDRESSES[end.family]) {
        reading.wrong(path, `${end.address} is the phone's own address`);
      }
      owners.set(text, owner);
    }
  };
  take(["dns", "address"], "DNS", resolvers);
  for (const { name, ends } of servers) take(["servers", name, "address"], `the server "${name}"`, ends);
};

const scenarioOf = (reading: Reading, source: ScenarioSource): Scenario => {
  const { document } = reading;
  const duration = milliseconds(source.duration);
  if (duration === 0) reading.wrong(["duration"], "this must be more than 0");
  if (duration > LONGEST) reading.wrong(["duration"], "this must be a year or less");
  const servers = Object.entries(source.servers).map(([name, server]) => reading.server(name, server));
  const dns = reading.dns(source.dns ?? {});
  doubleAddresses(reading, servers, dns);
  const events = new EventReader(reading, duration, Object.keys(source.servers));
  const scenario = {
    file: document.file,
    title: source.title ?? "",
    duration,
    seed: source.seed ?? 1,
    network: { ...PLAIN_LINK, ...qualityOf(source.network ?? {}) },
    sharesRegistrations: source.registrations !== "separate",
    servers,
    dns,
    farEnds: new Map(Object.entries(source.far_ends ?? {}).map(([name, farEnd]) => [name, farEndOf(farEnd)])),
    events: (source.events ?? []).flatMap((event, index) => events.take(event, index)),
  };
  reading.problems.push(...planProblems(scenario));
  const random = (source.random ?? []).map((calls, index) => events.takeRandom(calls, index));
  return { ...scenario, random };
};

/** The text of a file; throws a sentence where it cannot be read. */
const textOf = (name: string): string => {
  try {
    return readFileSync(name, "utf8");
  } catch (error) {
    throw new Error(`${name} cannot be read: ${causeOf(error)}`);
  }
};

/**
 * Reads a scenario from its text.
 *
 * @param file its name; files that it names count from there
 * @throws ScenarioError with everything that is wrong, in the order of the file
 */
export const parseScenario = (file: string, text: string): Scenario => {
  const document = new SourceDocument(file, text);
  const problems = schemaProblems(document);
  if (problems.length > 0) throw new ScenarioError(problems);
  const reading = new Reading(document, (path) => {
    const name = isAbsolute(path) ? path : join(dirname(file), path);
    return { name, text: textOf(name) };
  });
  const scenario = scenarioOf(reading, document.value as ScenarioSource);
  if (reading.problems.length > 0) throw new ScenarioError([...reading.problems].sort(byPlace));
  return scenario;
};

/** Reads a scenario file. Throws as `parseScenario` does; a file that cannot be read is a problem of its first line. */
export const readScenario = (file: string): Scenario => {
  let text: string;
  try {
    text = textOf(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ScenarioError([{ file, line: 1, column: 1, message }]);
  }
  return parseScenario(file, text);
};
