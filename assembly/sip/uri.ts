import { FAMILY_IPV6, parseAddress } from "../bytes/address";
import { isLiteralIgnoreCase } from "../bytes/literal";
import { hexValue, parseDecimal } from "../bytes/number";
import {
  NO_SPAN,
  Span,
  find,
  isDigit,
  lower,
  spanBetween,
  spanEnd,
  spanStart,
  spansEqualIgnoreCase,
} from "../bytes/span";
import { SEMICOLON, isToken, parameter, skipLws } from "./text";

/*
 * SIP and SIPS URIs (RFC 3261, 19.1):
 *
 *   sip:user:password@host:port;parameters?headers
 */

export const SCHEME_NONE = 0;
export const SCHEME_SIP = 1;
export const SCHEME_SIPS = 2;
/** Another scheme, such as `tel`. */
export const SCHEME_OTHER = 3;

const COLON: u8 = 0x3a;
const AT: u8 = 0x40;
const HEADERS: u8 = 0x3f;

/** A host, IPv6 in its brackets, and a port, 0 where none is said. */
@unmanaged
export class HostPort {
  host: Span;
  port: i32;
}

@unmanaged
export class Uri extends HostPort {
  scheme: i32;
  /** Escapes untouched; NO_SPAN where there is none. */
  user: Span;
  password: Span;
  /** Without the first semicolon; empty where there are none. */
  parameters: Span;
  /** Without the question mark. */
  headers: Span;
}

const literal = memory.data(16);

/**
 * Reads a SIP or SIPS URI into `to`, whose views lie in `view`. False where it is none: `to.scheme` is then
 * SCHEME_OTHER for a URI of another scheme and the rest means nothing.
 */
export function parseUri(view: Span, to: Uri): bool {
  const start = spanStart(view);
  const end = spanEnd(view);
  for (let at = start; at < end; at++) {
    if (load<u8>(at) <= 0x20) return notSip(to, SCHEME_NONE);
  }
  const colon = find(start, end, COLON);
  if (colon == end) return notSip(to, SCHEME_NONE);
  const scheme = spanBetween(start, colon);
  if (isLiteralIgnoreCase(scheme, "sip")) to.scheme = SCHEME_SIP;
  else if (isLiteralIgnoreCase(scheme, "sips")) to.scheme = SCHEME_SIPS;
  else return notSip(to, isToken(scheme) ? SCHEME_OTHER : SCHEME_NONE);

  let at = find(colon, end, AT);
  to.user = NO_SPAN;
  to.password = NO_SPAN;
  if (at == end) {
    at = colon;
  } else {
    const secret = find(colon + 1, at, COLON);
    if (secret == colon + 1) return notSip(to, SCHEME_NONE);
    to.user = spanBetween(colon + 1, secret);
    if (secret < at) to.password = spanBetween(secret + 1, at);
  }
  at = readHostPort(at + 1, end, to);
  if (at == 0) return notSip(to, SCHEME_NONE);
  const headers = find(at, end, HEADERS);
  if (at < headers && load<u8>(at) != SEMICOLON) return notSip(to, SCHEME_NONE);
  to.parameters = spanBetween(at + 1, headers);
  to.headers = spanBetween(headers + 1, end);
  return true;
}

/**
 * Reads `host` or `host:port` from `at` on; white space may stand around the colon (RFC 3261, 25.1, Via).
 * The address behind it, or 0 where there is no host, no port behind the colon, or one that is none.
 */
export function readHostPort(at: usize, end: usize, to: HostPort): usize {
  const start = at;
  if (at < end && load<u8>(at) == 0x5b) {
    at = min(find(at, end, 0x5d) + 1, end);
    if (parseAddress(spanBetween(start, at), literal) != FAMILY_IPV6) return 0;
  } else {
    while (at < end && isHostByte(load<u8>(at))) at++;
  }
  if (at == start) return 0;
  to.host = spanBetween(start, at);
  to.port = 0;
  const colon = skipLws(at, end);
  if (colon == end || load<u8>(colon) != COLON) return at;
  const digits = skipLws(colon + 1, end);
  at = digits;
  while (at < end && isDigit(load<u8>(at))) at++;
  const port = parseDecimal(spanBetween(digits, at), 0x10000) as i32;
  to.port = port;
  return port < 1 || port > 0xffff ? 0 : at;
}

/** The value of a URI parameter by a literal in lower case: NO_SPAN where it is not there. */
export function uriParameter(uri: Uri, name: string): Span {
  return parameter(uri.parameters, name);
}

/**
 * The two lead to the same user at the same place: what tells contacts of ours apart, which have no other parts. The
 * default port and the default transport equal their absence, for a registrar may write a contact either way.
 */
export function sameContact(a: Uri, b: Uri): bool {
  return (
    a.scheme == b.scheme &&
    portOf(a) == portOf(b) &&
    sameHost(a.host, b.host) &&
    sameText(a.user, b.user) &&
    ((hasDefaultTransport(a) && hasDefaultTransport(b)) ||
      spansEqualIgnoreCase(uriParameter(a, "transport"), uriParameter(b, "transport")))
  );
}

function hasDefaultTransport(uri: Uri): bool {
  const transport = uriParameter(uri, "transport");
  return transport == NO_SPAN || isLiteralIgnoreCase(transport, uri.scheme == SCHEME_SIPS ? "tcp" : "udp");
}

/** The port that the URI leads to without DNS. */
export function portOf(uri: Uri): i32 {
  return uri.port != 0 ? uri.port : uri.scheme == SCHEME_SIPS ? 5061 : 5060;
}

/** The same host name but for case, or the same address. */
export function sameHost(a: Span, b: Span): bool {
  if (spansEqualIgnoreCase(a, b)) return true;
  const family = parseAddress(a, literal);
  const high = load<u64>(literal);
  const low = load<u64>(literal, 8);
  return (
    family != 0 &&
    parseAddress(b, literal) == family &&
    load<u64>(literal) == high &&
    load<u64>(literal, 8) == low
  );
}

function notSip(to: Uri, scheme: i32): bool {
  to.scheme = scheme;
  return false;
}

function isHostByte(byte: u8): bool {
  return isDigit(byte) || ((lower(byte) - 0x61) as u8) < 26 || byte == 0x2d || byte == 0x2e || byte == 0x5f;
}

/** The same text once escapes are resolved. */
export function sameText(a: Span, b: Span): bool {
  const firstEnd = spanEnd(a);
  const secondEnd = spanEnd(b);
  let first = spanStart(a);
  let second = spanStart(b);
  while (first < firstEnd && second < secondEnd) {
    const one = decoded(first, firstEnd);
    const other = decoded(second, secondEnd);
    if ((one as u8) != (other as u8)) return false;
    first += one >> 8;
    second += other >> 8;
  }
  return first == firstEnd && second == secondEnd;
}

/** The byte at `at`, or the one that an escape (`%41`) there stands for; in the second byte its length. */
function decoded(at: usize, end: usize): u32 {
  const byte = load<u8>(at) as u32;
  if (byte == 0x25 && at + 2 < end) {
    const value = (hexValue(load<u8>(at + 1)) << 4) | hexValue(load<u8>(at + 2));
    if (value >= 0) return 0x300 | (value as u32);
  }
  return 0x100 | byte;
}
