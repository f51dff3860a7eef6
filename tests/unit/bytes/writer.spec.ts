import { NO_SPAN, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import { put, text } from "./memory";

const size = 16;
const block = memory.data(64);
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function begin(capacity: i32): Writer {
  memory.fill(block, 0x2e, 64);
  return writer.begin(block, capacity);
}

/** What lies in the block, behind the writer's end too. */
function blockText(length: i32): string {
  return text(span(block, length));
}

describe("a writer", () => {
  it("appends literals, bytes, views and numbers", () => {
    begin(64)
      .text("CSeq: ")
      .decimal(4711)
      .byte(0x20)
      .span(put("REGISTER"))
      .bytes(spanStart(put("!?")), 2);
    expect(text(writer.written())).toBe("CSeq: 4711 REGISTER!?");
    expect(writer.overflow).toBe(false);
  });

  it("decimal numbers of every length", () => {
    expect(text(begin(64).decimal(0).written())).toBe("0");
    expect(text(begin(64).decimal(9).decimal(10).written())).toBe("910");
    expect(text(begin(64).decimal(u32.MAX_VALUE).written())).toBe("4294967295");
    expect(text(begin(64).decimal(u64.MAX_VALUE).written())).toBe("18446744073709551615");
    expect(text(begin(64).decimal(1000000000000000000).written())).toBe("1000000000000000000");
  });

  it("hexadecimal, lower case", () => {
    const view = put("\x00\x01\x7f Z");
    expect(text(begin(64).hex(spanStart(view), spanLength(view)).written())).toBe("00017f205a");
    expect(text(begin(64).hexNumber(0xbeef, 8).written())).toBe("0000beef");
    expect(text(begin(64).hexNumber(0xfedcba98, 8).written())).toBe("fedcba98");
    expect(text(begin(64).hexNumber(0x1a5, 2).written())).toBe("a5");
    expect(text(begin(64).hexNumber(7, 1).written())).toBe("7");
  });

  it("filled to the last byte does not overflow", () => {
    begin(size).text("0123456789").span(put("abcdef"));
    expect(writer.overflow).toBe(false);
    expect(blockText(17)).toBe("0123456789abcdef.");
    writer.text("").span(NO_SPAN);
    expect(writer.overflow).toBe(false);
  });

  it("overflow: what does not fit is left out, and so is all that follows", () => {
    begin(size).text("0123456789").text("0123456789").byte(0x21).decimal(7);
    expect(writer.overflow).toBe(true);
    expect(text(writer.written())).toBe("0123456789");
    expect(blockText(64)).toBe("0123456789......................................................");
  });

  it("overflow by every kind of writing stays inside the block", () => {
    for (let kind = 0; kind < 6; kind++) {
      begin(3);
      if (kind == 0) writer.text("four");
      if (kind == 1) writer.bytes(spanStart(put("four")), 4);
      if (kind == 2) writer.span(put("four"));
      if (kind == 3) writer.decimal(1234);
      if (kind == 4) writer.hexNumber(0x1234, 4);
      if (kind == 5) writer.byte(65).byte(66).byte(67).byte(68);
      expect(writer.overflow).toBe(true, kind.toString());
      expect(blockText(8).substring(3)).toBe(".....", kind.toString());
      expect(spanLength(writer.written()) <= 3).toBe(true, kind.toString());
    }
  });

  it("begins anew after an overflow", () => {
    begin(1).text("ab");
    begin(1).byte(0x7a);
    expect(writer.overflow).toBe(false);
    expect(text(writer.written())).toBe("z");
  });

  it("a block without room", () => {
    expect(spanLength(begin(0).written())).toBe(0);
    expect(writer.overflow).toBe(false);
    expect(writer.byte(1).overflow).toBe(true);
    expect(blockText(1)).toBe(".");
  });
});
