/**
 * A view on bytes in linear memory: the address in the high half, the length in the low half.
 * A plain number, so that it is returned by value and nothing is allocated.
 */
export type Span = u64;

/** The absent view. A present but empty view has an address. */
export const NO_SPAN: Span = 0;

export function span(start: usize, length: i32): Span {
  return ((start as u64) << 32) | (length as u32 as u64);
}

/** The view from `start` up to, not including, `end`; empty where `end` lies before `start`. */
export function spanBetween(start: usize, end: usize): Span {
  return span(start, end > start ? ((end - start) as i32) : 0);
}

export function spanStart(view: Span): usize {
  return (view >> 32) as usize;
}

export function spanLength(view: Span): i32 {
  return view as u32 as i32;
}

export function spanEnd(view: Span): usize {
  return spanStart(view) + (spanLength(view) as usize);
}

/** Copies at most `capacity` bytes of the view to `to`; the number copied. */
export function copySpan(view: Span, to: usize, capacity: i32): i32 {
  const length = min(spanLength(view), capacity);
  memory.copy(to, spanStart(view), length);
  return length;
}

/** Byte for byte the same. */
export function spansEqual(a: Span, b: Span): bool {
  const length = spanLength(a);
  return length == spanLength(b) && memory.compare(spanStart(a), spanStart(b), length) == 0;
}

/** The same but for the case of ASCII letters. */
export function spansEqualIgnoreCase(a: Span, b: Span): bool {
  const length = spanLength(a);
  if (length != spanLength(b)) return false;
  const first = spanStart(a);
  const second = spanStart(b);
  for (let i = 0; i < length; i++) {
    if (lower(load<u8>(first + i)) != lower(load<u8>(second + i))) return false;
  }
  return true;
}

/** An ASCII letter in lower case, any other byte as it is. */
export function lower(byte: u8): u8 {
  return ((byte - 0x41) as u8) < 26 ? byte | 0x20 : byte;
}

export function isDigit(byte: u8): bool {
  return ((byte - 0x30) as u8) < 10;
}

/** A letter, a digit, or one of the marks that RFC 3261 (25.1) allows in a token. */
export function isTokenByte(byte: u8): bool {
  if (isDigit(byte) || ((lower(byte) - 0x61) as u8) < 26) return true;
  switch (byte) {
    case 0x21: // !
    case 0x25: // %
    case 0x27: // '
    case 0x2a: // *
    case 0x2b: // +
    case 0x2d: // -
    case 0x2e: // .
    case 0x5f: // _
    case 0x60: // `
    case 0x7e: // ~
      return true;
    default:
      return false;
  }
}

export function isBlank(byte: u8): bool {
  return byte == 0x20 || byte == 0x09;
}

/** The view without blanks (space, tab) at its ends. */
export function trim(view: Span): Span {
  let start = spanStart(view);
  let end = spanEnd(view);
  while (start < end && isBlank(load<u8>(start))) start++;
  while (end > start && isBlank(load<u8>(end - 1))) end--;
  return spanBetween(start, end);
}

/** 1 in each of eight bytes. */
const EACH: u64 = u64.MAX_VALUE / 255;

/**
 * Which of eight bytes are `byte`: of the first that is one the top bit is set, and no bit is before it. What is
 * behind it says nothing.
 */
export function amongEight(eight: u64, byte: u8): u64 {
  const diff = eight ^ (EACH * (byte as u64));
  return (diff - EACH) & ~diff & (EACH * 0x80);
}

/** The address of the first `byte` from `start` before `end`, or `end`. */
export function find(start: usize, end: usize, byte: u8): usize {
  while (start + 8 <= end) {
    const found = amongEight(load<u64>(start), byte);
    if (found != 0) return start + ((ctz(found) >> 3) as usize);
    start += 8;
  }
  while (start < end && load<u8>(start) != byte) start++;
  return start;
}
