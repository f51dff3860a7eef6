import { CellPool } from "../../../assembly/bytes/cells";
import { NO_SPAN, span, spanLength } from "../../../assembly/bytes/span";
import { dropText, keepText, shareText, textSpan } from "../../../assembly/bytes/texts";
import { put, text } from "./memory";

const marks = memory.data(16);
const cells = memory.data(256);
const large = memory.data(0x10008);
const largeMarks = memory.data(4);
const pool = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));

describe("kept texts", () => {
  beforeEach(() => {
    pool.reset(marks, cells, 16, 16);
  });

  it("are copies", () => {
    const view = put("first");
    const kept = keepText(pool, view);
    memory.fill((view >> 32) as usize, 0x78, 5);
    expect(text(textSpan(pool, kept))).toBe("first");
    expect(pool.used).toBe(1);
  });

  it("of 12 bytes fill a cell of 16, of 13 begin another", () => {
    const a = keepText(pool, put("123456789012"));
    expect(pool.used).toBe(1);
    const b = keepText(pool, put("1234567890123"));
    expect(pool.used).toBe(3);
    expect(text(textSpan(pool, a))).toBe("123456789012");
    expect(text(textSpan(pool, b))).toBe("1234567890123");
  });

  it("empty: the name 0, which takes no room and bears everything", () => {
    expect(keepText(pool, NO_SPAN)).toBe(0);
    expect(keepText(pool, put(""))).toBe(0);
    expect(shareText(pool, 0)).toBe(0);
    dropText(pool, 0);
    dropText(pool, -1);
    expect(textSpan(pool, 0)).toBe(NO_SPAN);
    expect(textSpan(pool, -1)).toBe(NO_SPAN);
    expect(pool.used).toBe(0);
  });

  it("shared: the last owner's leaving frees it", () => {
    const kept = keepText(pool, put("shared"));
    expect(shareText(pool, kept)).toBe(kept);
    shareText(pool, kept);
    dropText(pool, kept);
    dropText(pool, kept);
    expect(text(textSpan(pool, kept))).toBe("shared");
    expect(pool.used).toBe(1);
    dropText(pool, kept);
    expect(pool.used).toBe(0);
  });

  it("no room: −1, and what is there stays", () => {
    const kept = keepText(pool, put("0123456789"));
    const long = span(cells, 230);
    expect(keepText(pool, long)).toBe(-1);
    expect(text(textSpan(pool, kept))).toBe("0123456789");
    dropText(pool, kept);
    expect(keepText(pool, put("again")) > 0).toBe(true);
  });

  it("a text of 65,535 bytes can be kept, a longer one not", () => {
    pool.reset(largeMarks, large - 0x10004, 2, 0x10004);
    expect(keepText(pool, span(0, 0x10000))).toBe(-1);
    const kept = keepText(pool, span(0, 0xffff));
    expect(kept).toBe(1);
    expect(spanLength(textSpan(pool, kept))).toBe(0xffff);
  });
});
