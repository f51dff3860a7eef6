/** The player of recorded inputs, for each way to hold the core: the library that is shipped, or wasmtime. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, requireTools } from "../../scripts/command.js";
import { buildDevice } from "../../scripts/device/build.js";
import { targetOf } from "../../scripts/device/targets.js";
import type { TargetName } from "../../scripts/device/targets.js";
import { buildNative, fastModule } from "../../scripts/native.js";
import type { ProfileReport } from "../../scripts/profiles/build.js";
import { buildWasmtimePlayer } from "../../scripts/wasmtime.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const native = join(root, "host", "native");

/** Where recordings and players lie. */
export const recordings = join(root, "build", "replay");

/** A player that is built. */
export interface Player {
  /** The words that run it. */
  readonly words: readonly string[];
  /** Octets of linear memory that it writes at the end. */
  readonly memory: number;
}

const WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];

const SOURCES = ["player.c", "recording.c", "timing.c"];

/** Links the player with a library. It is replaced as a whole: another process may be running the old one. */
const link = (tools: string, name: string, library: string, options: readonly string[]): string => {
  mkdirSync(recordings, { recursive: true });
  const program = join(recordings, `replay-${name}`);
  const sources = SOURCES.map((file) => join(root, "tests", "replay", file));
  const includes = [native, join(root, "host", "abi", "generated")].map((path) => `-I${path}`);
  const language = ["-std=c11", "-D_POSIX_C_SOURCE=200809L", ...options];
  const linked = `${program}.${String(process.pid)}`;
  command(`${tools}gcc`, [...language, ...WARNINGS, ...includes, ...sources, library, "-o", linked]);
  renameSync(linked, program);
  return program;
};

/** Builds the player with the library for a target. */
export const buildPlayer = async (target: TargetName): Promise<Player> => {
  const { prefix: tools, runner } = targetOf(target);
  if (runner !== undefined) requireTools(`Playing inputs on ${target}`, { [runner[0]]: runner[1] });
  const { prefix, memory } = await buildDevice(target, {
    libraryOnly: true,
    folder: join(recordings, "device"),
  });
  const program = link(tools, target, join(prefix, "lib", "libsipfailover.a"), ["-Os", "-static"]);
  return { words: runner === undefined ? [program] : [runner[0], program], memory };
};

/** Builds the player with the library of the native host on this machine, which is made for speed. */
export const buildNativePlayer = (): Player => {
  const folder = buildNative("native");
  const profile = JSON.parse(readFileSync(join(fastModule, "..", "profile.json"), "utf8")) as ProfileReport;
  const program = link("", "native", join(folder, "libsipfailover.a"), ["-O2"]);
  return { words: [program], memory: profile.memory };
};

/** Builds the player whose core is held by wasmtime, of a module with so many octets of memory. */
export const buildWasmtimeReplay = (module: string, memory: number): Player => ({
  words: [buildWasmtimePlayer(), "--module", module],
  memory,
});

/** Plays a recording with a player: what it writes. Throws with what it says where it fails. */
export const play = ({ words: [program = "", ...words] }: Player, recording: string): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [...words, recording], { stdio: ["ignore", "pipe", "pipe"] });
    const written: Buffer[] = [];
    let said = "";
    child.stdout.on("data", (octets: Buffer) => written.push(octets));
    child.stderr.on("data", (octets: Buffer) => (said += octets.toString()));
    child.once("error", reject);
    child.once("close", (status) => {
      if (status === 0) resolve(Buffer.concat(written));
      else reject(new Error(`${program} ended with status ${String(status)}: ${said}`));
    });
  });
