import { span, spanLength } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import * as header from "../../../assembly/sip/header";
import { atEdge, put, text } from "../bytes/memory";

const output = memory.data(64);
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** In the order of the numbers, from 1 on. */
const names: string[] = [
  "Via",
  "From",
  "To",
  "Call-ID",
  "Contact",
  "Content-Length",
  "Content-Type",
  "Content-Encoding",
  "Supported",
  "Event",
  "Allow-Events",
  "Refer-To",
  "Referred-By",
  "Session-Expires",
  "CSeq",
  "Max-Forwards",
  "Expires",
  "Min-Expires",
  "Retry-After",
  "Route",
  "Record-Route",
  "Path",
  "Service-Route",
  "Require",
  "Proxy-Require",
  "Unsupported",
  "Allow",
  "Accept",
  "Subscription-State",
  "WWW-Authenticate",
  "Proxy-Authenticate",
  "Authentication-Info",
  "Authorization",
  "Proxy-Authorization",
  "User-Agent",
  "Server",
  "Warning",
  "Reason",
  "Min-SE",
  "RSeq",
  "RAck",
  "Replaces",
  "SIP-ETag",
  "SIP-If-Match",
  "Flow-Timer",
  "P-Asserted-Identity",
  "Info-Package",
];

function number(name: string): i32 {
  return header.headerOf(atEdge(put(name)));
}

describe("the name of a header field", () => {
  it("is found in any case, each by its own number", () => {
    expect(names.length).toBe(header.HEADER_KINDS - 1);
    for (let i = 0; i < names.length; i++) {
      expect(number(names[i])).toBe(i + 1, names[i]);
      expect(number(names[i].toLowerCase())).toBe(i + 1, names[i]);
      expect(number(names[i].toUpperCase())).toBe(i + 1, names[i]);
    }
  });

  it("has the number of its constant", () => {
    expect(number("Via")).toBe(header.HEADER_VIA);
    expect(number("Call-ID")).toBe(header.HEADER_CALL_ID);
    expect(number("Contact")).toBe(header.HEADER_CONTACT);
    expect(number("Session-Expires")).toBe(header.HEADER_SESSION_EXPIRES);
    expect(number("CSeq")).toBe(header.HEADER_CSEQ);
    expect(number("Retry-After")).toBe(header.HEADER_RETRY_AFTER);
    expect(number("Service-Route")).toBe(header.HEADER_SERVICE_ROUTE);
    expect(number("Allow")).toBe(header.HEADER_ALLOW);
    expect(number("WWW-Authenticate")).toBe(header.HEADER_WWW_AUTHENTICATE);
    expect(number("Proxy-Authenticate")).toBe(header.HEADER_PROXY_AUTHENTICATE);
    expect(number("Authentication-Info")).toBe(header.HEADER_AUTHENTICATION_INFO);
    expect(number("Authorization")).toBe(header.HEADER_AUTHORIZATION);
    expect(number("P-Asserted-Identity")).toBe(header.HEADER_P_ASSERTED_IDENTITY);
    expect(number("Info-Package")).toBe(header.HEADER_INFO_PACKAGE);
  });

  it("has a compact form, in any case", () => {
    const forms: string[] = ["v", "f", "t", "i", "m", "l", "c", "e", "k", "o", "u", "r", "b", "x"];
    for (let i = 0; i < forms.length; i++) {
      expect(number(forms[i])).toBe(i + 1, forms[i]);
      expect(number(forms[i].toUpperCase())).toBe(i + 1, forms[i]);
    }
  });

  it("is not known where it is another", () => {
    const others: string[] = [
      "",
      "a",
      "s",
      "z",
      "1",
      " ",
      ":",
      "Vi",
      "Vias",
      "Via ",
      " Via",
      "VIB",
      "Call_ID",
      "Call-IE",
      "CallID",
      "Content-Lengths",
      "Xontent-Length",
      "Date",
      "Subject",
      "Organization",
      "P-Asserted-Identity2",
      "P-Asserted-Identity\0",
      "P-Asserted-Identity\0\0\0",
      "Via From",
      "From\nTo",
      "Event\nAllow-Events",
      "A-header-field-with-a-name-that-is-longer-than-all-those-that-are-known",
      "\xff\xfe",
    ];
    for (let i = 0; i < others.length; i++) {
      expect(number(others[i])).toBe(header.HEADER_OTHER, others[i]);
    }
  });

  it("whatever two letters stand at its ends", () => {
    const view = put("xxxxxxx");
    const start = (view >> 32) as usize;
    let known = 0;
    for (let length = 2; length <= spanLength(view); length++) {
      for (let first = 0; first < 256; first++) {
        for (let last = 0; last < 256; last++) {
          store<u8>(start, first as u8);
          store<u8>(start + length - 1, last as u8);
          if (header.headerOf(span(start, length)) != header.HEADER_OTHER) known++;
        }
        store<u8>(start + length - 1, 0x78);
      }
    }
    // "To" and "tO" … are the only names that have nothing between their ends.
    expect(known).toBe(4);
  });

  it("is written as the RFC writes it", () => {
    for (let i = 0; i < names.length; i++) {
      header.fieldName(writer.begin(output, 64), i + 1);
      expect(text(writer.written())).toBe(names[i] + ": ");
    }
  });
});
