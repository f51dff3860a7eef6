/** The same inputs, given to the core wherever it is held, make it do the same, octet for octet. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { buildProfile } from "../../scripts/profiles/build.js";
import { courses } from "../replay/courses.js";
import { firstDifference } from "../replay/difference.js";
import { DRAIN, encode, exportNames } from "../replay/format.js";
import { buildNativePlayer, buildPlayer, buildWasmtimeReplay, play, recordings } from "../replay/players.js";
import type { Player } from "../replay/players.js";
import { asWritten, playInV8 } from "../replay/v8.js";
import type { PlayedInV8 } from "../replay/v8.js";
import { coreModule } from "./wasmtime-modules.js";

const made = courses().map((course) => ({ ...course, played: playInV8(coreModule, course.steps) }));

const pathOf = (name: string): string => join(recordings, `${name}.replay`);

/** The courses played in V8, to the core as wasm2c is given it: by their names. */
const forWasm2c = new Map<string, PlayedInV8>();

before(async () => {
  mkdirSync(recordings, { recursive: true });
  for (const { name, steps } of made) writeFileSync(pathOf(name), encode(steps));
  const { module } = await buildProfile("default");
  for (const { name, steps } of made) forWasm2c.set(name, playInV8(module, steps));
});

const playedForWasm2c = (name: string): PlayedInV8 => forWasm2c.get(name) ?? assert.fail(name);

describe("courses worth playing again", () => {
  it("have long lists of inputs of every kind", () => {
    const steps = made.flatMap((course) => course.steps);
    assert.ok(steps.length > 50_000, String(steps.length));
    const kinds = new Set(steps.map(({ kind }) => kind));
    const untouched = exportNames.filter((_, kind) => !kinds.has(kind));
    // The player asks for these; what is due is asked for by DRAIN.
    const byPlayer = ["contract_version", "input", "input_size", "next_action", "next_deadline"];
    assert.deepEqual(
      untouched.filter((name) => !byPlayer.includes(name)),
      [],
    );
    assert.ok(kinds.has(DRAIN));
  });

  it("are complete: played in V8, they leave the memory that the simulated phone left", () => {
    for (const { name, played, memory } of made) {
      if (memory !== undefined) assert.equal(Buffer.compare(played.memory, memory), 0, name);
    }
  });
});

describe("the core that wasm2c is given, in V8", () => {
  for (const { name, steps, played } of made) {
    it(`does as the core that is loaded does: ${name}`, () => {
      const results = Buffer.concat(playedForWasm2c(name).results);
      assert.equal(firstDifference(steps, played.results, results), undefined);
    });
  }
});

describe("wasmtime", () => {
  let player: Player;
  before(() => {
    player = buildWasmtimeReplay(coreModule, made[0]?.played.memory.length ?? 0);
  });
  for (const { name, steps, played } of made) {
    it(`does as V8 does, and leaves the same memory: ${name}`, async () => {
      const expected = asWritten(played, player.memory);
      assert.equal(firstDifference(steps, expected, await play(player, pathOf(name))), undefined);
    });
  }
});

for (const target of ["x86-64", "armv7", "aarch64"] as const) {
  describe(`wasm2c on ${target}`, () => {
    let player: Player;
    before(async () => {
      player = await buildPlayer(target);
    });
    for (const { name, steps } of made) {
      it(`does as V8 does, and leaves the same memory: ${name}`, async () => {
        const expected = asWritten(playedForWasm2c(name), player.memory);
        assert.equal(firstDifference(steps, expected, await play(player, pathOf(name))), undefined);
      });
    }
  });
}

describe("the native host's own build, which is made for speed", () => {
  let player: Player;
  before(() => {
    player = buildNativePlayer();
  });
  for (const { name, steps, played } of made) {
    it(`does as V8 does: ${name}`, async () => {
      const results = (await play(player, pathOf(name))).subarray(0, -4 - player.memory);
      assert.equal(firstDifference(steps, played.results, results), undefined);
    });
  }
});

describe("a difference", () => {
  const [{ steps, played } = assert.fail("there is no course")] = made;
  const expected = asWritten(played, played.memory.length);
  const whole = Buffer.concat(expected);

  it("is shown with its step and what came before", () => {
    const index = expected.findIndex((octets) => octets.includes("REGISTER sip:"));
    const at = Buffer.concat(expected.slice(0, index)).length;
    const other = Buffer.from(whole);
    other.write("REGISTRY sip:", at + (expected[index]?.indexOf("REGISTER sip:") ?? 0));
    const told = firstDifference(steps, expected, other) ?? "";
    assert.match(told, new RegExp(`#${String(index)} next_action\\(\\d+\\)\n  line \\d+ of \\d+\n`));
    assert.match(told, /expected: send \d+ "REGISTER sip:[^]*actual: {3}send \d+ "REGISTRY sip:/);
  });

  it("is found in an answer, in a missing action, and in the memory", () => {
    const other = Buffer.from(whole);
    other.writeBigInt64LE(-6n, 0);
    assert.match(
      firstDifference(steps, expected, other) ?? "",
      /expected: answer 0\n {2}actual: {3}answer -6$/,
    );
    const index = expected.findIndex((octets) => octets.length > 100);
    const at = Buffer.concat(expected.slice(0, index)).length;
    const size = whole.readUInt16LE(at + 2);
    const lacking = Buffer.concat([whole.subarray(0, at), whole.subarray(at + size)]);
    assert.match(firstDifference(steps, expected, lacking) ?? "", /line 1 of \d+/);
    const last = Buffer.from(whole);
    last.writeUInt8((last.at(-1) ?? 0) ^ 1, last.length - 1);
    const place = new RegExp(`^the memory differs at ${String(played.memory.length - 1)}: `);
    assert.match(firstDifference(steps, expected, last) ?? "", place);
    assert.match(firstDifference(steps, expected, whole.subarray(0, 4)) ?? "", /nothing$/);
  });
});
