import { HASH_SHA_256, MAX_HASH_SIZE, beginHash, endHash, hashSpan } from "../bytes/hash";
import { span } from "../bytes/span";

/*
 * The core's one generator: SHA-256 of the host's seed and a counter. Identifiers of DNS queries, branches and tags
 * travel in the clear, so the next one must not follow from those seen; and the same seed gives the same stream on
 * every host. Nobody draws in the middle of a hash.
 *
 *   state:  32 bytes of seed | counter u64      block: 8 words of output
 */

/** Bytes of seed that the host gives. */
export const SEED_SIZE = 32;

const COUNTER = 32;
const STATE = COUNTER + 8;

const state = memory.data(STATE, 8);
const block = memory.data(MAX_HASH_SIZE, 8);
const spent = memory.data(4, 4);

/** Seeds the generator with the `SEED_SIZE` bytes at `seed`. */
export function seedRandom(seed: usize): void {
  memory.copy(state, seed, SEED_SIZE);
  store<u64>(state, 0, COUNTER);
  store<i32>(spent, MAX_HASH_SIZE);
}

/** 32 random bits. */
export function random32(): u32 {
  let at = load<i32>(spent);
  if (at == MAX_HASH_SIZE) {
    beginHash(HASH_SHA_256);
    hashSpan(span(state, STATE));
    endHash(block);
    store<u64>(state, load<u64>(state, COUNTER) + 1, COUNTER);
    at = 0;
  }
  store<i32>(spent, at + 4);
  return load<u32>(block + at);
}

/** A number drawn evenly from 0 up to, not including, `bound` (above 0): no bias, by rejection. */
export function randomBelow(bound: u32): u32 {
  const unfair = ((0 - bound) as u32) % bound;
  let draw = random32();
  while (draw < unfair) draw = random32();
  return draw % bound;
}

/** A wait drawn evenly from `low` to `high` milliseconds, both included. */
export function randomBetween(low: i64, high: i64): i64 {
  return high <= low ? low : low + (randomBelow((high - low + 1) as u32) as i64);
}
