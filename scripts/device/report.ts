/** What the library takes of flash and of RAM, on each target and with each profile. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { columns, grouped } from "../columns.js";
import type { ProfileReport } from "../profiles/build.js";
import type { DeviceBuild } from "./build.js";
import { sizesOf } from "./sizes.js";
import type { Sizes } from "./sizes.js";
import { deepestStack } from "./stack.js";
import { targetOf } from "./targets.js";
import type { TargetName } from "./targets.js";

/** Octets. */
export interface DeviceSize extends Sizes {
  readonly target: TargetName;
  readonly profile: string;
  readonly accounts: number;
  /** Code and constants of the core alone, as wasm2c and the compiler make them of the module. */
  readonly core: number;
  /** Linear memory of the core, which is part of bss. */
  readonly memory: number;
  /** The most stack that a call takes. */
  readonly stack: number;
  /** All of it: data, bss and stack. */
  readonly ram: number;
}

/** NAPTR records that a lookup follows one after the other (assembly/dns/walk.ts): nothing else recurs as often. */
const ROUNDS = 8;

const filesBelow = (folder: string, end: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));

/** Measures a library that is built. */
export function measureDevice({ target, profile, memory, prefix, work }: DeviceBuild): DeviceSize {
  const { prefix: tools } = targetOf(target);
  const sizes = sizesOf(join(prefix, "lib", "libsipfailover.a"), tools);
  const objects = join(work, "CMakeFiles", "sipfailover.dir");
  const [module = ""] = [".o", ".obj"].flatMap((end) => filesBelow(objects, `sip_failover_module.c${end}`));
  const core = sizesOf(module, tools);
  const stack = deepestStack(filesBelow(objects, ".ci"), ROUNDS).octets;
  const { limits } = JSON.parse(
    readFileSync(join("build", "profiles", profile, "profile.json"), "utf8"),
  ) as ProfileReport;
  return {
    ...sizes,
    target,
    profile,
    accounts: limits["MAX_ACCOUNTS"] ?? 0,
    core: core.text + core.rodata,
    memory,
    stack,
    ram: sizes.data + sizes.bss + stack,
  };
}

/** The sizes as a table. */
export const sizeTable = (sizes: readonly DeviceSize[]): string =>
  columns(
    [
      ["target", "profile", "accounts", "text", "rodata", "data", "bss", "stack", "RAM", "core's code"],
      ...sizes.map((size) => [
        size.target,
        size.profile,
        String(size.accounts),
        ...[size.text, size.rodata, size.data, size.bss, size.stack, size.ram, size.core].map(grouped),
      ]),
    ],
    2,
  );

/** What a profile's memory is made of: its largest blocks, and the rest. */
export function memoryTable(profiles: readonly ProfileReport[], most: number): string {
  const octetsOf = ({ blocks }: ProfileReport, wanted: string): number =>
    blocks.reduce((sum, { name, octets }) => sum + (name === wanted ? octets : 0), 0);
  const largest = [...(profiles[0]?.blocks ?? [])].sort((a, b) => b.octets - a.octets).slice(0, most);
  const shown = largest.map(({ name }) => name);
  const rest = (profile: ProfileReport): number =>
    profile.memory - shown.reduce((sum, name) => sum + octetsOf(profile, name), 0);
  return columns(
    [
      ["memory of the core", "", ...profiles.map(({ profile }) => profile)],
      ...shown.map((name) => [name, "", ...profiles.map((profile) => grouped(octetsOf(profile, name)))]),
      ["everything else", "", ...profiles.map((profile) => grouped(rest(profile)))],
      ["all", "", ...profiles.map(({ memory }) => grouped(memory))],
    ],
    2,
  );
}
