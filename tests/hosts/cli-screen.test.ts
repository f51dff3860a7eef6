import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wrapParts, wrapWords } from "../../host/cli/render/wrap.js";
import { Screen, fitRows } from "../../host/cli/screen.js";
import type { OutputStream } from "../../host/cli/terminal.js";
import { isUnicodeLocale } from "../../host/cli/terminal.js";

/** A terminal that knows what a screen writes: text, line feeds, and the sequences for up, clear line and clear below. */
class Paper implements OutputStream {
  readonly isTTY = true;
  readonly rows = 24;
  readonly lines: string[] = [""];
  writes = 0;
  #row = 0;
  #column = 0;

  constructor(public columns: number) {}

  write(text: string): boolean {
    this.writes++;
    // eslint-disable-next-line no-control-regex -- that is what a terminal reads
    for (const [token] of text.matchAll(/\x1b\[\??\d*[A-Za-z]|[^]/g)) this.#take(token);
    return true;
  }

  /** Puts the cursor at the beginning of a row. */
  goTo(row: number): void {
    this.#row = row;
    this.#column = 0;
  }

  on(): void {
    // Nothing happens to paper.
  }

  off(): void {
    // Nothing happens to paper.
  }

  #take(token: string): void {
    if (token === "\n") {
      this.#row++;
      this.#column = 0;
      this.lines[this.#row] ??= "";
    } else if (token === "\r") this.#column = 0;
    else if (token.endsWith("A")) this.#row -= Number(token.slice(2, -1));
    else if (token.endsWith("K")) this.lines[this.#row] = this.#line.slice(0, this.#column);
    else if (token.endsWith("J")) {
      this.lines[this.#row] = this.#line.slice(0, this.#column);
      this.lines.length = this.#row + 1;
    } else if (!token.startsWith("\x1b")) {
      this.lines[this.#row] = this.#line.slice(0, this.#column) + token + this.#line.slice(this.#column + 1);
      this.#column++;
    }
  }

  get #line(): string {
    return this.lines[this.#row] ?? "";
  }
}

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
