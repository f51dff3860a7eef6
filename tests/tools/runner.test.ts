/** How the tests are run: suites in lanes, and what is written of them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { computing, runLanes } from "../runner/lanes.js";
import { Report } from "../runner/report.js";
import { allSuites } from "../runner/suites.js";
import type { Lane, Suite } from "../runner/suite.js";

const suite = (name: string, lane: Lane): Suite => ({
  name,
  lane,
  parts: [name],
  run: () => Promise.resolve(),
});

const suites = [suite("a", "compute"), suite("b", "clock"), suite("c", "compute"), suite("d", "clock")];

/** Runs the suites, each of them for a turn of the event loop: who begins, and who ends, in order. */
async function course(processors: number): Promise<string> {
  const seen: string[] = [];
  await runLanes(suites, processors, async ({ name }) => {
    seen.push(`${name}(`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name})`);
  });
  return seen.join(" ");
}

/** A screen that keeps what is written, piece by piece. */
class Paper {
  readonly pieces: string[] = [];

  constructor(
    readonly isTTY: boolean,
    readonly columns = 40,
  ) {}

  write(text: string): void {
    this.pieces.push(text);
  }
}

describe("the lanes", () => {
  it("run side by side, the suites of each one after the other", async () => {
    assert.equal(await course(2), "b( a( b) d( a) c( d) c)");
  });

  it("are one where there is one processor, in the order of the suites", async () => {
    assert.equal(await course(1), "a( a) b( b) c( c) d( d)");
  });

  it("leave a processor to each other", () => {
    assert.deepEqual([1, 2, 3, 8].map(computing), [1, 1, 2, 7]);
  });

  it("hold every suite that shares the loopback addresses in the one that watches the clock", () => {
    const watching = allSuites().filter(({ lane }) => lane === "clock");
    const parts = new Set(watching.flatMap((each) => each.parts));
    const fixed = allSuites().flatMap((each) =>
      each.parts.filter((part) => part.startsWith("tests/interop/")),
    );
    assert.ok(fixed.length > 0);
    assert.deepEqual(
      fixed.filter((part) => !parts.has(part)),
      [],
    );
  });
});

describe("the report of a test run", () => {
  it("has all lines of a suite in one piece, when it has ended", async () => {
    const paper = new Paper(false);
    const report = new Report(paper, false);
    await report.follow("one", async (outcome) => {
      outcome.pass(2);
      await report.follow("another", (other) => {
        other.pass();
        return Promise.resolve();
      });
      outcome.fail("one > fails", "because\nof this");
      outcome.note("written by it", "a word");
      outcome.skip("one > left out", "no room");
    });
    assert.equal(paper.pieces.length, 2);
    assert.match(paper.pieces[0] ?? "", /^another +1 passed \(\d+\.\d s\)\n$/);
    assert.match(
      paper.pieces[1] ?? "",
      /^one +2 passed, 1 failed, 1 skipped \(.*\)\n\nfailed: one > fails\n {4}because\n {4}of this\n\nwritten by it:\n {4}a word\n\nskipped: one > left out \(no room\)\n$/,
    );
    assert.deepEqual(report.end(), { count: 5, failed: 1, line: "3 passed, 1 failed, 1 skipped" });
  });

  it("counts as failed what was not run where everything has to", async () => {
    const paper = new Paper(false);
    const report = new Report(paper, true);
    await report.follow(
      "one",
      (outcome) => {
        outcome.skip("one", "no tool");
        return Promise.resolve();
      },
      true,
    );
    assert.deepEqual(paper.pieces, ["failed: one (no tool)\n"]);
    assert.deepEqual(report.end(), { count: 1, failed: 1, line: "0 passed, 1 failed" });
  });

  it("tells of a suite that could not go on, and goes on with the others", async () => {
    const paper = new Paper(false);
    const report = new Report(paper, false);
    await report.follow("one", () => Promise.reject(new Error("the disk is full")));
    assert.match(
      paper.pieces[0] ?? "",
      /^one +0 passed, 1 failed .*\n\nfailed: one\n {4}Error: the disk is full\n/,
    );
    assert.equal(report.end().line, "0 passed, 1 failed");
  });

  it("keeps a line of all that is running at the foot of a terminal, no longer than the terminal is wide", async () => {
    const paper = new Paper(true);
    const report = new Report(paper, false);
    await report.follow("first", async (outcome) => {
      outcome.pass();
      await report.follow("second", (other) => {
        other.pass();
        other.pass();
        return Promise.resolve();
      });
    });
    for (const piece of paper.pieces) assert.ok(piece.startsWith("\r\u001b[K"), JSON.stringify(piece));
    const pieces = paper.pieces.map((piece) => stripVTControlCharacters(piece).replace("\r", ""));
    const ended = pieces.filter((piece) => piece.endsWith("\n"));
    assert.deepEqual(
      ended.map((piece) => piece.slice(0, piece.indexOf(" "))),
      ["second", "first"],
    );
    const shown = pieces.filter((piece) => !piece.endsWith("\n"));
    assert.ok(shown.every((piece) => piece.length < paper.columns && !piece.includes("\n")));
    assert.match(shown[0] ?? "", /^first 1 passed \(\d+\.\d s\)$/);
    assert.match(shown[2] ?? "", /^first 1 passed \(\d+\.\d s\) \| second 2/);
    assert.match(
      shown[3] ?? "",
      /^first 1 passed \(\d+\.\d s\)$/,
      "what has ended is no longer shown as running",
    );
    assert.equal(shown.at(-1), "");
  });
});
