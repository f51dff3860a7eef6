import { Span, span, spanLength, spanStart } from "./span";
import { literalLength, writeLiteral } from "./literal";

/**
 * Appends text to a fixed block. What does not fit is left out and `overflow` says so; the block's bounds
 * are never passed.
 */
@unmanaged
export class Writer {
  start: usize;
  at: usize;
  end: usize;
  overflow: bool;

  /** Begins anew on the block of `capacity` bytes at `start`. */
  begin(start: usize, capacity: i32): Writer {
    this.start = start;
    this.at = start;
    this.end = start + (capacity as usize);
    this.overflow = false;
    return this;
  }

  /** Makes room for `length` bytes: their address, or 0 where they do not fit. */
  private take(length: i32): usize {
    if (this.overflow || ((this.end - this.at) as i32) < length) {
      this.overflow = true;
      return 0;
    }
    const at = this.at;
    this.at = at + (length as usize);
    return at;
  }

  text(literal: string): Writer {
    const to = this.take(literalLength(literal));
    if (to != 0) writeLiteral(literal, to);
    return this;
  }

  byte(value: u8): Writer {
    const to = this.take(1);
    if (to != 0) store<u8>(to, value);
    return this;
  }

  bytes(from: usize, length: i32): Writer {
    const to = this.take(length);
    if (to != 0) memory.copy(to, from, length);
    return this;
  }

  span(view: Span): Writer {
    return this.bytes(spanStart(view), spanLength(view));
  }

  decimal(value: u64): Writer {
    let digits = 1;
    for (let rest = value / 10; rest != 0; rest /= 10) digits++;
    const to = this.take(digits);
    if (to != 0) {
      for (let i = digits - 1; i >= 0; i--) {
        store<u8>(to + i, 0x30 + ((value % 10) as u8));
        value /= 10;
      }
    }
    return this;
  }

  /** The bytes as lower-case hexadecimal digits, two a byte. */
  hex(from: usize, length: i32): Writer {
    for (let i = 0; i < length; i++) {
      const value = load<u8>(from + i);
      this.byte(hexDigit(value >> 4)).byte(hexDigit(value & 15));
    }
    return this;
  }

  /** The number as `digits` lower-case hexadecimal digits. */
  hexNumber(value: u32, digits: i32): Writer {
    for (let shift = (digits - 1) << 2; shift >= 0; shift -= 4)
      this.byte(hexDigit(((value >> shift) & 15) as u8));
    return this;
  }

  written(): Span {
    return span(this.start, (this.at - this.start) as i32);
  }
}

function hexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
