import { hexValue, loadU16, parseDecimal, storeU16 } from "./number";
import { Span, find, span, spanEnd, spanStart } from "./span";
import { Writer } from "./writer";

/*
 * IP addresses as text and as 16 bytes in network byte order. An IPv4 address lies in the first four of
 * them, the others are zero: two addresses of the same family are the same when all 16 bytes are.
 */

export const FAMILY_IPV4 = 4;
export const FAMILY_IPV6 = 6;

export const ADDRESS_SIZE = 16;

const IPV4_SIZE: usize = 4;
const IPV6_SIZE: usize = 16;
/** No `::` so far; otherwise where it stands among the bytes. */
const NO_GAP: usize = usize.MAX_VALUE;

const COLON: u8 = 0x3a;
const DOT: u8 = 0x2e;

/**
 * Reads an IP address literal into the 16 bytes at `to`: its family, or 0 where the view is none (the bytes
 * at `to` mean nothing then). IPv4 is dotted decimal without leading zeros; IPv6 is RFC 4291, 2.2, with or
 * without brackets and without a zone.
 */
export function parseAddress(view: Span, to: usize): i32 {
  let start = spanStart(view);
  let end = spanEnd(view);
  memory.fill(to, 0, ADDRESS_SIZE);
  if (start < end && load<u8>(start) == 0x5b) {
    start++;
    if (load<u8>(--end) != 0x5d) return 0;
  } else if (readIpv4(start, end, to)) {
    return FAMILY_IPV4;
  }
  return readIpv6(start, end, to) ? FAMILY_IPV6 : 0;
}

/** Writes an address: IPv4 dotted decimal, IPv6 in the one form of RFC 5952. */
export function writeAddress(writer: Writer, family: i32, at: usize): void {
  if (family == FAMILY_IPV6) writeIpv6(writer, at);
  else writeIpv4(writer, at);
}

/** Writes an address as the host of a URI, a Via or a `host:port`: IPv6 in brackets. */
export function writeHost(writer: Writer, family: i32, at: usize): void {
  const brackets = family == FAMILY_IPV6;
  if (brackets) writer.byte(0x5b);
  writeAddress(writer, family, at);
  if (brackets) writer.byte(0x5d);
}

function readIpv4(at: usize, end: usize, to: usize): bool {
  for (let octet: usize = 0; octet < IPV4_SIZE; octet++) {
    const stop = octet == 3 ? end : find(at, end, DOT);
    const digits = (stop - at) as i32;
    if (digits < 1 || digits > 3 || (digits > 1 && load<u8>(at) == 0x30)) return false;
    const value = parseDecimal(span(at, digits), 0x100) as i32;
    if (value < 0 || value > 255) return false;
    store<u8>(to + octet, value as u8);
    at = stop + 1;
    if (octet < 3 && stop == end) return false;
  }
  return true;
}

function readIpv6(at: usize, end: usize, to: usize): bool {
  let filled: usize = 0;
  let gap = NO_GAP;
  if (at + 1 < end && load<u16>(at) == 0x3a3a) {
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const first = at;
    let value: i32 = 0;
    while (at < end) {
      const digit = hexValue(load<u8>(at));
      if (digit < 0) break;
      value = (value << 4) | digit;
      at++;
    }
    if (at < end && load<u8>(at) == DOT) {
      if (filled + IPV4_SIZE > IPV6_SIZE || !readIpv4(first, end, to + filled)) return false;
      filled += IPV4_SIZE;
      break;
    }
    if (at == first || at - first > 4 || filled == IPV6_SIZE) return false;
    storeU16(to + filled, value);
    filled += 2;
    if (at == end) break;
    if (load<u8>(at++) != COLON || at == end) return false;
    if (load<u8>(at) == COLON) {
      if (gap != NO_GAP) return false;
      gap = filled;
      at++;
    }
  }
  if (gap == NO_GAP) return filled == IPV6_SIZE;
  if (filled == IPV6_SIZE) return false;
  const tail = filled - gap;
  memory.copy(to + IPV6_SIZE - tail, to + gap, tail);
  memory.fill(to + gap, 0, IPV6_SIZE - filled);
  return true;
}

function writeIpv4(writer: Writer, at: usize): void {
  for (let i: usize = 0; i < IPV4_SIZE; i++) {
    if (i > 0) writer.byte(DOT);
    writer.decimal(load<u8>(at + i) as u64);
  }
}

/** RFC 5952: lower case, no leading zeros, `::` for the first longest run of two or more zero groups. */
function writeIpv6(writer: Writer, at: usize): void {
  // IPv4-mapped addresses are written with the dotted part (section 5).
  if (load<u64>(at) == 0 && load<u32>(at, 8) == 0xffff0000) {
    writeIpv4(writer.text("::ffff:"), at + 12);
    return;
  }
  let runStart = -1;
  let runLength = 1;
  for (let i = 0, length = 0; i < 8; i++) {
    length = load<u16>(at + (i << 1)) == 0 ? length + 1 : 0;
    if (length > runLength) {
      runLength = length;
      runStart = i + 1 - length;
    }
  }
  for (let i = 0; i < 8; i++) {
    if (i == runStart) {
      writer.text("::");
      i += runLength - 1;
      continue;
    }
    if (i > 0 && i != runStart + runLength) writer.byte(COLON);
    const group = loadU16(at + (i << 1)) as u32;
    writer.hexNumber(group, group > 0xfff ? 4 : group > 0xff ? 3 : group > 0xf ? 2 : 1);
  }
}
