import {
  isLiteral,
  isLiteralIgnoreCase,
  startsWithLiteral,
  writeLiteral,
} from "../../../assembly/bytes/literal";
import { NO_SPAN, span } from "../../../assembly/bytes/span";
import { atEdge, put, text } from "./memory";

const target = memory.data(16);

describe("a literal", () => {
  it("is written as bytes", () => {
    memory.fill(target, 0x2e, 16);
    expect(writeLiteral("SIP/2.0", target)).toBe(7);
    expect(text(span(target, 8))).toBe("SIP/2.0.");
    expect(writeLiteral("", target)).toBe(0);
  });

  it("is compared byte for byte", () => {
    expect(isLiteral(atEdge(put("branch")), "branch")).toBe(true);
    expect(isLiteral(atEdge(put("Branch")), "branch")).toBe(false);
    expect(isLiteral(atEdge(put("branc")), "branch")).toBe(false);
    expect(isLiteral(atEdge(put("branchy")), "branch")).toBe(false);
    expect(isLiteral(NO_SPAN, "branch")).toBe(false);
    expect(isLiteral(NO_SPAN, "")).toBe(true);
  });

  it("as a beginning", () => {
    expect(startsWithLiteral(atEdge(put("z9hG4bKabc")), "z9hG4bK")).toBe(true);
    expect(startsWithLiteral(atEdge(put("z9hG4bK")), "z9hG4bK")).toBe(true);
    expect(startsWithLiteral(atEdge(put("z9hG4b")), "z9hG4bK")).toBe(false);
    expect(startsWithLiteral(atEdge(put("Z9hG4bK")), "z9hG4bK")).toBe(false);
  });

  it("but for the case of letters", () => {
    expect(isLiteralIgnoreCase(atEdge(put("ReCeived")), "received")).toBe(true);
    expect(isLiteralIgnoreCase(atEdge(put("sip/2.0")), "sip/2.0")).toBe(true);
    expect(isLiteralIgnoreCase(atEdge(put("sip\x0f2.0")), "sip/2.0")).toBe(false);
    expect(isLiteralIgnoreCase(atEdge(put("receive")), "received")).toBe(false);
  });
});
