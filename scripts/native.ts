/**
 * Builds the native host for this machine: the library libsipfailover.a and the program sip-failoverd, with the core
 * compiled in by wasm2c.
 * Usage: node build/js/scripts/native.js [--test]
 */
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { command, requireTools, runScript } from "./command.js";
import { lockedSync } from "./lock.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * What is built, below `build`: `native` is the product, made for speed; `native-test` has AddressSanitizer and
 * UndefinedBehaviorSanitizer, and a signal makes its core trap.
 */
const builds = {
  native: ["-DCMAKE_BUILD_TYPE=Release"],
  "native-test": ["-DSIP_FAILOVER_SANITIZE=ON", "-DSIP_FAILOVER_TEST_TRAP=ON", "-DSIP_FAILOVER_TESTS=ON"],
} as const;

export type NativeBuild = keyof typeof builds;

/** The module for this machine: what is compiled in, and what wasmtime loads. */
export const fastModule = join(root, "build", "profiles", "default-fast", "sip-failover.wasm");

/** Builds it where it is stale. */
export const buildFastModule = (): void => {
  command(process.execPath, [join(root, "build/js/scripts/profiles/build.js"), "--fast"], { cwd: root });
};

/**
 * Builds what is stale of one of the builds: the folder where it lies.
 *
 * @throws Trouble where a tool is missing or fails
 */
export const buildNative = (build: NativeBuild): string => {
  requireTools("the native host", { cmake: "cmake", make: "make", cc: "gcc", wasm2c: "wabt" });
  const folder = join(root, "build", build);
  buildFastModule();
  const core = [`-DSIP_FAILOVER_MODULE=${fastModule}`, "-DSIP_FAILOVER_MEMORY="];
  lockedSync(folder, () => {
    command("cmake", ["-S", join(root, "host/native"), "-B", folder, ...core, ...builds[build]]);
    command("cmake", ["--build", folder, "--parallel", String(availableParallelism())]);
  });
  return folder;
};

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(() => {
    const folder = buildNative(process.argv.includes("--test") ? "native-test" : "native");
    console.log(`built ${relative("", join(folder, "sip-failoverd"))}`);
  });
}
