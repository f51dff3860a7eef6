import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { ConfigurationRecord } from "../abi/record.js";
import { check } from "../node/index.js";
import { diagnosticLines, diagnosticSummary } from "./render/diagnostic.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";

interface CheckOptions {
  readonly json?: true;
  readonly strict?: true;
}

/** The name of standard input on the command line. */
const STANDARD_INPUT = "-";

const help = `
The files are those of one phone and are read as it would read them, in order:
the common one first, a later file wins. A boot file, <MAC>.boot, stands for the
files that it lists. "-" reads standard input, after the files.

An error is something that the phone cannot use: the key keeps its default. A
warning is a line that does not do what it seems to. Keys that have nothing to
do with server redundancy are not looked at.

Exit status: 0 no errors; 1 errors, or warnings with --strict; 2 bad usage.`;

/** Diagnostics of the text that came by standard input get its usual name. */
const named = (diagnostic: ConfigurationRecord): ConfigurationRecord =>
  diagnostic.file === "(text)" ? { ...diagnostic, file: "(standard input)" } : diagnostic;

/** Checks the configuration of a phone: the exit status. */
export const checkFiles = async (
  paths: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<number> => {
  const files = paths.filter((path) => path !== STANDARD_INPUT);
  const input = files.length === paths.length ? undefined : await text(process.stdin);
  const { diagnostics, errors } = check({ files, text: input });
  if (options.json === true) {
    for (const diagnostic of diagnostics) writeLine(terminal.out, JSON.stringify(named(diagnostic)));
  } else {
    for (const diagnostic of diagnostics) {
      for (const line of diagnosticLines(named(diagnostic), terminal.paint)) writeLine(terminal.out, line);
    }
    writeLine(terminal.out, diagnosticSummary(diagnostics));
  }
  const warnings = diagnostics.some(({ level }) => level === "warning");
  return errors > 0 || (options.strict === true && warnings) ? 1 : 0;
};

/** Adds the command to the program; `done` takes its exit status. */
export const addCheck = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("check")
    .summary("say what is wrong with a phone's configuration")
    .description(
      "Says what is wrong with a phone's configuration: file:line:column: error|warning code: message.",
    )
    .argument("<FILE...>", 'configuration files and boot files; "-" for standard input')
    .option("--json", "write the diagnostics as records, one JSON object a line")
    .option("--strict", "exit with 1 for warnings too")
    .addHelpText("after", help)
    .action(async (files: string[], options: CheckOptions) => {
      done(await checkFiles(files, options, terminal));
    });
};
