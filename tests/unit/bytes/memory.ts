import { Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";

/*
 * Texts in memory for specs. A text at the edge ends where linear memory ends, so that reading a byte too many
 * traps.
 */

const arenaSize = 0x10000;
const arena = memory.data(0x10000);
let used = 0;
let edgePage = -1;

/** A copy of the text's bytes; holds while less than 64 KiB of others follow. */
export function put(text: string): Span {
  const length = String.UTF8.byteLength(text);
  if (used + length > arenaSize) used = 0;
  const at = arena + used;
  used += length;
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at);
  return span(at, length);
}

/** Moves the view's bytes to the end of memory. One at a time, at most a page. */
export function atEdge(view: Span): Span {
  if (memory.size() != edgePage + 1) {
    // The allocator takes what memory there is when it is first asked: before this page, not with it.
    heap.free(heap.alloc(1));
    edgePage = memory.grow(1);
  }
  const length = spanLength(view);
  const at = ((memory.size() as usize) << 16) - (length as usize);
  memory.copy(at, spanStart(view), length);
  return span(at, length);
}

/** The view's bytes as a string. */
export function text(view: Span): string {
  return String.UTF8.decodeUnsafe(spanStart(view), spanLength(view));
}

/** The bytes from `at` on as hexadecimal digits. */
export function hex(at: usize, length: i32): string {
  const digits = "0123456789abcdef";
  let result = "";
  for (let i = 0; i < length; i++) {
    const byte = load<u8>(at + i) as i32;
    result += digits.charAt(byte >> 4) + digits.charAt(byte & 15);
  }
  return result;
}
