import { writeHost } from "../bytes/address";
import { Endpoint } from "../bytes/endpoint";
import { Span, find, isDigit, lower, spanEnd, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { HEADER_CONTENT_LENGTH, HEADER_CONTENT_TYPE, HEADER_CSEQ, HEADER_VIA, fieldName } from "./header";
import { writeMethod } from "./method";
import { BRANCH_COOKIE } from "./via";
import { writeWord } from "./words";

/*
 * The parts that messages are written of. What does not fit is left out and the writer's `overflow` says so:
 * the caller looks once, at the end.
 */

const SPACE: u8 = 0x20;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const VERSION: string = "SIP/2.0";

/** In the order of the TRANSPORT_ numbers of the host contract. */
const TRANSPORT_NAMES: string = "UDP TCP TLS";

export function endLine(writer: Writer): Writer {
  return writer.byte(0x0d).byte(0x0a);
}

/** `METHOD uri SIP/2.0`. */
export function requestLine(writer: Writer, method: i32, uri: Span): Writer {
  return endLine(writeMethod(writer, method).byte(SPACE).span(uri).byte(SPACE).text(VERSION));
}

/** `SIP/2.0 status `, for the reason phrase to follow. */
export function statusLine(writer: Writer, status: i32): Writer {
  return writer.text(VERSION).byte(SPACE).decimal(status).byte(SPACE);
}

/** A field whose value is there as bytes; the line is written whole. */
export function spanField(writer: Writer, id: i32, value: Span): Writer {
  return endLine(fieldName(writer, id).span(value));
}

/** A field whose value is a literal. */
export function textField(writer: Writer, id: i32, value: string): Writer {
  return endLine(fieldName(writer, id).text(value));
}

/** A field whose value is a number. */
export function numberField(writer: Writer, id: i32, value: u64): Writer {
  return endLine(fieldName(writer, id).decimal(value));
}

/**
 * A Via that asks for `rport` (RFC 3581): the flow's transport and local address, and what follows the cookie in
 * the branch, unique for each transaction (RFC 3261, 8.1.1.7).
 */
export function viaField(writer: Writer, local: Endpoint, branch: Span): Writer {
  fieldName(writer, HEADER_VIA).text(VERSION).byte(0x2f);
  writeWord(writer, TRANSPORT_NAMES, local.transport).byte(SPACE);
  writeHost(writer, local.family, local.address);
  if (local.port != 0) writer.byte(0x3a).decimal(local.port);
  return endLine(writer.text(";rport;branch=").text(BRANCH_COOKIE).span(branch));
}

export function cseqField(writer: Writer, number: i32, method: i32): Writer {
  return endLine(writeMethod(fieldName(writer, HEADER_CSEQ).decimal(number).byte(SPACE), method));
}

/** Begins an address up to and with its bracket: `"Display name" <`, without the name where it is empty. */
export function openAddress(writer: Writer, display: Span): Writer {
  if (spanLength(display) > 0) quoted(writer, display).byte(SPACE);
  return writer.byte(0x3c);
}

/** Ends an address with its bracket, and a tag where there is one. */
export function closeAddress(writer: Writer, tag: Span): Writer {
  writer.byte(0x3e);
  return spanLength(tag) > 0 ? writer.text(";tag=").span(tag) : writer;
}

/**
 * `sip:user@host:port`, `sips:` where `secure`; without a user where it is empty, without a port where it is 0.
 * The host is a name or an address, whose brackets are added where they lack.
 */
export function sipUri(writer: Writer, secure: bool, user: Span, host: Span, port: i32): Writer {
  writer.text(secure ? "sips:" : "sip:");
  if (spanLength(user) > 0) userPart(writer, user).byte(0x40);
  const start = spanStart(host);
  const end = spanEnd(host);
  const bare = find(start, end, 0x3a) < end && load<u8>(start) != 0x5b;
  if (bare) writer.byte(0x5b);
  writer.span(host);
  if (bare) writer.byte(0x5d);
  return port == 0 ? writer : writer.byte(0x3a).decimal(port);
}

/** A field that holds one URI in brackets, such as a Route. */
export function addressField(writer: Writer, id: i32, uri: Span): Writer {
  return endLine(fieldName(writer, id).byte(0x3c).span(uri).byte(0x3e));
}

/** The user part of a URI: what its grammar (RFC 3261, 25.1) does not allow as it is, is escaped. */
export function userPart(writer: Writer, user: Span): Writer {
  const end = spanEnd(user);
  for (let at = spanStart(user); at < end; at++) {
    const byte = load<u8>(at);
    if (isUserByte(byte)) writer.byte(byte);
    else
      writer
        .byte(0x25)
        .byte(upperHexDigit(byte >> 4))
        .byte(upperHexDigit(byte & 15));
  }
  return writer;
}

/** A quoted string: quotes and backslashes are escaped, control characters become blanks. */
export function quoted(writer: Writer, text: Span): Writer {
  const end = spanEnd(text);
  writer.byte(QUOTE);
  for (let at = spanStart(text); at < end; at++) {
    const byte = load<u8>(at);
    if (byte == QUOTE || byte == BACKSLASH) writer.byte(BACKSLASH);
    writer.byte(byte < SPACE || byte == 0x7f ? SPACE : byte);
  }
  return writer.byte(QUOTE);
}

/** Ends a message that has no body. */
export function endHead(writer: Writer): Writer {
  return endLine(numberField(writer, HEADER_CONTENT_LENGTH, 0));
}

/** Ends a message with a body of this type; without either where the body is empty. */
export function endWithBody(writer: Writer, type: Span, body: Span): Writer {
  const length = spanLength(body);
  if (length == 0) return endHead(writer);
  spanField(writer, HEADER_CONTENT_TYPE, type);
  return endLine(numberField(writer, HEADER_CONTENT_LENGTH, length)).span(body);
}

/** `unreserved` and `user-unreserved`. */
function isUserByte(byte: u8): bool {
  if (isDigit(byte) || ((lower(byte) - 0x61) as u8) < 26) return true;
  switch (byte) {
    case 0x21: // !
    case 0x24: // $
    case 0x26: // &
    case 0x27: // '
    case 0x28: // (
    case 0x29: // )
    case 0x2a: // *
    case 0x2b: // +
    case 0x2c: // ,
    case 0x2d: // -
    case 0x2e: // .
    case 0x2f: // /
    case 0x3b: // ;
    case 0x3d: // =
    case 0x3f: // ?
    case 0x5f: // _
    case 0x7e: // ~
      return true;
    default:
      return false;
  }
}

function upperHexDigit(value: u8): u8 {
  return value < 10 ? 0x30 + value : 0x37 + value;
}
