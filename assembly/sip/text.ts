import { literalByte } from "../bytes/literal";
import { NOT_A_NUMBER, parseDecimal } from "../bytes/number";
import {
  NO_SPAN,
  Span,
  amongEight,
  find,
  isDigit,
  isTokenByte,
  lower,
  span,
  spanBetween,
  spanEnd,
  spanLength,
  spanStart,
} from "../bytes/span";

/*
 * The grammar that header field values share (RFC 3261, 25.1): white space that may hold a folded line end,
 * lists, `name=value` parameters and quoted strings. All of it works on views and keeps no state: a list is
 * walked by giving the item found last.
 */

export const COMMA: u8 = 0x2c;
export const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const QUOTE: u8 = 0x22;
const LESS_THAN: u8 = 0x3c;
const BACKSLASH: u8 = 0x5c;

/** The largest number of seconds that a field may say (RFC 3261, 20.19: 2^32 − 1); larger ones are cut to it. */
export const MAX_SECONDS: i64 = 0xffffffff;

/** White space inside a value: blanks, and the line end of a folded line. */
export function isLws(byte: u8): bool {
  return byte <= 0x20 && (byte == 0x20 || byte == 0x0d || byte == 0x0a || byte == 0x09);
}

/** The address of the first byte from `at` before `end` that is no white space, or `end`. */
export function skipLws(at: usize, end: usize): usize {
  while (at < end && isLws(load<u8>(at))) at++;
  return at;
}

/** The view without white space at its ends. */
export function trimLws(view: Span): Span {
  let end = spanEnd(view);
  const start = skipLws(spanStart(view), end);
  while (end > start && isLws(load<u8>(end - 1))) end--;
  return spanBetween(start, end);
}

/** The address of the first byte from `at` before `end` that cannot stand in a token, or `end`. */
export function tokenEnd(at: usize, end: usize): usize {
  while (at < end && isTokenByte(load<u8>(at))) at++;
  return at;
}

/** The view is a token: not empty, and all its bytes may stand in one. */
export function isToken(view: Span): bool {
  return spanLength(view) > 0 && tokenEnd(spanStart(view), spanEnd(view)) == spanEnd(view);
}

/**
 * The item of a list that follows `previous`, or the first one after NO_SPAN; NO_SPAN where there is none left.
 * Separators inside quotes or angle brackets do not count, empty items are passed over.
 */
export function nextItem(list: Span, previous: Span, separator: u8): Span {
  let at = previous == NO_SPAN ? spanStart(list) : spanEnd(previous);
  const end = spanEnd(list);
  while (at < end) {
    const stop = itemEnd(at, end, separator);
    const item = trimLws(spanBetween(at, stop));
    if (spanLength(item) > 0) return item;
    at = stop + 1;
  }
  return NO_SPAN;
}

/**
 * The value of the parameter `name` (a literal in lower case) in a list of them: NO_SPAN where it is not there,
 * present but empty where it has no value. Quotes are part of the value.
 */
export function parameter(list: Span, name: string, separator: u8 = 0x3b): Span {
  const end = spanEnd(list);
  for (let at = spanStart(list); at < end; at++) {
    const stop = itemEnd(at, end, separator);
    at = skipLws(at, stop);
    let i = 0;
    while (at < stop && lower(load<u8>(at)) == literalByte(name, i)) {
      at++;
      i++;
    }
    if (literalByte(name, i) == 0) {
      at = skipLws(at, stop);
      if (at == stop) return span(at, 0);
      if (load<u8>(at) == EQUALS) return trimLws(spanBetween(at + 1, stop));
    }
    at = stop;
  }
  return NO_SPAN;
}

/** The address of the quote that closes the quoted string which begins at `at`, or `end` where none does. */
export function closingQuote(at: usize, end: usize): usize {
  for (at++; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == QUOTE) return at;
    if (byte == BACKSLASH) at++;
  }
  return end;
}

/**
 * What a quoted string or a token says, without the quotes, escapes untouched; NO_SPAN for a quoted string
 * that is not closed or has something behind it.
 */
export function unquoted(value: Span): Span {
  const start = spanStart(value);
  const end = spanEnd(value);
  if (start == end || load<u8>(start) != QUOTE) return value;
  return closingQuote(start, end) == end - 1 ? spanBetween(start + 1, end - 1) : NO_SPAN;
}

/** Seconds at the beginning of a value; parameters or a comment may follow. NOT_A_NUMBER where there are none. */
export function leadingSeconds(value: Span): i64 {
  const end = spanEnd(value);
  const start = skipLws(spanStart(value), end);
  let at = start;
  while (at < end && isDigit(load<u8>(at))) at++;
  const behind = at < end ? load<u8>(at) : SEMICOLON;
  if (behind != SEMICOLON && behind != 0x28 && !isLws(behind)) return NOT_A_NUMBER;
  return parseDecimal(spanBetween(start, at), MAX_SECONDS);
}

function itemEnd(at: usize, end: usize, separator: u8): usize {
  for (at = passOver(at, end, separator); at < end; at = passOver(at + 1, end, separator)) {
    const byte = load<u8>(at);
    // Most are letters, and none of what counts here is.
    if (byte > LESS_THAN) continue;
    if (byte == separator) return at;
    if (byte == QUOTE) at = closingQuote(at, end);
    else if (byte == LESS_THAN) at = find(at, end, 0x3e);
  }
  return end;
}

/**
 * From `at` on as far as eight bytes at a time tell nothing that counts in a list. A build for little code leaves
 * it out.
 */
function passOver(at: usize, end: usize, separator: u8): usize {
  if (ASC_SHRINK_LEVEL > 0) return at;
  while (at + 8 <= end) {
    const eight = load<u64>(at);
    const found = amongEight(eight, separator) | amongEight(eight, QUOTE) | amongEight(eight, LESS_THAN);
    if (found != 0) return at + ((ctz(found) >> 3) as usize);
    at += 8;
  }
  return at;
}
