/*
 * The core's one generator: ChaCha20 (RFC 8439, 2.3) as a stream keyed by the host's seed. Identifiers of DNS
 * queries, branches and tags travel in the clear, so the next one must not follow from those seen; and the
 * same seed gives the same stream on every host.
 *
 *   state:  4 constants | 8 words of key | counter, 3 words of nonce      block: 16 words of output
 */

const WORDS = 16;
const BLOCK = 64;

/** Bytes of seed that the host gives. */
export const SEED_SIZE = 32;

const state = memory.data(BLOCK, 8);
const block = memory.data(BLOCK, 8);
const spent = memory.data(4, 4);

/** Seeds the generator with the `SEED_SIZE` bytes at `seed`. */
export function seedRandom(seed: usize): void {
  store<u32>(state, 0x61707865);
  store<u32>(state, 0x3320646e, 4);
  store<u32>(state, 0x79622d32, 8);
  store<u32>(state, 0x6b206574, 12);
  memory.copy(state + 16, seed, SEED_SIZE);
  memory.fill(state + 48, 0, 16);
  store<i32>(spent, WORDS);
}

/** 32 random bits. */
export function random32(): u32 {
  let at = load<i32>(spent);
  if (at == WORDS) {
    nextBlock();
    at = 0;
  }
  store<i32>(spent, at + 1);
  return load<u32>(block + (at << 2));
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

function nextBlock(): void {
  memory.copy(block, state, BLOCK);
  for (let round = 0; round < 10; round++) {
    for (let i: usize = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i: usize = 0; i < 4; i++) quarter(i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3));
  }
  for (let at = 0; at < BLOCK; at += 4) store<u32>(block + at, load<u32>(block + at) + load<u32>(state + at));
  store<u32>(state, load<u32>(state, 48) + 1, 48);
}

function quarter(a: usize, b: usize, c: usize, d: usize): void {
  mix(a, b, d, 16);
  mix(c, d, b, 12);
  mix(a, b, d, 8);
  mix(c, d, b, 7);
}

/** One line of the quarter round: word `to` += word `from`; word `turned` = (itself ^ `to`) <<< `by`. */
function mix(to: usize, from: usize, turned: usize, by: u32): void {
  const sum = load<u32>(block + (to << 2)) + load<u32>(block + (from << 2));
  store<u32>(block + (to << 2), sum);
  store<u32>(block + (turned << 2), rotl<u32>(load<u32>(block + (turned << 2)) ^ sum, by));
}
