import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { boardWords, emulation } from "./board.js";
import type { BoardOptions } from "./board.js";

/** The port by which the phone is led, in QEMU's words: its standard input and output. */
const CONTROL = "stdio";

/** Whether it stood in what was said, and how: with the groups of the pattern. */
type Found = readonly string[];

/** A board that runs beside this process; its console and the port that leads the phone are in our hands. */
export class RunningBoard {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #console: Socket;
  #said = "";
  /** Where in it the next look begins. */
  #looked = 0;
  #isOver = false;
  readonly #waiting = new Set<() => void>();
  /** QEMU's exit status: 0 after the board has switched itself off. */
  readonly ended: Promise<number | null>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    console: Socket,
    folder: string,
  ) {
    this.#child = child;
    this.#console = console;
    const hear = (text: string): void => {
      this.#said += text.replaceAll("\r", "");
      this.#wake();
    };
    console.setEncoding("utf8").on("data", hear);
    // The board may be gone while something is typed.
    console.on("error", () => undefined);
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", hear);
    process.once("exit", this.#kill);
    this.ended = once(child, "close").then(([status]) => {
      this.#isOver = true;
      process.off("exit", this.#kill);
      console.destroy();
      rmSync(folder, { recursive: true, force: true });
      this.#wake();
      return status as number | null;
    });
  }

  /** Switches a board on. The control port is there if the options' `control` is true. */
  static async start(
    options: Omit<BoardOptions, "console" | "control"> & { control?: boolean },
  ): Promise<RunningBoard> {
    const folder = mkdtempSync(join(tmpdir(), "sip-failover-board-"));
    const path = join(folder, "console");
    const server = createServer().listen(path);
    await once(server, "listening");
    const words = boardWords({
      ...options,
      console: `socket,path=${path},server=off`,
      control: options.control === true ? CONTROL : undefined,
    });
    const child = spawn(...emulation(words), { stdio: ["pipe", "pipe", "pipe"] });
    const connected = once(server, "connection");
    const failed = once(child, "close").then(([status]) => {
      throw new Error(`QEMU ended with status ${String(status)}: ${String(child.stderr.read())}`);
    });
    try {
      const [socket] = (await Promise.race([connected, failed])) as [Socket];
      failed.catch(() => undefined);
      return new RunningBoard(child, socket, folder);
    } finally {
      server.close();
    }
  }

  /** All that the console has said. */
  get transcript(): string {
    return this.#said;
  }

  /** What the program on the control port writes, and what it reads. */
  get control(): { readonly output: Readable; readonly input: Writable } {
    return { output: this.#child.stdout, input: this.#child.stdin };
  }

  /** The console's text as it comes. */
  onConsole(hear: (text: string) => void): void {
    this.#console.on("data", hear);
  }

  /** Types a line at the console. */
  type(line: string): void {
    this.#console.write(`${line}\n`);
  }

  /**
   * Waits until the console says something after what was last waited for. Rejects with all that was said where that
   * takes longer than so many seconds, or the board is switched off before.
   */
  async says(pattern: RegExp, seconds: number): Promise<Found> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(this.#said.slice(this.#looked));
      if (found !== null) {
        this.#looked += found.index + found[0].length;
        return found;
      }
      const left = end - performance.now();
      if (left <= 0 || this.#isOver) {
        const why = this.#isOver ? "before the board was off" : `within ${String(seconds)} s`;
        throw new Error(`The console did not say ${String(pattern)} ${why}:\n${this.#said}`);
      }
      await this.#more(left);
    }
  }

  /** Takes the power away. */
  async cut(): Promise<void> {
    this.#kill();
    await this.ended;
  }

  #more(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#waiting.add(wake);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  readonly #kill = (): void => {
    this.#child.kill("SIGKILL");
  };
}
