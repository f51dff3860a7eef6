/** Recorded courses with damaged inputs at every step, in C and watched by AddressSanitizer. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { buildNative } from "../../scripts/native.js";
import { command } from "../../scripts/command.js";
import { courses } from "../replay/courses.js";
import { encode } from "../replay/format.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const folder = join(root, "build", "fuzz");
const program = join(folder, "fuzz");

/** More than any course has room for. */
const MOST = "1000000";

const made = courses().filter(({ name }) => name !== "misuse");

const pathOf = (name: string): string => join(folder, `${name}.replay`);

before(() => {
  const library = join(buildNative("native-test"), "libsipfailover.a");
  mkdirSync(folder, { recursive: true });
  for (const { name, steps } of made) writeFileSync(pathOf(name), encode(steps));
  const sources = ["fuzz.c", "recording.c"].map((name) => join(root, "tests", "replay", name));
  const includes = ["host/native", "host/abi/generated"].map((path) => `-I${join(root, path)}`);
  const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g", "-O1"];
  const warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];
  const words = ["-std=c11", ...sanitizers, ...warnings, ...includes, ...sources, library, "-o", program];
  command("gcc", words);
});

const fuzz = (
  course: string,
  seed: number,
  ...planted: readonly string[]
): { status: number | null; said: string; told: string } => {
  const words = [String(seed), MOST, pathOf(course), ...planted];
  const { status, stderr, stdout } = spawnSync(program, words, { encoding: "utf8" });
  return { status, said: stderr, told: stdout };
};

describe("damaged inputs", () => {
  for (const { name } of made) {
    for (const seed of [1, 2]) {
      it(`in a course of ${name}, seed ${String(seed)}: no octet is read or written that should not be`, () => {
        const { status, said, told } = fuzz(name, seed);
        assert.equal(status, 0, said);
        const { damaged } = JSON.parse(told) as { damaged: number };
        assert.ok(damaged > 10_000, told);
      });
    }
  }

  it("are the same with the same seed, and others with another", () => {
    const [one, again, other] = [7, 7, 8].map((seed) => fuzz("tls", seed).told);
    assert.equal(again, one);
    assert.notEqual(other, one);
  });
});

describe("the watch", () => {
  const [{ name } = assert.fail("there is no course")] = made;

  it("finds an octet that is read behind an input", () => {
    const { status, said } = fuzz(name, 1, "over-read");
    assert.notEqual(status, 0);
    assert.match(said, /AddressSanitizer: use-after-poison[^]*READ of size/);
  });

  it("finds an octet that is written behind the memory of the core", () => {
    const { status, said } = fuzz(name, 1, "over-write");
    assert.notEqual(status, 0);
    assert.match(said, /AddressSanitizer: global-buffer-overflow[^]*WRITE of size 1/);
  });
});
