import { isLiteralIgnoreCase } from "../bytes/literal";
import { NOT_A_NUMBER } from "../bytes/number";
import { NO_SPAN, Span, isDigit, spanEnd, spanStart, spansEqual } from "../bytes/span";
import { HEADER_CONTACT, HEADER_EXPIRES, HEADER_FROM, HEADER_TO, HEADER_VIA } from "./header";
import { header, nextValue } from "./message";
import { addressParameter, addressUri } from "./nameaddr";
import { leadingSeconds, unquoted } from "./text";
import { Uri, parseUri, sameContact } from "./uri";
import { Via, parseVia } from "./via";

/*
 * What the fields of the message in view say. Nothing here is kept; views hold as long as the message's.
 */

/** The lifetime that a malformed `expires` parameter stands for (RFC 3261, 20.10). Seconds. */
const MALFORMED_EXPIRES: i64 = 3600;

const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const ownUri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));

/** The topmost Via value of the message in view, once `topVia` has read it. */
export const topmost = changetype<Via>(memory.data(offsetof<Via>(), 8));

/** Reads the topmost Via value; false where it is malformed. */
export function topVia(): bool {
  return parseVia(nextValue(HEADER_VIA, NO_SPAN), topmost);
}

/** The tag of From; NO_SPAN where it has none. */
export function fromTag(): Span {
  return addressParameter(header(HEADER_FROM), "tag");
}

/** The tag of To; NO_SPAN where it has none. */
export function toTag(): Span {
  return addressParameter(header(HEADER_TO), "tag");
}

/**
 * The seconds that Expires, Min-Expires, Retry-After, Session-Expires, Min-SE or Flow-Timer says, at most
 * MAX_SECONDS however long the number is; NOT_A_NUMBER where the field is not there or malformed.
 */
export function headerSeconds(id: i32): i64 {
  return leadingSeconds(header(id));
}

/** A list of tokens (Require, Supported, Allow …) has this one; a literal in lower case. */
export function hasToken(id: i32, token: string): bool {
  for (let value = nextValue(id, NO_SPAN); value != NO_SPAN; value = nextValue(id, value)) {
    if (isLiteralIgnoreCase(value, token)) return true;
  }
  return false;
}

/** The Contact value with the URI `own` (RFC 3261, 10.2.4); NO_SPAN where there is none. */
export function findContact(own: Span): Span {
  for (
    let value = nextValue(HEADER_CONTACT, NO_SPAN);
    value != NO_SPAN;
    value = nextValue(HEADER_CONTACT, value)
  ) {
    const address = addressUri(value);
    // Most servers write it as we did.
    if (spansEqual(address, own)) return value;
    if (parseUri(address, uri) && parseUri(own, ownUri) && sameContact(uri, ownUri)) return value;
  }
  return NO_SPAN;
}

/**
 * The lifetime of a binding in seconds, at most MAX_SECONDS: what the Contact value says, otherwise what Expires
 * says; NOT_A_NUMBER where neither does (RFC 3261, 10.2.4).
 */
export function contactSeconds(contact: Span): i64 {
  const value = addressParameter(contact, "expires");
  if (value == NO_SPAN) return headerSeconds(HEADER_EXPIRES);
  const seconds = leadingSeconds(unquoted(value));
  return seconds == NOT_A_NUMBER ? MALFORMED_EXPIRES : seconds;
}

/** The preference of a Contact value, 0 … 1000; 1000 where it says none or no qvalue (RFC 3261, 20.10). */
export function contactPreference(contact: Span): i32 {
  const value = addressParameter(contact, "q");
  const end = spanEnd(value);
  let thousandths = 0;
  let weight = 1000;
  for (let at = spanStart(value); at < end && weight > 0; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e && weight == 100) continue;
    if (!isDigit(byte)) return 1000;
    thousandths += ((byte - 0x30) as i32) * weight;
    weight /= 10;
  }
  return weight == 1000 ? 1000 : min(thousandths, 1000);
}
