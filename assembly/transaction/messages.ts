import { CellPool } from "../bytes/cells";
import { Span, span, spanLength, spanStart } from "../bytes/span";
import { MESSAGE_CELLS, MESSAGE_CELL_SIZE } from "../limits";

/*
 * Copies of messages that may have to be sent again, or that others are made of. A copy is named by its first cell; 0
 * is none.
 */

const marks = memory.data(MESSAGE_CELLS);
const cells = memory.data(MESSAGE_CELLS * MESSAGE_CELL_SIZE, 8);
const messages = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));

export function resetMessages(): void {
  messages.reset(marks, cells, MESSAGE_CELLS, MESSAGE_CELL_SIZE);
}

/** Keeps a copy; 0 where there is no room. */
export function keepMessage(message: Span): i32 {
  const kept = messages.take(spanLength(message));
  if (kept != 0) memory.copy(messages.address(kept), spanStart(message), spanLength(message));
  return kept;
}

export function keptMessage(kept: i32, length: i32): Span {
  return span(messages.address(kept), length);
}

export function dropMessage(kept: i32): void {
  messages.give(kept);
}
