import {
  NOT_A_NUMBER,
  hexValue,
  loadU16,
  loadU32,
  parseDecimal,
  storeU16,
  storeU32,
} from "../../../assembly/bytes/number";
import { NO_SPAN } from "../../../assembly/bytes/span";
import { atEdge, hex, put } from "./memory";

const target = memory.data(8);

function decimal(digits: string, limit: i64): i64 {
  return parseDecimal(atEdge(put(digits)), limit);
}

describe("a decimal number", () => {
  it("is its value up to the limit, and the limit above", () => {
    expect(decimal("0", 10)).toBe(0);
    expect(decimal("007", 10)).toBe(7);
    expect(decimal("10", 10)).toBe(10);
    expect(decimal("11", 10)).toBe(10);
    expect(decimal("4294967295", 0xffffffff)).toBe(0xffffffff);
    expect(decimal("4294967296", 0xffffffff)).toBe(0xffffffff);
    expect(decimal("1234567890123", (1 as i64) << 50)).toBe(1234567890123);
  });

  it("never overflows, however long", () => {
    expect(decimal("949302838503028349304023988", 0xffffffff)).toBe(0xffffffff);
    expect(decimal("99999999999999999999999999999999999999999999999999999", 1000)).toBe(1000);
    const most = (1 as i64) << 59;
    expect(decimal("576460752303423487", most)).toBe(most - 1);
    expect(decimal("576460752303423488", most)).toBe(most);
    expect(decimal("5764607523034234879", most)).toBe(most);
    expect(decimal("9223372036854775808", most)).toBe(most);
    expect(decimal("18446744073709551617", most)).toBe(most);
    expect(decimal("00000000000000000000000000000000000000000000000000012", 100)).toBe(12);
  });

  it("is digits and nothing else", () => {
    const wrong: string[] = ["", " ", "-1", "+1", "1 ", " 1", "1.0", "0x10", "a", "1a", "/", ":", "1e3"];
    for (let i = 0; i < wrong.length; i++) expect(decimal(wrong[i], 1000)).toBe(NOT_A_NUMBER, wrong[i]);
    expect(decimal("9999999999x", 1000)).toBe(NOT_A_NUMBER, "garbage past the limit");
    expect(parseDecimal(NO_SPAN, 10)).toBe(NOT_A_NUMBER);
  });
});

describe("other numbers", () => {
  it("hexadecimal digits of either case", () => {
    const digits = "0123456789abcdef";
    const upper = "0123456789ABCDEF";
    let found = 0;
    for (let i = 0; i < 256; i++) {
      const value = hexValue(i as u8);
      if (value < 0) continue;
      found++;
      expect(digits.charCodeAt(value) == i || upper.charCodeAt(value) == i).toBe(true, i.toString());
    }
    expect(found).toBe(22);
  });

  it("network byte order, at any address", () => {
    storeU16(target + 1, 0x1234);
    expect(hex(target + 1, 2)).toBe("1234");
    expect(loadU16(target + 1)).toBe(0x1234);
    storeU16(target, 0xfffe);
    expect(loadU16(target)).toBe(0xfffe);
    storeU32(target + 3, 0x89abcdef);
    expect(hex(target + 3, 4)).toBe("89abcdef");
    expect(loadU32(target + 3)).toBe(0x89abcdef);
  });
});
