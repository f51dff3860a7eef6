/** What the tests of scenarios share: the examples, and scenarios written in the test. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Play } from "../../host/scenario/play.js";
import { ScenarioError } from "../../host/scenario/problem.js";
import type { Problem } from "../../host/scenario/problem.js";
import { parseScenario, readScenario } from "../../host/scenario/read.js";
import type { Summary } from "../../host/scenario/summary.js";
import { instantText } from "../../host/scenario/times.js";
import { isOfScenario } from "../../host/scenario/trace.js";
import type { ScenarioRecord, TraceRecord } from "../../host/scenario/trace.js";
import type { EventRecord } from "../../host/simulated/index.js";

/** The folder of the examples; the tests run three folders below the package. */
export const EXAMPLES = fileURLToPath(new URL("../../../../docs/scenarios/", import.meta.url));

/** The names of the examples. */
export const exampleNames = (): string[] =>
  readdirSync(EXAMPLES)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.replace(/\.yaml$/, ""));

/** A scenario that was played. */
export interface Played {
  readonly summary: Summary;
  /** Everything, in order. */
  readonly trace: readonly TraceRecord[];
  /** What the phone wrote. */
  readonly records: readonly EventRecord[];
  /** What truly was. */
  readonly told: readonly ScenarioRecord[];
  /** The name of the server that a target is of. */
  readonly nameOf: (target: string) => string;
}

const played = (
  scenario: ReturnType<typeof parseScenario>,
  configuration: Uint8Array,
  seed?: number,
): Played => {
  const trace: TraceRecord[] = [];
  const play = new Play(scenario, {
    files: [{ name: "phone.cfg", octets: configuration }],
    seed,
    tell: (record) => trace.push(record),
  });
  const summary = play.run();
  const { servers } = play.header("");
  return {
    summary,
    trace,
    records: trace.filter((record): record is EventRecord => !isOfScenario(record)),
    told: trace.filter(isOfScenario),
    nameOf: (target) => servers[target] ?? target,
  };
};

/** Plays an example. */
export const playExample = (name: string, seed?: number): Played =>
  played(readScenario(`${EXAMPLES}${name}.yaml`), readFileSync(`${EXAMPLES}${name}.cfg`), seed);

/** Plays a scenario that is written in the test. */
export const playText = (yaml: string, configuration: string, seed?: number): Played =>
  played(parseScenario("test.yaml", yaml), new TextEncoder().encode(configuration), seed);

/** What is wrong with a scenario: `3:5 unknown server "x"`. */
export const problemsOf = (yaml: string, file = "test.yaml"): string[] => {
  try {
    parseScenario(file, yaml);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(
      ({ line, column, message }: Problem) => `${String(line)}:${String(column)} ${message}`,
    );
  }
};

/** The moves of a registration: `00:30:00.480 1 failover primary -> secondary F1 503`. */
export const movesOf = ({ summary, nameOf }: Played): string[] =>
  summary.moves.map(({ t, account, event, from, to, rule, cause }) =>
    [instantText(t), account, event, nameOf(from), "->", nameOf(to), rule, cause ?? ""].join(" ").trimEnd(),
  );

/** What the phone wrote of some events: `00:20:00.000 call ended local`, by the fields that are asked for. */
export const linesOf = (
  { records, nameOf }: Played,
  event: EventRecord["event"],
  ...fields: readonly string[]
): string[] =>
  records
    .filter((record) => record.event === event)
    .map((record) => {
      const values = fields.map((field) => {
        const value = (record as unknown as Readonly<Record<string, unknown>>)[field];
        return typeof value === "string" ? nameOf(value) : String(value);
      });
      return [instantText(record.t), ...values].join(" ");
    });
