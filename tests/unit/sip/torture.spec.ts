import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import { METHOD_INVITE, METHOD_OPTIONS, METHOD_REGISTER } from "../../../assembly/contract/constants";
import * as fields from "../../../assembly/sip/fields";
import * as headers from "../../../assembly/sip/header";
import * as view from "../../../assembly/sip/message";
import { addressDisplay, addressParameter, addressUri } from "../../../assembly/sip/nameaddr";
import {
  SCHEME_NONE,
  SCHEME_OTHER,
  Uri,
  parseUri,
  sameContact,
  uriParameter,
} from "../../../assembly/sip/uri";
import { parseVia, viaParameter } from "../../../assembly/sip/via";
import { atEdge, put, text } from "../bytes/memory";
import { bytesOf, crlf, parse } from "./messages";

/*
 * Messages of the kinds that RFC 4475 tells of; the numbers are its sections.
 */

const message = view.message;
const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const other = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const via = fields.topmost;

const TORTUOUS = `INVITE sip:chair@room.example.com;unknownparam SIP/2.0
TO :
 sip:chair@room.example.com ;   tag    = 1918181833n
from   : "A Caller \\\\\\""       <sip:caller@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: tortuous.0ha0isndaksdj@192.0.2.1
Content-Length   : 5
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \\"\\"" <sip:caller@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

v=0
`;

/** A request with this first line, whose fields are good otherwise. */
function request(line: string, extra: string = ""): string {
  return (
    line +
    "\nVia: SIP/2.0/UDP h.example.com;branch=z9hG4bKx\nFrom: <sip:a@b>;tag=1\nTo: <sip:c@d>\nCall-ID: x\nCSeq: 8 " +
    line.substring(0, line.indexOf(" ")) +
    "\n" +
    extra
  );
}

function values(id: i32): i32 {
  let count = 0;
  let value: Span = view.nextValue(id, NO_SPAN);
  for (; value != NO_SPAN; value = view.nextValue(id, value)) count++;
  return count;
}

