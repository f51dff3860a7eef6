import { literalByte } from "../bytes/literal";
import { Span, lower, spanEnd, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { BLANK, isWordAt, writeWord } from "./words";

/*
 * The header fields that the core knows. Those that have a compact form (RFC 3261, 7.3.3) come first, in the
 * order of COMPACT_FORMS.
 */

/** A header field that the core does not know. */
export const HEADER_OTHER = 0;

export const HEADER_VIA = 1;
export const HEADER_FROM = 2;
export const HEADER_TO = 3;
export const HEADER_CALL_ID = 4;
export const HEADER_CONTACT = 5;
export const HEADER_CONTENT_LENGTH = 6;
export const HEADER_CONTENT_TYPE = 7;
export const HEADER_CONTENT_ENCODING = 8;
export const HEADER_SUPPORTED = 9;
export const HEADER_EVENT = 10;
export const HEADER_ALLOW_EVENTS = 11;
export const HEADER_REFER_TO = 12;
export const HEADER_REFERRED_BY = 13;
export const HEADER_SESSION_EXPIRES = 14;
export const HEADER_CSEQ = 15;
export const HEADER_MAX_FORWARDS = 16;
export const HEADER_EXPIRES = 17;
export const HEADER_MIN_EXPIRES = 18;
export const HEADER_RETRY_AFTER = 19;
export const HEADER_ROUTE = 20;
export const HEADER_RECORD_ROUTE = 21;
export const HEADER_PATH = 22;
export const HEADER_SERVICE_ROUTE = 23;
export const HEADER_REQUIRE = 24;
export const HEADER_PROXY_REQUIRE = 25;
export const HEADER_UNSUPPORTED = 26;
export const HEADER_ALLOW = 27;
export const HEADER_ACCEPT = 28;
export const HEADER_SUBSCRIPTION_STATE = 29;
export const HEADER_WWW_AUTHENTICATE = 30;
export const HEADER_PROXY_AUTHENTICATE = 31;
export const HEADER_AUTHENTICATION_INFO = 32;
export const HEADER_AUTHORIZATION = 33;
export const HEADER_PROXY_AUTHORIZATION = 34;
export const HEADER_USER_AGENT = 35;
export const HEADER_SERVER = 36;
export const HEADER_WARNING = 37;
export const HEADER_REASON = 38;
export const HEADER_MIN_SE = 39;
export const HEADER_RSEQ = 40;
export const HEADER_RACK = 41;
export const HEADER_REPLACES = 42;
export const HEADER_SIP_ETAG = 43;
export const HEADER_SIP_IF_MATCH = 44;
export const HEADER_FLOW_TIMER = 45;
export const HEADER_P_ASSERTED_IDENTITY = 46;
export const HEADER_INFO_PACKAGE = 47;

/** One more than the last number. */
export const HEADER_KINDS = 48;

/** In the order of the numbers. */
const NAMES: string = `Via From To Call-ID Contact Content-Length Content-Type Content-Encoding Supported Event
Allow-Events Refer-To Referred-By Session-Expires CSeq Max-Forwards Expires Min-Expires Retry-After Route
Record-Route Path Service-Route Require Proxy-Require Unsupported Allow Accept Subscription-State
WWW-Authenticate Proxy-Authenticate Authentication-Info Authorization Proxy-Authorization User-Agent Server
Warning Reason Min-SE RSeq RAck Replaces SIP-ETag SIP-If-Match Flow-Timer P-Asserted-Identity Info-Package`;

const COMPACT_FORMS: string = "vftimlcekourbx";

/** Slots of the table that finds a name by its length, first and last letter. A power of two. */
const SLOTS: u32 = 128;

/** A number each, 0 where the slot is free. Made at the first use. */
const slots = memory.data(128);

/** Where each name begins in NAMES; the entry of HEADER_OTHER is 1 when the table is made. */
const starts = memory.data(HEADER_KINDS * 2, 2);

/** The number of a header field by its name or compact form, in any case; HEADER_OTHER for one not known. */
export function headerOf(name: Span): i32 {
  const length = spanLength(name);
  if (length == 0) return HEADER_OTHER;
  if (length == 1) return compactForm(lower(load<u8>(spanStart(name))));
  if (load<u16>(starts) == 0) makeTable();
  let slot = slotOf(length, load<u8>(spanStart(name)), load<u8>(spanEnd(name) - 1));
  let id = load<u8>(slots + slot) as i32;
  while (id != HEADER_OTHER && !isWordAt(NAMES, load<u16>(starts + (id << 1)) as i32, name)) {
    slot = (slot + 1) & (SLOTS - 1);
    id = load<u8>(slots + slot) as i32;
  }
  return id;
}

/** Writes `Name: `. */
export function fieldName(writer: Writer, id: i32): Writer {
  return writeWord(writer, NAMES, id - 1)
    .byte(0x3a)
    .byte(0x20);
}

function compactForm(form: u8): i32 {
  for (let i = 0; literalByte(COMPACT_FORMS, i) != 0; i++) {
    if (literalByte(COMPACT_FORMS, i) == form) return i + 1;
  }
  return HEADER_OTHER;
}

/** No two of the names above share a slot; if some did, the next free one would be taken. */
function slotOf(length: i32, first: u8, last: u8): u32 {
  return ((length as u32) * 17 + (lower(first) as u32) + (lower(last) as u32) * 20) & (SLOTS - 1);
}

function makeTable(): void {
  store<u16>(starts, 1);
  let start = 0;
  for (let id = 1; id < HEADER_KINDS; id++) {
    let end = start;
    while (literalByte(NAMES, end) > BLANK) end++;
    store<u16>(starts + (id << 1), start as u16);
    let slot = slotOf(end - start, literalByte(NAMES, start), literalByte(NAMES, end - 1));
    while (load<u8>(slots + slot) != HEADER_OTHER) slot = (slot + 1) & (SLOTS - 1);
    store<u8>(slots + slot, id as u8);
    start = end + 1;
  }
}
