import { handleGeneration, handleIndex, handleOf, nextGeneration } from "./handle";

/*
 * Pools of records of one size, which begin with their generation (u32) and a byte that is 0 while they are free:
 *
 *   | generation u32 | 0: free | … |
 *
 * Behind the last one stands how many, from the first on, have been in use since the pool was reset.
 */

/** Bytes behind a pool's records. */
export const POOL_TAIL = 8;

/** Takes a free record, all of it 0 but a fresh generation: its address, or 0 where none is free. The lowest first. */
export function takeEntry(pool: usize, size: usize, count: i32): usize {
  const used = pool + (count as usize) * size;
  for (let i = 0, entry = pool; i < count; entry += size) {
    i++;
    if (load<u8>(entry, 4) != 0) continue;
    const generation = nextGeneration(load<u32>(entry));
    memory.fill(entry, 0, size);
    store<u32>(entry, generation);
    store<i32>(used, max(load<i32>(used), i));
    return entry;
  }
  return 0;
}

/** Records that have been in use: those behind them are free, and a search need not look at them. */
export function usedEntries(pool: usize, size: usize, count: i32): i32 {
  return load<i32>(pool + (count as usize) * size);
}

/** The record of a handle, 0 where the handle is stale. */
export function entryOf(pool: usize, size: usize, count: i32, handle: u32): usize {
  const index = handleIndex(handle);
  if (index < 0 || index >= count) return 0;
  const entry = pool + (index as usize) * size;
  return load<u8>(entry, 4) != 0 && load<u32>(entry) == handleGeneration(handle) ? entry : 0;
}

/** The handle of a record in use. */
export function handleOfEntry(pool: usize, size: usize, entry: usize): u32 {
  return handleOf(((entry - pool) / size) as i32, load<u32>(entry));
}
