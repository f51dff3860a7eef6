import { parseAddress } from "../../../assembly/bytes/address";
import { Endpoint } from "../../../assembly/bytes/endpoint";
import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import {
  METHOD_INVITE,
  METHOD_REGISTER,
  TRANSPORT_TCP,
  TRANSPORT_TLS,
  TRANSPORT_UDP,
} from "../../../assembly/contract/constants";
import * as compose from "../../../assembly/sip/compose";
import * as headers from "../../../assembly/sip/header";
import { PARSED, message, parseMessage } from "../../../assembly/sip/message";
import { addressDisplay, addressUri } from "../../../assembly/sip/nameaddr";
import { Uri, parseUri } from "../../../assembly/sip/uri";
import { put, text } from "../bytes/memory";
import { crlf } from "./messages";

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const local = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const address = memory.data(16);
const output = memory.data(2048);

function begin(): Writer {
  return writer.begin(output, 2048);
}

function via(transport: i32, literal: string, port: i32): string {
  const family = parseAddress(put(literal), address);
  local.set(transport, family, port, address);
  compose.viaField(begin(), local, put("abc"));
  return text(writer.written());
}

function uriOf(secure: bool, user: string, host: string, port: i32): string {
  compose.sipUri(begin(), secure, put(user), put(host), port);
  return text(writer.written());
}

/** Every byte from `first` up to `last`. */
function allBytes(first: i32, last: i32): Span {
  const view = put("x".repeat(last - first + 1));
  for (let i = first; i <= last; i++) store<u8>(((view >> 32) as usize) + i - first, i as u8);
  return view;
}

