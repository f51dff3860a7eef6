import { Span, lower, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";

/*
 * Tables of names: one literal with a blank or line end between the words, so that a list of names costs its letters and
 * no record each. A word is named by its index.
 */

/** A byte up to this ends a word: blank or line end. */
export const BLANK: u8 = 0x20;

/** The byte at `index` of a literal; a blank past its end. */
export function letter(words: string, index: i32): u8 {
  return index < words.length ? (load<u16>(changetype<usize>(words) + ((index as usize) << 1)) as u8) : BLANK;
}

/** Where the word begins. */
export function wordStart(words: string, index: i32): i32 {
  let at = 0;
  for (; index > 0; at++) {
    if (letter(words, at) <= BLANK) index--;
  }
  return at;
}

/** The view is the word that begins at `at`, but for the case of ASCII letters. */
export function isWordAt(words: string, at: i32, view: Span): bool {
  const length = spanLength(view);
  if (at + length > words.length || letter(words, at + length) > BLANK) return false;
  const start = spanStart(view);
  const word = changetype<usize>(words) + ((at as usize) << 1);
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(start + i);
    const other = load<u16>(word + (i << 1)) as u8;
    // Most are written as in the table; `lower` is asked for the others only.
    if (byte <= BLANK || (byte != other && lower(byte) != lower(other))) return false;
  }
  return true;
}

/** The index of the word that the view is but for the case of ASCII letters, -1 where it is none. */
export function findWord(words: string, view: Span): i32 {
  if (spanLength(view) == 0) return -1;
  for (let at = 0, index = 0; at < words.length; index++) {
    if (isWordAt(words, at, view)) return index;
    while (letter(words, at) > BLANK) at++;
    at++;
  }
  return -1;
}

/** Writes the word of this index. */
export function writeWord(writer: Writer, words: string, index: i32): Writer {
  for (let at = wordStart(words, index); letter(words, at) > BLANK; at++) writer.byte(letter(words, at));
  return writer;
}
