import { Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import { dropStream, gather, keepRest, resetStreams, streamRoom } from "../../../assembly/transport/stream";
import { put, text } from "../bytes/memory";

/** All that there is of a stream, as text. */
function gathered(stream: i32, more: string): string {
  return text(gather(stream, put(more)));
}

function rest(view: Span, from: i32): Span {
  return span(spanStart(view) + from, spanLength(view) - from);
}

describe("stream", () => {
  beforeEach(() => {
    resetStreams();
  });

  it("uses what is whole where it lies, and keeps nothing", () => {
    const bytes = put("message");
    expect(gather(0, bytes)).toBe(bytes);
    expect(keepRest(0, rest(bytes, 7))).toBe(0);
  });

  it("keeps the rest and puts what follows behind it", () => {
    const stream = keepRest(0, rest(put("oldnew"), 3));
    expect(stream).toBe(1);
    expect(gathered(stream, "er")).toBe("newer");
    expect(gathered(stream, "!")).toBe("newer!");
  });

  it("moves what is left to the front", () => {
    const stream = keepRest(0, put("onetwo"));
    const all = gather(stream, put("three"));
    expect(keepRest(stream, rest(all, 6))).toBe(stream);
    expect(gathered(stream, "")).toBe("three");
  });

  it("gives its block back when nothing is left, or it is dropped", () => {
    const first = keepRest(0, put("a"));
    expect(keepRest(first, rest(put("a"), 1))).toBe(0);
    const second = keepRest(0, put("b"));
    expect(second).toBe(first);
    dropStream(second);
    dropStream(0);
    expect(keepRest(0, put("c"))).toBe(first);
    expect(gathered(first, "")).toBe("c");
  });

  it("has room for as much as a message may have", () => {
    const stream = keepRest(0, put("x".repeat(8191)));
    expect(streamRoom(stream)).toBe(1);
    expect(spanLength(gather(stream, put("y")))).toBe(8192);
    expect(streamRoom(stream)).toBe(0);
    expect(streamRoom(0)).toBe(8192);
  });

  it("says where no block is free; streams do not touch each other", () => {
    for (let i = 1; i <= 8; i++) expect(keepRest(0, put(i.toString()))).toBe(i);
    expect(keepRest(0, put("9"))).toBe(-1);
    for (let i = 1; i <= 8; i++) expect(gathered(i, "")).toBe(i.toString());
  });
});
