/**
 * Boots the firmware image in QEMU, its console on the terminal.
 * Usage: node build/js/scripts/firmware/run.js [options] FILE...
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { causeOf } from "../../host/node/files.js";
import { Trouble, runScript } from "../command.js";
import { boardWords, endWithBoard, macOf, onTerminal } from "./board.js";
import type { Forward } from "./board.js";
import { filesOfFolder, makeConfigurationDisk } from "./configuration-disk.js";
import type { Settings } from "./configuration-disk.js";
import { output } from "./paths.js";
import { RunningBoard } from "./running-board.js";

interface Options {
  readonly config: readonly string[];
  readonly add: readonly string[];
  readonly set: Settings;
  readonly dns: readonly string[];
  readonly forward: readonly Forward[];
  readonly tap?: string;
  readonly disk?: string;
  readonly mac?: string;
  readonly control?: true;
  readonly wire?: true;
  readonly lenient?: true;
}

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

function setting(value: string, settings: Settings): Settings {
  const [, key, text] = /^([a-z]+)=(.*)$/.exec(value) ?? [];
  if (key === undefined || text === undefined) throw new InvalidArgumentError("It is KEY=VALUE.");
  return { ...settings, [key]: text };
}

function forward(value: string, list: readonly Forward[]): Forward[] {
  const [, protocol, hostPort, guestPort] = /^(udp|tcp):(\d+):(\d+)$/.exec(value) ?? [];
  if (protocol === undefined) throw new InvalidArgumentError("It is udp:PORT:PORT or tcp:PORT:PORT.");
  return [
    ...list,
    { protocol: protocol as Forward["protocol"], hostPort: Number(hostPort), guestPort: Number(guestPort) },
  ];
}

const help = `
FILE is a phone's configuration, <MAC>.cfg. Several are read in order: a later
one wins. They come to the board on a disk of their own, with what --add names:
certificates, whole folders. Where nothing is named the board has no such disk.

The host's loopback addresses are 10.0.2.2 for the board. --set writes a setting
of the system, such as address=10.0.2.15/24; shared/settings.sh has them all.

At the console, Enter brings a shell; "poweroff" ends the board in good order,
Ctrl-C at once. "update URL SHA256" boots another root on trial.`;

const parse = (): { files: readonly string[]; options: Options } => {
  const program = new Command("npm run firmware --")
    .description("Boots the firmware image in QEMU.")
    // What an option means that stands alone is in its description.
    .configureHelp({ optionDescription: ({ description }) => description })
    .argument("[FILE...]", "configuration files")
    .option("--config <FILE>", "the same as FILE; can be given several times", collect, [])
    .option(
      "--add <PATH>",
      "put a file or a folder's content beside them; can be given several times",
      collect,
      [],
    )
    .option("--set <KEY=VALUE>", "a setting of the system; can be given several times", setting, {})
    .option("--dns <ADDR:PORT>", "a DNS server of the phone's; can be given several times", collect, [])
    .option(
      "--forward <udp|tcp:PORT:PORT>",
      "a port of this machine's loopback to one of the board",
      forward,
      [],
    )
    .option("--tap <NAME>", "a tap device of this machine instead of QEMU's user network")
    .option("--mac <ADDRESS>", "the board's address (that of the FILE's name)")
    .option("--disk <FILE>", "keep what is written to the disk here; otherwise it is forgotten")
    .option("--lenient", "start in spite of errors in the configuration")
    .option("--control", "lead the phone by standard input and output; the console goes to standard error")
    .option("--wire", "... and write what is sent and received")
    .addHelpText("after", help)
    .parse();
  return { files: program.args, options: program.opts() };
};

/** Something of a file or a folder that the user has named. Throws `Trouble` where it cannot be read. */
function read<Content>(path: string, reading: (path: string) => Content): Content {
  try {
    return reading(path);
  } catch (error) {
    throw new Trouble(`${path} cannot be read: ${causeOf(error)}`);
  }
}

const octetsOf = (file: string): Map<string, Uint8Array> => new Map([[basename(file), readFileSync(file)]]);

const contentOf = (path: string): Map<string, Uint8Array> =>
  statSync(path).isDirectory() ? filesOfFolder(path) : octetsOf(path);

/** What lies on the configuration disk. The settings name the files, as they may have any names. */
function configurationOf(files: readonly string[], options: Options): [Map<string, Uint8Array>, Settings] {
  const onDisk = new Map([
    ...files.flatMap((file) => [...read(file, octetsOf)]),
    ...options.add.flatMap((path) => [...read(path, contentOf)]),
  ]);
  const yes = (key: "control" | "wire" | "lenient"): Settings =>
    options[key] === true ? { [key]: "yes" } : {};
  const names = files.map((file) => basename(file));
  if (new Set(names).size < names.length) throw new Trouble("Two configuration files have the same name.");
  return [
    onDisk,
    {
      ...(names.length > 0 ? { files: names.join(" ") } : {}),
      ...(options.dns.length > 0 ? { dns: options.dns.join(" ") } : {}),
      ...yes("control"),
      ...yes("wire"),
      ...yes("lenient"),
      ...options.set,
    },
  ];
}

await runScript(async () => {
  const { files: words, options } = parse();
  const files = [...options.config, ...words];
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-firmware-"));
  try {
    let configuration: string | undefined;
    if (files.length + options.add.length + Object.keys(options.set).length > 0) {
      configuration = join(folder, "config.img");
      makeConfigurationDisk(...configurationOf(files, options), configuration);
    }
    const board = {
      image: output,
      configuration,
      mac: options.mac ?? files.map((file) => macOf(basename(file))).find((mac) => mac !== undefined),
      disk: options.disk,
      forwards: options.forward,
      tap: options.tap,
    };
    if (options.control === true) {
      const running = await RunningBoard.start({ ...board, control: true });
      endWithBoard(() => void running.cut());
      running.onConsole((text) => process.stderr.write(text));
      running.control.output.pipe(process.stdout);
      process.stdin.pipe(running.control.input);
      process.exitCode = (await running.ended) ?? 1;
    } else {
      process.exitCode = await onTerminal(boardWords({ ...board, console: "stdio" }));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
