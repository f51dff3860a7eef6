/**
 * Builds the library for devices, and tells its size: build/device/TARGET/{lib,include,bin}.
 * Usage: node build/js/scripts/device/index.js [--profile PROFILE] [--lock] [TARGET…]
 * Without a target all are built, with one account and with 16, and build/device/sizes.json says how large they are. --profile takes other pools than the
 * target's own: `default`, a name of assembly/profiles, or a file; the prefix is build/device/TARGET-PROFILE then.
 * --lock settles the newest packages in host/native/packages.json, and builds nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { Trouble, runScript } from "../command.js";
import { newestPins } from "../debian.js";
import type { Pin } from "../debian.js";
import { buildProfile } from "../profiles/build.js";
import { buildDevice, devices, pinFile } from "./build.js";
import { measureDevice, memoryTable, sizeTable } from "./report.js";
import type { DeviceSize } from "./report.js";
import { targetNames, targetOf } from "./targets.js";
import type { TargetName } from "./targets.js";

/** Octets of code and constants of the core on ARMv7, at most. */
const CORE_LIMIT = 160 * 1024;
/** Octets of RAM with the profile `small`, at most. */
const SMALL_LIMIT = 96 * 1024;
/** Blocks of memory that are shown by name. */
const BLOCKS = 24;

const isTarget = (word: string): word is TargetName => (targetNames as readonly string[]).includes(word);

function settlePackages(): void {
  const pins = JSON.parse(readFileSync(pinFile, "utf8")) as Pin[];
  writeFileSync(pinFile, `${JSON.stringify(newestPins(pins), undefined, 2)}\n`);
}

/** Builds a target with a profile, and measures it. */
async function build(target: TargetName, profile: string, libraryOnly: boolean): Promise<DeviceSize> {
  const built = await buildDevice(target, { profile, libraryOnly });
  console.error(`built ${relative("", built.prefix)}`);
  return measureDevice(built);
}

function check(sizes: readonly DeviceSize[]): void {
  for (const { target, profile, core, ram } of sizes) {
    if (target === "armv7" && core > CORE_LIMIT) {
      throw new Trouble(
        `the core's code for ${target} has ${String(core)} octets: ${String(CORE_LIMIT)} at most`,
      );
    }
    if (profile === "small" && ram > SMALL_LIMIT) {
      throw new Trouble(
        `on ${target} the profile small takes ${String(ram)} octets: ${String(SMALL_LIMIT)} at most`,
      );
    }
  }
}

await runScript(async () => {
  const { values, positionals } = parseArgs({
    options: { profile: { type: "string" }, lock: { type: "boolean" } },
    allowPositionals: true,
  });
  if (values.lock === true) {
    settlePackages();
    return;
  }
  const unknown = positionals.find((word) => !isTarget(word));
  if (unknown !== undefined) throw new Trouble(`there is no target ${unknown}: ${targetNames.join(", ")}`);
  const wanted = positionals.length > 0 ? positionals.filter(isTarget) : targetNames;
  const sizes: DeviceSize[] = [];
  for (const target of wanted) {
    const { profile: own } = targetOf(target);
    const profiles = positionals.length > 0 ? [own] : ["default", "small"];
    for (const profile of values.profile === undefined ? profiles : [values.profile]) {
      // With other pools than its own a target is only measured, unless they were asked for.
      sizes.push(await build(target, profile, values.profile === undefined && profile !== own));
    }
  }
  const reports = [];
  for (const profile of new Set(sizes.map((size) => size.profile))) {
    reports.push((await buildProfile(values.profile ?? profile)).report);
  }
  console.log(`${sizeTable(sizes)}\n${memoryTable(reports, BLOCKS)}`);
  if (positionals.length === 0 && values.profile === undefined) {
    const memory = reports.map(({ profile, memory: octets, blocks }) => ({ profile, octets, blocks }));
    writeFileSync(join(devices, "sizes.json"), `${JSON.stringify({ sizes, memory }, undefined, 1)}\n`);
  }
  check(sizes);
});
