import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import type { ConfigurationRecord } from "../abi/record.js";
import { readConfiguration } from "../node/files.js";
import { check } from "../node/index.js";
import { misfits } from "../scenario/fit.js";
import { Play } from "../scenario/play.js";
import { ScenarioError, problemText } from "../scenario/problem.js";
import { readScenario } from "../scenario/read.js";
import type { Summary } from "../scenario/summary.js";
import { instantText } from "../scenario/times.js";
import { Progress } from "./progress.js";
import { diagnosticLines, diagnosticSummary } from "./render/diagnostic.js";
import { SimulationCapture } from "./simulation-capture.js";
import { PeopleSimulationView, TraceView } from "./simulation-view.js";
import type { SimulationView } from "./simulation-view.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";
import { TraceFile } from "./trace-file.js";
import { versionOfPackage } from "./version.js";

interface SimulateOptions {
  readonly scenario: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly seed?: number;
  readonly pcap?: string;
  readonly output?: string;
  readonly lenient?: true;
}

const help = `
FILE is a phone's configuration, as for "run". The scenario says in YAML which
servers there are, what DNS answers, and what happens when: outages, changes of
DNS, a line that loses datagrams, calls. The core is the one of the phone; hours
take milliseconds, and the same seed gives the same course. DNS servers that the
configuration names are not asked: those of the scenario are.

docs/scenario.md tells of each key, docs/scenario.schema.json tells editors, and
annotated examples are in docs/scenarios/.

Written are a line per event, as "run" has them, and at the end what came of it:
how long each account was without service (no binding with a server that serves,
or the line cut), requests at each server, and each move with its rule. --json
writes a trace instead, with that as its last record; -o writes one to a file,
for "timeline".

Exit status: 0 it was played, 1 the configuration or the scenario has errors,
2 bad usage.

Examples:
  sip-failover simulate phone.cfg --scenario outage.yaml
  sip-failover simulate phone.cfg --scenario outage.yaml -o outage.ndjson
  sip-failover timeline outage.ndjson -o outage.html`;

/** Reads `--seed N`. */
export const seedOf = (text: string): number => {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(seed < 2 ** 32)) throw new InvalidArgumentError("Write a whole number from 0 to 4294967295.");
  return seed;
};

const outputFile = (name: string): string => {
  if (name !== "-") return name;
  throw new InvalidArgumentError("Write the name of a file; --json writes to standard output.");
};

/** Writes what is wrong to standard error: the exit status. */
export const refuse = (terminal: Terminal, ...sentences: readonly string[]): number => {
  for (const sentence of sentences) writeLine(terminal.err, terminal.errorPaint.red(sentence));
  return 1;
};

/** Lets what was written leave, and signals come. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Plays to the end, and tells how far it is. */
const playToEnd = async (play: Play, duration: number, progress: Progress | undefined): Promise<Summary> => {
  const course = play.course();
  for (let step = course.next(); ; step = course.next()) {
    if (step.done === true) {
      progress?.clear();
      return step.value;
    }
    progress?.show(`${instantText(play.now)} of ${instantText(duration)}`, step.value);
    await breathe();
  }
};

/** Writes what there is to say of a configuration to standard error. */
const tellDiagnostics = (diagnostics: readonly ConfigurationRecord[], terminal: Terminal): void => {
  for (const diagnostic of diagnostics) {
    for (const line of diagnosticLines(diagnostic, terminal.errorPaint)) writeLine(terminal.err, line);
  }
};

/** How it is shown on the terminal. */
const viewOf = (options: SimulateOptions, terminal: Terminal): SimulationView => {
  const { json, verbose = false, output } = options;
  if (json === true) return new TraceView(terminal.out, verbose);
  // Where the trace is in a file, the lines here would say the same.
  const quiet = options.quiet ?? (output !== undefined && !verbose);
  return new PeopleSimulationView(terminal, { verbose, quiet });
};

/** Plays files that are in order; throws a ScenarioError, or a sentence. */
const playFiles = async (
  paths: readonly string[],
  options: SimulateOptions,
  diagnostics: readonly ConfigurationRecord[],
  terminal: Terminal,
): Promise<void> => {
  const { seed, pcap, output } = options;
  const scenario = readScenario(options.scenario);
  const { files } = readConfiguration(paths);
  for (const misfit of misfits(scenario, files)) {
    writeLine(terminal.err, terminal.errorPaint.yellow(`${scenario.file}: warning: ${misfit}`));
  }
  const view = viewOf(options, terminal);
  const views = [view];
  const capture =
    pcap === undefined
      ? undefined
      : new SimulationCapture(pcap, (sentence) => {
          refuse(terminal, sentence);
        });
  let file: TraceFile | undefined;
  try {
    const play = new Play(scenario, {
      files,
      seed,
      lenient: true,
      tell: (record) => {
        for (const each of views) each.record(record);
      },
      tap: capture?.tap,
    });
    if (capture !== undefined) capture.now = () => play.now;
    if (output !== undefined) {
      file = new TraceFile(output);
      views.push(new TraceView(file, true));
    }
    for (const each of views) {
      each.begin(play.header(versionOfPackage()));
      for (const diagnostic of diagnostics) each.diagnostic(diagnostic);
    }
    const isScrolling = terminal.out.isTTY === true && !view.isQuiet;
    const summary = await playToEnd(
      play,
      scenario.duration,
      isScrolling ? undefined : new Progress(terminal),
    );
    for (const each of views) each.end(summary);
  } finally {
    file?.close();
    capture?.close();
  }
};

/** Plays a scenario with a phone: the exit status. */
export const simulate = async (
  paths: readonly string[],
  options: SimulateOptions,
  terminal: Terminal,
): Promise<number> => {
  const { diagnostics, errors } = check({ files: paths });
  if (errors > 0 && options.lenient !== true) {
    tellDiagnostics(diagnostics, terminal);
    const summary = diagnosticSummary(diagnostics);
    return refuse(terminal, `${summary}: nothing is played. --lenient plays it all the same.`);
  }
  // A reader that has gone away is told of by an event, which nobody has to act on.
  const ignored = (): void => undefined;
  terminal.out.on("error", ignored);
  try {
    await playFiles(paths, options, diagnostics, terminal);
    return 0;
  } catch (error) {
    if (error instanceof ScenarioError) return refuse(terminal, ...error.problems.map(problemText));
    throw error;
  } finally {
    terminal.out.off("error", ignored);
  }
};

/** Adds the command to the program; `done` takes its exit status. */
export const addSimulate = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("simulate")
    .summary("play a scenario of outages in simulated time: what the phone does, and what it costs")
    .description(
      "Plays a scenario with a phone in simulated time: scripted servers, DNS, lines and calls, a line per event, and " +
        "what came of it.",
    )
    .argument("<FILE...>", "configuration files and boot files")
    .requiredOption("--scenario <FILE>", "what happens, in YAML")
    .option("--json", "write a trace instead, one JSON object a line")
    .option(
      "-o, --output <FILE>",
      "write a trace with everything in it to a file, and here only what came of it",
      outputFile,
    )
    .option("--quiet", "write only what came of it")
    .option("--verbose", "with keep-alives, DNS, dropped packets and notes")
    .option("--seed <N>", "instead of the scenario's seed", seedOf)
    .option("--pcap <FILE>", "capture what goes over the phone's wire")
    .option("--lenient", "play in spite of errors in the configuration")
    .addHelpText("after", help)
    .action(async (files: string[], options: SimulateOptions) => {
      done(await simulate(files, options, terminal));
    });
};
