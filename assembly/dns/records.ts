import { MAX_DNS_RECORDS, MAX_STATIC_RECORDS } from "../limits";
import { dropName } from "./names";

/*
 * Records, those of DNS and, behind them, those of the configuration. The records of a set are chained in the
 * order of the answer; a chain is named by its first record's number, counted from 1, and 0 names none.
 *
 *            | next u16 | name u16 | 16 octets                                     |
 *   A, AAAA  |          |          | address                                       |
 *   SRV      |          | target   | priority u16 | weight u16 | port u16           |
 *   NAPTR    |          | replaced | order u16 | preference u16 | transport u8, use u8 |
 */
@unmanaged
export class DnsRecord {
  next: u16;
  /** SRV: the target, ROOT for "not available here". NAPTR: the replacement. */
  name: u16;
  /** SRV: priority. NAPTR: order. */
  major: u16;
  /** SRV: weight. NAPTR: preference. */
  minor: u16;
  /** SRV. */
  port: u16;
  private rest0: u16;
  private rest1: u32;
  private rest2: u32;

  /** The 16 octets of the address. */
  get address(): usize {
    return changetype<usize>(this) + offsetof<DnsRecord>("major");
  }

  /** NAPTR: transport of its service. It lies where an SRV record has its port. */
  get transport(): u8 {
    return load<u8>(changetype<usize>(this), offsetof<DnsRecord>("port"));
  }

  /** NAPTR: what it is for, NAPTR_…. */
  get use(): u8 {
    return load<u8>(changetype<usize>(this), offsetof<DnsRecord>("port") + 1);
  }

  setService(transport: i32, use: u8): void {
    this.port = ((transport as u8 as u16) | ((use as u16) << 8)) as u16;
  }
}

@unmanaged
class Pool {
  /** First of the chain of records of DNS that are free. */
  free: u16;
}

const pool = changetype<Pool>(memory.data(offsetof<Pool>(), 8));
const records = memory.data(offsetof<DnsRecord>() * (MAX_DNS_RECORDS + MAX_STATIC_RECORDS), 8);

/** The record of this number, which is not 0. */
export function recordAt(number: u16): DnsRecord {
  return changetype<DnsRecord>(records + ((number - 1) as usize) * offsetof<DnsRecord>());
}

/** Number of a static record, `index` from 0. */
export function staticNumber(index: i32): u16 {
  return (MAX_DNS_RECORDS + index + 1) as u16;
}

export function resetRecords(): void {
  memory.fill(records, 0, offsetof<DnsRecord>() * (MAX_DNS_RECORDS + MAX_STATIC_RECORDS));
  pool.free = 1;
  for (let number: u16 = 1; number < (MAX_DNS_RECORDS as u16); number++) recordAt(number).next = number + 1;
}

/** Takes a record of DNS, all zero: its number, 0 where none is free. */
export function takeRecord(): u16 {
  const number = pool.free;
  if (number == 0) return 0;
  const record = recordAt(number);
  pool.free = record.next;
  memory.fill(changetype<usize>(record), 0, offsetof<DnsRecord>());
  return number;
}

/** Gives a chain of records of DNS back, and lets their names go. */
export function giveRecords(first: u16): void {
  for (let number = first; number != 0;) {
    const record = recordAt(number);
    const next = record.next;
    dropName(record.name);
    record.next = pool.free;
    pool.free = number;
    number = next;
  }
}

/** Appends a record to a chain: the chain's first record. */
export function appendRecord(first: u16, number: u16): u16 {
  if (first == 0) return number;
  let last = recordAt(first);
  while (last.next != 0) last = recordAt(last.next);
  last.next = number;
  return first;
}

/** Records of a chain. */
export function countRecords(first: u16): i32 {
  let count = 0;
  for (let number = first; number != 0; number = recordAt(number).next) count++;
  return count;
}