describe("a message that is strange but right", () => {
  it("3.1.1.1: white space and folds wherever they may stand", () => {
    expect(view.parseMessage(atEdge(put(crlf(TORTUOUS))))).toBe(view.PARSED);
    expect(message.method).toBe(METHOD_INVITE);
    expect(message.cseq).toBe(9);
    expect(text(message.uri)).toBe("sip:chair@room.example.com;unknownparam");
    expect(text(message.body)).toBe("v=0\r\n");
    expect(text(fields.toTag())).toBe("1918181833n");
    expect(text(fields.fromTag())).toBe("98asjd8");
    expect(text(addressDisplay(view.header(headers.HEADER_FROM)))).toBe('A Caller \\\\\\"');
    expect(fields.headerSeconds(headers.HEADER_MAX_FORWARDS)).toBe(68);
    expect(values(headers.HEADER_VIA)).toBe(3);
    expect(fields.topVia()).toBe(true);
    expect(text(via.transport)).toBe("UDP");
    expect(text(via.host)).toBe("192.0.2.2");
    const second = view.nextValue(headers.HEADER_VIA, view.nextValue(headers.HEADER_VIA, NO_SPAN));
    expect(parseVia(second, via)).toBe(true);
    expect(text(viaParameter(via, "branch"))).toBe("z9hG4bK9ikj8");
    expect(parseVia(view.nextValue(headers.HEADER_VIA, second), via)).toBe(true);
    expect(text(via.host)).toBe("192.168.255.111");
    expect(text(viaParameter(via, "branch"))).toBe("z9hG4bK30239");
    const contact = view.nextValue(headers.HEADER_CONTACT, NO_SPAN);
    expect(text(addressUri(contact))).toBe("sip:caller@example.com");
    expect(text(addressParameter(contact, "newparam"))).toBe("newvalue");
    expect(fields.contactPreference(contact)).toBe(330);
    const route = addressUri(view.nextValue(headers.HEADER_ROUTE, NO_SPAN));
    expect(parseUri(route, uri)).toBe(true);
    expect(uriParameter(uri, "lr")).not.toBe(NO_SPAN);
  });

  it("3.1.1.3 and 3.1.1.4: escapes, of a null too", () => {
    expect(
      parse(
        request(
          "REGISTER sip:example.com",
          "Contact: <sip:%00@host5.example.com>\nContact: <sip:%00%00@host5.example.com>\n",
        ).replace("example.com\n", "example.com SIP/2.0\n"),
      ),
    ).toBe(view.PARSED);
    const first = view.nextValue(headers.HEADER_CONTACT, NO_SPAN);
    expect(parseUri(addressUri(first), uri)).toBe(true);
    expect(parseUri(addressUri(view.nextValue(headers.HEADER_CONTACT, first)), other)).toBe(true);
    expect(sameContact(uri, other)).toBe(false);
    expect(parseUri(put("sip:sips%3Auser%40example.com@example.net"), uri)).toBe(true);
    expect(text(uri.user)).toBe("sips%3Auser%40example.com");
    expect(text(uri.host)).toBe("example.net");
  });

  it("3.1.1.6: no white space between display name and bracket", () => {
    expect(
      parse(request("OPTIONS sip:u@h SIP/2.0").replace("<sip:a@b>;tag=1", "caller<sip:a@b>;tag=323")),
    ).toBe(view.PARSED);
    expect(text(addressDisplay(view.header(headers.HEADER_FROM)))).toBe("caller");
    expect(text(fields.fromTag())).toBe("323");
  });

  it("3.1.1.7: long values", () => {
    const long = "extreme".repeat(300);
    const line = 'From: "' + long + '" <sip:' + long + "@" + long + ".example.com>;tag=" + long;
    expect(parse(request("INVITE sip:u@h SIP/2.0").replace("From: <sip:a@b>;tag=1", line))).toBe(view.PARSED);
    expect(text(fields.fromTag())).toBe(long);
    expect(parseUri(addressUri(view.header(headers.HEADER_FROM)), uri)).toBe(true);
    expect(text(uri.user)).toBe(long);
  });

  it("3.1.1.8: a second request in the datagram is not part of the first", () => {
    const first = crlf(request("REGISTER sip:example.com SIP/2.0", "Content-Length: 0\n")) + "\r\n";
    const second = crlf(request("INVITE sip:joe@example.com SIP/2.0")) + "\r\n";
    expect(view.parseMessage(put(first + second))).toBe(view.PARSED);
    expect(message.method).toBe(METHOD_REGISTER);
    expect(text(message.body)).toBe("");
    expect(message.fields).toBe(6);
  });

  it("3.1.1.9: a semicolon in the user", () => {
    expect(parse(request("OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0"))).toBe(view.PARSED);
    expect(parseUri(message.uri, uri)).toBe(true);
    expect(text(uri.user)).toBe("user;par=u%40example.net");
    expect(text(uri.host)).toBe("example.com");
    expect(text(uri.parameters)).toBe("");
  });

  it("3.4.7 and 3.4.8: parameters with brackets and without", () => {
    parse(request("REGISTER sip:e SIP/2.0", "Contact: sip:+19725552222@gw1.example.net;unknownparam\n"));
    let contact = view.nextValue(headers.HEADER_CONTACT, NO_SPAN);
    expect(text(addressUri(contact))).toBe("sip:+19725552222@gw1.example.net");
    expect(addressParameter(contact, "unknownparam")).not.toBe(NO_SPAN);
    parse(request("REGISTER sip:e SIP/2.0", "Contact: <sip:+19725552222@gw1.example.net;unknownparam>\n"));
    contact = view.nextValue(headers.HEADER_CONTACT, NO_SPAN);
    expect(text(addressUri(contact))).toBe("sip:+19725552222@gw1.example.net;unknownparam");
    expect(addressParameter(contact, "unknownparam")).toBe(NO_SPAN);
  });

  it("3.4.11: a request of RFC 2543, without tag and branch", () => {
    expect(
      parse(`INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp

v=0`),
    ).toBe(view.PARSED);
    expect(fields.fromTag()).toBe(NO_SPAN);
    expect(fields.toTag()).toBe(NO_SPAN);
    expect(fields.topVia()).toBe(true);
    expect(viaParameter(via, "branch")).toBe(NO_SPAN);
    expect(text(message.body)).toBe("v=0\r\n");
  });
});

