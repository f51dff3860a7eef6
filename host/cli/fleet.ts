import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { writeFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { MOST_AT_ONCE, MOST_PHONES, USUAL_CELL, usualSpread } from "../fleet/job.js";
import type { Job, Shard } from "../fleet/job.js";
import { mergeParts } from "../fleet/merge.js";
import { partOf, partText, readPart } from "../fleet/part.js";
import type { Part } from "../fleet/part.js";
import { playShard } from "../fleet/pool.js";
import { htmlDocument } from "../fleet/html.js";
import { reportOf } from "../fleet/report.js";
import { reportLines } from "../fleet/text.js";
import { readConfiguration } from "../node/files.js";
import { check } from "../node/index.js";
import { missingAccounts } from "../scenario/play.js";
import { ScenarioError, problemText } from "../scenario/problem.js";
import { readScenario } from "../scenario/read.js";
import { milliseconds } from "../scenario/times.js";
import { accountsOf } from "../scenario/accounts.js";
import { Progress } from "./progress.js";
import { diagnosticLines, diagnosticSummary } from "./render/diagnostic.js";
import { counted } from "./render/words.js";
import { refuse, seedOf } from "./simulate.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";
import { versionOfPackage } from "./version.js";

/** The memory of many phones at once has its price; more processors than this take shards. */
const MOST_THREADS = 16;

interface OutputOptions {
  readonly json?: true;
  readonly output?: readonly string[];
}

interface FleetOptions extends OutputOptions {
  readonly phones?: number;
  readonly scenario?: string;
  readonly seed?: number;
  readonly threads?: number;
  readonly startSpread?: number;
  readonly shard?: Shard;
  readonly cell?: number;
  readonly lenient?: true;
}

const help = `
FILE is a phone's configuration, as for "simulate"; the fleet has this phone N
times, each with a seed and an address of its own, and known to the servers as a
user of its own. Phones start at random before anything changes. A server of the scenario with a "capacity"
answers so many REGISTERs a second: beyond that requests wait, and beyond that
they are dropped or turned away. docs/fleet.md says how that is reckoned.

Written are a table, or with --json everything as one object: how long the
50th, 95th, 99th percentile and the last phone were without service, the storms
of REGISTERs on failover and failback, and what came to each server.
-o FILE.html writes a picture, -o FILE.json what "fleet merge" reads.

On several machines each plays a shard, and "fleet merge" puts them together: the
result is the same as of one. docs/fleet/ has jobs for Slurm and Kubernetes.

Exit status: 0 it was played, 1 the files have errors, 2 bad usage.

Examples:
  sip-failover fleet phone.cfg --phones 10000 --scenario outage.yaml -o out.html
  sip-failover fleet phone.cfg --phones 10000 --scenario outage.yaml \\
    --shard 1/4 -o shard-1.json
  sip-failover fleet merge shard-*.json -o out.html`;

const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Write a whole number from ${String(least)} to ${String(most)}.`);
  };

const MOST_SHARDS = 100_000;

/** Reads `--shard K/N`. */
const shardOf = (text: string): Shard => {
  const [, number, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (number === undefined || of === undefined || of < 1 || of > MOST_SHARDS) {
    throw new InvalidArgumentError("Write which shard and of how many, as 1/4.");
  }
  if (number < 1 || number > of) {
    throw new InvalidArgumentError(
      `Of ${String(of)} shards the first is 1/${String(of)}, the last ${String(of)}/${String(of)}.`,
    );
  }
  return { number, of };
};

const lengthOf = (text: string): number => {
  if (/^\s*(\d+(\.\d+)?\s*(ms|s|min|h|d)\s*)+$/.test(text)) return milliseconds(text);
  if (/^\d+(\.\d+)?$/.test(text)) return milliseconds(Number(text));
  throw new InvalidArgumentError("Write a length of time, as 30min, 1h or seconds.");
};

const outputOf = (name: string, before: readonly string[] = []): string[] => {
  if (!/^\.(html?|json)$/i.test(extname(name))) {
    throw new InvalidArgumentError("Write a name that ends in .html or .json.");
  }
  return [...before, name];
};

const isPicture = (name: string): boolean => /^\.html?$/i.test(extname(name));

const writeOutput = (name: string, text: string): void => {
  try {
    writeFileSync(name, text);
  } catch (error) {
    throw new Error(`${name} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
};

/** Writes what came of a whole fleet: to standard output first, which cannot fail. */
const showWhole = (part: Part, { json, output = [] }: OutputOptions, terminal: Terminal): void => {
  const report = reportOf(part);
  const lines = json === true ? [JSON.stringify(report)] : reportLines(report, terminal.paint);
  for (const line of lines) writeLine(terminal.out, line);
  for (const name of output) writeOutput(name, isPicture(name) ? htmlDocument(report) : partText(part));
};

