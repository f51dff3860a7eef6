import { literalByte } from "../bytes/literal";
import { Span, lower, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";

/*
 * Tables of names: one literal with a blank or line end between the words, so that a list of names costs its letters and
 * no record each. A word is named by its index.
 */

/** A byte up to this ends a word: blank, line end, or the literal's end. */
export const BLANK: u8 = 0x20;

/** Where the word begins. */
export function wordStart(words: string, index: i32): i32 {
  let at = 0;
  for (; index > 0; at++) {
    if (literalByte(words, at) <= BLANK) index--;
  }
  return at;
}

/** The view is the word that begins at `at`, but for the case of ASCII letters. */
export function isWordAt(words: string, at: i32, view: Span): bool {
  const length = spanLength(view);
  const start = spanStart(view);
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(start + i);
    const other = literalByte(words, at + i);
    // Most are written as in the table; `lower` is asked for the others only.
    if (byte <= BLANK || (byte != other && lower(byte) != lower(other))) return false;
  }
  return literalByte(words, at + length) <= BLANK;
}

/** The index of the word that the view is but for the case of ASCII letters, -1 where it is none. */
export function findWord(words: string, view: Span): i32 {
  if (spanLength(view) == 0) return -1;
  for (let at = 0, index = 0; literalByte(words, at) != 0; index++) {
    if (isWordAt(words, at, view)) return index;
    while (literalByte(words, at) > BLANK) at++;
    if (literalByte(words, at) != 0) at++;
  }
  return -1;
}

/** Writes the word of this index. */
export function writeWord(writer: Writer, words: string, index: i32): Writer {
  for (let at = wordStart(words, index); literalByte(words, at) > BLANK; at++)
    writer.byte(literalByte(words, at));
  return writer;
}
