/**
 * Builds the core three times: for devices, as small as it can be (asc compiles assembly/index.ts, binaryen finishes the
 * module, and a report by room says what its size is made of); for desktops, as fast as it can be and with the linter of
 * configurations; and for debugging. Fails where a limit of the design is passed.
 * Usage: node build/js/scripts/core.js
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import compilers from "assemblyscript/binaryen";
import binaryen from "binaryen";
import { recordsFirst } from "./layout.js";
import { WebAssembly } from "../host/abi/webassembly.js";
import { packLiterals } from "./literals.js";
import { packData } from "./pack.js";
import { shrink } from "./shrink/index.js";
import { MEMORY_LIMIT, MODULE_LIMIT, measure, report } from "./size.js";
import { withFixedMemory } from "./wasm.js";

const OPTIMIZE_LEVEL = 2;
const SHRINK_LEVEL = 2;
/** Below binaryen's default: a call of a function of up to three expressions is longer than the function. */
const ALWAYS_INLINE_SIZE = 4;
/** A function that is called from one place only is put there, however long it is. */
const UNLIMITED = -1;
/**
 * Made for speed, a function of so many expressions is put wherever it is called, and a longer one where it calls nothing
 * itself. Under wasmtime each function that is entered looks at the limit of the call's time.
 */
const INLINE_SIZE_FOR_SPEED = { always: 30, leaf: 200 } as const;
const LEVEL_FOR_SPEED = 3;

export interface Compiled {
  readonly module: Uint8Array;
  /** The same before asc optimised it: every function is still there, with its name. */
  readonly unoptimised: Uint8Array;
}

/** What a build does otherwise than asconfig.json says. */
export interface CompileOptions {
  readonly transforms?: readonly asc.Transform[];
  /** Reads a source in the place of asc; `null`: it is not there. */
  readonly readFile?: (name: string, folder: string) => string | null;
}

/** Compiles a target of asconfig.json. Throws where the compiler finds an error; it has then said which. */
export async function compile(
  target: "release" | "desktop" | "device" | "native" | "debug",
  { transforms = [], readFile }: CompileOptions = {},
): Promise<Compiled> {
  let module: Uint8Array | undefined;
  let unoptimised: Uint8Array | undefined;
  // asc asks no more of a transform than the method.
  const keepUnoptimised: unknown = {
    afterCompile(compiled: binaryen.Module): void {
      compilers.setDebugInfo(true);
      unoptimised = compiled.emitBinary();
    },
  };
  const { error } = await asc.main(["--config", "asconfig.json", "--target", target], {
    stdout: process.stderr,
    stderr: process.stderr,
    transforms: [recordsFirst, packLiterals, keepUnoptimised as asc.Transform, ...transforms],
    ...(readFile === undefined ? {} : { readFile }),
    writeFile(_name, contents) {
      if (typeof contents !== "string") module = contents;
    },
  });
  if (error !== null) throw error;
  if (module === undefined || unoptimised === undefined) throw new Error(`asc wrote no module for ${target}`);
  return { module: withFixedMemory(module), unoptimised: withFixedMemory(unoptimised) };
}

/**
 * Optimises a module for size and takes away what only people read. Throws where the result is not WebAssembly 1.0.
 */
export function finish(module: Uint8Array): Uint8Array {
  const shrunk = shrink(optimise(module, ["strip-debug"], UNLIMITED));
  const check = binaryen.readBinary(shrunk);
  try {
    check.setFeatures(binaryen.Features.MVP);
    if (check.validate() === 0) throw new Error("the module needs more than WebAssembly 1.0");
    return shrunk;
  } finally {
    check.dispose();
  }
}

/** Optimises a module for speed, whatever it grows to. Its features are those that every engine for desktops has. */
export function hasten(module: Uint8Array): Uint8Array {
  binaryen.setOptimizeLevel(LEVEL_FOR_SPEED);
  binaryen.setShrinkLevel(0);
  binaryen.setAlwaysInlineMaxSize(INLINE_SIZE_FOR_SPEED.always);
  binaryen.setFlexibleInlineMaxSize(INLINE_SIZE_FOR_SPEED.leaf);
  binaryen.setOneCallerInlineMaxSize(UNLIMITED);
  binaryen.setAllowInliningFunctionsWithLoops(true);
  binaryen.setLowMemoryUnused(true);
  binaryen.setZeroFilledMemory(true);
  binaryen.setDebugInfo(false);
  const { BulkMemory, MutableGlobals, NontrappingFPToInt, SignExt } = binaryen.Features;
  const work = binaryen.readBinary(module);
  try {
    work.setFeatures(BulkMemory | MutableGlobals | NontrappingFPToInt | SignExt);
    work.optimize();
    work.optimize();
    return work.emitBinary();
  } finally {
    work.dispose();
  }
}

/** With the functions' names, no function put into the only one that calls it, and none made of repeated code. */
export function finishForReport(module: Uint8Array): Uint8Array {
  return optimise(module, [], 0);
}

function optimise(module: Uint8Array, lastPasses: readonly string[], singleCallerSize: number): Uint8Array {
  binaryen.setOptimizeLevel(OPTIMIZE_LEVEL);
  binaryen.setShrinkLevel(SHRINK_LEVEL);
  binaryen.setAlwaysInlineMaxSize(ALWAYS_INLINE_SIZE);
  binaryen.setOneCallerInlineMaxSize(singleCallerSize);
  // asc puts nothing below the first KiB, and memory begins as zeros.
  binaryen.setLowMemoryUnused(true);
  binaryen.setZeroFilledMemory(true);
  binaryen.setDebugInfo(!lastPasses.includes("strip-debug"));
  const work = binaryen.readBinary(module);
  try {
    work.setFeatures(binaryen.Features.MVP);
    work.optimize();
    work.optimize();
    const { room, size } = inputArea(work.emitBinary());
    return emit(packData(work.emitText(), room, size), lastPasses);
  } finally {
    work.dispose();
  }
}

/** Where the module takes its input, as it says itself. */
function inputArea(module: Uint8Array): { room: number; size: number } {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module), {});
  const answer = (name: string): number => (exports[name] as () => number)();
  return { room: answer("input"), size: answer("input_size") };
}

/** The binary of an optimised module that is given as text. */
function emit(text: string, lastPasses: readonly string[]): Uint8Array {
  const work = binaryen.parseText(text);
  try {
    work.setFeatures(binaryen.Features.MVP);
    work.runPasses([
      "reorder-locals",
      ...lastPasses,
      // Last, for any other pass drops what these two found.
      "generate-stack-ir",
      "optimize-stack-ir",
    ]);
    return work.emitBinary();
  } finally {
    work.dispose();
  }
}

/** Writes a file as a whole: who reads it meanwhile sees the old one or the new one. */
function put(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

async function main(): Promise<void> {
  const release = await compile("release");
  const module = finish(release.module);
  const size = measure(module, finishForReport(release.unoptimised));
  const text = report(size);
  put("build/sip-failover.wasm", module);
  put("build/sip-failover-desktop.wasm", hasten((await compile("desktop")).module));
  put("build/debug/sip-failover.wasm", (await compile("debug")).module);
  put("build/size.txt", text);
  process.stdout.write(text);
  if (size.module > MODULE_LIMIT || size.memory > MEMORY_LIMIT) {
    console.error("the core is larger than its limit");
    process.exitCode = 1;
  }
}

// Said here and not by Node, which would show the line that threw: binaryen is one line of five megabytes.
if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
