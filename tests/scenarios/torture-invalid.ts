import { USER, invite, request, response } from "./torture-writer.js";
import type { Torture } from "./torture-writer.js";

/**
 * 3.1.2: what is wrong. It is dropped and counted, unless the phone does not read what is wrong about it, or can tell what
 * was meant.
 */
export const invalid: readonly Torture[] = [
  {
    name: "badinv01: empty elements and parameters say nothing",
    section: "3.1.2.1",
    fate: "rings",
    text: invite("badinv01", [
      "Via: SIP/2.0/UDP 192.0.2.15;;,;,,",
      'Contact: "Joe" <sip:joe@example.org>;;;;',
    ]),
  },
  { name: "clerr", section: "3.1.2.2", fate: "cut-off", text: invite("clerr", ["Content-Length: 9999"]) },
  { name: "ncl", section: "3.1.2.3", fate: "malformed", text: invite("ncl", ["Content-Length: -999"]) },
  {
    name: "scalar02",
    section: "3.1.2.4",
    fate: "malformed",
    text: request(
      "scalar02",
      "INVITE",
      [
        "Expires: 10000000000000000000000000000000",
        "Contact: <sip:user@host129.example.com>;expires=280297596632815",
      ],
      { cseq: "36893488147419103232 INVITE" },
    ),
  },
  {
    name: "scalarlg",
    section: "3.1.2.5",
    fate: "malformed",
    text: response(
      "scalarlg",
      "503 Service Unavailable",
      ["Retry-After: 949302838503028349304023988", 'Warning: 1812 overture "In Progress"'],
      "9292394834772304023312 OPTIONS",
    ),
  },
  {
    name: "quotbal: the quote ends with the line",
    section: "3.1.2.6",
    fate: "rings",
    text: invite("quotbal", [`To: "Mr. J. User <${USER}>`]),
  },
  { name: "ltgtruri", section: "3.1.2.7", fate: 404, text: invite("ltgtruri", [], { uri: `<${USER}>` }) },
  {
    name: "lwsruri",
    section: "3.1.2.8",
    fate: "malformed",
    text: invite("lwsruri", [], { uri: `${USER}; lr` }),
  },
  {
    name: "lwsstart",
    section: "3.1.2.9",
    fate: "malformed",
    text: invite("lwsstart", [], { uri: ` ${USER} ` }),
  },
  {
    name: "trws",
    section: "3.1.2.10",
    fate: 200,
    text: request("trws", "OPTIONS", [], { version: "SIP/2.0  " }),
  },
  {
    name: "escruri: the headers in it are not used",
    section: "3.1.2.11",
    fate: "rings",
    text: invite("escruri", [], { uri: `${USER}?Route=%3Csip:example.com%3E` }),
  },
  {
    name: "baddate: nobody reads it",
    section: "3.1.2.12",
    fate: "rings",
    text: invite("baddate", ["Date: Fri, 01 Jan 2010 16:00:00 EST"]),
  },
  {
    name: "regbadct",
    section: "3.1.2.13",
    fate: 405,
    text: request("regbadct", "REGISTER", ["Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"]),
  },
  {
    name: "badaspec",
    section: "3.1.2.14",
    fate: 200,
    text: request("badaspec", "OPTIONS", ['To: "Watson, Thomas" < sip:t.watson@example.org >']),
  },
  {
    name: "baddn",
    section: "3.1.2.15",
    fate: 200,
    text: request("baddn", "OPTIONS", ["From: Bell, Alexander <sip:a.g.bell@example.com>;tag=43"]),
  },
  {
    name: "badvers",
    section: "3.1.2.16",
    fate: "not-sip",
    text: request("badvers", "OPTIONS", [], { version: "SIP/7.0" }),
  },
  {
    name: "mismatch01",
    section: "3.1.2.17",
    fate: "malformed",
    text: request("mismatch01", "OPTIONS", [], { cseq: "8 INVITE" }),
  },
  {
    name: "mismatch02",
    section: "3.1.2.18",
    fate: "malformed",
    text: request("mismatch02", "NEWMETHOD", [], { cseq: "8 INVITE" }),
  },
  {
    name: "bigcode",
    section: "3.1.2.19",
    fate: "malformed",
    text: response("bigcode", "4294967301 better not break the receiver"),
  },
];
