import { parseAddress } from "../../../assembly/bytes/address";
import { Endpoint } from "../../../assembly/bytes/endpoint";
import { NO_SPAN } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import { endHead } from "../../../assembly/sip/compose";
import { HEADER_RECORD_ROUTE } from "../../../assembly/sip/header";
import { PARSED, parseMessage } from "../../../assembly/sip/message";
import { beginResponse, copyFields } from "../../../assembly/sip/respond";
import { put, text } from "../bytes/memory";
import { INVITE, crlf, parse } from "./messages";

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const source = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const address = memory.data(16);
const output = memory.data(2048);

/** The response to a request that came from this address. */
function respond(request: string, status: i32, tag: string, from: string, port: i32): string {
  expect(parse(request)).toBe(PARSED);
  source.clear();
  if (from != "") source.set(0, parseAddress(put(from), address), port, address);
  beginResponse(writer.begin(output, 2048), status, put(tag), source);
  expect(writer.overflow).toBe(false);
  return text(writer.written());
}

/** The topmost Via of the response to a request with this one. */
function topVia(value: string, from: string, port: i32): string {
  const request = INVITE.replace("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77ef.1", value);
  const response = respond(request, 200, "t", from, port);
  const start = response.indexOf("Via: ") + 5;
  return response.substring(start, response.indexOf("\r\n", start));
}

describe("a response", () => {
  it("has what its request had", () => {
    expect(respond(INVITE, 200, "ours", "192.0.2.1", 5060)).toBe(
      crlf(`SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77ef.1
Via: SIP/2.0/TCP client.example.org:50123;branch=z9hG4bKdeadbeef;alias
From: "Alice \\"A\\" Example" <sip:alice@example.org>;tag=a73kszlfl
To: <sip:1001@example.com>;tag=ours
Call-ID: 1j9FpLxk3uxtm8tn@client.example.org
CSeq: 314159 INVITE
Record-Route: <sip:192.0.2.1;lr;ftag=a73kszlfl>, <sip:198.51.100.7;lr>
`),
    );
    endHead(writer);
    expect(parseMessage(writer.written())).toBe(PARSED);
  });

  it("gives its tag where the request has none, but not in a 100", () => {
    const within = INVITE.replace("To: <sip:1001@example.com>", "To: <sip:1001@example.com>;tag=theirs");
    expect(
      respond(within, 200, "ours", "", 0).includes("\r\nTo: <sip:1001@example.com>;tag=theirs\r\n"),
    ).toBe(true);
    expect(respond(INVITE, 100, "ours", "", 0).includes("\r\nTo: <sip:1001@example.com>\r\n")).toBe(true);
    expect(respond(INVITE, 404, "", "", 0).includes("\r\nTo: <sip:1001@example.com>\r\n")).toBe(true);
  });

  it("has the Record-Routes where a dialog may come of it", () => {
    expect(respond(INVITE, 100, "t", "", 0).includes("Record-Route")).toBe(false);
    expect(respond(INVITE, 180, "t", "", 0).includes("Record-Route")).toBe(true);
    expect(respond(INVITE, 299, "t", "", 0).includes("Record-Route")).toBe(true);
    expect(respond(INVITE, 302, "t", "", 0).includes("Record-Route")).toBe(false);
    expect(respond(INVITE, 486, "t", "", 0).includes("Record-Route")).toBe(false);
  });

  it("tells the topmost Via where the request came from (RFC 3261, 18.2.1; RFC 3581)", () => {
    const cases: string[] = [
      // Via, source, what becomes of it; the port is 1234
      "SIP/2.0/UDP 192.0.2.1",
      "192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;branch=x",
      "192.0.2.9",
      "SIP/2.0/UDP 192.0.2.1;branch=x;received=192.0.2.9",
      "SIP/2.0/UDP host.example.com;branch=x",
      "192.0.2.9",
      "SIP/2.0/UDP host.example.com;branch=x;received=192.0.2.9",
      "SIP/2.0/UDP 192.0.2.1;rport;branch=x",
      "192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;rport=1234;branch=x;received=192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;branch=x;RPORT",
      "192.0.2.9",
      "SIP/2.0/UDP 192.0.2.1;branch=x;RPORT=1234;received=192.0.2.9",
      "SIP/2.0/UDP 192.0.2.1;rport=",
      "192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;rport=1234;received=192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;rport=99;branch=x",
      "192.0.2.1",
      "SIP/2.0/UDP 192.0.2.1;rport=99;branch=x",
      "SIP/2.0/UDP 192.0.2.1;received=192.0.2.7;rport",
      "192.0.2.9",
      "SIP/2.0/UDP 192.0.2.1;received=192.0.2.7;rport=1234",
      "SIP/2.0/UDP [2001:DB8::0001]:5060;branch=x",
      "2001:db8::1",
      "SIP/2.0/UDP [2001:DB8::0001]:5060;branch=x",
      "SIP/2.0/UDP [2001:db8::1];branch=x",
      "2001:db8::2",
      "SIP/2.0/UDP [2001:db8::1];branch=x;received=2001:db8::2",
      "SIP/2.0/UDP 192.0.2.1;rport",
      "",
      "SIP/2.0/UDP 192.0.2.1;rport",
      "nonsense;rport",
      "192.0.2.9",
      "nonsense;rport",
    ];
    for (let i = 0; i < cases.length; i += 3) {
      expect(topVia(cases[i], cases[i + 1], 1234)).toBe(cases[i + 2], cases[i]);
    }
  });

  it("separates Vias that came in one field", () => {
    const one = INVITE.replace("z9hG4bK77ef.1\nVia: SIP/2.0/TCP client", "z9hG4bK77ef.1,SIP/2.0/TCP client");
    expect(respond(one, 200, "t", "192.0.2.1", 5060)).toBe(respond(INVITE, 200, "t", "192.0.2.1", 5060));
  });

  it("that does not fit overflows", () => {
    parse(INVITE);
    source.clear();
    beginResponse(writer.begin(output, 300), 200, NO_SPAN, source);
    expect(writer.overflow).toBe(true);
  });

  it("fields are copied as they stand", () => {
    parse(INVITE.replace("Max-Forwards", "Record-Route: <sip:a>\n ;x\nMax-Forwards"));
    copyFields(writer.begin(output, 2048), HEADER_RECORD_ROUTE);
    expect(text(writer.written())).toBe(
      "Record-Route: <sip:a>\r\n ;x\r\nRecord-Route: <sip:192.0.2.1;lr;ftag=a73kszlfl>, <sip:198.51.100.7;lr>\r\n",
    );
  });
});
