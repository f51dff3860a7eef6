/** What holds for every module of the core, whatever it does: each answers a sentence where it does not hold. */
import binaryen from "binaryen";
import { MEMORY_LIMIT, MODULE_LIMIT } from "../../scripts/size.js";
import {
  PAGE_SIZE,
  customSections,
  functionNames,
  globalMutability,
  memoryLimits,
  sectionId,
  sectionSize,
} from "../../scripts/wasm.js";

export type Invariant = (module: Uint8Array) => string | undefined;

/** Of AssemblyScript's runtime, all that reads and never allocates: the length in a literal's header. */
const HARMLESS_RUNTIME = new Set(["~lib/rt/common/OBJECT#get:rtSize"]);

/** Any runtime can run it, and a run can be repeated from its inputs. */
export const importsNothing: Invariant = (module) =>
  sectionSize(module, sectionId.import) > 0 ? "it imports" : undefined;

/** Its whole state is its memory, to copy, compare and restore. */
export const keepsStateInMemory: Invariant = (module) => {
  const changing = globalMutability(module).filter((mutable) => mutable).length;
  return changing > 0 ? `${String(changing)} of its globals can change` : undefined;
};

export const hasFixedMemory: Invariant = (module) => {
  const limits = memoryLimits(module);
  if (limits === undefined) return "it has no memory of its own";
  const { initial, maximum } = limits;
  return initial === maximum
    ? undefined
    : `its memory may grow from ${String(initial)} to ${String(maximum)} pages`;
};

export const neverAsksForMemory: Invariant = (module) => {
  const work = binaryen.readBinary(module);
  try {
    return /\bmemory\.grow\b/.test(work.emitText()) ? "it holds memory.grow" : undefined;
  } finally {
    work.dispose();
  }
};

/** Only what WebAssembly 1.0 has: small runtimes have no more. */
export const needsNoExtension: Invariant = (module) => {
  const work = binaryen.readBinary(module);
  try {
    work.setFeatures(binaryen.Features.MVP);
    return work.validate() === 0 ? "it is not valid WebAssembly 1.0" : undefined;
  } finally {
    work.dispose();
  }
};

/** Judged by the functions' names: of a debug build. */
export const allocatesNothing: Invariant = (module) => {
  const names = [...functionNames(module).values()];
  if (names.length === 0) return "its functions have no names";
  const runtime = names.filter((name) => name.startsWith("~lib/rt/") && !HARMLESS_RUNTIME.has(name));
  return runtime.length > 0 ? `it holds ${runtime.join(", ")}` : undefined;
};

export const isStripped: Invariant = (module) => {
  const sections = customSections(module);
  return sections.length > 0 ? `it holds the custom sections ${sections.join(", ")}` : undefined;
};

export const keepsItsLimits: Invariant = (module) => {
  const memory = (memoryLimits(module)?.initial ?? 0) * PAGE_SIZE;
  if (module.length > MODULE_LIMIT) return `it has ${String(module.length)} bytes`;
  return memory > MEMORY_LIMIT ? `its memory has ${String(memory)} bytes` : undefined;
};
