import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import asc from "assemblyscript/asc";
import { withFixedMemory } from "../../scripts/wasm.js";
import {
  allocatesNothing,
  hasFixedMemory,
  importsNothing,
  isStripped,
  keepsItsLimits,
  keepsStateInMemory,
  needsNoExtension,
  neverAsksForMemory,
} from "./invariants.js";
import type { Invariant } from "./invariants.js";

const MVP = ["bulk-memory", "sign-extension", "nontrapping-f2i", "mutable-globals"];

async function compile(source: string, options: object = {}): Promise<Uint8Array> {
  const { binary, error } = await asc.compileString(source, {
    runtime: "stub",
    optimizeLevel: 0,
    debug: true,
    use: ["abort="],
    disable: MVP,
    ...options,
  });
  assert.ok(binary, String(error));
  return binary;
}

interface Case {
  readonly invariant: Invariant;
  readonly holdsFor: readonly ("release" | "desktop" | "debug")[];
  /** A module for which it does not hold: its source, and what the compiler is told. */
  readonly broken: string;
  readonly options?: object;
}

const cases: Readonly<Record<string, Case>> = {
  "imports nothing": {
    invariant: importsNothing,
    holdsFor: ["release", "desktop", "debug"],
    broken: "declare function clock(): i64; export function now(): i64 { return clock(); }",
  },
  "keeps its state in memory": {
    invariant: keepsStateInMemory,
    holdsFor: ["release", "desktop", "debug"],
    broken: "let count = 0; export function next(): i32 { return ++count; }",
  },
  "has a memory that does not grow": {
    invariant: hasFixedMemory,
    holdsFor: ["release", "desktop", "debug"],
    broken: "export function nothing(): void {}",
    options: { initialMemory: 1, maximumMemory: 2 },
  },
  "never asks for memory": {
    invariant: neverAsksForMemory,
    holdsFor: ["release", "desktop", "debug"],
    broken: "export function more(): i32 { return memory.grow(1); }",
  },
  "needs no extension of WebAssembly 1.0": {
    invariant: needsNoExtension,
    holdsFor: ["release", "debug"],
    broken: "export function copy(to: usize, from: usize): void { memory.copy(to, from, 100); }",
    options: { disable: [] },
  },
  "allocates nothing": {
    invariant: allocatesNothing,
    holdsFor: ["debug"],
    broken:
      "class Pair { a: i32; b: i32; } export function pair(): usize { return changetype<usize>(new Pair()); }",
  },
  "holds nothing that only people read": {
    invariant: isStripped,
    holdsFor: ["release", "desktop"],
    broken: "export function nothing(): void {}",
  },
  "keeps its limits": {
    invariant: keepsItsLimits,
    holdsFor: ["release"],
    broken: "export function big(): usize { return memory.data(600_000); }",
  },
};

const built = {
  release: readFileSync("build/sip-failover.wasm"),
  desktop: readFileSync("build/sip-failover-desktop.wasm"),
  debug: readFileSync("build/debug/sip-failover.wasm"),
};

describe("the module of the core", () => {
  for (const [name, { invariant, holdsFor }] of Object.entries(cases)) {
    for (const build of holdsFor) {
      test(`${build}: ${name}`, () => {
        assert.equal(invariant(built[build]), undefined);
      });
    }
  }
});

describe("a module is found out that", () => {
  for (const [name, { invariant, broken, options }] of Object.entries(cases)) {
    test(`does not hold to: ${name}`, async () => {
      assert.notEqual(invariant(await compile(broken, options)), undefined);
    });
  }

  test("is larger than 64 KiB", () => {
    assert.notEqual(
      keepsItsLimits(new Uint8Array(Buffer.concat([built.release, Buffer.alloc(65_536)]))),
      undefined,
    );
  });
});

describe("a module of another making", () => {
  test("holds to all that applies", async () => {
    const module = withFixedMemory(
      await compile("export function sum(a: i32, b: i32): i32 { return a + b; }"),
    );
    const found = Object.values(cases).map(({ invariant }) =>
      invariant === isStripped ? undefined : invariant(module),
    );
    assert.deepEqual(new Set(found), new Set([undefined]));
  });
});
