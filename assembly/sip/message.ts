import { isLiteralIgnoreCase } from "../bytes/literal";
import { NOT_A_NUMBER, parseDecimal } from "../bytes/number";
import {
  NO_SPAN,
  Span,
  find,
  isBlank,
  isDigit,
  span,
  spanBetween,
  spanEnd,
  spanLength,
  spanStart,
  spansEqual,
} from "../bytes/span";
import {
  HEADER_CALL_ID,
  HEADER_CONTENT_LENGTH,
  HEADER_CSEQ,
  HEADER_KINDS,
  HEADER_OTHER,
  HEADER_VIA,
  headerOf,
} from "./header";
import { METHOD_UNKNOWN, methodOf } from "./method";
import { COMMA, isToken, nextItem, skipLws, trimLws } from "./text";

/*
 * A view on one received message. There is one view; it lies on the bytes that were parsed and holds until
 * the next parse, or until those bytes change. Parsing is one pass that notes where the fields lie which the
 * core knows, what each says is read when it is asked for.
 *
 *   fields:  | value: Span, 1 … MAX_FIELDS | next field of the same kind: u8 … |
 *   kinds:   | first field: u8 a kind | last field: u8 a kind |                   0 = none
 */

/** What parseMessage answers. */
export const PARSED = 0;
/** The first line is neither a request's nor a response's of SIP/2.0. */
export const NOT_SIP = -1;
/** The bytes end before the blank line does that ends the head. */
export const CUT_OFF = -2;
/** The first line is one of SIP/2.0, but not as it must be. */
export const BAD_START_LINE = -3;
/** More than MAX_FIELDS fields of the kinds that the core knows. */
export const TOO_MANY_FIELDS = -4;
/** Via, From, To, Call-ID or CSeq is not there, or empty. */
export const MISSING_FIELD = -5;
/** From, To, Call-ID, CSeq or Content-Length is there more than once. */
export const DUPLICATE_FIELD = -6;
/** Content-Length is not a number. */
export const BAD_CONTENT_LENGTH = -7;
/** The body is shorter than Content-Length says; a stream waits for the rest. */
export const BODY_CUT_OFF = -8;
/** CSeq is not a number below 2^31 and a method. */
export const BAD_CSEQ = -9;
/** The CSeq of a request names another method. */
export const METHOD_MISMATCH = -10;

/** Fields of known kinds in a message. */
export const MAX_FIELDS = 96;

const CR: u8 = 0x0d;
const LF: u8 = 0x0a;
const COLON: u8 = 0x3a;
const VERSION_LENGTH = 7;

@unmanaged
export class Message {
  /** All of it, as it was given to be parsed. */
  source: Span;
  /** Request-URI; NO_SPAN in a response. */
  uri: Span;
  /** Of a request its method, of a response that of its CSeq. */
  methodName: Span;
  /** Reason phrase, maybe empty; NO_SPAN in a request. */
  reason: Span;
  /** Empty where there is none. */
  body: Span;
  /** METHOD_UNKNOWN where `methodName` has no number. */
  method: i32;
  /** 100 … 699; 0 in a request. */
  status: i32;
  /** 0 … 2^31 − 1. */
  cseq: i32;
  /** Bytes before the body, line ends before the message included; 0 until the head is complete. */
  headLength: i32;
  /** What Content-Length says; −1 where it is not there. */
  contentLength: i32;
  /** Fields noted. */
  fields: i32;
  isRequest: bool;
}

/** The view on the message parsed last. */
export const message = changetype<Message>(memory.data(offsetof<Message>(), 8));

const values = memory.data((MAX_FIELDS + 1) * 8, 8);
const nexts = memory.data(MAX_FIELDS + 1);
const firsts = memory.data(HEADER_KINDS);
const lasts = memory.data(HEADER_KINDS);

/** No message in view. */
export function resetMessage(): void {
  memory.fill(changetype<usize>(message), 0, offsetof<Message>());
  memory.fill(firsts, 0, HEADER_KINDS);
  message.method = METHOD_UNKNOWN;
  message.contentLength = -1;
}

