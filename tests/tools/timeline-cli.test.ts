import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { run, testFolder, writeFile } from "../hosts/cli-harness.js";
import type { Finished } from "../hosts/cli-harness.js";
import { outageRecords, traceText } from "./traces.js";

const folder = testFolder();
const text = traceText(outageRecords());
const trace = writeFile(folder, "trace.ndjson", text);

const timeline = (...words: string[]): Promise<Finished> => run(["timeline", ...words], { folder });

const written = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("timeline", () => {
  it("writes a page that needs nothing else, and says nothing in a pipe", async () => {
    const { status, out, err } = await timeline(trace, "-o", "a.html");
    assert.deepEqual([status, out, err], [0, "", ""]);
    const page = written("a.html");
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /<title>trace\.ndjson<\/title>/);
    assert.ok(page.includes("Copyright") && page.includes("Mike Bostock"), "the licence of what is in it");
  });

  it("writes a still picture, with the numbers of the trace", async () => {
    assert.equal((await timeline(trace, "--output", "a.svg")).status, 0);
    const picture = written("a.svg");
    assert.match(
      picture,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/,
    );
    assert.match(picture, /1 failover · 1 failback/);
    assert.ok(!/<script|href=/.test(picture));
  });

  it("writes the same for the same trace, to the octet", async () => {
    for (const kind of ["html", "svg"]) {
      await timeline(trace, "-o", `one.${kind}`);
      await timeline(trace, "-o", `two.${kind}`);
      assert.equal(written(`one.${kind}`), written(`two.${kind}`));
    }
  });

  it("reads standard input", async () => {
    const { status, err } = await run(["timeline", "-", "-o", "in.svg"], { folder, input: text });
    assert.deepEqual([status, err], [0, ""]);
    assert.match(written("in.svg"), /1 failover · 1 failback/);
  });

  it("says where a trace is cut off, and shows it as far as it goes", async () => {
    const cut = writeFile(folder, "cut.ndjson", text.slice(0, -30));
    const lines = text.split("\n").length - 1;
    const { status, err } = await timeline(cut, "-o", "cut.svg");
    assert.equal(status, 0);
    assert.equal(err, `${cut}:${String(lines)}:1: warning: The trace is cut off here.\n`);
    assert.match(written("cut.svg"), new RegExp(`cut off in line ${String(lines)}`));
  });

  it("names the first lines that it leaves out, and counts the others", async () => {
    const odd = writeFile(folder, "odd.ndjson", `${text}${"what\n".repeat(9)}`);
    const { status, err } = await timeline(odd, "-o", "odd.svg");
    assert.equal(status, 0);
    const lines = err.trimEnd().split("\n");
    assert.equal(lines.length, 6);
    assert.match(lines[0] ?? "", /odd\.ndjson:\d+:1: warning: This is no JSON; the line is left out\.$/);
    assert.match(lines[5] ?? "", /4 warnings more/);
  });
});

describe("timeline that cannot", () => {
  const refused = async (words: readonly string[], status: number, sentence: RegExp): Promise<void> => {
    const finished = await timeline(...words);
    assert.equal(finished.status, status, finished.err);
    assert.match(finished.err, sentence);
    assert.equal(finished.out, "");
  };

  it("read another version says which", async () => {
    const later = writeFile(folder, "later.ndjson", `{"trace":7}\n${text}`);
    await refused(
      [later, "-o", "x.html"],
      1,
      /later\.ndjson:1:1: This is a trace of version 7; this command reads/,
    );
  });

  it("find a trace in a file says so once", async () => {
    const other = writeFile(folder, "other.txt", "one\ntwo\nthree\n");
    const { err, status } = await timeline(other, "-o", "x.html");
    assert.equal(status, 1);
    assert.match(err, /^\S+other\.txt:1:1: This is no JSON: this is no trace; .*\n$/);
  });

  it("find an event says so", async () => {
    await refused(
      [writeFile(folder, "empty.ndjson", ""), "-o", "x.html"],
      1,
      /empty\.ndjson: There are no events in it/,
    );
  });

  it("read or write a file says so", async () => {
    await refused(["missing.ndjson", "-o", "x.html"], 1, /missing\.ndjson cannot be read/);
    await refused([folder, "-o", "x.html"], 1, /cannot be read/);
    mkdirSync(join(folder, "taken.html"));
    await refused([trace, "-o", "taken.html"], 1, /taken\.html cannot be written/);
  });

  it("know what to write is used badly", async () => {
    await refused([trace], 2, /-o, --output/);
    await refused([trace, "-o", "x.png"], 2, /ends in \.html or \.svg/);
    await refused(["-o", "x.html"], 2, /TRACE/);
  });
});
