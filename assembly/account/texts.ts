import { CellPool } from "../bytes/cells";
import { Span } from "../bytes/span";
import { dropText, keepText, shareText, textSpan } from "../bytes/texts";
import { POOL_TEXTS } from "../contract/constants";
import { poolFull } from "../contract/queue";
import { TEXT_CELLS, TEXT_CELL_SIZE } from "../limits";

/* Texts of dialogs and of requests: URIs, route sets, bodies. A text is named by its first cell; 0 is the empty one. */

const marks = memory.data(TEXT_CELLS);
const cells = memory.data(TEXT_CELLS * TEXT_CELL_SIZE, 8);
const texts = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));

export function resetTexts(): void {
  texts.reset(marks, cells, TEXT_CELLS, TEXT_CELL_SIZE);
}

/** Keeps a copy: its name, or -1, and an event, where there is no room. */
export function keep(view: Span): i32 {
  const text = keepText(texts, view);
  if (text < 0) poolFull(POOL_TEXTS, 0);
  return text;
}

/** Keeps a copy instead of `old`, which stays where there is no room. */
export function replace(old: i32, view: Span): i32 {
  const text = keep(view);
  if (text < 0) return old;
  drop(old);
  return text;
}

/** One owner more. */
export function share(text: i32): i32 {
  return shareText(texts, text);
}

export function drop(text: i32): void {
  dropText(texts, text);
}

/** The bytes of a text; empty where there is none. */
export function textOf(text: i32): Span {
  return textSpan(texts, text);
}
