import { MAX_DNS_SET } from "../limits";
import { randomBelow } from "../time/random";
import { DnsRecord, recordAt } from "./records";

/*
 * The order of SRV records (RFC 2782, L5): lowest priority first; among equals each is drawn with a share of its
 * weight. One of weight 0 beside others has a share of one in (sum + 1); where all have 0, the answer's order
 * stays.
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

/** Draws the order of the `count` SRV records that are listed. */
export function drawOrder(count: i32): void {
  for (let place = 0; place < count; place++) moveTo(place, drawn(place, count));
}

/** The place of the record that comes next, of those from `from` on. */
function drawn(from: i32, count: i32): i32 {
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
  let draw = randomBelow(without < 0 ? sum : sum + 1);
  if (without >= 0 && draw-- == 0) return without;
  let i = from;
  while (true) {
    const record = listedRecord(i);
    if (record.major == priority) {
      if (draw < (record.minor as u32)) return i;
      draw -= record.minor;
    }
    i++;
  }
}

/** Moves a record of the list forward; those in between keep their order. */
function moveTo(place: i32, from: i32): void {
  const number = load<u16>(order + (from << 1));
  memory.copy(order + ((place + 1) << 1), order + (place << 1), (from - place) << 1);
  store<u16>(order + (place << 1), number);
}
