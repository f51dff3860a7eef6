import { NO_SPAN, Span, find, span, spanBetween, spanEnd, spanStart } from "../bytes/span";
import { SEMICOLON, closingQuote, parameter, skipLws, trimLws, unquoted } from "./text";

/*
 * The values of From, To, Contact, Route and their like (RFC 3261, 20.10): a name-addr or an addr-spec, with
 * parameters behind it.
 *
 *   "Display name" <sip:user@host;uri-parameter>;header-parameter
 *   sip:user@host;header-parameter
 */

/** The URI, NO_SPAN where its bracket is not closed. Without brackets it ends at the first semicolon. */
export function addressUri(value: Span): Span {
  const open = openingBracket(value);
  const end = spanEnd(value);
  if (open == 0) return trimLws(spanBetween(spanStart(value), find(spanStart(value), end, SEMICOLON)));
  const close = find(open, end, 0x3e);
  return close == end ? NO_SPAN : trimLws(spanBetween(open + 1, close));
}

/** The parameters behind the URI, which belong to the header field. */
export function addressParameters(value: Span): Span {
  const open = openingBracket(value);
  const end = spanEnd(value);
  const behind = find(open == 0 ? spanStart(value) : open, end, open == 0 ? SEMICOLON : 0x3e);
  return behind == end ? span(end, 0) : spanBetween(behind + 1, end);
}

/** A parameter behind the URI, by a literal in lower case: NO_SPAN where it is not there. */
export function addressParameter(value: Span, name: string): Span {
  return parameter(addressParameters(value), name);
}

/** The display name without its quotes, escapes untouched; empty where there is none. */
export function addressDisplay(value: Span): Span {
  const open = openingBracket(value);
  return open == 0 ? span(spanStart(value), 0) : unquoted(trimLws(spanBetween(spanStart(value), open)));
}

/** The address of the bracket before the URI, or 0. A bracket in a quoted display name is none. */
function openingBracket(value: Span): usize {
  const end = spanEnd(value);
  let at = skipLws(spanStart(value), end);
  if (at < end && load<u8>(at) == 0x22) at = closingQuote(at, end);
  at = find(at, end, 0x3c);
  return at == end ? 0 : at;
}
