/** What wasm2c.cmake makes of accesses to memory stays within it, at every width and on every kind of machine. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { command, requireTools } from "../../scripts/command.js";
import { native } from "../../scripts/device/build.js";
import { targetOf } from "../../scripts/device/targets.js";
import type { Target, TargetName } from "../../scripts/device/targets.js";
import { root, runFor } from "./device-prefix.js";

/** Octets: less than a page of WebAssembly, and no round number. */
const MEMORY = 1004;

let folder = "";
before(() => {
  requireTools("Compiling a module", { wat2wasm: "wabt", wasm2c: "wabt", cmake: "cmake" });
  folder = mkdtempSync(join(tmpdir(), "sip-failover-bounds-"));
  const module = join(folder, "bounds.wasm");
  command("wat2wasm", [join(root, "tests", "native", "bounds.wat"), "-o", module]);
  command("cmake", [
    ...["-D", "WASM2C=wasm2c", "-D", `MODULE=${module}`, "-D", "NAME=bounds_module"],
    ...["-D", `OUTPUT=${join(folder, "bounds_module.c")}`, "-P", join(native, "wasm2c.cmake")],
  ]);
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** Builds the program that reaches for memory; the words that are added make it another one. */
const built = (name: TargetName, level: string): string => {
  const { prefix, tools }: Target = targetOf(name);
  requireTools(`A program for ${name}`, tools);
  const runtime = join(native, "runtime");
  const program = join(folder, `${name}${level}`);
  const common = [
    "-std=c11",
    level,
    "-static",
    `-DSIP_FAILOVER_MEMORY=${String(MEMORY)}`,
    `-I${runtime}`,
    `-I${folder}`,
  ];
  const sources = [join(root, "tests", "native", "bounds.c"), join(runtime, "wasm-rt.c")];
  const module = join(folder, "bounds_module.c");
  command(`${prefix}gcc`, [...common, "-Wno-unused", module, ...sources, "-o", program]);
  return program;
};

for (const name of ["x86-64", "armv7", "aarch64"] as const) {
  describe(`memory on ${name}`, () => {
    for (const level of ["-Os", "-O2"]) {
      it(`is left to no access by a single octet, compiled with ${level}`, () => {
        assert.match(runFor(name, built(name, level)), /^\d{4,} accesses, 0 wrong\n$/);
      });
    }
  });
}