describe("a message that is wrong", () => {
  it("3.1.2.1: stray separators do no harm to the rest", () => {
    const broken = request("INVITE sip:u@h SIP/2.0", 'Contact: "Joe" <sip:joe@example.org>;;;;\n').replace(
      ";branch=z9hG4bKx",
      ";;,;,,",
    );
    expect(parse(broken)).toBe(view.PARSED);
    expect(fields.topVia()).toBe(true);
    expect(text(via.host)).toBe("h.example.com");
    expect(viaParameter(via, "branch")).toBe(NO_SPAN);
    expect(text(addressUri(view.nextValue(headers.HEADER_CONTACT, NO_SPAN)))).toBe("sip:joe@example.org");
  });

  it("3.1.2.2 and 3.1.2.3: Content-Length too large, and negative", () => {
    expect(parse(request("INVITE sip:u@h SIP/2.0", "Content-Length: 9999\n"))).toBe(view.BODY_CUT_OFF);
    expect(parse(request("INVITE sip:u@h SIP/2.0", "Content-Length: -999\n"))).toBe(view.BAD_CONTENT_LENGTH);
  });

  it("3.1.2.4 and 3.1.2.5: numbers too large", () => {
    const line = "Expires: 1000000000000000000000000000000000000000\nMax-Forwards: 300\n";
    const contact = "Contact: <sip:u@h>;expires=280297596632815\nRetry-After: 949302838503028349304023988\n";
    expect(parse(request("REGISTER sip:h SIP/2.0", line + contact))).toBe(view.PARSED);
    expect(fields.headerSeconds(headers.HEADER_EXPIRES)).toBe(4294967295);
    expect(fields.headerSeconds(headers.HEADER_RETRY_AFTER)).toBe(4294967295);
    expect(fields.contactSeconds(view.nextValue(headers.HEADER_CONTACT, NO_SPAN))).toBe(4294967295);
    expect(parse(request("REGISTER sip:h SIP/2.0").replace("CSeq: 8", "CSeq: 36893488147419103232"))).toBe(
      view.BAD_CSEQ,
    );
  });

  it("3.1.2.6: a quote that is not closed", () => {
    const broken = request("INVITE sip:u@h SIP/2.0").replace(
      "<sip:c@d>",
      '"Mr. J. User <sip:j.user@example.com>',
    );
    expect(parse(broken)).toBe(view.PARSED);
    expect(parseUri(addressUri(view.header(headers.HEADER_TO)), uri)).toBe(false);
  });

  it("3.1.2.7: a Request-URI in brackets is none", () => {
    expect(parse(request("INVITE <sip:user@example.com> SIP/2.0"))).toBe(view.PARSED);
    expect(parseUri(message.uri, uri)).toBe(false);
    expect(uri.scheme).toBe(SCHEME_NONE);
  });

  it("3.1.2.8 and 3.1.2.9: white space in the first line", () => {
    expect(parse(request("INVITE sip:user@example.com; lr SIP/2.0"))).toBe(view.BAD_START_LINE);
    expect(parse(request("INVITE  sip:user@example.com  SIP/2.0"))).toBe(view.BAD_START_LINE);
  });

  it("3.1.2.12: an unknown date is nobody's business", () => {
    expect(parse(request("INVITE sip:u@h SIP/2.0", "Date: Fri, 01 Jan 2010 16:00:00 EST\n"))).toBe(
      view.PARSED,
    );
  });

  it("3.1.2.16: another version", () => {
    expect(parse(request("OPTIONS sip:t@example.org SIP/7.0"))).toBe(view.NOT_SIP);
  });

  it("3.1.2.17 and 3.1.2.18: a CSeq that names another method", () => {
    expect(parse(request("OPTIONS sip:u@h SIP/2.0").replace("8 OPTIONS", "8 INVITE"))).toBe(
      view.METHOD_MISMATCH,
    );
    expect(parse(request("NEWMETHOD sip:u@h SIP/2.0").replace("8 NEWMETHOD", "8 INVITE"))).toBe(
      view.METHOD_MISMATCH,
    );
  });

  it("3.2.1: a branch that is the cookie and nothing else", () => {
    expect(parse(request("OPTIONS sip:u@h SIP/2.0").replace("z9hG4bKx", "z9hG4bK"))).toBe(view.PARSED);
    expect(message.method).toBe(METHOD_OPTIONS);
    expect(fields.topVia()).toBe(true);
    expect(text(viaParameter(via, "branch"))).toBe("z9hG4bK");
  });

  it("3.3.1: without From, To and Call-ID", () => {
    expect(
      view.parseMessage(bytesOf("INVITE sip:u@h SIP/2.0\nCSeq: 193942 INVITE\nVia: SIP/2.0/UDP h\n")),
    ).toBe(view.MISSING_FIELD);
  });

  it("3.3.2 to 3.3.4: a scheme that nobody knows", () => {
    expect(parse(request("OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0"))).toBe(view.PARSED);
    expect(parseUri(message.uri, uri)).toBe(false);
    expect(uri.scheme).toBe(SCHEME_OTHER);
  });

  it("3.3.8 and 3.3.9: fields that stand once stand twice", () => {
    const twice: string[] = [
      "From: <sip:o@p>;tag=2\n",
      "To: <sip:o@p>\n",
      "Call-ID: y\n",
      "CSeq: 9 INVITE\n",
    ];
    for (let i = 0; i < twice.length; i++) {
      expect(parse(request("INVITE sip:u@h SIP/2.0", twice[i]))).toBe(view.DUPLICATE_FIELD, twice[i]);
    }
    expect(parse(request("OPTIONS sip:u@h SIP/2.0", "Content-Length: 13\nContent-Length: 5\n"))).toBe(
      view.DUPLICATE_FIELD,
    );
  });
});
