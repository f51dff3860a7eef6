import { Span, lower, spanLength, spanStart } from "./span";

/*
 * A string literal is ASCII without zeros, and is read here only. The build packs literals (scripts/literals.ts):
 * they are bytes that end with a zero. Where it does not they lie in memory as UTF-16 units.
 */

/** The byte at `index`, which is not beyond the literal's end; 0 at its end. */
export function literalByte(literal: string, index: i32): u8 {
  const start = changetype<usize>(literal);
  if (isDefined(PACKED_LITERALS)) return load<u8>(start + (index as usize));
  return index < literal.length ? (load<u16>(start + ((index as usize) << 1)) as u8) : 0;
}

/** Bytes of the literal. */
export function literalLength(literal: string): i32 {
  let length = 0;
  while (literalByte(literal, length) != 0) length++;
  return length;
}

/** Writes the literal's bytes to `to`; their number. The caller has made sure that there is room. */
export function writeLiteral(literal: string, to: usize): i32 {
  const length = literalLength(literal);
  for (let i = 0; i < length; i++) store<u8>(to + i, literalByte(literal, i));
  return length;
}

/** The view is the literal, byte for byte. */
export function isLiteral(view: Span, literal: string): bool {
  return spanLength(view) == literalLength(literal) && startsWithLiteral(view, literal);
}

/** The view begins with the literal, byte for byte. */
export function startsWithLiteral(view: Span, literal: string): bool {
  const length = literalLength(literal);
  if (spanLength(view) < length) return false;
  const start = spanStart(view);
  for (let i = 0; i < length; i++) {
    if (load<u8>(start + i) != literalByte(literal, i)) return false;
  }
  return true;
}

/** The view is the literal but for the case of ASCII letters. `literal` is written in lower case. */
export function isLiteralIgnoreCase(view: Span, literal: string): bool {
  const length = spanLength(view);
  const start = spanStart(view);
  for (let i = 0; i < length; i++) {
    const byte = lower(load<u8>(start + i));
    // A zero would be taken for the literal's end, and what lies behind for more of it.
    if (byte == 0 || byte != literalByte(literal, i)) return false;
  }
  return literalByte(literal, length) == 0;
}
