import {
  NO_SPAN,
  copySpan,
  find,
  isBlank,
  isDigit,
  isTokenByte,
  lower,
  span,
  spanBetween,
  spanEnd,
  spanLength,
  spanStart,
  spansEqual,
  spansEqualIgnoreCase,
  trim,
} from "../../../assembly/bytes/span";
import { atEdge, put, text } from "./memory";

const target = memory.data(16);

describe("a span", () => {
  it("keeps start and length apart", () => {
    const view = span(0x12345678, 0x7fffffff);
    expect(spanStart(view)).toBe(0x12345678);
    expect(spanLength(view)).toBe(0x7fffffff);
    expect(spanEnd(span(100, 28))).toBe(128);
    expect(spanBetween(100, 128)).toBe(span(100, 28));
    expect(spanBetween(100, 100)).toBe(span(100, 0));
    expect(spanLength(spanBetween(128, 100))).toBe(0);
  });

  it("absent is not the same as empty", () => {
    expect(span(8, 0)).not.toBe(NO_SPAN);
    expect(spanLength(NO_SPAN)).toBe(0);
    expect(spanEnd(NO_SPAN)).toBe(0);
  });

  it("copies at most the capacity", () => {
    memory.fill(target, 0x2e, 16);
    expect(copySpan(put("abcdef"), target, 4)).toBe(4);
    expect(text(span(target, 6))).toBe("abcd..");
    expect(copySpan(put("xy"), target, 4)).toBe(2);
    expect(text(span(target, 6))).toBe("xycd..");
    expect(copySpan(NO_SPAN, target, 4)).toBe(0);
  });

  it("equal: byte for byte, or but for the case of ASCII letters", () => {
    expect(spansEqual(put("Via"), put("Via"))).toBe(true);
    expect(spansEqual(put("Via"), put("via"))).toBe(false);
    expect(spansEqual(put("Via"), put("Viable"))).toBe(false);
    expect(spansEqual(put(""), NO_SPAN)).toBe(true);
    expect(spansEqualIgnoreCase(put("CALL-id"), put("call-ID"))).toBe(true);
    expect(spansEqualIgnoreCase(put("a@"), put("a`"))).toBe(false);
    expect(spansEqualIgnoreCase(put("[x"), put("{x"))).toBe(false);
    expect(spansEqualIgnoreCase(put("abc"), put("abcd"))).toBe(false);
  });

  it("trims blanks at both ends only", () => {
    expect(text(trim(put(" \t a b \t")))).toBe("a b");
    expect(spanLength(trim(atEdge(put(" \t  "))))).toBe(0);
    expect(spanLength(trim(NO_SPAN))).toBe(0);
    expect(text(trim(put("\r\n")))).toBe("\r\n");
  });

  it("finds the first byte or the end", () => {
    const view = atEdge(put("a=b=c"));
    expect(find(spanStart(view), spanEnd(view), 0x3d)).toBe(spanStart(view) + 1);
    expect(find(spanStart(view) + 2, spanEnd(view), 0x3d)).toBe(spanStart(view) + 3);
    expect(find(spanStart(view), spanEnd(view), 0x3b)).toBe(spanEnd(view));
    expect(find(spanEnd(view), spanEnd(view), 0x3d)).toBe(spanEnd(view));
  });

  it("finds the first byte wherever it is, among bytes that differ by one bit or by one", () => {
    for (let byte = 0; byte < 256; byte++) {
      for (let at = 0; at < 18; at++) {
        const view = atEdge(put("0123456789abcdef"));
        const start = spanStart(view);
        for (let i = 0; i < 16; i++) {
          const other = i % 3 == 0 ? byte + 1 : i % 3 == 1 ? byte ^ 0x80 : byte - 1;
          store<u8>(start + i, (i == at || i == at + 2 ? byte : other) as u8);
        }
        const expected = min(start + at, spanEnd(view));
        expect(find(start, spanEnd(view), byte as u8)).toBe(expected, `${byte} at ${at}`);
      }
    }
  });
});

describe("the classes of bytes", () => {
  it("letters, digits, blanks and tokens, for all 256", () => {
    const marks = "!%'*+-._`~";
    for (let i = 0; i < 256; i++) {
      const upper = i >= 65 && i <= 90;
      const letter = upper || (i >= 97 && i <= 122);
      const digit = i >= 48 && i <= 57;
      expect(lower(i as u8)).toBe((upper ? i + 32 : i) as u8, i.toString());
      expect(isDigit(i as u8)).toBe(digit, i.toString());
      expect(isBlank(i as u8)).toBe(i == 32 || i == 9, i.toString());
      const mark = i < 128 && marks.includes(String.fromCharCode(i));
      expect(isTokenByte(i as u8)).toBe(letter || digit || mark, i.toString());
    }
  });
});
