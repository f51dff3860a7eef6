import { ADDRESS_SIZE, FAMILY_IPV6, parseAddress } from "../../../assembly/bytes/address";
import { Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import {
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SOA,
  DNS_TYPE_SRV,
} from "../../../assembly/contract/constants";

/*
 * Bytes, records and messages, as DNS servers write them.
 */

/* Bytes. */

const area = memory.data(65536, 8);
let areaAt: usize = 0;

/** A view on a copy of the octets, good for the next few calls. */
export function viewOf(octets: Array<u8>): Span {
  if (areaAt + (octets.length as usize) > 65536) areaAt = 0;
  const at = area + areaAt;
  for (let i = 0; i < octets.length; i++) store<u8>(at + i, octets[i]);
  areaAt += octets.length + 1;
  return span(at, octets.length);
}

export function textView(text: string): Span {
  const octets: Array<u8> = [];
  for (let i = 0; i < text.length; i++) octets.push(text.charCodeAt(i) as u8);
  return viewOf(octets);
}

export function octetsOf(view: Span): Array<u8> {
  const octets: Array<u8> = [];
  for (let i = 0; i < spanLength(view); i++) octets.push(load<u8>(spanStart(view) + i));
  return octets;
}

const addressBytes = memory.data(ADDRESS_SIZE, 8);

/** The octets of an address in text; 4 or 16. */
function addressOctets(text: string): Array<u8> {
  const family = parseAddress(textView(text), addressBytes);
  assert(family != 0, "an address");
  return octetsOf(span(addressBytes, family == FAMILY_IPV6 ? 16 : 4));
}

/* Messages. */

/** A name on the wire. */
export function nameOctets(text: string): Array<u8> {
  const octets: Array<u8> = [];
  if (text != ".") {
    const labels = text.split(".");
    for (let i = 0; i < labels.length; i++) {
      octets.push(labels[i].length as u8);
      for (let j = 0; j < labels[i].length; j++) octets.push(labels[i].charCodeAt(j) as u8);
    }
  }
  octets.push(0);
  return octets;
}

export class Record {
  constructor(
    public name: string,
    public type: i32,
    public ttl: u32,
    public data: Array<u8>,
  ) {}
}

function u16Octets(value: i32): Array<u8> {
  return [(value >> 8) as u8, value as u8];
}

function stringOctets(text: string): Array<u8> {
  return [text.length as u8].concat(octetsOf(textView(text)));
}

export function a(name: string, ip: string, ttl: u32 = 300): Record {
  return new Record(name, ip.includes(":") ? DNS_TYPE_AAAA : DNS_TYPE_A, ttl, addressOctets(ip));
}

export function cname(name: string, target: string, ttl: u32 = 300): Record {
  return new Record(name, DNS_TYPE_CNAME, ttl, nameOctets(target));
}

export function srv(
  name: string,
  priority: i32,
  weight: i32,
  port: i32,
  target: string,
  ttl: u32 = 300,
): Record {
  const data = u16Octets(priority).concat(u16Octets(weight)).concat(u16Octets(port));
  return new Record(name, DNS_TYPE_SRV, ttl, data.concat(nameOctets(target)));
}

export function naptr(
  name: string,
  order: i32,
  preference: i32,
  flags: string,
  service: string,
  replacement: string,
  ttl: u32 = 300,
): Record {
  const data = u16Octets(order).concat(u16Octets(preference));
  const strings = stringOctets(flags).concat(stringOctets(service)).concat(stringOctets(""));
  return new Record(name, DNS_TYPE_NAPTR, ttl, data.concat(strings).concat(nameOctets(replacement)));
}

export function soa(name: string, ttl: u32, minimum: u32): Record {
  const data = nameOctets("ns." + name).concat(nameOctets("admin." + name));
  for (let i = 0; i < 16; i++) data.push(0);
  for (let shift = 24; shift >= 0; shift -= 8) data.push((minimum >> shift) as u8);
  return new Record(name, DNS_TYPE_SOA, ttl, data);
}

export function nameServer(name: string, server: string): Record {
  return new Record(name, 2, 300, nameOctets(server));
}

/** A message under construction. */
export class Message {
  octets: Array<u8> = [];

  constructor(identifier: i32, flags: i32 = 0x8180) {
    this.u16(identifier).u16(flags).u16(0).u16(0).u16(0).u16(0);
  }

  u16(value: i32): Message {
    this.octets.push((value >> 8) as u8);
    this.octets.push(value as u8);
    return this;
  }

  bytes(octets: Array<u8>): Message {
    this.octets = this.octets.concat(octets);
    return this;
  }

  /** Sets one of the four counts. */
  count(section: i32, value: i32): Message {
    this.octets[4 + 2 * section] = (value >> 8) as u8;
    this.octets[5 + 2 * section] = value as u8;
    return this;
  }

  question(name: string, type: i32): Message {
    return this.count(0, 1).bytes(nameOctets(name)).u16(type).u16(1);
  }

  /** Appends a record whose owner's name is written as `owner`. */
  recordOf(owner: Array<u8>, type: i32, ttl: u32, data: Array<u8>, section: i32 = 1): Message {
    this.count(section, this.octets[5 + 2 * section] + 1);
    this.bytes(owner).u16(type).u16(1);
    return this.u16((ttl >> 16) as i32)
      .u16((ttl & 0xffff) as i32)
      .u16(data.length)
      .bytes(data);
  }

  record(record: Record, section: i32 = 1): Message {
    return this.recordOf(nameOctets(record.name), record.type, record.ttl, record.data, section);
  }

  records(records: Array<Record>, section: i32 = 1): Message {
    for (let i = 0; i < records.length; i++) this.record(records[i], section);
    return this;
  }

  get view(): Span {
    return viewOf(this.octets);
  }

  /** As it goes over TCP. */
  get framed(): Array<u8> {
    return u16Octets(this.octets.length).concat(this.octets);
  }
}
