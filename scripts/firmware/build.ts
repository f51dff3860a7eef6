/**
 * Builds the firmware image into build/firmware, from the program for ARMv7 and Debian's packages.
 * Usage: node build/js/scripts/firmware/build.js [--lock]
 * --lock settles the newest packages in host/firmware/linux/packages.json, and builds nothing.
 */
import { readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { Trouble, runScript } from "../command.js";
import { buildFirmware, settlePackages } from "./image.js";
import { checkout, imageFiles, output } from "./paths.js";

const KIBIBYTE = 1024;

function report(): void {
  for (const name of [imageFiles.kernel, imageFiles.initramfs, imageFiles.root, imageFiles.disk]) {
    const size = Math.ceil(statSync(join(output, name)).size / KIBIBYTE);
    console.error(`${String(size).padStart(6)} KiB  ${relative(checkout, join(output, name))}`);
  }
  const { packages } = JSON.parse(readFileSync(join(output, imageFiles.manifest), "utf8")) as {
    packages: readonly { name: string; version: string }[];
  };
  for (const { name, version } of packages) console.error(`from ${name} ${version}`);
}

await runScript(async () => {
  const words = process.argv.slice(2);
  if (words.length === 1 && words[0] === "--lock") {
    settlePackages();
    return;
  }
  if (words.length > 0) throw new Trouble("usage: node build/js/scripts/firmware/build.js [--lock]");
  await buildFirmware();
  report();
});
