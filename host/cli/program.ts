import { Command, CommanderError } from "commander";
import { addCheck } from "./check.js";
import { addDemo } from "./demo/command.js";
import { addExplain } from "./explain.js";
import { addFleet } from "./fleet.js";
import { addRun } from "./run.js";
import { addSimulate } from "./simulate.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";
import { addTimeline } from "./timeline.js";
import { versionOfPackage } from "./version.js";

const GOOD = 0;
const NO = 1;
const BAD_USAGE = 2;

const help = `
Exit status: 0 good, 1 the answer is no (errors in the file, a request failed),
2 bad usage. "sip-failover help COMMAND" tells more of a command.
Start with "sip-failover demo".`;

/** The program with its commands; `done` takes the exit status of the one that was run. */
export const createProgram = (terminal: Terminal, done: (status: number) => void): Command => {
  const program = new Command("sip-failover")
    .description("Keeps a SIP phone reachable when its servers fail.")
    .version(versionOfPackage(), "-V, --version", "write the version")
    .helpOption("-h, --help", "write this help")
    .helpCommand("help [COMMAND]", "write the help of a command")
    .addHelpText("after", help)
    .showHelpAfterError('("--help" tells more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.out.write(text);
      },
      writeErr: (text) => {
        terminal.err.write(text);
      },
      outputError: (text, write) => {
        write(terminal.errorPaint.red(text));
      },
    });
  // Commands take over the settings of the program that they are added to.
  addRun(program, terminal, done);
  addCheck(program, terminal, done);
  addTimeline(program, terminal, done);
  addExplain(program, terminal, done);
  addSimulate(program, terminal, done);
  addFleet(program, terminal, done);
  addDemo(program, terminal, done);
  return program;
};

/** Runs the program on the words of a command line, without those of Node itself: the exit status. */
export const runProgram = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  let status = GOOD;
  const program = createProgram(terminal, (answer) => {
    status = answer;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return status;
  } catch (error) {
    // Help and version that were asked for end commander with 0; everything else that it ends is bad usage.
    if (error instanceof CommanderError) return error.exitCode === 0 ? GOOD : BAD_USAGE;
    const message = error instanceof Error ? error.message : String(error);
    writeLine(terminal.err, terminal.errorPaint.red(`sip-failover: ${message}`));
    return NO;
  }
};
