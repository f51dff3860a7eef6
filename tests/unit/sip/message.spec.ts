import { METHOD_INVITE, METHOD_REGISTER } from "../../../assembly/contract/constants";
import { NO_SPAN, Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import * as headers from "../../../assembly/sip/header";
import * as view from "../../../assembly/sip/message";
import { METHOD_UNKNOWN } from "../../../assembly/sip/method";
import { atEdge, put, text } from "../bytes/memory";
import { CHALLENGED, INVITE, OK, bytesOf, crlf, parse } from "./messages";

const message = view.message;

/** A response with these lines between its start line and the fields that it must have. */
function responseWith(lines: string): string {
  return OK.replace("SIP/2.0 200 OK\n", "SIP/2.0 200 OK\n" + lines);
}

/** OK with one of its lines replaced. */
function okWith(line: string, by: string): string {
  if (!OK.includes(line)) throw new Error(line);
  return OK.replace(line, by);
}

function values(id: i32): string {
  let result = "|";
  let value: Span = view.nextValue(id, NO_SPAN);
  for (; value != NO_SPAN; value = view.nextValue(id, value)) result += text(value) + "|";
  return result;
}

/** The answer to a message that begins with this line and is otherwise good. */
function startLine(line: string): i32 {
  return parse(okWith("SIP/2.0 200 OK", line));
}

/** The same for a request, whose CSeq names the method. */
function requestLine(method: string, line: string): i32 {
  return parse(okWith("SIP/2.0 200 OK", line).replace("4711 REGISTER", "4711 " + method));
}

describe("a response", () => {
  beforeEach(view.resetMessage);

  it("is in view", () => {
    expect(parse(OK)).toBe(view.PARSED);
    expect(message.isRequest).toBe(false);
    expect(message.status).toBe(200);
    expect(text(message.reason)).toBe("OK");
    expect(message.uri).toBe(NO_SPAN);
    expect(message.method).toBe(METHOD_REGISTER);
    expect(text(message.methodName)).toBe("REGISTER");
    expect(message.cseq).toBe(4711);
    expect(message.contentLength).toBe(0);
    expect(spanLength(message.body)).toBe(0);
    expect(message.headLength).toBe(crlf(OK).length + 2);
    expect(message.fields).toBe(8);
    expect(text(view.header(headers.HEADER_CALL_ID))).toBe("00112233445566778899aabbccddeeff");
    expect(text(view.header(headers.HEADER_TO))).toBe(
      "<sip:1001@example.com>;tag=b27e1a1d33761e85846fc98f5f3a7e58.6f2c",
    );
    expect(view.header(headers.HEADER_ROUTE)).toBe(NO_SPAN);
  });

  it("has a status from 100 to 699", () => {
    expect(startLine("SIP/2.0 100 Trying")).toBe(view.PARSED);
    expect(startLine("SIP/2.0 699 x")).toBe(view.PARSED);
    expect(message.status).toBe(699);
    const wrong: string[] = [
      "SIP/2.0 099 x",
      "SIP/2.0 000 x",
      "SIP/2.0 700 x",
      "SIP/2.0 999 x",
      "SIP/2.0 20 x",
      "SIP/2.0 2000 x",
      "SIP/2.0 4294967301 better not break the receiver",
      "SIP/2.0 -200 x",
      "SIP/2.0 2x0 x",
      "SIP/2.0  200 x",
      "SIP/2.0200 x",
      "SIP/2.0",
      "SIP/2.0 ",
      "SIP/2.0 20",
      "SIP/2.0\t200 x",
    ];
    for (let i = 0; i < wrong.length; i++) expect(startLine(wrong[i])).toBe(view.BAD_START_LINE, wrong[i]);
  });

  it("has a reason phrase, which may be anything or nothing", () => {
    expect(startLine("SIP/2.0 200 = 2**3 * 5**2 но сто")).toBe(view.PARSED);
    expect(text(message.reason)).toBe("= 2**3 * 5**2 но сто");
    expect(startLine("SIP/2.0 100 ")).toBe(view.PARSED);
    expect(spanLength(message.reason)).toBe(0);
    expect(startLine("SIP/2.0 100")).toBe(view.PARSED);
    expect(spanLength(message.reason)).toBe(0);
    expect(message.reason).not.toBe(NO_SPAN);
  });
});

describe("a request", () => {
  it("is in view", () => {
    expect(parse(INVITE)).toBe(view.PARSED);
    expect(message.isRequest).toBe(true);
    expect(message.method).toBe(METHOD_INVITE);
    expect(text(message.methodName)).toBe("INVITE");
    expect(text(message.uri)).toBe("sip:1001@192.0.2.10:5060;transport=udp");
    expect(message.status).toBe(0);
    expect(message.reason).toBe(NO_SPAN);
    expect(message.cseq).toBe(314159);
    expect(message.contentLength).toBe(29);
    expect(text(message.body)).toBe(crlf("v=0\ns=-\nc=IN IP4 192.0.2.9\r\n").substring(0, 29));
  });

  it("of a method without a number keeps its name", () => {
    expect(requestLine("NEWMETHOD", "NEWMETHOD sip:a@b SIP/2.0")).toBe(view.PARSED);
    expect(message.method).toBe(METHOD_UNKNOWN);
    expect(text(message.methodName)).toBe("NEWMETHOD");
    const strange = "!interesting-Method0123456789_*+`.%indeed'~";
    expect(requestLine(strange, strange + " sip:a@b SIP/2.0")).toBe(view.PARSED);
    expect(text(message.methodName)).toBe(strange);
  });

  it("may say its version in lower case, and have blanks behind it", () => {
    expect(requestLine("OPTIONS", "OPTIONS sip:a@b sip/2.0")).toBe(view.PARSED);
    expect(requestLine("OPTIONS", "OPTIONS sip:a@b SIP/2.0  ")).toBe(view.PARSED);
  });

  it("whose first line is not as it must be", () => {
    const wrong: string[] = [
      "OPTIONS  sip:a@b SIP/2.0",
      "OPTIONS sip:a@b  SIP/2.0",
      "OPTIONS sip:a@b x SIP/2.0",
      "OPTIONS sip:a@bSIP/2.0",
      "OPTIONS SIP/2.0",
      "OPTIONS  SIP/2.0",
      "OPT(IONS sip:a@b SIP/2.0",
      "OPTIONS\tsip:a@b SIP/2.0",
      "xSIP/2.0",
    ];
    for (let i = 0; i < wrong.length; i++) expect(startLine(wrong[i])).toBe(view.BAD_START_LINE, wrong[i]);
  });

  it("whose CSeq names another method", () => {
    expect(requestLine("INVITE", "OPTIONS sip:a@b SIP/2.0")).toBe(view.METHOD_MISMATCH);
    expect(requestLine("options", "OPTIONS sip:a@b SIP/2.0")).toBe(view.METHOD_MISMATCH);
    expect(requestLine("NEWMETHOE", "NEWMETHOD sip:a@b SIP/2.0")).toBe(view.METHOD_MISMATCH);
  });
});

describe("what is not SIP", () => {
  it("of another version or protocol", () => {
    const wrong: string[] = [
      "SIP/7.0 200 OK",
      "OPTIONS sip:a@b SIP/7.0",
      "GET / HTTP/1.1",
      "HTTP/1.1 200 OK",
      "OPTIONS sip:a@b",
      "hello",
      "x",
    ];
    for (let i = 0; i < wrong.length; i++) expect(startLine(wrong[i])).toBe(view.NOT_SIP, wrong[i]);
  });

  it("nothing, or line ends only", () => {
    expect(view.parseMessage(NO_SPAN)).toBe(view.NOT_SIP);
    expect(view.parseMessage(atEdge(put("")))).toBe(view.NOT_SIP);
    expect(view.parseMessage(atEdge(put("\r\n\r\n")))).toBe(view.NOT_SIP);
    expect(view.parseMessage(atEdge(put("\r")))).toBe(view.NOT_SIP);
  });

  it("leaves no field of the message before in view", () => {
    expect(parse(OK)).toBe(view.PARSED);
    expect(view.parseMessage(put("\r\n\r\n"))).toBe(view.NOT_SIP);
    expect(view.header(headers.HEADER_VIA)).toBe(NO_SPAN);
    expect(view.nextValue(headers.HEADER_VIA, NO_SPAN)).toBe(NO_SPAN);
    expect(message.status).toBe(0);
    expect(message.method).toBe(METHOD_UNKNOWN);
    expect(message.contentLength).toBe(-1);
  });
});

describe("the fields of a message", () => {
  it("in several fields, in one, and both: values in order", () => {
    expect(parse(INVITE)).toBe(view.PARSED);
    expect(values(headers.HEADER_VIA)).toBe(
      "|SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77ef.1" +
        "|SIP/2.0/TCP client.example.org:50123;branch=z9hG4bKdeadbeef;alias|",
    );
    expect(values(headers.HEADER_RECORD_ROUTE)).toBe(
      "|<sip:192.0.2.1;lr;ftag=a73kszlfl>|<sip:198.51.100.7;lr>|",
    );
    expect(values(headers.HEADER_ROUTE)).toBe("|");
    expect(parse(responseWith("Path: <sip:a;lr>,<sip:b;lr>\nY: y\npath:\nPATH: , <sip:c>\n"))).toBe(
      view.PARSED,
    );
    expect(values(headers.HEADER_PATH)).toBe("|<sip:a;lr>|<sip:b;lr>|<sip:c>|");
    expect(text(view.header(headers.HEADER_PATH, 0))).toBe("<sip:a;lr>,<sip:b;lr>");
    expect(spanLength(view.header(headers.HEADER_PATH, 1))).toBe(0);
    expect(view.header(headers.HEADER_PATH, 1)).not.toBe(NO_SPAN);
    expect(text(view.header(headers.HEADER_PATH, 2))).toBe(", <sip:c>");
    expect(view.header(headers.HEADER_PATH, 3)).toBe(NO_SPAN);
    expect(view.header(headers.HEADER_PATH, 1000)).toBe(NO_SPAN);
  });

  it("a value that is not of the kind has none that follows it", () => {
    expect(parse(INVITE)).toBe(view.PARSED);
    expect(view.nextValue(headers.HEADER_VIA, view.header(headers.HEADER_FROM))).toBe(NO_SPAN);
  });

  it("in compact form and in any case", () => {
    const compact = OK.replace("Via", "v")
      .replace("From", "F")
      .replace("To", "t")
      .replace("Call-ID", "i")
      .replace("CSeq", "cSEQ")
      .replace("Contact", "m")
      .replace("Content-Length", "l");
    expect(parse(compact)).toBe(view.PARSED);
    expect(message.fields).toBe(8);
    expect(message.contentLength).toBe(0);
    expect(values(headers.HEADER_CONTACT)).toBe(
      '|<sip:1001@192.0.2.10:5060>;expires=60;received="sip:192.0.2.10:5060"|',
    );
  });

  it("with white space around the colon and at the ends", () => {
    expect(parse(okWith("Call-ID: ", "Call-ID \t :\t  ").replace("ddeeff\n", "ddeeff  \t\n"))).toBe(
      view.PARSED,
    );
    expect(text(view.header(headers.HEADER_CALL_ID))).toBe("00112233445566778899aabbccddeeff");
    expect(parse(okWith("Call-ID: ", "Call-ID:"))).toBe(view.PARSED);
    expect(text(view.header(headers.HEADER_CALL_ID))).toBe("00112233445566778899aabbccddeeff");
  });

  it("folded over several lines", () => {
    expect(parse(okWith("CSeq: 4711 REGISTER", "CSeq:\n 4711\n\t REGISTER\n  "))).toBe(view.PARSED);
    expect(message.cseq).toBe(4711);
    expect(message.method).toBe(METHOD_REGISTER);
    expect(parse(responseWith("Path: <sip:a>\n ,\n <sip:b>\n"))).toBe(view.PARSED);
    expect(values(headers.HEADER_PATH)).toBe("|<sip:a>|<sip:b>|");
    // A line of the fold that looks like a field is none.
    expect(parse(responseWith("Subject: x\n From: y\n\tVia: z\n"))).toBe(view.PARSED);
    expect(text(view.header(headers.HEADER_FROM))).toBe("<sip:1001@example.com>;tag=0011223344556677");
  });

  it("unknown ones, and lines that are none, are passed over", () => {
    const lines = "X-Unknown: 1\nnonsense\n: empty name\nBad Name: x\n\x01\x02\0: z\nVia Via: q\n";
    expect(parse(responseWith(lines))).toBe(view.PARSED);
    expect(message.fields).toBe(8);
  });

  it("with a NUL or other garbage inside", () => {
    expect(parse(responseWith("Reason: a\0b\x7f\xff\n"))).toBe(view.PARSED);
    expect(spanLength(view.header(headers.HEADER_REASON))).toBe(String.UTF8.byteLength("a\0b\x7f\xff"));
  });

  it("lines that end with a lone line feed", () => {
    expect(view.parseMessage(put(OK + "\n"))).toBe(view.PARSED);
    expect(message.fields).toBe(8);
    expect(text(message.reason)).toBe("OK");
    expect(text(view.header(headers.HEADER_CALL_ID))).toBe("00112233445566778899aabbccddeeff");
    expect(message.headLength).toBe(OK.length + 1);
  });

  it("line ends before the message are passed over", () => {
    expect(view.parseMessage(put("\r\n\n\r\n" + crlf(OK) + "\r\n"))).toBe(view.PARSED);
    expect(message.status).toBe(200);
    expect(message.headLength).toBe(crlf(OK).length + 7);
  });

  it("as many as fit", () => {
    let lines = "";
    for (let i = 8; i < view.MAX_FIELDS; i++) lines += "Route: <sip:" + i.toString() + ".example.com;lr>\n";
    expect(parse(responseWith(lines))).toBe(view.PARSED);
    expect(message.fields).toBe(view.MAX_FIELDS);
    expect(text(view.header(headers.HEADER_ROUTE, view.MAX_FIELDS - 9))).toBe("<sip:95.example.com;lr>");
    let count = 0;
    let value: Span = view.nextValue(headers.HEADER_ROUTE, NO_SPAN);
    for (; value != NO_SPAN; value = view.nextValue(headers.HEADER_ROUTE, value)) count++;
    expect(count).toBe(view.MAX_FIELDS - 8);
    expect(parse(responseWith(lines + "Y: y\nY: y\n"))).toBe(view.PARSED);
    expect(parse(responseWith(lines + "Route: <sip:x>\n"))).toBe(view.TOO_MANY_FIELDS);
  });
});

describe("a message that lacks something", () => {
  it("a field that every message has", () => {
    const mandatory: string[] = ["Via", "From", "To", "Call-ID", "CSeq"];
    for (let i = 0; i < mandatory.length; i++) {
      const name = mandatory[i];
      expect(parse(OK.replace("\n" + name + ":", "\nX-" + name + ":"))).toBe(view.MISSING_FIELD, name);
      expect(parse(OK.replace("\n" + name + ":", "\n" + name + ":\nY:"))).toBe(view.MISSING_FIELD, name);
    }
  });

  it("or has it twice", () => {
    const single: string[] = [
      "From: <sip:a@b>;tag=1\n",
      "f: <sip:a@b>;tag=1\n",
      "To: <sip:a@b>\n",
      "Call-ID: x\n",
      "i: x\n",
      "CSeq: 1 REGISTER\n",
      "Content-Length: 0\n",
      "l: 7\n",
    ];
    for (let i = 0; i < single.length; i++) {
      expect(parse(responseWith(single[i]))).toBe(view.DUPLICATE_FIELD, single[i]);
    }
  });

  it("a CSeq of a number below 2^31 and a method", () => {
    expect(parse(okWith("4711 REGISTER", "0 REGISTER"))).toBe(view.PARSED);
    expect(parse(okWith("4711 REGISTER", "2147483647 REGISTER"))).toBe(view.PARSED);
    expect(message.cseq).toBe(i32.MAX_VALUE);
    expect(parse(okWith("4711 REGISTER", "0009 NEWMETHOD"))).toBe(view.PARSED);
    expect(message.cseq).toBe(9);
    expect(message.method).toBe(METHOD_UNKNOWN);
    expect(text(message.methodName)).toBe("NEWMETHOD");
    const wrong: string[] = [
      "2147483648 REGISTER",
      "36893488147419103232 REGISTER",
      "4711REGISTER",
      "4711",
      "4711 ",
      "REGISTER",
      "-1 REGISTER",
      "4711 REGISTER x",
      "4711 REG,ISTER",
      "4711.0 REGISTER",
      "0x1 REGISTER",
    ];
    for (let i = 0; i < wrong.length; i++) {
      expect(parse(okWith("4711 REGISTER", wrong[i]))).toBe(view.BAD_CSEQ, wrong[i]);
    }
  });

  it("the blank line behind its head", () => {
    expect(view.parseMessage(put(crlf(OK)))).toBe(view.CUT_OFF);
    expect(view.parseMessage(put(crlf(OK) + "\r"))).toBe(view.CUT_OFF);
    expect(view.parseMessage(put(crlf(OK) + " \r\n"))).toBe(view.CUT_OFF);
    expect(view.parseMessage(put("SIP/2.0 200 OK\r\n"))).toBe(view.CUT_OFF);
    expect(view.parseMessage(put("SIP/2.0 200 OK"))).toBe(view.CUT_OFF);
    expect(view.parseMessage(put("SIP/2.0 200 OK\r\n\r\n"))).toBe(view.MISSING_FIELD);
  });
});

describe("the body", () => {
  it("longer than Content-Length says is cut (RFC 3261, 18.3)", () => {
    expect(view.parseMessage(put(crlf(okWith("Length: 0", "Length: 4")) + "\r\nbody and more"))).toBe(
      view.PARSED,
    );
    expect(text(message.body)).toBe("body");
    expect(view.parseMessage(put(crlf(OK) + "\r\nmore"))).toBe(view.PARSED);
    expect(spanLength(message.body)).toBe(0);
  });

  it("shorter is an error, after which a stream knows how much it waits for", () => {
    const head = crlf(okWith("Length: 0", "Length: 5")) + "\r\n";
    expect(view.parseMessage(put(head + "body"))).toBe(view.BODY_CUT_OFF);
    expect(message.headLength).toBe(head.length);
    expect(message.contentLength).toBe(5);
    expect(view.parseMessage(put(head + "body!"))).toBe(view.PARSED);
    expect(view.parseMessage(put(crlf(okWith("Length: 0", "Length: 99999999999999999999")) + "\r\n"))).toBe(
      view.BODY_CUT_OFF,
    );
    expect(message.contentLength).toBe(i32.MAX_VALUE);
  });

  it("without Content-Length is all that follows", () => {
    expect(view.parseMessage(put(crlf(okWith("Content-Length: 0\n", "")) + "\r\nall that\r\n follows"))).toBe(
      view.PARSED,
    );
    expect(message.contentLength).toBe(-1);
    expect(text(message.body)).toBe("all that\r\n follows");
  });

  it("Content-Length is a number", () => {
    const wrong: string[] = ["-1", "x", "", "1 2", "0x0", "0,0", "0;x", "1.0", "+0"];
    for (let i = 0; i < wrong.length; i++) {
      expect(parse(okWith("Length: 0", "Length: " + wrong[i]))).toBe(view.BAD_CONTENT_LENGTH, wrong[i]);
    }
  });

  it("is not looked at for fields", () => {
    const body = "\r\n Via: x\r\n\r\nFrom: y";
    expect(view.parseMessage(put(crlf(okWith("Content-Length: 0\n", "")) + "\r\n" + body))).toBe(view.PARSED);
    expect(message.fields).toBe(7);
    expect(text(message.body)).toBe(body);
  });
});

describe("the head of a stream's message", () => {
  it("ends behind the blank line", () => {
    const head = crlf(CHALLENGED) + "\r\n";
    const bytes = put(head + "body\r\n\r\n");
    expect(view.headLength(bytes, 0)).toBe(head.length);
    expect(view.headLength(put("a\n\nb"), 0)).toBe(3);
    expect(view.headLength(put("a\r\n\nb"), 0)).toBe(4);
    expect(view.headLength(put("a\n\r\nb"), 0)).toBe(4);
    expect(view.headLength(put("a\r\n\r\r\n\r\n"), 0)).toBe(8);
    expect(view.headLength(put("a\r\n \r\n\r\n"), 0)).toBe(8);
  });

  it("that comes a byte at a time is found with the byte that ends it", () => {
    const texts: string[] = [crlf(CHALLENGED) + "\r\n", CHALLENGED + "\n", "a\r\n\n", "a\n\r\n"];
    for (let i = 0; i < texts.length; i++) {
      const bytes = put(texts[i] + "body");
      const length = texts[i].length;
      for (let seen = 0; seen < length; seen++) {
        const got = span(spanStart(bytes), seen + 1);
        expect(view.headLength(got, seen)).toBe(seen + 1 == length ? length : 0);
      }
    }
  });

  it("is not there yet", () => {
    expect(view.headLength(NO_SPAN, 0)).toBe(0);
    expect(view.headLength(atEdge(put("a\r\n")), 0)).toBe(0);
    expect(view.headLength(atEdge(put("a\r\n\r")), 0)).toBe(0);
    expect(view.headLength(atEdge(bytesOf("a\nb")), 0)).toBe(0);
  });
});
