import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wrapParts, wrapWords } from "../../host/cli/render/wrap.js";
import { Screen, fitInput, fitRows } from "../../host/cli/screen.js";
import { isUnicodeLocale } from "../../host/cli/terminal.js";
import { Paper } from "./paper.js";

describe("the screen", () => {
  it("keeps the status below the lines, and writes each change at once", () => {
    const paper = new Paper(40);
    const screen = new Screen(paper);
    screen.line("one");
    screen.status([["status of 1"], ["status of 2"]]);
    screen.line("two");
    screen.status([["status of 1, later"]]);
    screen.line("three");
    assert.deepEqual(paper.lines, ["one", "two", "three", "status of 1, later", ""]);
    assert.equal(paper.writes, 5);
  });

  it("finds its status again when the terminal has become narrower and has broken its rows", () => {
    const paper = new Paper(40);
    const screen = new Screen(paper);
    screen.line("one");
    screen.status([["a status of 23 columns "]]);
    paper.columns = 20;
    paper.lines.splice(1, 2, "a status of 23 colum", "ns ", "");
    paper.goTo(3);
    screen.line("two");
    assert.equal(paper.lines[1], "two");
  });

  it("writes nothing while the status stays the same", () => {
    const paper = new Paper(40);
    const screen = new Screen(paper);
    screen.status([["same"]]);
    screen.status([["same"]]);
    assert.equal(paper.writes, 1);
  });

  it("leaves no rest of a longer line or status", () => {
    const paper = new Paper(80);
    const screen = new Screen(paper);
    screen.status([["a status that is long"], ["and another"]]);
    screen.status([["short"]]);
    screen.line("x");
    assert.deepEqual(paper.lines, ["x", "short", ""]);
    screen.status([]);
    assert.deepEqual(paper.lines, ["x", ""]);
  });

  it("keeps what is being typed below the status, with the cursor in it", () => {
    const paper = new Paper(40);
    const screen = new Screen(paper);
    screen.status([["status"]]);
    screen.input({ prompt: "> ", text: "call 1002", cursor: 4 });
    assert.deepEqual(paper.lines, ["status", "> call 1002"]);
    assert.deepEqual(paper.cursor, { row: 1, column: 6 });
    screen.line("one");
    screen.status([["status"], ["of two"]]);
    assert.deepEqual(paper.lines, ["one", "status", "of two", "> call 1002"]);
    assert.deepEqual(paper.cursor, { row: 3, column: 6 });
    screen.input(undefined);
    screen.line("two");
    assert.deepEqual(paper.lines, ["one", "two", "status", "of two", ""]);
    assert.deepEqual(paper.cursor, { row: 4, column: 0 });
  });

  it("finds its status again when a narrower terminal has broken what is being typed", () => {
    const paper = new Paper(40);
    const screen = new Screen(paper);
    screen.status([["status"]]);
    screen.input({ prompt: "> ", text: "call sip:bob@example.com", cursor: 24 });
    paper.columns = 20;
    paper.lines.splice(1, 1, "> call sip:bob@examp", "le.com");
    paper.goTo(2);
    screen.line("one");
    assert.deepEqual(paper.lines.slice(0, 2), ["one", "status"]);
  });

  it("shows the part of a long input in which the cursor is, and none of its control characters", () => {
    const text = "0123456789";
    assert.deepEqual(fitInput({ prompt: "> ", text, cursor: 10 }, 80), { row: "> 0123456789", column: 12 });
    assert.deepEqual(fitInput({ prompt: "> ", text, cursor: 10 }, 9), { row: "> 456789", column: 8 });
    assert.deepEqual(fitInput({ prompt: "> ", text, cursor: 7 }, 9), { row: "> 123456", column: 8 });
    assert.deepEqual(fitInput({ prompt: "> ", text, cursor: 3 }, 9), { row: "> 012345", column: 5 });
    assert.equal(fitInput({ prompt: "> ", text: "a\x1b[2Jb", cursor: 0 }, 80).row, "> a?[2Jb");
  });

  it("breaks a status between its parts", () => {
    assert.deepEqual(wrapParts(["1 bob: on here", "moved from there", "expires"], 24), [
      "1 bob: on here;",
      "    moved from there;",
      "    expires",
    ]);
    assert.deepEqual(wrapParts(["1 bob: on here", "expires"], 80), ["1 bob: on here; expires"]);
  });

  it("shows less of each account, then fewer accounts, where the terminal is low", () => {
    const lines = [1, 2, 3, 4].map((account) => [`${String(account)}: on`, "moved from somewhere"]);
    assert.equal(fitRows(lines, 16, 12).length, 8);
    assert.deepEqual(fitRows(lines, 16, 6), ["1: on", "2: on", "3: on", "4: on"]);
    assert.deepEqual(fitRows(lines, 16, 5), ["1: on", "2: on", "… and 2 more"]);
  });

  it("breaks text at its blanks, colours aside", () => {
    assert.deepEqual(wrapWords("one two three", 8), ["one two", "three"]);
    assert.deepEqual(wrapWords("\x1b[31mone\x1b[39m two three", 8), ["\x1b[31mone\x1b[39m two", "three"]);
    assert.deepEqual(wrapWords("incomprehensibilities are", 8), ["incomprehensibilities", "are"]);
  });
});

describe("a locale", () => {
  it("has UTF-8 by the first variable that is set", () => {
    assert.equal(isUnicodeLocale({ LANG: "C.UTF-8" }, "linux"), true);
    assert.equal(isUnicodeLocale({ LANG: "C" }, "linux"), false);
    assert.equal(isUnicodeLocale({}, "linux"), false);
    assert.equal(isUnicodeLocale({ LC_ALL: "C", LANG: "en_US.utf8" }, "linux"), false);
    assert.equal(isUnicodeLocale({ LC_ALL: "", LC_CTYPE: "en_US.utf8" }, "linux"), true);
    assert.equal(isUnicodeLocale({ LANG: "en_US.UTF-8", TERM: "linux" }, "linux"), false);
    assert.equal(isUnicodeLocale({}, "win32"), true);
  });
});
