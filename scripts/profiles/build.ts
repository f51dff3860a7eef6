/**
 * Builds the core of a profile for wasm2c: build/profiles/NAME/sip-failover.wasm, and beside it profile.json, which says
 * how much memory it uses and what for.
 * Usage: node build/js/scripts/profiles/build.js [--fast] [PROFILE…]
 * --fast makes build/profiles/NAME-fast, for machines that have room, and for wasmtime: twice the code, and faster.
 *
 * It is the same core as build/sip-failover.wasm, but leaves it to a compiler of C to find what code has in common: that
 * makes for less code in the end, and faster.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runScript } from "../command.js";
import { compile, hasten } from "../core.js";
import { locked } from "../lock.js";
import { MemoryMap } from "./memory.js";
import type { Block } from "./memory.js";
import { DEFAULT, readProfile, readerWith } from "./profile.js";
import type { Limits, Profile } from "./profile.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** What matters most: little code, or little time. */
export type Aim = "small" | "fast";

/** Targets of asconfig.json. */
const targetFor = { small: "device", fast: "native" } as const;

/** What profile.json says. */
export interface ProfileReport {
  readonly profile: string;
  /** Octets of linear memory that the module uses. */
  readonly memory: number;
  readonly limits: Limits;
  readonly blocks: readonly Block[];
  /** The hash of what the module was made of. */
  readonly stamp: string;
}

/** A core of a profile, built. */
export interface ProfileModule {
  readonly name: string;
  /** The path of the module. */
  readonly module: string;
  readonly report: ProfileReport;
}

/** What makes a module besides its profile: the core's sources, and this build. */
const SOURCES = [
  "assembly",
  "asconfig.json",
  "package-lock.json",
  ...["core.js", "layout.js", "literals.js", "wasm.js", "profiles"].map((name) =>
    join("build/js/scripts", name),
  ),
];

function* filesBelow(path: string): Generator<string> {
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesBelow(join(path, name));
}

function stampOf({ name, limits }: Profile, aim: Aim): string {
  const hash = createHash("sha256").update(JSON.stringify([name, limits, aim]));
  for (const file of SOURCES.flatMap((source) => [...filesBelow(source)])) {
    hash.update(`${file}\0`).update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.digest("hex");
}

const readReport = (file: string): ProfileReport | undefined =>
  existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ProfileReport) : undefined;

/** Writes a file as a whole: who reads it meanwhile sees the old one or the new one. */
function put(path: string, content: Uint8Array | string): void {
  const written = `${path}.${String(process.pid)}`;
  writeFileSync(written, content);
  renameSync(written, path);
}

/** Compiles the core of a profile: its module, and what lies in its memory. */
export async function compileProfile(
  { limits }: Profile,
  aim: Aim = "small",
): Promise<{ module: Uint8Array; memory: MemoryMap }> {
  const memory = new MemoryMap();
  const { module } = await compile(targetFor[aim], {
    transforms: [memory.transform],
    readFile: readerWith(limits),
  });
  return { module: aim === "fast" ? hasten(module) : module, memory };
}

/**
 * Builds the core of a profile unless it is there already.
 *
 * @param wanted `default`, a name of assembly/profiles, or the path of a product's own file
 * @throws Trouble where there is no such profile or it is out of order
 */
export async function buildProfile(wanted: string = DEFAULT, aim: Aim = "small"): Promise<ProfileModule> {
  const profile = readProfile(wanted);
  const folder = join(root, "build", "profiles", aim === "small" ? profile.name : `${profile.name}-${aim}`);
  return locked(folder, () => buildInto(folder, profile, aim));
}

async function buildInto(folder: string, profile: Profile, aim: Aim): Promise<ProfileModule> {
  const module = join(folder, "sip-failover.wasm");
  const reportFile = join(folder, "profile.json");
  const stamp = stampOf(profile, aim);
  const present = readReport(reportFile);
  if (present?.stamp === stamp && existsSync(module)) return { name: profile.name, module, report: present };
  const compiled = await compileProfile(profile, aim);
  const report: ProfileReport = {
    profile: profile.name,
    memory: compiled.memory.size,
    limits: profile.limits,
    blocks: compiled.memory.blocks,
    stamp,
  };
  mkdirSync(folder, { recursive: true });
  put(module, compiled.module);
  put(reportFile, `${JSON.stringify(report, undefined, 1)}\n`);
  return { name: profile.name, module, report };
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    const { values, positionals } = parseArgs({
      options: { fast: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    for (const name of positionals.length > 0 ? positionals : [DEFAULT]) {
      const { module, report } = await buildProfile(name, values.fast ? "fast" : "small");
      console.log(`built ${relative("", module)}: it uses ${String(report.memory)} octets of memory`);
    }
  });
}
