/*
 * A handle names an entry of a pool: its index and the entry's generation, which grows each time the entry is
 * given out. A handle that has outlived its entry names nothing, never somebody else's. 0 names nothing.
 *
 *   | 0 | generation, 22 bits | index + 1, 9 bits |
 */

const INDEX_BITS = 9;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
/** A handle is above 0 as an i32, too, so that errors may lie below. */
const GENERATION_MASK: u32 = (1 << (31 - INDEX_BITS)) - 1;

export const NO_HANDLE: u32 = 0;

export function handleOf(index: i32, generation: u32): u32 {
  return (generation << INDEX_BITS) | ((index + 1) as u32);
}

/** The index, -1 for no handle. The caller compares the generation before it trusts it. */
export function handleIndex(handle: u32): i32 {
  return ((handle & INDEX_MASK) as i32) - 1;
}

export function handleGeneration(handle: u32): u32 {
  return handle >> INDEX_BITS;
}

/** The generation that follows. */
export function nextGeneration(generation: u32): u32 {
  return (generation + 1) & GENERATION_MASK;
}
