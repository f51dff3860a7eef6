import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TraceError } from "../../host/timeline/read.js";
import { Trace } from "../../host/timeline/trace.js";
import { A, reading, registered, request, response, traceText } from "./traces.js";

const lines = [request(0, A), response(12, A), registered(12, A)];
const text = traceText(lines);

const rejection = async (trace: string | Uint8Array): Promise<TraceError> => {
  const error: unknown = await reading(trace).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TraceError, "it was read");
  return error;
};

const timesOf = (trace: Trace): number[] =>
  Array.from({ length: trace.length }, (_, index) => trace.timeAt(index));

describe("reading a trace", () => {
  for (const size of [1, 2, 7, 64, 100_000]) {
    it(`gives the same in pieces of ${String(size)} octets`, async () => {
      const { trace, warnings } = await reading(text, size);
      assert.deepEqual(timesOf(trace), [0, 12, 12]);
      const { t: _, ...record } = lines[1] ?? { t: 0 };
      assert.deepEqual(trace.recordAt(1), record);
      assert.deepEqual(warnings, []);
      assert.deepEqual(trace.notes, []);
    });
  }

  it("takes letters of several octets that fall into two pieces", async () => {
    const call = {
      t: 0,
      account: 1,
      event: "call",
      call: 1,
      state: "calling",
      slot: 1,
      target: "",
      peer: "Zoë 你好",
    };
    const { trace } = await reading(traceText([{ ...call, reason: "none", status: 0 }]), 1);
    assert.equal(trace.recordAt(0)["peer"], "Zoë 你好");
  });

  it("takes a header with what it says", async () => {
    const header = { trace: 1, version: "0.1.0", start: Date.UTC(2026, 10, 23, 9), accounts: { 1: "bob" } };
    const { trace } = await reading(traceText([header, ...lines]));
    assert.equal(trace.header.start, Date.UTC(2026, 10, 23, 9));
    assert.equal(trace.header.version, "0.1.0");
    assert.deepEqual(trace.header.accounts, { "1": "bob" });
    assert.equal(trace.length, 3);
  });

  it("takes lines that end as Windows ends them, and UTF-16 with a byte order mark", async () => {
    const windows = Buffer.from(`\ufeff${text.replaceAll("\n", "\r\n")}`, "utf16le");
    const { trace, warnings } = await reading(windows, 33);
    assert.equal(trace.length, 3);
    assert.deepEqual(warnings, []);
  });

  it("leaves a last line out that is cut off, and says which", async () => {
    const { trace, warnings } = await reading(text.slice(0, -20));
    assert.equal(trace.length, 2);
    assert.deepEqual(warnings, [{ line: 3, column: 1, message: "The trace is cut off here" }]);
    assert.deepEqual(trace.notes, ["It is cut off in line 3."]);
  });

  it("takes a last line that is whole but for its end", async () => {
    const { trace, warnings } = await reading(text.trimEnd());
    assert.equal(trace.length, 3);
    assert.deepEqual(warnings, []);
  });

  it("leaves lines out that are no records, with line and column", async () => {
    const broken = `${text}hello\n{"t":20,}\n[]\n${JSON.stringify(response(30, A))}\n`;
    const { trace, warnings } = await reading(broken);
    assert.deepEqual(timesOf(trace), [0, 12, 12, 30]);
    assert.deepEqual(
      warnings.map(({ line, message }) => `${String(line)} ${message}`),
      [
        "4 This is no JSON; the line is left out",
        "5 This is no JSON; the line is left out",
        "6 This is no record; the line is left out",
      ],
    );
    assert.equal(warnings[1]?.column, 9);
    assert.deepEqual(trace.notes, ["3 lines were left out."]);
  });

  for (const [name, record, message] of [
    ["no time", { event: "listening" }, "A record has no time"],
    ["no number for a time", { ...response(1, A), t: "1" }, "A record has no time"],
    ["no event", { t: 1, account: 1 }, "A record has no event"],
    ["no field", { t: 1, account: 1, event: "failover", slot: 1, from: A, rule: "F2" }, "The field to "],
    ["a field of another kind", { ...response(1, A), status: "200" }, "The field status "],
    ["a target that is none", { ...response(1, A), target: 5 }, "The field target "],
    ["an account that is none", { ...response(1, A), account: "x" }, "The field account "],
  ] as const) {
    it(`leaves a record out that has ${name}`, async () => {
      const { trace, warnings } = await reading(traceText([...lines, record]));
      assert.equal(trace.length, 3);
      assert.equal(warnings.length, 1);
      assert.equal(warnings[0]?.line, 4);
      assert.ok(warnings[0].message.startsWith(message), warnings[0].message);
    });
  }

  it("keeps what a later version may have added, as events that it does not know", async () => {
    const later = [
      { t: 20, account: 1, event: "teleported", where: "elsewhere" },
      { ...registered(30, A), reason: "on-a-whim" },
    ];
    const { trace, warnings } = await reading(traceText([...lines, ...later]));
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      [2, 3, 4].map((index) => trace.isKnownAt(index)),
      [true, false, false],
    );
  });

  it("puts events into the order of their times, and says where they were not", async () => {
    const { trace, warnings } = await reading(traceText([...lines, response(5, A), response(3, A)]));
    assert.deepEqual(timesOf(trace), [0, 3, 5, 12, 12]);
    assert.equal(trace.recordAt(4).event, "registered");
    assert.deepEqual(
      warnings.map(({ line }) => line),
      [4],
    );
    assert.equal(trace.notes.length, 1);
  });
});

