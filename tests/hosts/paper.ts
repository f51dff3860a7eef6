import type { OutputStream } from "../../host/cli/terminal.js";

/** A terminal that knows what a screen writes: text, line feeds, and the sequences for up, right, clear line and clear below. */
export class Paper implements OutputStream {
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

  get cursor(): { readonly row: number; readonly column: number } {
    return { row: this.#row, column: this.#column };
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
    else if (token.startsWith("\x1b")) this.#obey(token.slice(-1), Number(token.slice(2, -1)));
    else {
      this.lines[this.#row] = this.#line.slice(0, this.#column) + token + this.#line.slice(this.#column + 1);
      this.#column++;
    }
  }

  /** Sequences that are not here change nothing on paper. */
  #obey(command: string, count: number): void {
    if (command === "A") this.#row -= count;
    else if (command === "C") this.#column += count;
    else if (command === "K") this.lines[this.#row] = this.#line.slice(0, this.#column);
    else if (command === "J") {
      this.lines[this.#row] = this.#line.slice(0, this.#column);
      this.lines.length = this.#row + 1;
    }
  }

  get #line(): string {
    return this.lines[this.#row] ?? "";
  }
}
