import { loadU16, loadU32, storeU16 } from "../bytes/number";
import { Span, lower, span, spanEnd, spanLength, spanStart, spansEqual } from "../bytes/span";
import {
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SOA,
  DNS_TYPE_SRV,
  DROP_DNS_IDENTIFIER,
  DROP_DNS_MALFORMED,
  DROP_DNS_QUESTION,
} from "../contract/constants";
import { MAX_LABEL_SIZE, MAX_NAME_SIZE } from "./names";
import { NAPTR_USELESS, transportOfService, useOfNaptr } from "./naptr";

/*
 * DNS messages (RFC 1035, 4): a query is written, an answer is read record by record. Nothing is believed before
 * `check` has walked the whole answer once: every name, every length, every count.
 *
 *   | id | flags | counts: question, answer, authority, additional | question | records …      2 octets each
 */

export const HEADER_SIZE = 12;

/** Octets of a query at most. */
export const MAX_QUERY_SIZE = HEADER_SIZE + MAX_NAME_SIZE + 4;

/** What `open` answers for a message that answers the question. */
export const FITS: i32 = -1;

/* Response codes (RFC 1035, 4.1.1). */
export const RCODE_NO_ERROR = 0;
export const RCODE_NO_SUCH_NAME = 3;
export const RCODE_REFUSED = 5;

/** Seconds that a record is kept at most: a week (RFC 8767, 4). */
const MAX_TTL: u32 = 604800;

/** A name has at most so many labels, and needs no more pointers than labels. */
const MAX_POINTERS = 127;

const CLASS_IN = 1;
const TYPE_NS = 2;
const RECURSION_DESIRED = 0x0100;
const TRUNCATED = 0x0200;
/** Response, and the operation. */
const RESPONSE_MASK = 0xf800;
const RESPONSE_TO_QUERY = 0x8000;

const owner = memory.data(256);
const target = memory.data(256);

/** Writes the query for `type` of `name`, as on the wire, to `to`: its octets, at most MAX_QUERY_SIZE. No EDNS. */
export function writeQuery(identifier: i32, name: Span, type: i32, to: usize): i32 {
  memory.fill(to, 0, HEADER_SIZE);
  storeU16(to, identifier);
  storeU16(to + 2, RECURSION_DESIRED);
  storeU16(to + 4, 1);
  const length = spanLength(name);
  memory.copy(to + HEADER_SIZE, spanStart(name), length);
  storeU16(to + HEADER_SIZE + length, type);
  storeU16(to + HEADER_SIZE + length + 2, CLASS_IN);
  return HEADER_SIZE + length + 4;
}

@unmanaged
export class Message {
  private start: usize;
  private end: usize;
  /** Where reading goes on. */
  private at: usize;
  private answersAt: usize;
  private authorityAt: usize;
  private additionalAt: usize;
  private flags: i32;
  private ownerLength: i32;
  private targetLength: i32;
  private dataEnd: usize;

  /* The record that was read last. */

  /** Its type; 0 for one of another class than IN. */
  type: i32;
  /** Seconds that it may be kept, at most a week. */
  ttl: u32;
  /** Its data: for A and AAAA the address. */
  data: usize;
  /** SRV: priority. NAPTR: order. */
  major: i32;
  /** SRV: weight. NAPTR: preference. */
  minor: i32;
  /** SRV. */
  port: i32;
  /** NAPTR: the transport of the SIP service that it names. */
  transport: i32;
  /** NAPTR: what it is for, NAPTR_…. */
  use: u8;
  /** SOA: seconds that a negative answer may be kept, before its own TTL bounds them. */
  minimum: u32;

  /**
   * Begins to read `bytes` as the answer to `identifier`, `name`, `type`: FITS, or why it is none, DROP_DNS_….
   * An error may leave the question out (RFC 1035 asks for a copy, servers that cannot read us send none).
   */
  open(bytes: Span, identifier: i32, name: Span, type: i32): i32 {
    const start = spanStart(bytes);
    this.start = start;
    this.end = spanEnd(bytes);
    if (spanLength(bytes) < HEADER_SIZE) return DROP_DNS_MALFORMED;
    if (loadU16(start) != identifier) return DROP_DNS_IDENTIFIER;
    this.flags = loadU16(start + 2);
    if ((this.flags & RESPONSE_MASK) != RESPONSE_TO_QUERY) return DROP_DNS_MALFORMED;
    this.at = start + HEADER_SIZE;
    const questions = loadU16(start + 4);
    if (questions == 0 && this.rcode != RCODE_NO_ERROR && this.rcode != RCODE_NO_SUCH_NAME) return FITS;
    if (questions != 1) return DROP_DNS_QUESTION;
    const length = this.readName(owner);
    if (length == 0 || this.end - this.at < 4) return DROP_DNS_MALFORMED;
    if (!spansEqual(span(owner, length), name)) return DROP_DNS_QUESTION;
    if (loadU16(this.at) != type || loadU16(this.at + 2) != CLASS_IN) return DROP_DNS_QUESTION;
    this.answersAt = this.at + 4;
    return FITS;
  }

  get rcode(): i32 {
    return this.flags & 15;
  }

  /** The server had more to say than a datagram holds. */
  get isTruncated(): bool {
    return (this.flags & TRUNCATED) != 0;
  }

