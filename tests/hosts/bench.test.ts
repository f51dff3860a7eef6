/** `npm run bench` measures all that it tells; how fast it is on a machine that does other things is not asked here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { holders, keysOf, messages, parsers, programs, tasks } from "../../scripts/bench/figures.js";
import type { Figures } from "../../scripts/bench/figures.js";
import { targetNames } from "../../scripts/device/targets.js";
import { root } from "./device-prefix.js";

let folder = "";
let figures: Figures;
let printed = "";

before(() => {
  folder = mkdtempSync(join(tmpdir(), "sip-failover-bench-"));
  const output = join(folder, "bench.json");
  const words = [join(root, "build/js/scripts/bench/index.js"), "--quick", "--output", output];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  printed = stdout;
  figures = JSON.parse(readFileSync(output, "utf8")) as Figures;
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** Throws where one of the keys has no number above 0. */
const assertAll = (what: string, keys: readonly string[], values: Readonly<Record<string, number>>): void => {
  assert.deepEqual(Object.keys(values).sort(), [...keys].sort(), what);
  for (const key of keys) assert.ok((values[key] ?? 0) > 0, `${what}: ${key} is ${String(values[key])}`);
};

describe("the bench", () => {
  it("tells the time of each task, wherever the core is held", () => {
    for (const holder of holders) {
      // A few pieces of a work may take less than the clock can tell, but not all of them.
      assert.deepEqual(Object.keys(figures.times[holder]).sort(), keysOf(tasks).sort(), holder);
      assert.ok(figures.times[holder].register > 0, holder);
      assert.ok(figures.times[holder].invite > 0, holder);
    }
  });

  it("tells the instructions of each task", () => {
    assertAll("instructions", keysOf(tasks), figures.instructions);
    assert.equal(figures.instructions.repeated, figures.instructions.response);
    assert.ok(figures.instructions.register > figures.instructions.response);
  });

  it("tells what each library takes to parse each message", () => {
    for (const parser of parsers) assertAll(parser, keysOf(messages), figures.parsing[parser]);
    assertAll("octets", keysOf(messages), figures.lengths);
    assert.equal(figures.lengths.options, 500);
  });

  it("tells what phones take of memory, and when they register", () => {
    for (const program of programs) assertAll(program, ["1", "16"], figures.resident[program]);
    assertAll("start", programs, figures.startUp);
  });

  it("tells the size of the modules and of each build for devices, with one account and with 16", () => {
    assert.equal(Object.values(figures.modules).length, 4);
    assert.ok(Object.values(figures.modules).every((octets) => octets > 10_000));
    const built = figures.devices.map(({ target, profile }) => `${target} ${profile}`).sort();
    const wanted = targetNames.flatMap((target) => [`${target} default`, `${target} small`]).sort();
    assert.deepEqual(built, wanted);
    for (const { target, text, ram } of figures.devices) assert.ok(text > 0 && ram > 0, target);
  });

  it("holds them against all bounds, and prints it all", () => {
    assert.equal(figures.bounds.length, 7);
    for (const { what, value, limit, met } of figures.bounds) {
      assert.ok(value > 0 && limit > 0, what);
      assert.equal(met, value <= limit, what);
      assert.ok(printed.includes(what), what);
    }
  });
});