/**
 * Brings a message into view: PARSED, or one of the errors above, after which the view says nothing, save
 * that after BODY_CUT_OFF `headLength` and `contentLength` hold.
 *
 * Line ends before the message are passed over, a lone LF ends a line, folded lines are one value. Bytes behind
 * the length that Content-Length says are no part of the body; without it the body is all that follows the
 * head (RFC 3261, 18.3). Fields without a colon, and those unknown, are passed over.
 */
export function parseMessage(bytes: Span): i32 {
  resetMessage();
  message.source = bytes;
  const start = spanStart(bytes);
  const end = spanEnd(bytes);
  let at = start;
  while (at < end && (load<u8>(at) == CR || load<u8>(at) == LF)) at++;
  if (at == end) return NOT_SIP;
  const line = find(at, end, LF);
  if (line == end) return CUT_OFF;
  let error = readStartLine(trimLws(spanBetween(at, line)));
  if (error != PARSED) return error;
  const head = noteFields(line + 1, end);
  if (head < 0) return head;
  message.headLength = ((head as usize) - start) as i32;
  error = readBody(head as usize, end);
  return error != PARSED ? error : checkFields();
}

/**
 * Bytes before the body of the message at the beginning of a stream's bytes, 0 while its head is not complete.
 * `seen` bytes were looked at by earlier calls and are not looked at again, so that a head that comes a byte
 * at a time costs no more. Line ends before the message have been taken off by the caller.
 */
export function headLength(bytes: Span, seen: i32): i32 {
  const start = spanStart(bytes);
  const end = spanEnd(bytes);
  let at = find(start + max(seen - 2, 0), end, LF);
  while (at < end) {
    let next = at + 1;
    if (next < end && load<u8>(next) == CR) next++;
    if (next < end && load<u8>(next) == LF) return (next + 1 - start) as i32;
    at = find(at + 1, end, LF);
  }
  return 0;
}

/** The value of the n-th field of a kind, counted from 0; NO_SPAN where there is none. Folds are left in it. */
export function header(id: i32, n: i32 = 0): Span {
  let field = load<u8>(firsts + id);
  for (; n > 0 && field != 0; n--) field = load<u8>(nexts + field);
  return field == 0 ? NO_SPAN : valueOf(field);
}

/**
 * The value that follows `previous` among those of a kind, which may stand in one field with commas between or
 * in several (RFC 3261, 7.3.1), or the first one after NO_SPAN; NO_SPAN where there is none left.
 */
export function nextValue(id: i32, previous: Span): Span {
  let field = load<u8>(firsts + id);
  if (previous != NO_SPAN) {
    while (field != 0 && !holds(valueOf(field), previous)) field = load<u8>(nexts + field);
  }
  for (; field != 0; field = load<u8>(nexts + field)) {
    const value = nextItem(valueOf(field), previous, COMMA);
    if (value != NO_SPAN) return value;
    previous = NO_SPAN;
  }
  return NO_SPAN;
}

/** The value ahead of `following` among those of a kind, or the last one for NO_SPAN; NO_SPAN where there is none. */
export function lastValue(id: i32, following: Span): Span {
  let last = NO_SPAN;
  let value = nextValue(id, last);
  while (value != following) {
    last = value;
    value = nextValue(id, last);
  }
  return last;
}

function valueOf(field: u8): Span {
  return load<u64>(values + ((field as usize) << 3));
}

function holds(value: Span, item: Span): bool {
  return spanStart(item) >= spanStart(value) && spanStart(item) < spanEnd(value);
}

function readStartLine(line: Span): i32 {
  const start = spanStart(line);
  const end = spanEnd(line);
  if (spanLength(line) < VERSION_LENGTH) return NOT_SIP;
  if (isVersion(start)) return readStatusLine(start + VERSION_LENGTH, end);
  if (!isVersion(end - VERSION_LENGTH)) return NOT_SIP;
  const version = end - VERSION_LENGTH;
  const method = find(start, version, 0x20);
  const uri = method + 1;
  const uriEnd = find(uri, version, 0x20);
  message.isRequest = true;
  message.methodName = spanBetween(start, method);
  message.method = methodOf(message.methodName);
  message.uri = spanBetween(uri, uriEnd);
  const good = isToken(message.methodName) && uri < uriEnd && uriEnd + 1 == version;
  return good ? PARSED : BAD_START_LINE;
}

