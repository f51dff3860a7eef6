import { Span, spanEnd, spanLength, spanStart } from "../bytes/span";

/*
 * What goes with a request or an answer of the application, or with one of our own, while an input is dealt with.
 */

@unmanaged
export class Content {
  /** Where a request goes that begins something. */
  uri: Span;
  /** Whole header lines. */
  headers: Span;
  type: Span;
  body: Span;

  /** Nothing goes with it. */
  clear(): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Content>());
  }

  /** Fit to be sent: it keeps within its lines, and a body has a type. */
  get isFit(): bool {
    return (
      areLines(this.headers) && isLine(this.type) && (spanLength(this.body) == 0 || spanLength(this.type) > 0)
    );
  }
}

export const content = changetype<Content>(memory.data(offsetof<Content>(), 8));

/** Whole header lines, none of them empty: what ends the head early would make a body of the rest. */
function areLines(headers: Span): bool {
  const end = spanEnd(headers);
  let fresh = true;
  for (let at = spanStart(headers); at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x0d) {
      if (fresh || at + 1 == end || load<u8>(at + 1) != 0x0a) return false;
      at++;
      fresh = true;
    } else {
      if (byte < 0x20 && byte != 0x09) return false;
      fresh = false;
    }
  }
  return fresh;
}

function isLine(text: Span): bool {
  const end = spanEnd(text);
  for (let at = spanStart(text); at < end; at++) {
    if (load<u8>(at) < 0x20) return false;
  }
  return true;
}
