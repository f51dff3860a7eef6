import { closeSync, openSync, writeSync } from "node:fs";
import { causeOf } from "../node/files.js";
import type { LineSink } from "./lines.js";

/** A file that a trace is written to, block by block, so that a long one is never in memory as a whole. */
export class TraceFile implements LineSink {
  readonly #path: string;
  readonly #file: number;

  /** @throws a sentence where the file cannot be written */
  constructor(path: string) {
    this.#path = path;
    this.#file = this.#try(() => openSync(path, "w"));
  }

  write(text: string): void {
    const octets = Buffer.from(text, "utf8");
    for (let at = 0; at < octets.length;) at += this.#try(() => writeSync(this.#file, octets, at));
  }

  close(): void {
    closeSync(this.#file);
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new Error(`${this.#path} cannot be written: ${causeOf(error)}`);
    }
  }
}
