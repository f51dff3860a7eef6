import { NOT_A_NUMBER } from "../../../assembly/bytes/number";
import { NO_SPAN, Span } from "../../../assembly/bytes/span";
import * as fields from "../../../assembly/sip/fields";
import * as headers from "../../../assembly/sip/header";
import { PARSED, header, nextValue, resetMessage } from "../../../assembly/sip/message";
import { parameter } from "../../../assembly/sip/text";

import { viaParameter } from "../../../assembly/sip/via";
import { put, text } from "../bytes/memory";
import { INVITE, OK, parse } from "./messages";

const via = fields.topmost;

function shown(view: Span): string {
  return view == NO_SPAN ? "none" : text(view);
}

/** Brings a 200 into view whose Contact fields are these lines. */
function bindings(lines: string): void {
  const contact = 'Contact: <sip:1001@192.0.2.10:5060>;expires=60;received="sip:192.0.2.10:5060"\n';
  expect(parse(OK.replace(contact, lines))).toBe(PARSED);
}

function seconds(id: i32, line: string): i64 {
  expect(parse(OK.replace("Server:", line + "\nServer:"))).toBe(PARSED);
  return fields.headerSeconds(id);
}

/** Seconds of the binding of `sip:1001@192.0.2.10:5060`; −2 where it is not there. */
function lifetime(lines: string): i64 {
  bindings(lines);
  const contact = fields.findContact(put("sip:1001@192.0.2.10:5060"));
  return contact == NO_SPAN ? -2 : fields.contactSeconds(contact);
}

describe("the topmost Via", () => {
  it("is the first value of the first field", () => {
    expect(parse(INVITE)).toBe(PARSED);
    expect(fields.topVia()).toBe(true);
    expect(text(viaParameter(via, "branch"))).toBe("z9hG4bK77ef.1");
    parse(OK.replace("rport=5060", "rport=5060, SIP/2.0/UDP second;branch=x"));
    expect(fields.topVia()).toBe(true);
    expect(text(viaParameter(via, "branch"))).toBe("z9hG4bK0123456789abcdef");
    expect(text(viaParameter(via, "rport"))).toBe("5060");
    expect(viaParameter(via, "received")).toBe(NO_SPAN);
  });

  it("may be malformed", () => {
    parse(OK.replace("SIP/2.0/UDP", "UDP"));
    expect(fields.topVia()).toBe(false);
    resetMessage();
    expect(fields.topVia()).toBe(false);
  });
});

describe("the tags", () => {
  it("of From and To", () => {
    parse(OK);
    expect(shown(fields.fromTag())).toBe("0011223344556677");
    expect(shown(fields.toTag())).toBe("b27e1a1d33761e85846fc98f5f3a7e58.6f2c");
    parse(INVITE);
    expect(shown(fields.fromTag())).toBe("a73kszlfl");
    expect(shown(fields.toTag())).toBe("none");
  });
});

describe("seconds", () => {
  it("of Retry-After, with all that may follow", () => {
    expect(seconds(headers.HEADER_RETRY_AFTER, "Retry-After: 30")).toBe(30);
    expect(seconds(headers.HEADER_RETRY_AFTER, "Retry-After: 18000;duration=3600")).toBe(18000);
    expect(seconds(headers.HEADER_RETRY_AFTER, "Retry-After: 120 (I'm in a meeting)")).toBe(120);
    expect(seconds(headers.HEADER_RETRY_AFTER, "Retry-After: 0")).toBe(0);
  });

  it("of a Retry-After that no clock could hold: capped, never overflowed", () => {
    const line = "Retry-After: 949302838503028349304023988";
    expect(seconds(headers.HEADER_RETRY_AFTER, line)).toBe(4294967295);
    expect(seconds(headers.HEADER_RETRY_AFTER, line) * 1000 > 0).toBe(true);
  });

  it("of a Retry-After that says none", () => {
    const lines: string[] = ["", "soon", "-1", "Fri, 26 Sep 1997 12:00:00 GMT"];
    for (let i = 0; i < lines.length; i++) {
      expect(seconds(headers.HEADER_RETRY_AFTER, "Retry-After: " + lines[i])).toBe(NOT_A_NUMBER, lines[i]);
    }
    expect(seconds(headers.HEADER_RETRY_AFTER, "Y: 1")).toBe(NOT_A_NUMBER);
  });

  it("of the other fields", () => {
    expect(seconds(headers.HEADER_EXPIRES, "Expires: 7200")).toBe(7200);
    expect(seconds(headers.HEADER_MIN_EXPIRES, "Min-Expires: 1800")).toBe(1800);
    expect(seconds(headers.HEADER_MIN_SE, "Min-SE: 90;x=y")).toBe(90);
    expect(seconds(headers.HEADER_FLOW_TIMER, "Flow-Timer: 120")).toBe(120);
    expect(seconds(headers.HEADER_SESSION_EXPIRES, "x: 1800;refresher=uas")).toBe(1800);
    expect(text(parameter(header(headers.HEADER_SESSION_EXPIRES), "refresher"))).toBe("uas");
  });
});