  /** Walks all records: false where one of them, or a count, is malformed. */
  check(): bool {
    const answers = this.answers;
    const authorities = answers + this.authorities;
    const all = authorities + this.additionals;
    this.at = this.answersAt;
    for (let i = 0; i < all; i++) {
      if (i == answers) this.authorityAt = this.at;
      if (i == authorities) this.additionalAt = this.at;
      if (!this.next()) return false;
    }
    return true;
  }

  /** Records in the answer section; `next` reads them from here on. */
  readAnswers(): i32 {
    this.at = this.answersAt;
    return this.answers;
  }

  /** Records in the authority section. */
  readAuthorities(): i32 {
    this.at = this.authorityAt;
    return this.authorities;
  }

  /** Records in the additional section. */
  readAdditionals(): i32 {
    this.at = this.additionalAt;
    return this.additionals;
  }

  private get answers(): i32 {
    return loadU16(this.start + 6);
  }

  private get authorities(): i32 {
    return loadU16(this.start + 8);
  }

  private get additionals(): i32 {
    return loadU16(this.start + 10);
  }

  /** Reads the next record; false where it is malformed. */
  next(): bool {
    this.ownerLength = this.readName(owner);
    const at = this.at;
    if (this.ownerLength == 0 || this.end - at < 10) return false;
    this.type = loadU16(at + 2) == CLASS_IN ? loadU16(at) : 0;
    // RFC 2181, 8: with the top bit set, it is 0.
    const ttl = loadU32(at + 4);
    this.ttl = ttl >> 31 ? 0 : min(ttl, MAX_TTL);
    const size = loadU16(at + 8) as usize;
    this.data = at + 10;
    if (this.end - this.data < size) return false;
    this.dataEnd = this.data + size;
    const good = this.readData(size as i32);
    this.at = this.dataEnd;
    return good;
  }

  /** The name that the record belongs to. */
  get owner(): Span {
    return span(owner, this.ownerLength);
  }

  /** CNAME: the alias's target. SRV: the target. NAPTR: the replacement. */
  get target(): Span {
    return span(target, this.targetLength);
  }

  get isNameServer(): bool {
    return this.type == TYPE_NS;
  }

  private readData(size: i32): bool {
    const data = this.data;
    switch (this.type) {
      case DNS_TYPE_A:
        return size == 4;
      case DNS_TYPE_AAAA:
        return size == 16;
      case DNS_TYPE_CNAME:
        return this.readTarget(data);
      case DNS_TYPE_SRV:
        if (size < 7) return false;
        this.major = loadU16(data);
        this.minor = loadU16(data + 2);
        this.port = loadU16(data + 4);
        return this.readTarget(data + 6);
      case DNS_TYPE_NAPTR:
        return size >= 8 && this.readNaptr();
      case DNS_TYPE_SOA:
        this.at = data;
        if (this.readName(target) == 0 || this.readName(target) == 0) return false;
        if (this.at + 20 != this.dataEnd) return false;
        this.minimum = loadU32(this.dataEnd - 4);
        return true;
      default:
        return true;
    }
  }

  /** RFC 3403, 4.1: order, preference, flags, service, regular expression (SIP has no use for it), replacement. */
  private readNaptr(): bool {
    this.major = loadU16(this.data);
    this.minor = loadU16(this.data + 2);
    this.at = this.data + 4;
    const flags = this.readString();
    const service = this.readString();
    this.readString();
    if (this.at >= this.dataEnd || !this.readTarget(this.at)) return false;
    this.transport = transportOfService(service);
    this.use = this.targetLength > 1 ? useOfNaptr(flags, service) : NAPTR_USELESS;
    return true;
  }

  /** A character-string of the data: its view; the reading stops at the end of the data. */
  private readString(): Span {
    const at = min(this.at + 1, this.dataEnd);
    const length = this.at < this.dataEnd ? (load<u8>(this.at) as usize) : 0;
    // One that leaves the data stops at its end, where the replacement is missed.
    this.at = min(at + length, this.dataEnd);
    return span(at, (this.at - at) as i32);
  }

  /** The name that the data ends with; false where it ends before or after them. */
  private readTarget(at: usize): bool {
    this.at = at;
    this.targetLength = this.readName(target);
    return this.targetLength > 0 && this.at == this.dataEnd;
  }

  /**
   * Expands the name at `at` into `to`, in lower case: its octets, 0 where it is malformed. Pointers lead
   * backwards only (RFC 1035, 4.1.4), to before the piece that they end, so there is no way round in circles.
   */
  private readName(to: usize): i32 {
    let at = this.at;
    let piece = at;
    let after: usize = 0;
    let pointers = 0;
    let length = 0;
    while (at < this.end) {
      const size = load<u8>(at++) as i32;
      if (size >= 0xc0) {
        if (at == this.end) return 0;
        const back = this.start + ((((size & 0x3f) << 8) | (load<u8>(at++) as i32)) as usize);
        if (after == 0) after = at;
        if (back >= piece || ++pointers > MAX_POINTERS) return 0;
        piece = back;
        at = back;
        continue;
      }
      if (size > MAX_LABEL_SIZE || length + 1 + size > MAX_NAME_SIZE) return 0;
      if (((this.end - at) as i32) < size) return 0;
      store<u8>(to + length++, size as u8);
      for (let i = 0; i < size; i++) store<u8>(to + length++, lower(load<u8>(at++)));
      if (size == 0) {
        this.at = after != 0 ? after : at;
        return length;
      }
    }
    return 0;
  }
}

/** The answer being read: one at a time. */
export const message = changetype<Message>(memory.data(offsetof<Message>(), 8));
