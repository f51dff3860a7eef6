import { Span, span } from "../../../assembly/bytes/span";
import {
  DIAGNOSTIC_BAD_ADDRESS,
  DIAGNOSTIC_BAD_IP_ADDRESS,
  DIAGNOSTIC_BAD_TEXT,
  DIAGNOSTIC_NOT_A_NUMBER,
  DIAGNOSTIC_OUT_OF_RANGE,
} from "../../../assembly/contract/constants";
import { OF_ACCOUNT, OF_PHONE, OF_SERVER } from "../../../assembly/config/keys";
import {
  KEY_ADDRESS,
  KEY_LABEL,
  KEY_PORT,
  KEY_PRIMARY_DNS,
  KEY_TIMER_T1,
} from "../../../assembly/config/table";
import { checkValue, countCharacters, readNumber } from "../../../assembly/config/values";
import { reset } from "./fixture";

/** Kept here, so that the view stays valid. */
let kept: ArrayBuffer = new ArrayBuffer(0);

function view(text: string): Span {
  kept = String.UTF8.encode(text);
  return span(changetype<usize>(kept), kept.byteLength);
}

function octets(bytes: u8[]): Span {
  kept = new ArrayBuffer(bytes.length);
  for (let i = 0; i < bytes.length; i++) store<u8>(changetype<usize>(kept) + i, bytes[i]);
  return span(changetype<usize>(kept), kept.byteLength);
}

function expectAddress(text: string, outcome: i32): void {
  expect(checkValue(OF_SERVER, KEY_ADDRESS, view(text))).toBe(outcome, text);
}

