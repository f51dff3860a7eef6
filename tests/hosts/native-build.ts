/** The programs that the tests of the native host run, built with AddressSanitizer and UndefinedBehaviorSanitizer. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildNative } from "../../scripts/native.js";

let folder: string | undefined;

/** A program of the build for tests; the build is brought up to date first. Throws a sentence where that cannot be done. */
export const nativeTestProgram = (name: string): string =>
  join((folder ??= buildNative("native-test")), name);

/** Their environment: what a sanitizer finds has an exit status of its own. */
export const nativeTestEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  ASAN_OPTIONS: "exitcode=99",
  UBSAN_OPTIONS: "exitcode=99:print_stacktrace=1",
};

/** Runs one to its end, with octets as its input: what it wrote. Throws what it said where it fails. */
export const runNativeTest = (name: string, words: readonly string[], input: Uint8Array): Buffer => {
  const { status, stdout, stderr } = spawnSync(nativeTestProgram(name), words, {
    input,
    maxBuffer: 1 << 28,
    env: nativeTestEnvironment,
  });
  if (status !== 0) throw new Error(`${name} failed (${String(status)}):\n${stderr.toString()}`);
  return stdout;
};
