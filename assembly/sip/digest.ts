import { literalByte } from "../bytes/literal";
import { NO_SPAN, Span, spanEnd, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { ALGORITHM_NAMES, Challenge } from "./challenge";
import { endLine, quoted } from "./compose";
import { MAX_HASH_SIZE, beginHash, endHash, hashByte, hashSpan } from "../bytes/hash";
import { fieldName } from "./header";
import { writeWord } from "./words";

/*
 * The answer to a digest challenge (RFC 7616, 3.4; without qop as RFC 2069 had it).
 */

const HEX_SIZE = MAX_HASH_SIZE * 2;
const COUNT_DIGITS = 8;

/** What the answer is made of beside the challenge. Filled by the caller for each request. */
@unmanaged
export class Credentials {
  user: Span;
  password: Span;
  /** A token of the client's own choice; used with qop or an algorithm of the -sess kind. */
  cnonce: Span;
  /** The Request-URI as it is sent. */
  uri: Span;
  method: Span;
  /** How many requests, this one included, have used the nonce. */
  count: u32;
}

/** A record for whoever writes a request; kept by nobody. */
export const credentials = changetype<Credentials>(memory.data(offsetof<Credentials>(), 8));

const scratch = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const raw = memory.data(MAX_HASH_SIZE, 8);
const secretText = memory.data(HEX_SIZE);
const requestText = memory.data(HEX_SIZE);
const countText = memory.data(COUNT_DIGITS);

/** Writes the field `id`, Authorization or Proxy-Authorization, that answers the challenge. */
export function credentialsField(writer: Writer, id: i32, challenge: Challenge, own: Credentials): Writer {
  const session = (challenge.algorithm & 1) != 0;
  const count = scratch.begin(countText, COUNT_DIGITS).hexNumber(own.count, COUNT_DIGITS).written();
  const response = answer(challenge, own, count);

  quoted(fieldName(writer, id).text("Digest username="), own.user);
  echoed(writer, "realm", challenge.realm);
  echoed(writer, "nonce", challenge.nonce);
  echoed(writer, "uri", own.uri);
  echoed(writer, "response", response);
  if (challenge.namesAlgorithm) writeWord(writer.text(", algorithm="), ALGORITHM_NAMES, challenge.algorithm);
  if (challenge.opaque != NO_SPAN) echoed(writer, "opaque", challenge.opaque);
  if (challenge.qop) writer.text(", qop=auth, nc=").span(count);
  if (challenge.qop || session) echoed(writer, "cnonce", own.cnonce);
  return endLine(writer);
}

/** The response as hexadecimal text; holds until the next one. */
function answer(challenge: Challenge, own: Credentials, count: Span): Span {
  const kind = challenge.algorithm >> 1;
  beginHash(kind);
  hashSpan(own.user);
  hashUnescaped(challenge.realm);
  hashPart(own.password);
  let secret = endHex(secretText);
  if ((challenge.algorithm & 1) != 0) {
    beginHash(kind);
    hashSpan(secret);
    hashUnescaped(challenge.nonce);
    hashPart(own.cnonce);
    secret = endHex(secretText);
  }

  beginHash(kind);
  hashSpan(own.method);
  hashPart(own.uri);
  const request = endHex(requestText);

  beginHash(kind);
  hashSpan(secret);
  hashUnescaped(challenge.nonce);
  if (challenge.qop) {
    hashPart(count);
    hashPart(own.cnonce);
    for (let at = 0; literalByte(":auth", at) != 0; at++) hashByte(literalByte(":auth", at));
  }
  hashPart(request);
  return endHex(secretText);
}

/** `, name="text"`, where the text is fit for it already. */
function echoed(writer: Writer, name: string, text: Span): void {
  writer.text(", ").text(name).text('="').span(text).byte(0x22);
}

function hashPart(part: Span): void {
  hashByte(0x3a);
  hashSpan(part);
}

/** A part as it is without its escapes: `unq` of RFC 7616. */
function hashUnescaped(part: Span): void {
  const end = spanEnd(part);
  hashByte(0x3a);
  for (let at = spanStart(part); at < end; at++) {
    if (load<u8>(at) == 0x5c && at + 1 < end) at++;
    hashByte(load<u8>(at));
  }
}

function endHex(to: usize): Span {
  return scratch.begin(to, HEX_SIZE).hex(raw, endHash(raw)).written();
}