describe("a number", () => {
  beforeEach(reset);

  it("may have leading zeros", () => {
    expect(checkValue(OF_SERVER, KEY_PORT, view("05060"))).toBe(0);
    expect(readNumber()).toBe(5060);
  });

  it("of any length never overflows into the range", () => {
    expect(checkValue(OF_SERVER, KEY_PORT, view("4294967296"))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
    expect(checkValue(OF_SERVER, KEY_PORT, view("18446744073709551616"))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
    expect(checkValue(OF_SERVER, KEY_PORT, view("-18446744073709551615"))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
    expect(checkValue(OF_SERVER, KEY_PORT, view("9".repeat(1000)))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
  });
});

describe("a timer", () => {
  beforeEach(reset);

  it("is read in milliseconds", () => {
    const texts = ["0.5", "0.50", "0.500", "1", "1.25", "9.999", "10", "10.0", "1."];
    const values = [500, 500, 500, 1000, 1250, 9999, 10000, 10000, -1];
    for (let i = 0; i < texts.length; i++) {
      const outcome = checkValue(OF_PHONE, KEY_TIMER_T1, view(texts[i]));
      expect(outcome).toBe(values[i] < 0 ? DIAGNOSTIC_NOT_A_NUMBER : 0, texts[i]);
      if (values[i] >= 0) expect(readNumber()).toBe(values[i], texts[i]);
    }
  });

  it("is no number with a sign, an exponent, two points, or no digit before the point", () => {
    const texts = [".5", "1e0", "1.2.3", "1,5", "0.5s", "+1", ".", "-"];
    for (let i = 0; i < texts.length; i++) {
      expect(checkValue(OF_PHONE, KEY_TIMER_T1, view(texts[i]))).toBe(DIAGNOSTIC_NOT_A_NUMBER, texts[i]);
    }
    expect(checkValue(OF_PHONE, KEY_TIMER_T1, view("-0.5"))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
    expect(checkValue(OF_PHONE, KEY_TIMER_T1, view("99999999999999999999.5"))).toBe(DIAGNOSTIC_OUT_OF_RANGE);
  });
});

describe("an address", () => {
  beforeEach(reset);

  it("is an IPv4 address, an IPv6 address or a host name", () => {
    const texts = [
      "192.0.2.1",
      "2001:db8::1",
      "[2001:db8::1]",
      "::ffff:192.0.2.1",
      "sip.example.com",
      "sip.example.com.",
      "SIP",
      "a-b.c_d.e1",
      "_sip._udp.example.com",
      "3com.example",
      "a".repeat(63) + ".example",
    ];
    for (let i = 0; i < texts.length; i++) expectAddress(texts[i], 0);
  });

  it("is nothing else", () => {
    const texts = [
      "192.0.2.300",
      "192.0.2",
      "192.0.2.1:5060",
      "1.2.3.4.5",
      "2001:db8::1%eth0",
      "[2001:db8::1]:5060",
      "[2001:db8::1",
      "sip:sip.example.com",
      "sip.example.com:5060",
      "sip.example.com/x",
      "sip example",
      "sip..example",
      ".example",
      ".",
      "münchen.example",
      "a".repeat(64) + ".example",
      "5060",
    ];
    for (let i = 0; i < texts.length; i++) expectAddress(texts[i], DIAGNOSTIC_BAD_ADDRESS);
  });

  it("of a DNS server is an IP address", () => {
    expect(checkValue(OF_PHONE, KEY_PRIMARY_DNS, view("192.0.2.53"))).toBe(0);
    expect(checkValue(OF_PHONE, KEY_PRIMARY_DNS, view("2001:db8::53"))).toBe(0);
    expect(checkValue(OF_PHONE, KEY_PRIMARY_DNS, view("dns.example"))).toBe(DIAGNOSTIC_BAD_IP_ADDRESS);
    expect(checkValue(OF_PHONE, KEY_PRIMARY_DNS, view("192.0.2.053"))).toBe(DIAGNOSTIC_BAD_IP_ADDRESS);
  });
});

describe("a text", () => {
  beforeEach(reset);

  it("is counted in characters", () => {
    expect(countCharacters(view(""))).toBe(0);
    expect(countCharacters(view("abc"))).toBe(3);
    expect(countCharacters(view("äöü"))).toBe(3);
    expect(countCharacters(view("電話"))).toBe(2);
    expect(countCharacters(view("☎📞"))).toBe(2);
    expect(checkValue(OF_ACCOUNT, KEY_LABEL, view("電".repeat(99)))).toBe(0);
  });

  it("has no control characters", () => {
    for (let byte: u8 = 0; byte < 0x20; byte++) {
      expect(checkValue(OF_ACCOUNT, KEY_LABEL, octets([0x61, byte, 0x62]))).toBe(
        DIAGNOSTIC_BAD_TEXT,
        byte.toString(),
      );
    }
    expect(checkValue(OF_ACCOUNT, KEY_LABEL, octets([0x7f]))).toBe(DIAGNOSTIC_BAD_TEXT);
  });

  it("is well-formed UTF-8", () => {
    expect(countCharacters(octets([0xc2, 0x80]))).toBe(1);
    expect(countCharacters(octets([0xed, 0x9f, 0xbf]))).toBe(1);
    expect(countCharacters(octets([0xf4, 0x8f, 0xbf, 0xbf]))).toBe(1);
    expect(countCharacters(octets([0x80]))).toBe(-1, "a continuation alone");
    expect(countCharacters(octets([0xc3]))).toBe(-1, "cut off");
    expect(countCharacters(octets([0xe2, 0x82]))).toBe(-1, "cut off");
    expect(countCharacters(octets([0xc3, 0x28]))).toBe(-1, "no continuation");
    expect(countCharacters(octets([0xc0, 0xaf]))).toBe(-1, "overlong");
    expect(countCharacters(octets([0xc1, 0xbf]))).toBe(-1, "overlong");
    expect(countCharacters(octets([0xe0, 0x9f, 0xbf]))).toBe(-1, "overlong");
    expect(countCharacters(octets([0xf0, 0x8f, 0xbf, 0xbf]))).toBe(-1, "overlong");
    expect(countCharacters(octets([0xed, 0xa0, 0x80]))).toBe(-1, "a surrogate");
    expect(countCharacters(octets([0xf4, 0x90, 0x80, 0x80]))).toBe(-1, "above U+10FFFF");
    expect(countCharacters(octets([0xf5, 0x80, 0x80, 0x80]))).toBe(-1, "above U+10FFFF");
    expect(countCharacters(octets([0xff]))).toBe(-1, "no octet of UTF-8");
  });
});
