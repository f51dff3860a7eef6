/** QEMU's `virt` board with an image in it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Trouble, requireTools } from "../command.js";
import { imageFiles } from "./paths.js";

/** A port of the host's loopback that leads to one of the board. */
export interface Forward {
  readonly protocol: "udp" | "tcp";
  readonly hostPort: number;
  readonly guestPort: number;
}

export interface BoardOptions {
  /** The folder of the image. */
  readonly image: string;
  /** A disk that keeps what is written to it, made where there is none; otherwise all that is forgotten. */
  readonly disk?: string | undefined;
  /** The configuration disk's file. */
  readonly configuration?: string | undefined;
  /** Without one, QEMU's own. */
  readonly mac?: string | undefined;
  readonly forwards?: readonly Forward[];
  /** A tap device of the host's instead of QEMU's user network. */
  readonly tap?: string | undefined;
  /** Seconds that an update has to come up, `TRIAL_SECONDS` of the initramfs. */
  readonly trialSeconds?: number | undefined;
  /** QEMU's word for where the console goes: `stdio`, `unix:PATH`. */
  readonly console: string;
  /** And the port by which the phone is led. */
  readonly control?: string | undefined;
}

const EMULATOR = "qemu-system-arm";

/** A command that runs QEMU with a command line; it ends with the one who has started it, however that ends. */
export function emulation(words: readonly string[]): [name: string, words: readonly string[]] {
  requireTools("The board", { [EMULATOR]: "qemu-system-arm", setpriv: "util-linux" });
  return ["setpriv", ["--pdeathsig", "KILL", "--", EMULATOR, ...words]];
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Has a board switched off when this program is to end, which then ends with it and leaves nothing behind. */
export function endWithBoard(cut: () => void): void {
  for (const signal of SIGNALS) process.on(signal, cut);
}

/** Runs QEMU on our terminal, which it gives back as it was: its exit status. */
export async function onTerminal(words: readonly string[], cwd?: string): Promise<number> {
  const child = spawn(...emulation(words), { cwd, stdio: "inherit" });
  endWithBoard(() => child.kill());
  const [status] = (await once(child, "close")) as [number | null];
  return status ?? 1;
}

/** Octets of the board's memory, in QEMU's words. */
const MEMORY = "128";

/** Nobody asks the kernel for ciphers: without trying all of them it is there in two thirds of the time. */
const WITHOUT_TRIALS = "cryptomgr.notests";

/** The command line of QEMU. Throws `Trouble` where the image is missing. */
export function boardWords(options: BoardOptions): string[] {
  const { image, disk, configuration, mac, forwards = [], tap, trialSeconds, control } = options;
  const delivered = join(image, imageFiles.disk);
  if (!existsSync(delivered)) throw new Trouble("There is no image: npm run build:firmware");
  if (disk !== undefined && !existsSync(disk)) copyFileSync(delivered, disk);

  const kernelWords = ["console=ttyAMA0", "quiet", "panic=5", WITHOUT_TRIALS];
  if (trialSeconds !== undefined) kernelWords.push(`sip_failover.trial=${String(trialSeconds)}`);
  const network =
    tap === undefined
      ? ["user", "id=network", ...forwards.map(forwardWord)].join(",")
      : `tap,id=network,ifname=${tap},script=no,downscript=no`;
  const words = ["-M", "virt", "-cpu", "cortex-a7", "-m", MEMORY, "-display", "none", "-monitor", "none"];
  words.push("-kernel", join(image, imageFiles.kernel), "-initrd", join(image, imageFiles.initramfs));
  words.push("-append", kernelWords.join(" "));
  words.push(
    ...diskWords("firmware", disk ?? delivered, disk === undefined ? "snapshot=on" : "cache=writethrough"),
  );
  if (configuration !== undefined) words.push(...diskWords("config", configuration, "read-only=on"));
  words.push("-netdev", network);
  words.push(
    "-device",
    ["virtio-net-device", "netdev=network", ...(mac === undefined ? [] : [`mac=${mac}`])].join(),
  );
  words.push("-device", "virtio-rng-device");
  words.push("-chardev", `${options.console},id=console`, "-serial", "chardev:console");
  if (control !== undefined) {
    words.push("-chardev", `${control},id=control`, "-device", "virtio-serial-device");
    words.push("-device", "virtserialport,chardev=control,name=sip-failover");
  }
  return words;
}

const forwardWord = ({ protocol, hostPort, guestPort }: Forward): string =>
  `hostfwd=${protocol}:127.0.0.1:${String(hostPort)}-:${String(guestPort)}`;

/** A disk that the board knows by its serial number. */
const diskWords = (serial: string, file: string, how: string): string[] => [
  "-drive",
  // A comma in a name is doubled.
  `if=none,format=raw,id=${serial},${how},file=${file.replaceAll(",", ",,")}`,
  "-device",
  `virtio-blk-device,drive=${serial},serial=${serial}`,
];

/** The MAC address in a configuration file's name, as QEMU has it; `undefined`: there is none. */
export function macOf(name: string): string | undefined {
  const digits = /^([0-9a-f]{12})(?:-local)?\.(?:cfg|boot)$/i.exec(name)?.[1];
  return digits?.toLowerCase().match(/../g)?.join(":");
}
