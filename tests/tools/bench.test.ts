/** What the bench makes of its measurements. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundsOf } from "../../scripts/bench/bounds.js";
import { benchCourse, works } from "../../scripts/bench/course.js";
import { holders, keysOf, messages, parsers, tasks } from "../../scripts/bench/figures.js";
import type { Figures } from "../../scripts/bench/figures.js";
import { median } from "../../scripts/bench/statistics.js";
import { tableOf } from "../../scripts/bench/table.js";
import { columns } from "../../scripts/columns.js";
import { decode, encode } from "../replay/format.js";

const KIB = 1024;

/** The same value for each key. */
const same = <Key extends string, Value>(keys: readonly Key[], value: Value): Record<Key, Value> =>
  Object.fromEntries(keys.map((key) => [key, value])) as Record<Key, Value>;

const device = (target: "armv7" | "cortex-m4", profile: string, text: number, ram: number) => ({
  ...{ target, profile, text, ram, accounts: 1 },
  ...{ rodata: 1, data: 0, bss: ram, core: text, memory: ram, stack: 1 },
});

/** Figures that keep every bound by exactly nothing. */
const exact: Omit<Figures, "bounds"> = {
  machine: { processor: "", processors: 2, node: "" },
  modules: { "any engine": 1, V8: 2, "wasm2c for devices": 3, "wasmtime, and wasm2c for desktops": 4 },
  devices: [
    device("armv7", "default", 160 * KIB, 500 * KIB),
    device("cortex-m4", "small", 200 * KIB, 96 * KIB),
  ],
  times: {
    wasm2c: { ...same(keysOf(tasks), 9_999_999), repeated: 1000 },
    wasmtime: { ...same(keysOf(tasks), 9_999_999), repeated: 2000 },
    V8: { ...same(keysOf(tasks), 9_999_999), repeated: 2000 },
  },
  instructions: same(keysOf(tasks), 7),
  parsing: {
    ...same(parsers, same(keysOf(messages), 5)),
    libosip2: { ...same(keysOf(messages), 5), "register-200": 2000 },
    "sofia-sip": { ...same(keysOf(messages), 5), "register-200": 1000 },
    jssip: { ...same(keysOf(messages), 5), "register-200": 40_000 },
  },
  lengths: same(keysOf(messages), 500),
  resident: same(["sip-failoverd", "sip-failover-wasmtime", "node"], { 1: 3 * KIB * KIB, 16: 4 * KIB * KIB }),
  startUp: same(["sip-failoverd", "sip-failover-wasmtime", "node"], 12.34),
};

describe("the median", () => {
  it("is the value in the middle, or between the two there", () => {
    assert.equal(median([5, 1, 100]), 5);
    assert.equal(median([4, 1, 100, 2]), 3);
    assert.equal(median([7]), 7);
  });

  it("of nothing is an error", () => {
    assert.throws(() => median([]), RangeError);
  });
});

describe("the bounds", () => {
  const missed = (figures: Omit<Figures, "bounds">): string[] =>
    boundsOf(figures).flatMap(({ what, met }) => (met ? [] : [what.slice(0, 12)]));

  it("are met by figures that are just as they ask", () => {
    assert.deepEqual(missed(exact), []);
    assert.equal(boundsOf(exact).length, 7);
  });

  const changed: readonly (readonly [what: string, figures: Omit<Figures, "bounds">, bound: string])[] = [
    [
      "wasm2c",
      { ...exact, times: { ...exact.times, wasm2c: { ...exact.times.wasm2c, repeated: 1001 } } },
      "a 200 under w",
    ],
    [
      "jssip",
      { ...exact, parsing: { ...exact.parsing, jssip: same(keysOf(messages), 39_999) } },
      "a 200, where",
    ],
    [
      "text",
      { ...exact, devices: [device("armv7", "default", 160 * KIB + 1, 1), device("armv7", "small", 1, 1)] },
      "text for ARM",
    ],
    ["RAM", { ...exact, devices: [device("armv7", "small", 1, 96 * KIB + 1)] }, "RAM with one"],
    [
      "memory",
      { ...exact, resident: { ...exact.resident, "sip-failoverd": { 1: 3 * KIB * KIB + 1, 16: 1 } } },
      "resident mem",
    ],
  ];
  for (const [what, figures, bound] of changed) {
    it(`are missed by a little too much: ${what}`, () => {
      assert.deepEqual(missed(figures), [bound.slice(0, 12)]);
    });
  }

  it("hold for wasmtime and V8 each", () => {
    for (const holder of ["wasmtime", "V8"] as const) {
      const times = { ...exact.times, [holder]: { ...exact.times[holder], repeated: 2001 } };
      assert.deepEqual(missed({ ...exact, times }), ["a 200 under ", "a 200, where"], holder);
    }
  });
});

describe("the table", () => {
  it("aligns its columns, names to the left and numbers to the right", () => {
    assert.equal(
      columns(
        [
          ["a", "1", "22"],
          ["bbb", "333"],
        ],
        1,
      ),
      "a      1  22\nbbb  333\n",
    );
    assert.equal(columns([], 1), "");
  });

  it("names everything that is measured, and says which bounds are met", () => {
    const table = tableOf({
      ...exact,
      bounds: [{ what: "so much", value: 2, limit: 1, unit: "ns", met: false }],
    });
    const named = [...holders, ...parsers, ...Object.values(tasks), ...Object.values(messages), "armv7"];
    for (const name of named) assert.ok(table.includes(name), name);
    assert.match(table, /^MISSED {2}so much +2 +1 +ns$/m);
    assert.match(table, /^sip-failoverd +3,072 +4,096 +12\.3$/m);
  });
});

describe("the recording", () => {
  const { steps, counts, messages: taken } = benchCourse(4);

  it("has each kind of work as often as it says", () => {
    for (const work of works) assert.ok(counts[work] >= 2, `${work}: ${String(counts[work])}`);
  });

  it("has messages that libraries can be given, one of 500 octets", () => {
    for (const [name, octets] of Object.entries(taken)) {
      const text = Buffer.from(octets).toString("latin1");
      // Of printable characters, and with a tag that is a token (RFC 3261, section 25.1).
      assert.match(text, /^[ -~\r\n]+$/, name);
      assert.match(text, /\r\nFrom: [^\r]*;tag=[\w.-]+\r\n/, name);
    }
    assert.equal(taken.options.length, 500);
  });

  it("is read as it was written", () => {
    const read = decode(encode(steps));
    assert.equal(read.length, steps.length);
    assert.deepEqual(encode(read), encode(steps));
  });
});
