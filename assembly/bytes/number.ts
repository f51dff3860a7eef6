import { Span, isDigit, lower, spanEnd, spanStart } from "./span";

/** What `parseDecimal` answers where the view is not a decimal number. */
export const NOT_A_NUMBER: i64 = -1;

/**
 * The value of a view of decimal digits; `NOT_A_NUMBER` where it is empty or holds anything else.
 * A number above `limit`, which is at most 2^59, answers `limit`, however many digits it has: nothing overflows.
 */
export function parseDecimal(view: Span, limit: i64): i64 {
  const end = spanEnd(view);
  let at = spanStart(view);
  if (at == end) return NOT_A_NUMBER;
  let value: i64 = 0;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (!isDigit(byte)) return NOT_A_NUMBER;
    if (value < limit) value = value * 10 + ((byte - 0x30) as i64);
  }
  return min(value, limit);
}

/** The value of a hexadecimal digit of either case, -1 for any other byte. */
export function hexValue(byte: u8): i32 {
  if (isDigit(byte)) return (byte - 0x30) as i32;
  const letter = (lower(byte) - 0x61) as u8;
  return letter < 6 ? (letter as i32) + 10 : -1;
}

/** The value of `count` hexadecimal digits; other bytes give some number that matches nothing of ours. */
export function hexNumber(at: usize, count: i32): u32 {
  let value: u32 = 0;
  for (let i = 0; i < count; i++) value = (value << 4) | (hexValue(load<u8>(at + i)) & 15);
  return value;
}

/** Network byte order. */
export function loadU16(at: usize): i32 {
  return bswap(load<u16>(at)) as i32;
}

/** Network byte order. */
export function loadU32(at: usize): u32 {
  return bswap(load<u32>(at));
}

/** Network byte order. */
export function storeU16(at: usize, value: i32): void {
  store<u16>(at, bswap(value as u16));
}

/** Network byte order. */
export function storeU32(at: usize, value: u32): void {
  store<u32>(at, bswap(value));
}
