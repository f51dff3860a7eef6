/** The library as it is installed for a target, for tests that use it as a product does. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, requireTools } from "../../scripts/command.js";
import { buildDevice, native } from "../../scripts/device/build.js";
import type { DeviceBuild } from "../../scripts/device/build.js";
import { targetOf } from "../../scripts/device/targets.js";
import type { Target, TargetName } from "../../scripts/device/targets.js";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** What runs a target's programs here: nothing where they are this machine's own. Throws where it is missing. */
export const runnerOf = (name: TargetName): string[] => {
  const { runner }: Target = targetOf(name);
  if (runner === undefined) return [];
  const [program, inPackage] = runner;
  requireTools(`Running programs for ${name}`, { [program]: inPackage });
  return [program];
};

/** Runs a target's program to its end: what it wrote. Throws what it said where it fails. */
export const runFor = (name: TargetName, program: string, words: readonly string[] = []): string => {
  const [first = program, ...rest] = [...runnerOf(name), program, ...words];
  return command(first, rest).toString();
};

/** What CMake is told to build for a target. */
export const toolchainOf = (name: TargetName): string[] => {
  const { toolchain }: Target = targetOf(name);
  return toolchain === undefined ? [] : [`-DCMAKE_TOOLCHAIN_FILE=${join(native, "toolchains", toolchain)}`];
};

const built = new Map<TargetName, Promise<DeviceBuild>>();

/** The target's library, built first where it is stale. */
export const deviceOf = (name: TargetName): Promise<DeviceBuild> => {
  const found = built.get(name) ?? buildDevice(name);
  built.set(name, found);
  return found;
};
