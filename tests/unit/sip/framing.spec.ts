import { span, spanLength, spanStart } from "../../../assembly/bytes/span";
import { BROKEN, INCOMPLETE, messageLength } from "../../../assembly/sip/framing";
import { put } from "../bytes/memory";

const LIMIT = 8192;

function response(fields: string, body: string): string {
  return (
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\n" +
    "Call-ID: c\r\nCSeq: 1 REGISTER\r\n" +
    fields +
    "\r\n" +
    body
  );
}

describe("messages in a stream (RFC 3261, 18.3)", () => {
  it("are as long as head and Content-Length", () => {
    const plain = response("Content-Length: 0\r\n", "");
    expect(messageLength(put(plain), LIMIT)).toBe(plain.length);
    const body = response("l: 5\r\n", "hello");
    expect(messageLength(put(body), LIMIT)).toBe(body.length);
    expect(messageLength(put(body + "SIP/2.0 200 OK\r\n"), LIMIT)).toBe(body.length);
  });

  it("have no body without Content-Length", () => {
    const message = response("", "");
    expect(messageLength(put(message + "more"), LIMIT)).toBe(message.length);
  });

  it("are incomplete as long as anything is missing", () => {
    const message = response("Content-Length: 5\r\n", "hello");
    const view = put(message);
    for (let length = 1; length < spanLength(view); length++) {
      expect(messageLength(span(spanStart(view), length), LIMIT)).toBe(INCOMPLETE);
    }
  });

  it("are broken where nobody can tell their end", () => {
    expect(messageLength(put("GET / HTTP/1.1\r\n\r\n"), LIMIT)).toBe(BROKEN);
    expect(messageLength(put(response("Content-Length: many\r\n", "")), LIMIT)).toBe(BROKEN);
    expect(messageLength(put(response("Content-Length: -1\r\n", "")), LIMIT)).toBe(BROKEN);
  });

  it("are broken as soon as they exceed the limit", () => {
    expect(messageLength(put(response("Content-Length: 8192\r\n", "")), LIMIT)).toBe(BROKEN);
    expect(messageLength(put(response("Content-Length: 99999999999999999999\r\n", "")), LIMIT)).toBe(BROKEN);
    expect(messageLength(put("SIP/2.0 200 OK\r\nX: " + "x".repeat(8192)), LIMIT)).toBe(BROKEN);
  });
});
