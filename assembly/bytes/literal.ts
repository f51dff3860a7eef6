import { Span, lower, spanLength, spanStart } from "./span";

/*
 * A string literal lies in memory as UTF-16 units. These helpers read it without making a string of it;
 * literals are ASCII.
 */

function unit(literal: string, index: i32): u8 {
  return load<u16>(changetype<usize>(literal) + ((index as usize) << 1)) as u8;
}

/** Writes the literal's bytes to `to`; their number. The caller has made sure that there is room. */
export function writeLiteral(literal: string, to: usize): i32 {
  const length = literal.length;
  for (let i = 0; i < length; i++) store<u8>(to + i, unit(literal, i));
  return length;
}

/** The view is the literal, byte for byte. */
export function isLiteral(view: Span, literal: string): bool {
  return spanLength(view) == literal.length && startsWithLiteral(view, literal);
}

/** The view begins with the literal, byte for byte. */
export function startsWithLiteral(view: Span, literal: string): bool {
  const length = literal.length;
  if (spanLength(view) < length) return false;
  const start = spanStart(view);
  for (let i = 0; i < length; i++) {
    if (load<u8>(start + i) != unit(literal, i)) return false;
  }
  return true;
}

/** The view is the literal but for the case of ASCII letters. `literal` is written in lower case. */
export function isLiteralIgnoreCase(view: Span, literal: string): bool {
  const length = literal.length;
  if (spanLength(view) != length) return false;
  const start = spanStart(view);
  for (let i = 0; i < length; i++) {
    if (lower(load<u8>(start + i)) != unit(literal, i)) return false;
  }
  return true;
}
