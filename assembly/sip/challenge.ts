import { isLiteralIgnoreCase } from "../bytes/literal";
import { NO_SPAN, Span, spanBetween, spanEnd, spanLength, spanStart } from "../bytes/span";
import { HEADER_AUTHENTICATION_INFO } from "./header";
import { header } from "./message";
import { COMMA, nextItem, parameter, skipLws, tokenEnd, unquoted } from "./text";
import { findWord } from "./words";

/*
 * Digest challenges (RFC 7616, 3.3; RFC 8760): which of those in a 401 or 407 is answered.
 */

/** In this order the algorithms are of equal or growing strength, two a hash function of `hash.ts`. */
export const ALGORITHM_MD5 = 0;
export const ALGORITHM_MD5_SESS = 1;
export const ALGORITHM_SHA_256 = 2;
export const ALGORITHM_SHA_256_SESS = 3;
export const ALGORITHM_SHA_512_256 = 4;
export const ALGORITHM_SHA_512_256_SESS = 5;

/** In the order of the numbers. */
export const ALGORITHM_NAMES: string = "MD5 MD5-sess SHA-256 SHA-256-sess SHA-512-256 SHA-512-256-sess";

/**
 * A challenge that can be answered, filled by a parse or by a caller that has kept its texts. The texts are as
 * they stood between the quotes, escapes untouched.
 */
@unmanaged
export class Challenge {
  realm: Span;
  nonce: Span;
  /** NO_SPAN where there is none. */
  opaque: Span;
  algorithm: i32;
  /** The challenge names its algorithm, so the answer does (RFC 2069 knew only one). */
  namesAlgorithm: bool;
  /** `qop=auth` is offered; otherwise there is no qop at all (RFC 2069). */
  qop: bool;
  /** The nonce was too old, the credentials themselves were good. */
  stale: bool;
}

const candidate = changetype<Challenge>(memory.data(offsetof<Challenge>(), 8));

/**
 * The strongest challenge of the message in view that can be answered, among all fields of the kind
 * (WWW-Authenticate or Proxy-Authenticate); of equally strong ones the first. False where there is none.
 * `to` lies on the message and holds as long as its view.
 */
export function strongestChallenge(id: i32, to: Challenge): bool {
  let strength = -1;
  let n = 0;
  for (let field = header(id, n); field != NO_SPAN; field = header(id, ++n)) {
    for (let one = nextChallenge(field, NO_SPAN); one != NO_SPAN; one = nextChallenge(field, one)) {
      if (!parseChallenge(one, candidate) || candidate.algorithm >> 1 <= strength) continue;
      strength = candidate.algorithm >> 1;
      memory.copy(changetype<usize>(to), changetype<usize>(candidate), offsetof<Challenge>());
    }
  }
  return strength >= 0;
}

/** The challenge that follows `previous` in a field's value, or the first one after NO_SPAN. */
export function nextChallenge(field: Span, previous: Span): Span {
  const first = nextItem(field, previous, COMMA);
  if (first == NO_SPAN) return NO_SPAN;
  let last = first;
  let next = nextItem(field, last, COMMA);
  while (next != NO_SPAN && !beginsChallenge(next)) {
    last = next;
    next = nextItem(field, last, COMMA);
  }
  return spanBetween(spanStart(first), spanEnd(last));
}

/**
 * Reads a challenge into `to`. False for one that cannot be answered: another scheme than Digest, no realm or
 * nonce, an algorithm unknown, `auth-int` alone, or a text that could not be sent back as it is.
 */
export function parseChallenge(challenge: Span, to: Challenge): bool {
  const end = spanEnd(challenge);
  const scheme = tokenEnd(spanStart(challenge), end);
  if (!isLiteralIgnoreCase(spanBetween(spanStart(challenge), scheme), "digest")) return false;
  const list = spanBetween(scheme, end);

  to.realm = unquoted(parameter(list, "realm", COMMA));
  to.nonce = unquoted(parameter(list, "nonce", COMMA));
  const opaque = parameter(list, "opaque", COMMA);
  to.opaque = unquoted(opaque);
  if (to.realm == NO_SPAN || spanLength(to.nonce) == 0 || (to.opaque == NO_SPAN) != (opaque == NO_SPAN))
    return false;
  if (!isQuotable(to.realm) || !isQuotable(to.nonce) || !isQuotable(to.opaque)) return false;

  const algorithm = parameter(list, "algorithm", COMMA);
  to.namesAlgorithm = algorithm != NO_SPAN;
  to.algorithm = algorithm == NO_SPAN ? ALGORITHM_MD5 : findWord(ALGORITHM_NAMES, unquoted(algorithm));
  const qop = unquoted(parameter(list, "qop", COMMA));
  to.qop = parameter(qop, "auth", COMMA) != NO_SPAN;
  to.stale = isLiteralIgnoreCase(unquoted(parameter(list, "stale", COMMA)), "true");
  return to.algorithm >= 0 && (to.qop || nextItem(qop, NO_SPAN, COMMA) == NO_SPAN);
}

/** The nonce that Authentication-Info asks to be used next (RFC 7616, 3.5); NO_SPAN where there is none. */
export function nextNonce(): Span {
  const nonce = unquoted(parameter(header(HEADER_AUTHENTICATION_INFO), "nextnonce", COMMA));
  return spanLength(nonce) > 0 && isQuotable(nonce) ? nonce : NO_SPAN;
}

/** The item is `scheme parameter`, not `name=value`. */
function beginsChallenge(item: Span): bool {
  const end = spanEnd(item);
  const stop = tokenEnd(spanStart(item), end);
  const next = skipLws(stop, end);
  return next > stop && next < end && load<u8>(next) != 0x3d;
}

/** The text may stand between quotes as it is: no line end, and no quote that is not escaped. */
function isQuotable(text: Span): bool {
  const end = spanEnd(text);
  for (let at = spanStart(text); at < end; at++) {
    if (load<u8>(at) == 0x22) return false;
    if (load<u8>(at) == 0x5c && ++at == end) return false;
    if (load<u8>(at) < 0x20) return false;
  }
  return true;
}
