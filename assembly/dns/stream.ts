import { CellPool } from "../bytes/cells";
import { NO_SPAN, Span, span, spanLength, spanStart } from "../bytes/span";
import { DNS_STREAM_CELLS, DNS_STREAM_CELL_SIZE, MAX_DNS_MESSAGE } from "../limits";

/*
 * One message out of a TCP stream: two octets of length, then the message (RFC 1035, 4.2.2), in whatever pieces
 * it comes. A message that comes in one piece, as nearly all do, is read where it lies; only one in pieces takes
 * room.
 */

const pool = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));
const marks = memory.data(DNS_STREAM_CELLS);
const cells = memory.data(DNS_STREAM_CELLS * DNS_STREAM_CELL_SIZE, 8);

export function resetStreams(): void {
  pool.reset(marks, cells, DNS_STREAM_CELLS, DNS_STREAM_CELL_SIZE);
}

/** Cells in use. */
export function streamCellsUsed(): i32 {
  return pool.used;
}

@unmanaged
export class Stream {
  /** Octets of the length that have come: 0, 1 or 2. */
  private prefix: u8;
  /** The message cannot be had: too long, or no room. */
  broken: bool;
  private length: u16;
  /** Octets of the message that have come. */
  private filled: u16;
  /** The run of cells that holds them. */
  private run: u16;

  /** Begins anew; gives the room back. */
  reset(): void {
    pool.give(this.run);
    memory.fill(changetype<usize>(this), 0, offsetof<Stream>());
  }

  /** Takes bytes in: the message once it is whole, until then, and where it is broken, NO_SPAN. */
  take(bytes: Span): Span {
    let at = spanStart(bytes);
    let left = spanLength(bytes);
    while (left > 0 && this.prefix < 2) {
      this.length = ((this.length << 8) | (load<u8>(at++) as u16)) as u16;
      this.prefix++;
      left--;
    }
    if (this.prefix < 2) return NO_SPAN;
    const length = this.length as i32;
    if (this.filled == 0) {
      if (left >= length) return span(at, length);
      if (left == 0) return NO_SPAN;
      this.run = length > MAX_DNS_MESSAGE ? 0 : (pool.take(length) as u16);
    }
    this.broken = this.run == 0;
    if (this.broken) return NO_SPAN;
    const taken = min(left, length - (this.filled as i32));
    memory.copy(pool.address(this.run) + this.filled, at, taken);
    this.filled += taken as u16;
    return (this.filled as i32) == length ? span(pool.address(this.run), length) : NO_SPAN;
  }
}