describe("the parts of a message", () => {
  it("first lines", () => {
    compose.requestLine(begin(), METHOD_REGISTER, put("sip:example.com"));
    expect(text(writer.written())).toBe("REGISTER sip:example.com SIP/2.0\r\n");
    compose.statusLine(begin(), 481);
    expect(text(writer.written())).toBe("SIP/2.0 481 ");
  });

  it("fields", () => {
    compose.spanField(begin(), headers.HEADER_CALL_ID, put("a@b"));
    compose.textField(writer, headers.HEADER_SUPPORTED, "path, outbound");
    compose.numberField(writer, headers.HEADER_MAX_FORWARDS, 70);
    compose.cseqField(writer, 2147483647, METHOD_INVITE);
    compose.addressField(writer, headers.HEADER_ROUTE, put("sip:192.0.2.1;lr"));
    expect(text(writer.written())).toBe(
      crlf(
        "Call-ID: a@b\nSupported: path, outbound\nMax-Forwards: 70\nCSeq: 2147483647 INVITE\nRoute: <sip:192.0.2.1;lr>\n",
      ),
    );
  });

  it("Via by transport and address", () => {
    expect(via(TRANSPORT_UDP, "192.0.2.1", 5060)).toBe(
      "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKabc\r\n",
    );
    expect(via(TRANSPORT_TCP, "2001:db8::1", 40000)).toBe(
      "Via: SIP/2.0/TCP [2001:db8::1]:40000;rport;branch=z9hG4bKabc\r\n",
    );
    expect(via(TRANSPORT_TLS, "192.0.2.1", 0)).toBe("Via: SIP/2.0/TLS 192.0.2.1;rport;branch=z9hG4bKabc\r\n");
  });

  it("addresses", () => {
    compose.closeAddress(compose.openAddress(begin(), put("Alice")).text("sip:a@b"), put("t1"));
    expect(text(writer.written())).toBe('"Alice" <sip:a@b>;tag=t1');
    compose.closeAddress(compose.openAddress(begin(), NO_SPAN).text("sip:a@b"), NO_SPAN);
    expect(text(writer.written())).toBe("<sip:a@b>");
  });

  it("a display name is quoted, and can end neither its quotes nor its line", () => {
    compose.quoted(begin(), put('a"b\\c'));
    expect(text(writer.written())).toBe('"a\\"b\\\\c"');
    compose.quoted(begin(), put("a\r\nVia: x\0\x7f\ty"));
    expect(text(writer.written())).toBe('"a  Via: x   y"');
    compose.quoted(begin(), put("Zoë"));
    expect(text(writer.written())).toBe('"Zoë"');
    const all = allBytes(0, 255);
    compose.openAddress(begin(), all).text("sip:a@b>");
    expect(text(addressUri(writer.written()))).toBe("sip:a@b");
    expect(addressDisplay(writer.written())).not.toBe(NO_SPAN);
  });

  it("URIs", () => {
    expect(uriOf(false, "1001", "example.com", 0)).toBe("sip:1001@example.com");
    expect(uriOf(true, "1001", "example.com", 5061)).toBe("sips:1001@example.com:5061");
    expect(uriOf(false, "", "example.com", 0)).toBe("sip:example.com");
    expect(uriOf(false, "a", "2001:db8::1", 5070)).toBe("sip:a@[2001:db8::1]:5070");
    expect(uriOf(false, "a", "[2001:db8::1]", 0)).toBe("sip:a@[2001:db8::1]");
    expect(uriOf(false, "a", "192.0.2.1", 5060)).toBe("sip:a@192.0.2.1:5060");
  });

  it("a user is escaped where the grammar asks for it (RFC 3261, 25.1)", () => {
    expect(uriOf(false, "-_.!~*'()&=+$,;?/aZ09", "h", 0)).toBe("sip:-_.!~*'()&=+$,;?/aZ09@h");
    expect(uriOf(false, "a@b:c#d%e f", "h", 0)).toBe("sip:a%40b%3Ac%23d%25e%20f@h");
    expect(uriOf(false, "Jäs", "h", 0)).toBe("sip:J%C3%A4s@h");
    expect(uriOf(false, "\r\n", "h", 0)).toBe("sip:%0D%0A@h");
    const all = allBytes(0, 255);
    compose.sipUri(begin(), false, all, put("h"), 0);
    expect(parseUri(writer.written(), uri)).toBe(true);
    expect(text(uri.host)).toBe("h");
    expect(uri.password).toBe(NO_SPAN);
  });

  it("ends with a body or without", () => {
    compose.endHead(begin());
    expect(text(writer.written())).toBe("Content-Length: 0\r\n\r\n");
    compose.endWithBody(begin(), put("application/sdp"), put("v=0\r\n"));
    expect(text(writer.written())).toBe("Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n");
    compose.endWithBody(begin(), put("application/sdp"), NO_SPAN);
    expect(text(writer.written())).toBe("Content-Length: 0\r\n\r\n");
  });
});

describe("a message composed", () => {
  it("is one that can be parsed", () => {
    local.set(TRANSPORT_UDP, parseAddress(put("192.0.2.10"), address), 5060, address);
    compose.requestLine(begin(), METHOD_REGISTER, put("sip:example.com"));
    compose.viaField(writer, local, put("0123"));
    compose.numberField(writer, headers.HEADER_MAX_FORWARDS, 70);
    compose.openAddress(headers.fieldName(writer, headers.HEADER_FROM), put('Al "x"'));
    compose.closeAddress(compose.sipUri(writer, false, put("10 01"), put("example.com"), 0), put("tag"));
    compose.endLine(writer);
    compose.addressField(writer, headers.HEADER_TO, put("sip:1001@example.com"));
    compose.spanField(writer, headers.HEADER_CALL_ID, put("id"));
    compose.cseqField(writer, 1, METHOD_REGISTER);
    compose.endHead(writer);
    expect(text(writer.written())).toBe(
      crlf(`REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP 192.0.2.10:5060;rport;branch=z9hG4bK0123
Max-Forwards: 70
From: "Al \\"x\\"" <sip:10%2001@example.com>;tag=tag
To: <sip:1001@example.com>
Call-ID: id
CSeq: 1 REGISTER
Content-Length: 0

`),
    );
    expect(parseMessage(writer.written())).toBe(PARSED);
    expect(message.method).toBe(METHOD_REGISTER);
    expect(writer.overflow).toBe(false);
  });
});
