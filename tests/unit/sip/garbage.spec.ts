import { NO_SPAN, Span, span, spanEnd, spanLength, spanStart } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import { Endpoint } from "../../../assembly/bytes/endpoint";
import { Challenge, nextNonce, strongestChallenge } from "../../../assembly/sip/challenge";
import * as fields from "../../../assembly/sip/fields";
import * as headers from "../../../assembly/sip/header";
import * as view from "../../../assembly/sip/message";
import { addressDisplay, addressParameters, addressUri } from "../../../assembly/sip/nameaddr";
import { beginResponse } from "../../../assembly/sip/respond";
import { Uri, parseUri, sameContact } from "../../../assembly/sip/uri";
import { viaParameter } from "../../../assembly/sip/via";
import { randomBelow, seedRandom } from "../../../assembly/time/random";
import { atEdge, put, text } from "../bytes/memory";
import { CHALLENGED, INVITE, OK, bytesOf, crlf } from "./messages";

const message = view.message;
const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
/** The address of our contact. */
let own: Span = NO_SPAN;
const via = fields.topmost;
const challenge = changetype<Challenge>(memory.data(offsetof<Challenge>(), 8));
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const source = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const output = memory.data(16384);
const seed = memory.data(32);

/** Views that lay outside of the bytes that were parsed. */
let strays = 0;

function within(part: Span, bytes: Span): void {
  if (part == NO_SPAN) return;
  if (spanStart(part) < spanStart(bytes) || spanEnd(part) > spanEnd(bytes) || spanLength(part) < 0) strays++;
}

/** Asks the message in view everything that can be asked. */
function askEverything(bytes: Span): void {
  within(message.uri, bytes);
  within(message.methodName, bytes);
  within(message.reason, bytes);
  within(message.body, bytes);
  for (let id = 1; id < headers.HEADER_KINDS; id++) {
    let count = 0;
    for (let value = view.nextValue(id, NO_SPAN); value != NO_SPAN; value = view.nextValue(id, value)) {
      within(value, bytes);
      if (++count > spanLength(bytes)) throw new Error("a list without end");
      within(addressDisplay(value), bytes);
      within(addressParameters(value), bytes);
      within(addressUri(value), bytes);
      fields.contactSeconds(value);
      fields.contactPreference(value);
      if (parseUri(addressUri(value), uri)) {
        within(uri.host, bytes);
        within(uri.parameters, bytes);
        if (!sameContact(uri, uri)) strays++;
      }
    }
    for (let n = 0; view.header(id, n) != NO_SPAN; n++) within(view.header(id, n), bytes);
    fields.headerSeconds(id);
  }
  if (fields.topVia()) {
    within(via.host, bytes);
    within(viaParameter(via, "branch"), bytes);
  }
  within(fields.fromTag(), bytes);
  within(fields.toTag(), bytes);
  within(fields.findContact(own), bytes);
  if (strongestChallenge(headers.HEADER_WWW_AUTHENTICATE, challenge)) {
    within(challenge.realm, bytes);
    within(challenge.nonce, bytes);
  }
  within(nextNonce(), bytes);
  beginResponse(writer.begin(output, 16384), 200, NO_SPAN, source);
}

function samples(): StaticArray<Span> {
  const all = new StaticArray<Span>(5);
  all[0] = bytesOf(OK);
  all[1] = bytesOf(CHALLENGED);
  all[2] = bytesOf(INVITE);
  all[3] = put(OK + "\n");
  all[4] = put(
    crlf(`NOTIFY sip:a@[2001:db8::1];gr=x SIP/2.0
v: SIP / 2.0 /
 UDP [2001:db8::2] : 5061 ;rport; branch= z9hG4bK1
  , SIP/2.0/TLS b
f: "x \\" y" <sip:a@b>;tag=1
t: sip:c@d;tag=2
i: e
CSeq: 1 NOTIFY
m: *, <sip:x:y@z:1?a=b>;q=0.5;expires="7"
o: presence;id=1
Subscription-State: active;expires=99999999999
Retry-After: 5 (x)
WWW-Authenticate: Basic realm="a", Digest realm="\\"",nonce=n,qop="auth,auth-int"
Authentication-Info: nextnonce="q"
l: 3

abc`),
  );
  return all;
}