/** The reason phrase may be empty, and with it the blank before it. */
function readStatusLine(at: usize, end: usize): i32 {
  const digits = at + 1;
  if (end < digits + 3 || load<u8>(at) != 0x20) return BAD_START_LINE;
  const status = parseDecimal(span(digits, 3), 1000) as i32;
  if (status < 100 || status > 699) return BAD_START_LINE;
  const behind = digits + 3;
  if (behind < end && load<u8>(behind) != 0x20) return BAD_START_LINE;
  message.status = status;
  message.reason = spanBetween(min(behind + 1, end), end);
  return PARSED;
}

function isVersion(at: usize): bool {
  return isLiteralIgnoreCase(span(at, VERSION_LENGTH), "sip/2.0");
}

/** Notes the fields from `at` on: the address behind the blank line, or an error. */
function noteFields(at: usize, end: usize): i32 {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte == LF) return (at + 1) as i32;
    if (byte == CR && at + 1 < end && load<u8>(at + 1) == LF) return (at + 2) as i32;
    let line = find(at, end, LF);
    while (line + 1 < end && isBlank(load<u8>(line + 1))) line = find(line + 1, end, LF);
    if (line >= end) break;
    const colon = find(at, line, COLON);
    let nameEnd = colon;
    while (nameEnd > at && isBlank(load<u8>(nameEnd - 1))) nameEnd--;
    const id = colon == line ? HEADER_OTHER : headerOf(spanBetween(at, nameEnd));
    if (id != HEADER_OTHER) {
      const error = note(id, trimLws(spanBetween(colon + 1, line)));
      if (error != PARSED) return error;
    }
    at = line + 1;
  }
  return CUT_OFF;
}

function note(id: i32, value: Span): i32 {
  if (message.fields == MAX_FIELDS) return TOO_MANY_FIELDS;
  const field = ++message.fields;
  store<u64>(values + (field << 3), value);
  store<u8>(nexts + field, 0);
  if (load<u8>(firsts + id) == 0) {
    store<u8>(firsts + id, field as u8);
  } else {
    if ((id > HEADER_VIA && id <= HEADER_CALL_ID) || id == HEADER_CSEQ || id == HEADER_CONTENT_LENGTH)
      return DUPLICATE_FIELD;
    store<u8>(nexts + load<u8>(lasts + id), field as u8);
  }
  store<u8>(lasts + id, field as u8);
  return PARSED;
}

function readBody(at: usize, end: usize): i32 {
  const value = header(HEADER_CONTENT_LENGTH);
  if (value == NO_SPAN) {
    message.body = spanBetween(at, end);
    return PARSED;
  }
  const length = parseDecimal(value, i32.MAX_VALUE);
  if (length == NOT_A_NUMBER) return BAD_CONTENT_LENGTH;
  message.contentLength = length as i32;
  if (length > ((end - at) as i64)) return BODY_CUT_OFF;
  message.body = span(at, length as i32);
  return PARSED;
}

/** The fields that every message has (RFC 3261, 8.1.1, 8.1.3.3 and 8.2.6.2). */
function checkFields(): i32 {
  for (let id = HEADER_VIA; id <= HEADER_CALL_ID; id++) {
    if (spanLength(header(id)) == 0) return MISSING_FIELD;
  }
  const value = header(HEADER_CSEQ);
  if (spanLength(value) == 0) return MISSING_FIELD;
  const end = spanEnd(value);
  let at = spanStart(value);
  while (at < end && isDigit(load<u8>(at))) at++;
  const number = parseDecimal(spanBetween(spanStart(value), at), 0x80000000);
  const name = spanBetween(skipLws(at, end), end);
  if (number < 0 || number > i32.MAX_VALUE || spanStart(name) == at || !isToken(name)) return BAD_CSEQ;
  message.cseq = number as i32;
  if (!message.isRequest) {
    message.methodName = name;
    message.method = methodOf(name);
    return PARSED;
  }
  return spansEqual(name, message.methodName) ? PARSED : METHOD_MISMATCH;
}
