import { parseAddress } from "../bytes/address";
import { NOT_A_NUMBER, parseDecimal } from "../bytes/number";
import { Span, find, isDigit, lower, spanBetween, spanEnd, spanLength, spanStart } from "../bytes/span";
import {
  DIAGNOSTIC_BAD_ADDRESS,
  DIAGNOSTIC_BAD_IP_ADDRESS,
  DIAGNOSTIC_BAD_TEXT,
  DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED,
  DIAGNOSTIC_NOT_A_NUMBER,
  DIAGNOSTIC_OUT_OF_RANGE,
  DIAGNOSTIC_TEXT_TOO_LONG,
} from "../contract/constants";
import {
  KIND_HOST,
  KIND_IP,
  KIND_MILLISECONDS,
  KIND_OVERLAP,
  KIND_TEXT,
  KIND_TIMEOUT,
  inherits,
  keyOf,
} from "./keys";

/*
 * Values as a file writes them: numbers in their ranges, texts, host names, addresses.
 */

const MINUS: u8 = 0x2d;
const DOT: u8 = 0x2e;
/** No number of a file needs more. */
const LIMIT: i64 = 0xffffffffff;
const MAX_DECIMALS = 3;
/** Octets of a label (RFC 1035, 2.3.4). */
const MAX_LABEL = 63;

const address = memory.data(16);
const number = memory.data(4);

/** The number that `checkValue` has read; milliseconds where the key's kind is. */
export function readNumber(): i32 {
  return load<i32>(number);
}

export function isIpAddress(view: Span): bool {
  return parseAddress(view, address) != 0;
}

/**
 * Whether a key may have the value, which is not empty: 0, or the diagnostic. `DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED`
 * is one with which it may.
 */
export function checkValue(storage: i32, key: i32, value: Span): i32 {
  const characters = countCharacters(value);
  if (characters < 0) return DIAGNOSTIC_BAD_TEXT;
  const entry = keyOf(key);
  const kind = entry.kind;
  if (kind == KIND_IP) return isIpAddress(value) ? 0 : DIAGNOSTIC_BAD_IP_ADDRESS;
  if (kind == KIND_TEXT || kind == KIND_HOST) {
    if (characters > entry.maximum) return DIAGNOSTIC_TEXT_TOO_LONG;
    return kind == KIND_TEXT || isHostName(value) || isIpAddress(value) ? 0 : DIAGNOSTIC_BAD_ADDRESS;
  }
  return checkNumber(kind, inherits(storage, key), entry.minimum, entry.maximum, value);
}

function checkNumber(kind: i32, inheriting: bool, minimum: i32, maximum: i32, value: Span): i32 {
  const start = spanStart(value);
  const negative = load<u8>(start) == MINUS;
  const digits = spanBetween(start + (negative ? 1 : 0), spanEnd(value));
  let read = kind == KIND_MILLISECONDS ? thousandths(digits) : parseDecimal(digits, LIMIT);
  if (read == NOT_A_NUMBER) return DIAGNOSTIC_NOT_A_NUMBER;
  if (negative) read = -read;
  let outcome = 0;
  if (kind == KIND_TIMEOUT && read > 0 && read < minimum) {
    read = minimum;
    outcome = DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED;
  }
  const special = read == -1 ? inheriting || kind == KIND_OVERLAP : read == 0 && kind == KIND_TIMEOUT;
  if (!special && (read < minimum || read > maximum)) return DIAGNOSTIC_OUT_OF_RANGE;
  store<i32>(number, read as i32);
  return outcome;
}

/** A decimal number times 1000; `NOT_A_NUMBER` where it is none or has more than three decimals. */
function thousandths(digits: Span): i64 {
  const end = spanEnd(digits);
  const point = find(spanStart(digits), end, DOT);
  const whole = parseDecimal(spanBetween(spanStart(digits), point), LIMIT);
  if (whole == NOT_A_NUMBER || point == end) return whole == NOT_A_NUMBER ? whole : whole * 1000;
  const decimals = spanBetween(point + 1, end);
  let part = parseDecimal(decimals, 1000);
  if (part == NOT_A_NUMBER || spanLength(decimals) > MAX_DECIMALS) return NOT_A_NUMBER;
  for (let i = spanLength(decimals); i < MAX_DECIMALS; i++) part *= 10;
  return whole * 1000 + part;
}

/** Characters of a text in UTF-8 (RFC 3629); -1 where it is not, or has control characters. */
export function countCharacters(view: Span): i32 {
  const end = spanEnd(view);
  let characters = 0;
  for (let at = spanStart(view); at < end; characters++) {
    let point = load<u8>(at++) as u32;
    if (point < 0x20 || point == 0x7f) return -1;
    if (point < 0x80) continue;
    const further = point >= 0xf0 ? 3 : point >= 0xe0 ? 2 : 1;
    if (point < 0xc2 || point > 0xf4) return -1;
    point &= 0x3f >> further;
    for (let i = 0; i < further; i++) {
      const byte = at < end ? (load<u8>(at++) as u32) : 0;
      if ((byte & 0xc0) != 0x80) return -1;
      point = (point << 6) | (byte & 0x3f);
    }
    if (further == 2 && (point < 0x800 || (point & 0xf800) == 0xd800)) return -1;
    if (further == 3 && (point < 0x10000 || point > 0x10ffff)) return -1;
  }
  return characters;
}

/**
 * A host name: labels of letters, digits, hyphens and (in names of services) underscores, the last not of digits
 * alone, a dot after it or none (RFC 3261, 25.1).
 */
export function isHostName(view: Span): bool {
  const end = spanEnd(view);
  let length = 0;
  let onlyDigits = true;
  for (let at = spanStart(view); at < end; at++) {
    const byte = load<u8>(at);
    if (byte == DOT) {
      if (length == 0) return false;
      if (at + 1 == end) break;
      length = 0;
      onlyDigits = true;
      continue;
    }
    if (++length > MAX_LABEL) return false;
    if (isDigit(byte)) continue;
    if (byte != MINUS && byte != 0x5f && ((lower(byte) - 0x61) as u8) >= 26) return false;
    onlyDigits = false;
  }
  return !onlyDigits;
}