describe("a trace that cannot be shown", () => {
  it("is of another version: the line, and both versions", async () => {
    const { line, message } = await rejection(`{"trace":2,"version":"9.9.9"}\n${text}`);
    assert.equal(line, 1);
    assert.match(message, /version 2; this command reads version 1/);
  });

  it("has another trace behind it: the line where that begins", async () => {
    const { line, message } = await rejection(`{"trace":1}\n${text}{"trace":1}\n${text}`);
    assert.equal(line, 5);
    assert.match(message, /Another trace begins here/);
  });

  it("is empty, or has a header alone", async () => {
    assert.match((await rejection("")).message, /no events/);
    assert.match((await rejection("\n\n")).message, /no events/);
    assert.match((await rejection(`{"trace":1}\n`)).message, /no events/);
  });

  it("is something else: where that is found out", async () => {
    const { line, column, message } = await rejection("root:x:0:0\nbin:x:1:1\n");
    assert.deepEqual([line, column], [1, 1]);
    assert.match(message, /this is no trace/);
  });

  it("is cut off in its first line", async () => {
    assert.match((await rejection(`{"t":0,"account":`)).message, /cut off/);
  });

  it("is one line without an end", async () => {
    assert.match((await rejection(new Uint8Array(3 << 20))).message, /does not end/);
  });
});

describe("packing a trace", () => {
  it("gives the same events back", async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      response(index * 7 + (index % 3) / 10, A, 200 + (index % 5)),
    );
    const { trace } = await reading(
      traceText([{ trace: 1, title: "many" }, ...many, { t: 9000, account: 0, event: "odd" }]),
    );
    const packed = JSON.stringify(trace.pack());
    const again = Trace.unpack(JSON.parse(packed) as ReturnType<Trace["pack"]>);
    assert.deepEqual(timesOf(again), timesOf(trace));
    for (let index = 0; index < trace.length; index++) {
      assert.deepEqual(again.recordAt(index), trace.recordAt(index));
      assert.equal(again.isKnownAt(index), trace.isKnownAt(index));
    }
    assert.equal(again.header.title, "many");
    assert.equal(again.end, 9000);
  });

  it("writes what events have in common once", async () => {
    const { trace } = await reading(
      traceText(Array.from({ length: 1000 }, (_, index) => response(index, A))),
    );
    assert.equal(trace.pack().records.length, 1);
  });

  it("keeps the latest", async () => {
    const { trace } = await reading(traceText(Array.from({ length: 100 }, (_, index) => response(index, A))));
    assert.deepEqual(timesOf(trace.latest(3)), [97, 98, 99]);
  });
});
