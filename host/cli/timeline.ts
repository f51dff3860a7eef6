import { createReadStream, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { htmlDocument } from "../timeline/html.js";
import { Model } from "../timeline/model.js";
import { TraceError, readTrace } from "../timeline/read.js";
import type { TraceWarning } from "../timeline/read.js";
import { summaryOf } from "../timeline/summary.js";
import { svgDocument } from "../timeline/svg.js";
import type { Trace } from "../timeline/trace.js";
import { counted } from "./render/words.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";

const help = `
TRACE is what "run --json", "simulate --json" or "demo --json" wrote, with
--verbose for all of it; "-" is standard input. The kind of picture goes by the
name of FILE: .html is one page that needs nothing else, with zoom, details and
a list; .svg is a still picture for documents.

A line that is no record is left out, with a word on standard error; a trace
that is cut off is shown as far as it goes.

Exit status: 0 the picture is written, 1 it is not, 2 bad usage.

Examples:
  sip-failover run phone.cfg --json --verbose > trace.ndjson
  sip-failover timeline trace.ndjson -o trace.html
  sip-failover demo --json | sip-failover timeline - -o demo.svg`;

/** More warnings than this are counted. */
const MOST_WARNINGS = 5;
/** What is done sooner is done without a word. Milliseconds. */
const PATIENCE = 1000;

const documents: Readonly<Record<string, (model: Model) => string>> = {
  ".html": htmlDocument,
  ".htm": htmlDocument,
  ".svg": (model) => svgDocument(model),
};

/** Checks the name of the file to write. */
const outputFile = (name: string): string => {
  if (extname(name).toLowerCase() in documents) return name;
  throw new InvalidArgumentError("Write a name that ends in .html or .svg.");
};

/** How far the reading is, where that takes long; and what there is to say of the trace when it is read. */
class Reporter {
  readonly #terminal: Terminal;
  readonly #name: string;
  readonly #started = performance.now();
  readonly #warnings: TraceWarning[] = [];
  #count = 0;
  #hasProgress = false;

  constructor(terminal: Terminal, name: string) {
    this.#terminal = terminal;
    this.#name = name;
  }

  readonly warn = (warning: TraceWarning): void => {
    if (++this.#count <= MOST_WARNINGS) this.#warnings.push(warning);
  };

  readonly progress = (events: number): void => {
    const { err } = this.#terminal;
    if (err.isTTY !== true || performance.now() - this.#started < PATIENCE) return;
    err.write(`\r${this.#name}: ${counted(events, "event")} so far`);
    this.#hasProgress = true;
  };

  /** The reading is over: the progress gives way. */
  end(): void {
    if (this.#hasProgress) this.#terminal.err.write("\r\u001b[K");
  }

  /** Writes the first warnings, with their places in the trace, and how many more there are. */
  tell(): void {
    const { err, errorPaint } = this.#terminal;
    for (const { line, column, message } of this.#warnings) {
      const place = `${this.#name}:${String(line)}:${String(column)}`;
      writeLine(err, errorPaint.yellow(`${place}: warning: ${message}.`));
    }
    const more = this.#count - this.#warnings.length;
    if (more > 0) writeLine(err, `${this.#name}: ${counted(more, "warning")} more.`);
  }
}

/** Reads a trace; throws a TraceError, or what the file system says. */
const read = async (path: string, name: string, terminal: Terminal): Promise<Trace> => {
  const reporter = new Reporter(terminal, name);
  try {
    const stream = path === "-" ? process.stdin : createReadStream(path);
    const trace = await readTrace(stream as AsyncIterable<Uint8Array>, reporter);
    reporter.end();
    reporter.tell();
    return trace;
  } catch (error) {
    reporter.end();
    throw error;
  }
};

const problemOf = (error: unknown, name: string): string => {
  if (error instanceof TraceError) {
    const place = error.line === 0 ? name : `${name}:${String(error.line)}:${String(error.column)}`;
    return `${place}: ${error.message}`;
  }
  return `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
};

/** Draws a trace: the exit status. */
export const timeline = async (path: string, output: string, terminal: Terminal): Promise<number> => {
  const { err, errorPaint } = terminal;
  const fail = (sentence: string): number => {
    writeLine(err, errorPaint.red(sentence));
    return 1;
  };
  const name = path === "-" ? "standard input" : path;
  let trace: Trace;
  try {
    trace = await read(path, name, terminal);
  } catch (error) {
    return fail(problemOf(error, name));
  }
  trace.header = { title: path === "-" ? "Timeline" : basename(path), ...trace.header };
  const model = new Model(trace);
  const text = documents[extname(output).toLowerCase()]?.(model) ?? "";
  try {
    writeFileSync(output, text);
  } catch (error) {
    return fail(`${output} cannot be written: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (err.isTTY === true) writeLine(err, `${output}: ${summaryOf(model)}`);
  return 0;
};

/** Adds the command to the program; `done` takes its exit status. */
export const addTimeline = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("timeline")
    .summary("draw a trace: a lane per target, registrations, requests, outages, decisions and why")
    .description(
      "Draws a trace as a picture: a lane for each target, for DNS and for calls, registrations as bars, requests and " +
        "answers as signs, outages shaded, and each decision with its rule.",
    )
    .argument("<TRACE>", 'records, one JSON object a line; "-": standard input')
    .requiredOption("-o, --output <FILE>", "the picture to write, .html or .svg", outputFile)
    .addHelpText("after", help)
    .action(async (trace: string, { output }: { output: string }) => {
      done(await timeline(trace, output, terminal));
    });
};
