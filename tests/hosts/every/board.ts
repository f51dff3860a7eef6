/*
 * A board with the firmware image that takes the command line of sip-failoverd, as if it were that program:
 * node board.js TAP ADDRESS GATEWAY PROGRAM --control --lenient --dns SERVER … -- FILE. The folder of FILE becomes its
 * configuration disk; TAP is the network device that its own hangs on.
 */
import { setPriority } from "node:os";
import { basename, dirname, join } from "node:path";
import { filesOfFolder, makeConfigurationDisk } from "../../../scripts/firmware/configuration-disk.js";
import { output } from "../../../scripts/firmware/paths.js";
import { RunningBoard } from "../../../scripts/firmware/running-board.js";

// A board takes all of a processor while it starts: whoever measures times beside it comes first.
setPriority(10);
const [, , tap = "", address = "", gateway = "", , ...words] = process.argv;
const file = words.at(-1) ?? "";
const dns = words.flatMap((word, index) => (words[index - 1] === "--dns" ? [word] : []));
const folder = dirname(file);
const files = filesOfFolder(folder);
// Whoever has made the folder removes it, and with it what a board leaves behind whose power is cut.
process.env["TMPDIR"] = folder;
const disk = join(folder, "configuration");
const settings = {
  files: basename(file),
  dns: dns.join(" "),
  lenient: "yes",
  control: "yes",
  address: `${address}/24`,
  gateway,
};
makeConfigurationDisk(files, settings, disk);
const board = await RunningBoard.start({ image: output, configuration: disk, control: true, tap });
// The end of our input is not the end of the port, by which the rest is still to come.
process.stdin.pipe(board.control.input, { end: false });
board.control.output.pipe(process.stdout);
const status = await board.ended;
if (status !== 0) console.error(board.transcript);
process.exitCode = status ?? 1;
