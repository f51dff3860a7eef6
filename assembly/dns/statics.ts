import { FAMILY_IPV6 } from "../bytes/address";
import { Span, span } from "../bytes/span";
import { DNS_TYPE_A, DNS_TYPE_AAAA, DNS_TYPE_NAPTR, DNS_TYPE_SRV } from "../contract/constants";
import { MAX_STATIC_RECORDS } from "../limits";
import { keepName } from "./cache";
import { NAPTR_TO_SRV, NAPTR_USELESS, transportOfService, useOfNaptr } from "./naptr";
import { MAX_NAME_SIZE, NO_NAME, dropName, writeNameOfText } from "./names";
import { DnsRecord, appendRecord, recordAt, staticNumber } from "./records";

/*
 * Static records, the `dns_cache_*` of the configuration (L8). Account 0 is the phone; an account's own records of
 * a name and type take the place of the phone's. Records of one name and type keep the order in which they came.
 *
 * Each `add…` answers the new record, so that the caller can write its numbers in; `null` where a name is none, the
 * record is of no use to SIP, or there is no room.
 */

@unmanaged
class StaticSet {
  /** Held; ROOT where the record is a further one of its set. */
  name: u16;
  type: u8;
  account: u8;
  /** Seconds, the lowest of the set. */
  ttl: u32;
}

@unmanaged
class Statics {
  count: i32;
}

const statics = changetype<Statics>(memory.data(offsetof<Statics>(), 8));
const sets = memory.data(offsetof<StaticSet>() * MAX_STATIC_RECORDS, 8);
const wire = memory.data(MAX_NAME_SIZE + 1);

export function resetStatics(): void {
  statics.count = 0;
  memory.fill(sets, 0, offsetof<StaticSet>() * MAX_STATIC_RECORDS);
}

/** An address record; its 16 octets are at `address`. `ttl` in seconds, here and below. */
export function addStaticAddress(
  account: i32,
  name: Span,
  family: i32,
  address: usize,
  ttl: u32,
): DnsRecord | null {
  const record = add(account, name, family == FAMILY_IPV6 ? DNS_TYPE_AAAA : DNS_TYPE_A, ttl);
  if (record != null) memory.copy(record.address, address, 16);
  return record;
}

/** An SRV record; the caller sets `major` (priority), `minor` (weight) and `port`. */
export function addStaticSrv(account: i32, name: Span, target: Span, ttl: u32): DnsRecord | null {
  return addPointer(account, name, DNS_TYPE_SRV, target, ttl);
}

/**
 * A NAPTR record; the caller sets `major` (order) and `minor` (preference). Without flags it is one with the flag
 * `s`: a list that somebody wrote down has no need to go on elsewhere, and older phones have no such key.
 */
export function addStaticNaptr(
  account: i32,
  name: Span,
  flags: Span,
  service: Span,
  replacement: Span,
  ttl: u32,
): DnsRecord | null {
  const transport = transportOfService(service);
  const use = useOfNaptr(flags, service);
  if (transport < 0 || use == NAPTR_USELESS) return null;
  const record = addPointer(account, name, DNS_TYPE_NAPTR, replacement, ttl);
  if (record != null) record.setService(transport, NAPTR_TO_SRV);
  return record;
}

/** A record that leads to another name. */
function addPointer(account: i32, name: Span, type: i32, to: Span, ttl: u32): DnsRecord | null {
  const target = hold(to);
  if (target == NO_NAME) return null;
  const record = add(account, name, type, ttl);
  if (record == null) dropName(target);
  else record.name = target as u16;
  return record;
}

function add(account: i32, name: Span, type: i32, ttl: u32): DnsRecord | null {
  const index = statics.count;
  if (index == MAX_STATIC_RECORDS) return null;
  const held = hold(name);
  if (held == NO_NAME) return null;
  statics.count++;
  const number = staticNumber(index);
  const record = recordAt(number);
  memory.fill(changetype<usize>(record), 0, offsetof<DnsRecord>());
  const first = find(account, held, type);
  if (first >= 0) {
    appendRecord(staticNumber(first), number);
    setAt(first).ttl = min(setAt(first).ttl, ttl);
    dropName(held);
    return record;
  }
  const set = setAt(index);
  set.name = held as u16;
  set.type = type as u8;
  set.account = account as u8;
  set.ttl = ttl;
  return record;
}

function hold(text: Span): i32 {
  const length = writeNameOfText(text, wire);
  return length == 0 ? NO_NAME : keepName(span(wire, length));
}

function setAt(index: i32): StaticSet {
  return changetype<StaticSet>(sets + index * offsetof<StaticSet>());
}

function find(account: i32, name: i32, type: i32): i32 {
  for (let i = 0; i < statics.count; i++) {
    const set = setAt(i);
    if (set.name == (name as u16) && set.type == (type as u8) && set.account == (account as u8)) return i;
  }
  return -1;
}

/** The static set of a question that `account` sees, below 0 where there is none. */
export function findStatic(account: i32, name: i32, type: i32): i32 {
  const own = find(account, name, type);
  return own >= 0 ? own : find(0, name, type);
}

/** First record of a static set. */
export function firstOfStatic(set: i32): u16 {
  return staticNumber(set);
}

/** TTL of a static set, in seconds. */
export function ttlOfStatic(set: i32): u32 {
  return setAt(set).ttl;
}
