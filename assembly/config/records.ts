import { parseAddress } from "../bytes/address";
import { Span } from "../bytes/span";
import { DNS_TYPE_A, DNS_TYPE_NAPTR, DNS_TYPE_SRV } from "../contract/constants";
import { MAX_STATIC_RECORDS } from "../limits";
import { OF_PHONE_RECORD, keyOf } from "./keys";
import { Cell, cellText, resetCell } from "./settings";
import { KEYS, KEY_A_IP, KEY_A_NAME, KEY_NAPTR_NAME, KEY_SRV_NAME, RECORD_KEYS } from "./table";

/*
 * Static DNS records of the configuration (L8). A record takes a place when the first of its keys is assigned.
 */

@unmanaged
export class StaticRecord {
  /** DNS_TYPE_NAPTR, DNS_TYPE_SRV, or DNS_TYPE_A for an address of either family; 0: none. */
  kind: u8;
  /** 0: for every account. */
  account: u8;
  /** N of its keys. */
  index: u8;
}

/** What comes before the cells. */
const HEAD_SIZE = 4;
const RECORD_SIZE = HEAD_SIZE + offsetof<Cell>() * RECORD_KEYS;
const records = memory.data(RECORD_SIZE * MAX_STATIC_RECORDS);

export function resetRecords(): void {
  memory.fill(records, 0, RECORD_SIZE * MAX_STATIC_RECORDS);
}

/** A place for a record; its kind is 0 where there is none. `place` is 0 up to MAX_STATIC_RECORDS. */
export function staticRecord(place: i32): StaticRecord {
  return changetype<StaticRecord>(records + place * RECORD_SIZE);
}

/** The first key of a kind of record. */
export function firstKeyOf(kind: i32): i32 {
  return kind == DNS_TYPE_NAPTR ? KEY_NAPTR_NAME : kind == DNS_TYPE_SRV ? KEY_SRV_NAME : KEY_A_NAME;
}

/** The key after the last one of a kind of record. */
export function endKeyOf(kind: i32): i32 {
  return kind == DNS_TYPE_NAPTR ? KEY_SRV_NAME : kind == DNS_TYPE_SRV ? KEY_A_NAME : KEYS;
}

function kindOf(key: i32): i32 {
  return key < KEY_SRV_NAME ? DNS_TYPE_NAPTR : key < KEY_A_NAME ? DNS_TYPE_SRV : DNS_TYPE_A;
}

/** The cell of a key in a record; a key of its own kind. */
export function recordCell(record: StaticRecord, key: i32): Cell {
  const cells = changetype<usize>(record) + HEAD_SIZE;
  return changetype<Cell>(cells + (key - firstKeyOf(record.kind)) * offsetof<Cell>());
}

/** The record that a key is of; where there is none yet a new one, or none if not `create` or all places are taken. */
export function findRecord(account: i32, index: i32, key: i32, create: bool): StaticRecord | null {
  const kind = kindOf(key) as u8;
  for (let place = 0; place < MAX_STATIC_RECORDS; place++) {
    const record = staticRecord(place);
    if (record.kind == 0) {
      if (!create) return null;
      record.kind = kind;
      record.account = account as u8;
      record.index = index as u8;
      for (let i = firstKeyOf(kind); i < endKeyOf(kind); i++)
        resetCell(recordCell(record, i), OF_PHONE_RECORD, i);
      return record;
    }
    if (record.kind == kind && record.account == account && record.index == index) return record;
  }
  return null;
}

/** A number of a record. */
export function recordSetting(record: StaticRecord, key: i32): i32 {
  return recordCell(record, key).value;
}

/** A text of a record. */
export function recordText(record: StaticRecord, key: i32): Span {
  return cellText(recordCell(record, key));
}

/** The address of an address record: its family, the octets at `to`; 0 where it has none. */
export function recordAddress(record: StaticRecord, to: usize): i32 {
  return parseAddress(recordText(record, KEY_A_IP), to);
}

/** The first key that a record lacks and without which it is of no use; -1 where it is complete. */
export function missingKey(record: StaticRecord): i32 {
  for (let key = firstKeyOf(record.kind); key < endKeyOf(record.kind); key++) {
    if (keyOf(key).required && recordSetting(record, key) == 0) return key;
  }
  return -1;
}

/** A place that holds a record which can serve. */
export function recordServes(record: StaticRecord): bool {
  return record.kind != 0 && missingKey(record) < 0;
}
