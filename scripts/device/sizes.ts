/** What the sections of a library add up to. */
import { command } from "../command.js";

/** Octets. A product's linker leaves out what it does not call. */
export interface Sizes {
  /** Code. */
  readonly text: number;
  /** Constants, what has to be relocated when a program starts included. */
  readonly rodata: number;
  readonly data: number;
  readonly bss: number;
}

/** The kind of a section by the beginning of its name; the first that fits counts. */
const kinds: readonly (readonly [start: string, kind: keyof Sizes])[] = [
  [".text", "text"],
  [".rodata", "rodata"],
  [".data.rel.ro", "rodata"],
  [".data", "data"],
  [".bss", "bss"],
  // What a linker makes of the tables for a debugger to unwind the stack by.
  [".ARM.ex", "rodata"],
  [".eh_frame", "rodata"],
];

/**
 * The sections of an archive or an object, added up by kind.
 *
 * @param prefix what the name of the target's `size` begins with
 */
export function sizesOf(file: string, prefix: string): Sizes {
  const sums = { text: 0, rodata: 0, data: 0, bss: 0 };
  const printed = command(`${prefix}size`, ["-A", "-d", file]).toString();
  for (const [, name = "", octets] of printed.matchAll(/^(\.\S+)\s+(\d+)\s+\d+$/gm)) {
    const kind = kinds.find(([start]) => name.startsWith(start))?.[1];
    if (kind !== undefined) sums[kind] += Number(octets);
  }
  return sums;
}
