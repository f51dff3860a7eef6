import { CellPool } from "../bytes/cells";
import { writeLiteral } from "../bytes/literal";
import { Span, find, lower, span, spanEnd, spanLength, spanStart, spansEqual } from "../bytes/span";
import { dropText, keepText, shareText, textSpan } from "../bytes/texts";
import { TRANSPORT_TLS, TRANSPORT_UDP } from "../contract/constants";
import { DNS_NAME_CELLS, DNS_NAME_CELL_SIZE } from "../limits";

/*
 * Domain names, each kept once however many records speak of it: two names are the same when their numbers are.
 * They are kept as on the wire, in lower case and without compression, since in dotted text a label that holds a
 * dot would pass for two labels.
 *
 *   | 4 | _ s i p | 4 | _ u d p | 7 | e x a m p l e | 0 |
 */

/** Octets of a name at most, its end included; octets of a label (RFC 1035, 2.3.4). */
export const MAX_NAME_SIZE = 255;
export const MAX_LABEL_SIZE = 63;

/** The root: where a record points to it, it means "none". */
export const ROOT: i32 = 0;
export const NO_NAME: i32 = -1;

const DOT: u8 = 0x2e;

/** Mark of a cell that begins a run, as cells.ts has it. */
const FIRST: u8 = 1;

const pool = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));
const marks = memory.data(DNS_NAME_CELLS);
const cells = memory.data(DNS_NAME_CELLS * DNS_NAME_CELL_SIZE, 8);
const dotted = memory.data(256);

export function resetNames(): void {
  pool.reset(marks, cells, DNS_NAME_CELLS, DNS_NAME_CELL_SIZE);
}

/** The number of a name on the wire that somebody holds; NO_NAME where nobody does. */
export function findName(wire: Span): i32 {
  for (let i = 1; i < DNS_NAME_CELLS; i++) {
    if (load<u8>(marks + i) == FIRST && spansEqual(textSpan(pool, i), wire)) return i;
  }
  return NO_NAME;
}

/** Keeps a name on the wire, with one owner more: its number, NO_NAME where there is no room. */
export function holdName(wire: Span): i32 {
  if (spanLength(wire) <= 1) return ROOT;
  const name = findName(wire);
  return name > 0 ? shareText(pool, name) : keepText(pool, wire);
}

/** One owner more. */
export function shareName(name: i32): i32 {
  return shareText(pool, name);
}

/** One owner less; the last one's leaving frees the name. */
export function dropName(name: i32): void {
  dropText(pool, name);
}

/** A name as on the wire; the root as the absent view. */
export function nameWire(name: i32): Span {
  return textSpan(pool, name);
}

/** Cells in use. */
export function nameCellsUsed(): i32 {
  return pool.used;
}

/**
 * Writes the dotted `text` to `to` (MAX_NAME_SIZE octets) as on the wire: the octets written, 0 where it is no
 * name. A dot at the end is allowed, the root alone is not.
 */
export function writeNameOfText(text: Span, to: usize): i32 {
  let at = spanStart(text);
  let end = spanEnd(text);
  if (at < end && load<u8>(end - 1) == DOT) end--;
  if (at == end || ((end - at) as i32) > MAX_NAME_SIZE - 2) return 0;
  let length = 0;
  while (true) {
    const stop = find(at, end, DOT);
    const size = (stop - at) as i32;
    if (size == 0 || size > MAX_LABEL_SIZE) return 0;
    store<u8>(to + length++, size as u8);
    while (at < stop) store<u8>(to + length++, lower(load<u8>(at++)));
    if (at++ == end) break;
  }
  store<u8>(to + length++, 0);
  return length;
}

/**
 * Writes the name of SIP's SRV records for `transport` at `host` to `to` (RFC 3263, 4.1): the octets written, 0
 * where it would be too long to be a name.
 */
export function writeServiceName(transport: i32, host: Span, to: usize): i32 {
  const length =
    transport == TRANSPORT_UDP
      ? writeLiteral("\x04_sip\x04_udp", to)
      : transport == TRANSPORT_TLS
        ? writeLiteral("\x05_sips\x04_tcp", to)
        : writeLiteral("\x04_sip\x04_tcp", to);
  if (length + spanLength(host) > MAX_NAME_SIZE) return 0;
  memory.copy(to + length, spanStart(host), spanLength(host));
  return length + spanLength(host);
}

/** A name in dotted text, for the trace: what is not printable, or a dot within a label, shows as `?`. */
export function textOfName(name: i32): Span {
  let to = dotted;
  if (name > 0) {
    let at = spanStart(nameWire(name));
    for (let left = load<u8>(at); left > 0; left = load<u8>(at)) {
      if (to > dotted) store<u8>(to++, DOT);
      for (at++; left > 0; left--) {
        const byte = load<u8>(at++);
        store<u8>(to++, byte > 0x20 && byte < 0x7f && byte != DOT ? byte : 0x3f);
      }
    }
  }
  return span(dotted, (to - dotted) as i32);
}
