import { CellPool } from "./cells";
import { NO_SPAN, Span, span, spanLength, spanStart } from "./span";

/*
 * Texts of any length up to 65,535 bytes, kept in a cell pool. A text is named by its first cell; 0 is the
 * empty text, which takes no room.
 *
 *   | length: u16 | owners: u16 | bytes … |
 */

const HEADER = 4;

/** Keeps a copy of the view with one owner: its name, 0 for an empty view, -1 where there is no room. */
export function keepText(pool: CellPool, view: Span): i32 {
  const length = spanLength(view);
  if (length == 0) return 0;
  if (length > 0xffff) return -1;
  const text = pool.take(length + HEADER);
  if (text == 0) return -1;
  const at = pool.address(text);
  store<u16>(at, length as u16);
  store<u16>(at, 1, 2);
  memory.copy(at + HEADER, spanStart(view), length);
  return text;
}

/** One owner more. */
export function shareText(pool: CellPool, text: i32): i32 {
  if (text > 0) {
    const at = pool.address(text);
    store<u16>(at, load<u16>(at, 2) + 1, 2);
  }
  return text;
}

/** One owner less; the last one's leaving frees the text. */
export function dropText(pool: CellPool, text: i32): void {
  if (text <= 0) return;
  const at = pool.address(text);
  const owners = load<u16>(at, 2);
  if (owners > 1) store<u16>(at, owners - 1, 2);
  else pool.give(text);
}

/** The bytes of a text. */
export function textSpan(pool: CellPool, text: i32): Span {
  if (text <= 0) return NO_SPAN;
  const at = pool.address(text);
  return span(at + HEADER, load<u16>(at) as i32);
}
