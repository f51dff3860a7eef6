import { MAX_DNS_SET } from "../limits";
import { spanEnd, spanStart } from "../bytes/span";
import { nameWire } from "./names";
import { DnsRecord, recordAt } from "./records";

/*
 * The order of SRV records (RFC 2782, L5): lowest priority first; among equals each is drawn with a share of its
 * weight. One of weight 0 beside others has a share of one in (sum + 1); where all have 0, the answer's order
 * stays.
 *
 * The draw follows from a number that stays the same for a locator, and from the records themselves, not from
 * their place in the answer: as long as DNS says the same, a phone has the same primary. Drawn anew with each TTL,
 * every failback would be a move between equals.
 */

/** Numbers of the records of one set. */
const order = memory.data(MAX_DNS_SET * 2, 2);

/** Lists a chain of records as it is: how many there are. */
export function listRecords(first: u16): i32 {
  let count = 0;
  for (let number = first; number != 0 && count < MAX_DNS_SET; number = recordAt(number).next) {
    store<u16>(order + (count++ << 1), number);
  }
  return count;
}

/** The record at a place of the list. */
export function listedRecord(place: i32): DnsRecord {
  return recordAt(load<u16>(order + (place << 1)));
}

/** Draws the order of the `count` SRV records that are listed; the same `lot` gives the same order. */
export function drawOrder(count: i32, lot: u32): void {
  for (let place = 0; place < count; place++) moveTo(place, drawn(place, count, mix(lot + (place as u32))));
}

/** The place of the record that comes next, of those from `from` on. */
function drawn(from: i32, count: i32, random: u32): i32 {
  let priority: u16 = u16.MAX_VALUE;
  for (let i = from; i < count; i++) priority = min(priority, listedRecord(i).major);
  let sum: u32 = 0;
  let without = -1;
  for (let i = from; i < count; i++) {
    const record = listedRecord(i);
    if (record.major != priority) continue;
    sum += record.minor;
    if (record.minor == 0 && without < 0) without = i;
  }
  if (sum == 0) return without;
  // Without a record of weight 0, the draw of RFC 2782 would give the first one chance too many.
  let draw = random % (without < 0 ? sum : sum + 1);
  if (without >= 0 && draw-- == 0) return without;
  // Which share is whose must not depend on the order of the answer: they lie side by side by their keys.
  let next = nextByKey(from, count, priority, -1);
  while (draw >= (listedRecord(next).minor as u32)) {
    draw -= listedRecord(next).minor;
    next = nextByKey(from, count, priority, next);
  }
  return next;
}

/** The place of the record with the key that follows that of `previous` (-1: the lowest); equal keys by their place. */
function nextByKey(from: i32, count: i32, priority: u16, previous: i32): i32 {
  const last: i64 = previous < 0 ? -1 : rankOf(previous);
  let next = -1;
  let lowest = i64.MAX_VALUE;
  for (let i = from; i < count; i++) {
    if (listedRecord(i).major != priority) continue;
    const rank = rankOf(i);
    if (rank <= last || rank >= lowest) continue;
    lowest = rank;
    next = i;
  }
  return next;
}

function rankOf(place: i32): i64 {
  return ((keyOf(listedRecord(place)) as i64) << 8) | (place as i64);
}

/** A number that a record has by its target and port (FNV-1a). */
function keyOf(record: DnsRecord): u32 {
  const name = nameWire(record.name);
  const end = spanEnd(name);
  let key: u32 = 0x811c9dc5 ^ record.port;
  for (let at = spanStart(name); at < end; at++) key = (key ^ load<u8>(at)) * 0x01000193;
  return mix(key);
}

/** A number that looks drawn, from one that need not. */
function mix(value: u32): u32 {
  value = (value ^ (value >> 16)) * 0x7feb352d;
  value = (value ^ (value >> 15)) * 0x846ca68b;
  return value ^ (value >> 16);
}

/** Moves a record of the list forward; those in between keep their order. */
function moveTo(place: i32, from: i32): void {
  const number = load<u16>(order + (from << 1));
  memory.copy(order + ((place + 1) << 1), order + (place << 1), (from - place) << 1);
  store<u16>(order + (place << 1), number);
}
