import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { Trouble, requireTools } from "../command.js";
import { newestPins, unpacked } from "../debian.js";
import type { Pin, Unpacked } from "../debian.js";
import { buildDevice } from "../device/build.js";
import { lockedSync } from "../lock.js";
import { deliveredDisk } from "./disk.js";
import { makeInitramfs } from "./initramfs.js";
import { checkout, imageFiles, output, sources } from "./paths.js";
import { makeRoot } from "./root.js";
import type { RootInputs } from "./root.js";

const TOOLS = { mksquashfs: "squashfs-tools", cpio: "cpio", gzip: "gzip" };

const pinFile = join(sources, "packages.json");

const pins = (): Pin[] => JSON.parse(readFileSync(pinFile, "utf8")) as Pin[];

/** Settles the newest packages that Debian offers. */
export function settlePackages(): void {
  writeFileSync(pinFile, `${JSON.stringify(newestPins(pins()), undefined, 2)}\n`);
}

/** The packages of the image, unpacked. */
export class ImagePackages {
  readonly all: readonly Unpacked[];

  constructor() {
    requireTools("Building the firmware image", TOOLS);
    this.all = pins().map(unpacked);
  }

  #folder(start: string): string {
    const found = this.all.find(({ package: name }) => name.startsWith(start));
    if (found === undefined) throw new Trouble(`${relative(checkout, pinFile)} has no package ${start}.`);
    return found.folder;
  }

  get kernel(): string {
    return this.#folder("linux-image");
  }

  get busybox(): string {
    return join(this.#folder("busybox-static"), "bin", "busybox");
  }

  get certificates(): string {
    return this.#folder("ca-certificates");
  }
}

/** What a root is made of, with the phone's program for ARMv7. */
export function rootInputs(packages: ImagePackages, program: string): RootInputs {
  const { version } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as { version: string };
  const terms = new Map(packages.all.map(({ package: name, folder }) => [name, folder]));
  return { busybox: packages.busybox, certificates: packages.certificates, program, version, terms };
}

const sha256Of = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Makes the image: kernel, initramfs, the root of a slot, the disk as it is delivered, and what all of it is made of. */
export function makeImage(folder: string, program: string): void {
  const packages = new ImagePackages();
  const inputs = rootInputs(packages, program);
  mkdirSync(folder, { recursive: true });
  const path = (name: keyof typeof imageFiles): string => join(folder, imageFiles[name]);
  const boot = join(packages.kernel, "boot");
  const kernel = readdirSync(boot).find((name) => name.startsWith("vmlinuz-"));
  if (kernel === undefined) throw new Trouble("The kernel's package has no kernel.");
  copyFileSync(join(boot, kernel), path("kernel"));
  makeInitramfs(packages.kernel, packages.busybox, path("initramfs"));
  makeRoot(inputs, path("root"));
  writeFileSync(path("disk"), deliveredDisk(readFileSync(path("root"))));
  const manifest = {
    version: inputs.version,
    packages: packages.all.map(({ package: name, architecture, version, sha256 }) => ({
      name,
      architecture,
      version,
      sha256,
    })),
    program: sha256Of(program),
    files: Object.fromEntries(
      (["kernel", "initramfs", "root", "disk"] as const).map((name) => [
        imageFiles[name],
        sha256Of(path(name)),
      ]),
    ),
  };
  writeFileSync(path("manifest"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

/** Makes the image in the folder of the build. A board that starts meanwhile finds the old files or the new ones, whole. */
function replaceImage(program: string): void {
  mkdirSync(output, { recursive: true });
  const made = mkdtempSync(join(output, "new-"));
  try {
    makeImage(made, program);
    for (const name of Object.values(imageFiles)) renameSync(join(made, name), join(output, name));
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** Builds the phone's program for the board and the image with it, in the folder of the build: the program. */
export async function buildFirmware(): Promise<string> {
  const { prefix } = await buildDevice("armv7");
  const program = join(prefix, "bin", "sip-failoverd");
  lockedSync(output, () => {
    replaceImage(program);
  });
  return program;
}