/** Writes what came of a shard, to standard output where no file is named. */
const showShard = (part: Part, { output = [] }: OutputOptions, terminal: Terminal): void => {
  const text = partText(part);
  if (output.length === 0) terminal.out.write(text);
  for (const name of output) writeOutput(name, text);
};

const show = (part: Part, options: OutputOptions, terminal: Terminal): void => {
  // A reader that has gone away is told of by an event, which nobody has to act on.
  terminal.out.on("error", () => undefined);
  (part.shard === undefined ? showWhole : showShard)(part, options, terminal);
};

const jobOf = (paths: readonly string[], options: FleetOptions): Job => {
  const { phones = 0, scenario: file = "" } = options;
  const scenario = readScenario(file);
  const { files } = readConfiguration(paths);
  const missing = missingAccounts(scenario, accountsOf(files));
  if (missing.length > 0) throw new ScenarioError(missing);
  const { seed = scenario.seed, startSpread: spread = usualSpread(scenario), cell = USUAL_CELL } = options;
  if (spread > scenario.duration) throw new Error("--start-spread is longer than the scenario.");
  return { files, scenario, phones, seed, spread, cell };
};

const play = async (job: Job, options: FleetOptions, terminal: Terminal): Promise<Part> => {
  const progress = new Progress(terminal);
  const { shard, threads = Math.min(availableParallelism(), MOST_THREADS) } = options;
  try {
    const tally = await playShard(job, shard ?? { number: 1, of: 1 }, threads, (played, of) => {
      progress.show(counted(job.phones, "phone"), played / of);
    });
    return partOf(job, versionOfPackage(), shard, tally);
  } finally {
    progress.clear();
  }
};

/** Plays a fleet, or a shard of one: the exit status. */
export const fleet = async (
  paths: readonly string[],
  options: FleetOptions,
  terminal: Terminal,
): Promise<number> => {
  const { diagnostics, errors } = check({ files: paths });
  if (errors > 0 && options.lenient !== true) {
    for (const diagnostic of diagnostics) {
      for (const line of diagnosticLines(diagnostic, terminal.errorPaint)) writeLine(terminal.err, line);
    }
    const summary = diagnosticSummary(diagnostics);
    return refuse(terminal, `${summary}: nothing is played. --lenient plays it all the same.`);
  }
  try {
    show(await play(jobOf(paths, options), options, terminal), options, terminal);
    return 0;
  } catch (error) {
    if (error instanceof ScenarioError) return refuse(terminal, ...error.problems.map(problemText));
    throw error;
  }
};

/** Puts shards together: the exit status. */
export const merge = (paths: readonly string[], options: OutputOptions, terminal: Terminal): number => {
  const part = mergeParts(paths.map((path) => ({ path, part: readPart(path) })));
  show(part, options, terminal);
  return 0;
};

/** Adds the commands to the program; `done` takes the exit status. */
export const addFleet = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  const command = program
    .command("fleet")
    .summary("play a scenario with thousands of phones: storms, capacities, time without service")
    .description("Plays a scenario with many phones of one kind, against servers that can take only so much.")
    .argument("<FILE...>", "configuration files and boot files")
    .option("--scenario <FILE>", "what happens, in YAML; needed")
    .option("--phones <N>", "how many; needed", whole(1, MOST_PHONES))
    .option("--seed <N>", "instead of the scenario's seed", seedOf)
    .option(
      "--start-spread <LENGTH>",
      "within which time they start; default: before anything changes",
      lengthOf,
    )
    .option("--threads <N>", "default: as many as there are processors", whole(1, MOST_THREADS))
    .option("--shard <K/N>", "play only this part of the fleet", shardOf)
    .option("--cell <N>", "phones that share the servers' queues; default: 500", whole(1, MOST_AT_ONCE))
    .option("--json", "write everything as one JSON object")
    .option(
      "-o, --output <FILE>",
      'a picture (.html), or what "merge" reads (.json); may be repeated',
      outputOf,
    )
    .option("--lenient", "play in spite of errors in the configuration")
    .addHelpText("after", help)
    .action(async (files: string[], options: FleetOptions) => {
      for (const needed of ["scenario", "phones"] as const) {
        if (options[needed] === undefined) command.error(`error: --${needed} is missing`);
      }
      if (options.shard !== undefined && options.output?.some(isPicture) === true) {
        command.error("error: a picture needs the whole fleet: write a shard to a .json file");
      }
      done(await fleet(files, options, terminal));
    });
  command
    .command("merge")
    .summary("put the shards of a fleet together")
    .argument("<FILE...>", "what all shards have written")
    .description('Puts what "fleet --shard" has written together: the same result as of one machine.')
    .action((files: string[], _: unknown, self: Command) => {
      done(merge(files, self.optsWithGlobals<OutputOptions>(), terminal));
    });
};