describe("a list of tokens", () => {
  it("has those it has", () => {
    parse(INVITE.replace("Supported:", "Supported: gruu\nk: Path ,outbound\nSupported:"));
    expect(fields.hasToken(headers.HEADER_SUPPORTED, "100rel")).toBe(true);
    expect(fields.hasToken(headers.HEADER_SUPPORTED, "timer")).toBe(true);
    expect(fields.hasToken(headers.HEADER_SUPPORTED, "path")).toBe(true);
    expect(fields.hasToken(headers.HEADER_SUPPORTED, "outbound")).toBe(true);
    expect(fields.hasToken(headers.HEADER_SUPPORTED, "time")).toBe(false);
    expect(fields.hasToken(headers.HEADER_REQUIRE, "100rel")).toBe(false);
  });
});

describe("our own binding in a 200", () => {
  it("is found among the others", () => {
    expect(
      lifetime(
        "Contact: <sip:1001@192.0.2.99:5060>;expires=10, <sip:1001@192.0.2.10>;expires=20\n" +
          "m: sip:1002@192.0.2.10;expires=30\n",
      ),
    ).toBe(20);
    expect(lifetime('Contact: "1001" <sip:1001@192.0.2.10:5060;transport=udp>;q=0.5;Expires="77"\n')).toBe(
      77,
    );
    expect(lifetime("Contact: <sip:1001@192.0.2.10:5061>;expires=10\n")).toBe(-2);
    expect(lifetime("Contact: *\n")).toBe(-2);
    expect(lifetime("Contact: <sip:1001@192.0.2.10:5060;expires=10\n")).toBe(-2);
    expect(lifetime("")).toBe(-2);
  });

  it("lives as long as its parameter says, otherwise as Expires says", () => {
    const contact = "Contact: <sip:1001@192.0.2.10:5060>";
    expect(lifetime(contact + ";expires=60\nExpires: 120\n")).toBe(60);
    expect(lifetime(contact + ";expires=0\n")).toBe(0);
    expect(lifetime(contact + "\nExpires: 120\n")).toBe(120);
    expect(lifetime(contact + "\nExpires: 99999999999999\n")).toBe(4294967295);
    expect(lifetime(contact + "\n")).toBe(NOT_A_NUMBER);
    expect(lifetime(contact + "\nExpires: x\n")).toBe(NOT_A_NUMBER);
  });

  it("with a malformed parameter lives an hour (RFC 3261, 20.10)", () => {
    const malformed: string[] = ["soon", "", "-1", '"60', "1.5"];
    for (let i = 0; i < malformed.length; i++) {
      const line = "Contact: <sip:1001@192.0.2.10:5060>;expires=" + malformed[i] + "\nExpires: 5\n";
      expect(lifetime(line)).toBe(3600, malformed[i]);
    }
  });

  it("has a preference", () => {
    const cases: string[] = [
      "0",
      "0.0",
      "0.7",
      "0.75",
      "0.755",
      "1",
      "1.000",
      "",
      "0.9999",
      "9",
      "x",
      ".5",
      "-1",
    ];
    const expected: i32[] = [0, 0, 700, 750, 755, 1000, 1000, 1000, 999, 1000, 1000, 1000, 1000];
    for (let i = 0; i < cases.length; i++) {
      bindings("Contact: <sip:a@b>;q=" + cases[i] + "\n");
      expect(fields.contactPreference(nextValue(headers.HEADER_CONTACT, NO_SPAN))).toBe(
        expected[i],
        cases[i],
      );
    }
    bindings("Contact: <sip:a@b>\n");
    expect(fields.contactPreference(nextValue(headers.HEADER_CONTACT, NO_SPAN))).toBe(1000);
  });
});
