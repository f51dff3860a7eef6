/**
 * Builds the program without an operating system, build/firmware/bare-metal/phone.elf, with the library for the
 * Cortex-M4.
 * Usage: node build/js/scripts/firmware/bare-metal.js [--lock]
 * --lock settles the newest sources of lwIP in host/firmware/bare-metal/packages.json, and builds nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Trouble, command, requireTools, runScript } from "../command.js";
import { newestPins, unpacked } from "../debian.js";
import type { Pin } from "../debian.js";
import { buildDevice, native } from "../device/build.js";
import { targets } from "../device/targets.js";
import { lockedSync } from "../lock.js";
import { bareMetalOutput, bareMetalProgram, bareMetalSources, checkout } from "./paths.js";

const TOOLS = {
  cmake: "cmake",
  make: "make",
  "arm-none-eabi-gcc": "gcc-arm-none-eabi libnewlib-arm-none-eabi",
};

const pinFile = join(bareMetalSources, "packages.json");

const pins = (): Pin[] => JSON.parse(readFileSync(pinFile, "utf8")) as Pin[];

/** Builds what is stale. Throws `Trouble` where a tool is missing. */
export async function buildBareMetal(): Promise<void> {
  requireTools("Building for the Cortex-M4", TOOLS);
  const [lwip] = pins().map(unpacked);
  if (lwip === undefined) throw new Trouble(`${relative(checkout, pinFile)} has no package.`);
  const { prefix } = await buildDevice("cortex-m4");
  const configuration = [
    ...["-S", bareMetalSources, "-B", bareMetalOutput],
    `-DCMAKE_TOOLCHAIN_FILE=${join(native, "toolchains", targets["cortex-m4"].toolchain)}`,
    `-DSipFailover_ROOT=${prefix}`,
    `-DLWIP_FOLDER=${lwip.folder}`,
  ];
  lockedSync(bareMetalOutput, () => {
    command("cmake", configuration);
    command("cmake", ["--build", bareMetalOutput]);
  });
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    if (process.argv[2] === "--lock") {
      writeFileSync(pinFile, `${JSON.stringify(newestPins(pins()), undefined, 2)}\n`);
      return;
    }
    await buildBareMetal();
    console.error(`built ${relative("", bareMetalProgram)}`);
    console.error(command("arm-none-eabi-size", [bareMetalProgram]).toString().trimEnd());
  });
}