describe("garbage", () => {
  beforeEach(() => {
    strays = 0;
    for (let i = 0; i < 32; i++) store<u8>(seed + i, 77);
    seedRandom(seed);
    own = put("sip:1001@192.0.2.10:5060");
    source.clear();
  });

  it("a message cut off at any byte is no message, or its body is what came of it", () => {
    const all = samples();
    for (let i = 0; i < all.length; i++) {
      const whole = all[i];
      expect(view.parseMessage(whole)).toBe(view.PARSED, i.toString());
      const head = message.headLength;
      const cseq = message.cseq;
      const body = text(message.body);
      const withLength = message.contentLength >= 0;
      const end = head + spanLength(message.body);
      for (let length = 0; length < spanLength(whole); length++) {
        const cut = atEdge(span(spanStart(whole), length));
        const result = view.parseMessage(cut);
        askEverything(cut);
        if (length < head) {
          expect(result < view.PARSED).toBe(true, length.toString());
        } else if (withLength && length < end) {
          expect(result).toBe(view.BODY_CUT_OFF);
          expect(message.headLength).toBe(head);
        } else {
          expect(result).toBe(view.PARSED);
          expect(message.cseq).toBe(cseq);
          expect(body.startsWith(text(message.body))).toBe(true);
        }
      }
    }
    expect(strays).toBe(0);
  });

  it("bytes changed at random never trap, never lead outside of the message", () => {
    const all = samples();
    let parsed = 0;
    for (let round = 0; round < 20000; round++) {
      const whole = all[randomBelow(5)];
      const bytes = atEdge(whole);
      const changes = randomBelow(4) + 1;
      for (let i: u32 = 0; i < changes; i++) {
        const at = spanStart(bytes) + randomBelow(spanLength(bytes));
        // Half of them are marks of the grammar, which do more harm.
        const marks = '\r\n:;,"<>=\\@[] \0/%';
        const mark = marks.charCodeAt(randomBelow(marks.length)) as u8;
        store<u8>(at, randomBelow(2) == 0 ? mark : (randomBelow(256) as u8));
      }
      const length = randomBelow(8) == 0 ? (randomBelow(spanLength(bytes)) as i32) : 0;
      const part = span(spanStart(bytes) + length, spanLength(bytes) - length);
      if (view.parseMessage(part) == view.PARSED) parsed++;
      askEverything(part);
      view.headLength(part, 0);
    }
    expect(strays).toBe(0);
    // The loop is worth something only where some messages survive and some do not.
    expect(parsed > 4000 && parsed < 16000).toBe(true, parsed.toString());
  });

  it("random bytes are no message", () => {
    for (let round = 0; round < 5000; round++) {
      const bytes = atEdge(put("x".repeat(randomBelow(200) as i32)));
      for (let at = spanStart(bytes); at < spanEnd(bytes); at++) store<u8>(at, randomBelow(256) as u8);
      expect(view.parseMessage(bytes) < view.PARSED).toBe(true);
    }
  });

  it("fields that nearly fill a datagram", () => {
    const parts: string[] = [
      ",",
      ";",
      '"',
      "<",
      " ",
      "\\",
      "a=b;",
      "a,b,",
      '"",',
      "\n ",
      ":",
      "%",
      "[",
      "(",
      "Via:\n",
    ];
    for (let i = 0; i < parts.length; i++) {
      const long = OK.replace("Server:", "Path: " + parts[i].repeat(8000 / parts[i].length) + "\nServer:");
      const bytes = atEdge(put(crlf(long) + "\r\n"));
      view.parseMessage(bytes);
      askEverything(bytes);
    }
    expect(strays).toBe(0);
  });
});
