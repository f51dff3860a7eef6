import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";

/*
 * A shell in a session of its own that reads what there is to clean up: "+ GROUP", "- GROUP" (it is gone), "d FOLDER".
 * When the test process ends, however it ends, the shell's input ends, and it ends the groups that are left: SIGKILL
 * reaches stopped processes too.
 */
const CLEANER = `
trap '' INT HUP TERM
groups=' ' folders=
while read -r what which; do
  case $what in
    +) groups="$groups$which " ;;
    -) case $groups in *" $which "*) groups="\${groups%% $which *} \${groups#* $which }" ;; esac ;;
    d) folders="$folders$which
" ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
printf %s "$folders" | while read -r folder; do rm -rf -- "$folder"; done
`;

let cleaner: ChildProcess | undefined;

const tellCleaner = (line: string): void => {
  if (cleaner === undefined) {
    cleaner = spawn("/bin/sh", ["-c", CLEANER], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    cleaner.unref();
    (cleaner.stdin as Socket).unref();
  }
  cleaner.stdin?.write(`${line}\n`);
};

/** A folder for the files of a test, removed when the test process has ended. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-"));
  tellCleaner(`d ${folder}`);
  return folder;
};

/** Removes a folder of `temporaryFolder` before its time. */
export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
};

/** A line that a program wrote. `at`: milliseconds of `performance.now()`. */
export interface Line {
  readonly at: number;
  readonly text: string;
  readonly stream: "stdout" | "stderr";
}

/** How a program ended. */
export interface Exit {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * A program that a test runs, in a process group of its own: signals go to all of its processes, and none outlives
 * the test process.
 */
export class Program {
  readonly lines: Line[] = [];
  /** When it was started, in milliseconds of `performance.now()`. */
  readonly startedAt = performance.now();
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  readonly #child: ChildProcess;
  readonly #listeners = new Set<(line: Line) => void>();
  readonly #name: string;

  constructor(
    command: string,
    words: readonly string[],
    folder: string,
    environment: NodeJS.ProcessEnv = {},
  ) {
    this.#name = command;
    this.#child = spawn(command, words, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    if (this.#child.pid !== undefined) tellCleaner(`+ ${String(this.#child.pid)}`);
    const read = [this.#read("stdout", this.#child.stdout), this.#read("stderr", this.#child.stderr)];
    this.exited = this.#ended(read);
  }

  get text(): string {
    return this.lines.map((line) => line.text).join("\n");
  }

  /** Hears of every line from now on, until the returned function is called. */
  onLine(listener: (line: Line) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a signal to all processes of the program. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.exit !== undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  /** Ends the program and everything it has started. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited;
  }

  /**
   * Waits until `ready` answers true, asked every 20 ms.
   *
   * @throws Error with the program's output where it ends meanwhile, or `milliseconds` pass
   */
  async until(ready: () => boolean | Promise<boolean>, what: string, milliseconds = 10_000): Promise<void> {
    const end = performance.now() + milliseconds;
    while (!(await ready())) {
      if (this.exit !== undefined) throw new Error(`${this.#name} has ended before ${what}:\n${this.text}`);
      if (performance.now() > end)
        throw new Error(`${this.#name}: no ${what} in ${String(milliseconds)} ms:\n${this.text}`);
      await wait(20);
    }
  }

  async #ended(read: readonly Promise<void>[]): Promise<Exit> {
    const exit = await new Promise<Exit>((resolve) => {
      this.#child.once("error", (error) => {
        this.#line("stderr", error.message);
        resolve({ status: null, signal: null });
      });
      this.#child.once("exit", (status, signal) => {
        resolve({ status, signal });
      });
    });
    // What it has started must not outlive it, and holds its output open.
    this.signal("SIGKILL");
    await Promise.all(read);
    if (this.#child.pid !== undefined) tellCleaner(`- ${String(this.#child.pid)}`);
    this.exit = exit;
    return exit;
  }

  async #read(stream: Line["stream"], from: Readable | null): Promise<void> {
    if (from === null) return;
    const lines = createInterface({ input: from });
    lines.on("line", (text) => {
      this.#line(stream, text);
    });
    await once(lines, "close");
  }

  #line(stream: Line["stream"], text: string): void {
    const line: Line = { at: performance.now(), text, stream };
    this.lines.push(line);
    for (const listener of this.#listeners) listener(line);
  }
}
