import { createInterface } from "node:readline";
import type { Interface } from "node:readline";
import { Writable } from "node:stream";
import type { Readable } from "node:stream";
import type { InputLine } from "./screen.js";

const PROMPT = "> ";

export interface PromptOptions {
  /** What is typed. */
  readonly input: Readable;
  /** Shows the line that is being typed; where it is left out, the terminal shows what is typed by itself. */
  readonly show?: ((line: InputLine | undefined) => void) | undefined;
  /** The completions of a line's last word, and that word. */
  readonly complete: (line: string) => [completions: string[], word: string];
  /** Writes a line above what is being typed. */
  readonly write: (line: string) => void;
  readonly entered: (line: string) => void;
  /** Ctrl-C, where the terminal does not make a signal of it. */
  readonly interrupted: () => void;
  /** Ctrl-D, or the terminal is gone. */
  readonly ended: () => void;
}

/**
 * Reads lines that somebody types. On a screen, readline edits the line but writes to nobody: whatever it wants to
 * write is a sign that the line has changed, and the screen shows it below the status.
 */
export class Prompt {
  readonly #options: PromptOptions;
  readonly #interface: Interface;
  #drawing: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(options: PromptOptions) {
    this.#options = options;
    const { input, show } = options;
    const output = new Writable({
      write: (_octets, _encoding, done) => {
        this.#redraw();
        done();
      },
    });
    this.#interface =
      show === undefined
        ? createInterface({ input, terminal: false })
        : createInterface({
            input,
            output,
            terminal: true,
            prompt: "",
            removeHistoryDuplicates: true,
            completer: (line: string) => this.#complete(line),
          });
    this.#interface
      .on("line", (line) => {
        if (show !== undefined && line.trim() !== "") options.write(PROMPT + line);
        options.entered(line);
      })
      .on("SIGINT", options.interrupted)
      .on("close", () => {
        if (!this.#isClosed) options.ended();
      });
    this.#redraw();
  }

  /** Reads no more. */
  close(): void {
    this.#isClosed = true;
    clearImmediate(this.#drawing);
    this.#interface.close();
    this.#options.show?.(undefined);
  }

  /** Several completions are shown above the line; readline takes what they begin with. */
  #complete(line: string): [string[], string] {
    const [completions, word] = this.#options.complete(line);
    if (completions.length > 1) this.#options.write(completions.map((each) => each.trim()).join("  "));
    return [completions, word];
  }

  #redraw(): void {
    const { show } = this.#options;
    if (show === undefined || this.#isClosed || this.#drawing !== undefined) return;
    this.#drawing = setImmediate(() => {
      this.#drawing = undefined;
      const { line, cursor } = this.#interface;
      if (!this.#isClosed) show({ prompt: PROMPT, text: line, cursor });
    });
  }
}
