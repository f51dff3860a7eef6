import type { Terminal } from "./terminal.js";

/** Nothing is shown of what takes less, in milliseconds. */
const PATIENCE = 1000;
/** Between two pictures. */
const PERIOD = 100;
/** Takes a line away. */
const ERASE = "\r\x1b[K";

/** A line of progress on standard error, where that is a terminal; nothing in pipes. */
export class Progress {
  readonly #began = Date.now();
  #shown = 0;

  constructor(private readonly terminal: Terminal) {}

  /** Says what is being done, and how far it is: 0 to 1. */
  show(what: string, share: number): void {
    const now = Date.now();
    if (this.terminal.err.isTTY !== true || now - this.#began < PATIENCE || now - this.#shown < PERIOD)
      return;
    this.#shown = now;
    this.terminal.err.write(`${ERASE}${what}: ${String(Math.floor(share * 100))} %`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#shown > 0) this.terminal.err.write(ERASE);
    this.#shown = 0;
  }
}
