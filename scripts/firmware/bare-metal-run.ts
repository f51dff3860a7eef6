/**
 * Boots the program without an operating system in QEMU; its records come to standard output.
 * Usage: node build/js/scripts/firmware/bare-metal-run.js [options] FILE
 */
import { basename, dirname } from "node:path";
import { Command } from "commander";
import { runScript } from "../command.js";
import { bareMetalWords } from "./bare-metal-board.js";
import { onTerminal } from "./board.js";

const help = `
The host's loopback addresses are 10.0.2.2 for the board. The line "stop" is an
orderly stop, Ctrl-C ends it at once.`;

const program = new Command("npm run bare-metal --")
  .description("Boots the phone for a Cortex-M4 in QEMU.")
  .argument("<FILE>", "its configuration")
  .option("--address <ADDRESS/PREFIX>", "the board's address (by DHCP)")
  .option("--gateway <ADDRESS>", "... and its gateway")
  .addHelpText("after", help)
  .parse();

await runScript(async () => {
  const [file = ""] = program.args;
  const options = program.opts<{ address?: string; gateway?: string }>();
  const words = bareMetalWords({ configuration: basename(file), ...options });
  process.exitCode = await onTerminal(words, dirname(file));
});
