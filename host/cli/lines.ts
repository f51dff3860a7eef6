/** Takes text, lines of it. */
export interface LineSink {
  write(text: string): unknown;
}

/** Text that is written at once. Characters. */
const BLOCK = 1 << 16;

/** Lines for a stream or a file, a block of them at a time: a scenario of a day has many. */
export class Lines {
  readonly #sink: LineSink;
  #text = "";

  constructor(sink: LineSink) {
    this.#sink = sink;
  }

  write(line: string): void {
    this.#text += `${line}\n`;
    if (this.#text.length >= BLOCK) this.flush();
  }

  flush(): void {
    if (this.#text !== "") this.#sink.write(this.#text);
    this.#text = "";
  }
}
