import { Span, spanEnd, spanStart } from "./span";
import { beginMd5, mixMd5 } from "./md5";
import { beginSha2, mixSha2 } from "./sha2";

/*
 * The hash functions of digest authentication, one at a time: begin, bytes in any portions, end. What they
 * share is here, the buffering and the padding; a function itself works one block into the state.
 */

export const HASH_MD5 = 0;
export const HASH_SHA_256 = 1;
export const HASH_SHA_512_256 = 2;

/** Bytes of the longest hash. */
export const MAX_HASH_SIZE = 32;

@unmanaged
class Progress {
  /** Bytes given so far. */
  total: u64;
  /** Of those, bytes in the block that waits. */
  filled: i32;
  kind: i32;
}

const progress = changetype<Progress>(memory.data(offsetof<Progress>(), 8));
const state = memory.data(64, 8);
const block = memory.data(128, 8);

/** Bytes of a hash of this kind. */
export function hashSize(kind: i32): i32 {
  return kind == HASH_MD5 ? 16 : MAX_HASH_SIZE;
}

export function beginHash(kind: i32): void {
  progress.kind = kind;
  progress.total = 0;
  progress.filled = 0;
  if (kind == HASH_MD5) beginMd5(state);
  else beginSha2(state, kind == HASH_SHA_512_256);
}

export function hashByte(byte: u8): void {
  progress.total++;
  store<u8>(block + progress.filled++, byte);
  if (progress.filled < blockSize()) return;
  progress.filled = 0;
  if (progress.kind == HASH_MD5) mixMd5(state, block);
  else mixSha2(state, block, progress.kind == HASH_SHA_512_256);
}

export function hashSpan(view: Span): void {
  const end = spanEnd(view);
  for (let at = spanStart(view); at < end; at++) hashByte(load<u8>(at));
}

/** Ends the hash and writes it to `to`; its size in bytes. */
export function endHash(to: usize): i32 {
  const bits = progress.total << 3;
  const kind = progress.kind;
  // The length takes 8 bytes, 16 in SHA-512, whose upper 8 are zero here.
  const room = blockSize() - (kind == HASH_SHA_512_256 ? 16 : 8);
  hashByte(0x80);
  while (progress.filled != room) hashByte(0);
  if (kind == HASH_SHA_512_256) for (let i = 0; i < 8; i++) hashByte(0);
  for (let i: u64 = 0; i < 64; i += 8) hashByte((bits >> (kind == HASH_MD5 ? i : 56 - i)) as u8);

  const size = hashSize(kind);
  if (kind == HASH_MD5) {
    memory.copy(to, state, size);
  } else if (kind == HASH_SHA_256) {
    for (let i = 0; i < 8; i++) store<u32>(to + (i << 2), bswap(load<u32>(state + (i << 3))));
  } else {
    for (let i = 0; i < 4; i++) store<u64>(to + (i << 3), bswap(load<u64>(state + (i << 3))));
  }
  return size;
}

function blockSize(): i32 {
  return progress.kind == HASH_SHA_512_256 ? 128 : 64;
}
