#!/usr/bin/env node
import { runProgram } from "./program.js";
import { processTerminal } from "./terminal.js";

const terminal = processTerminal();

// A reader that has seen enough, such as "head", is no error; commands that go on for long listen too, and stop.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.stderr.on("error", () => undefined);

process.exitCode = await runProgram(process.argv.slice(2), terminal);
