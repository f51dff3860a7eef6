/** The program sip-failoverd while it runs, for tests. */
import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { EventRecord } from "../../host/abi/record.js";
import { nativeTestEnvironment, nativeTestProgram } from "./native-build.js";

/** Longer than anything here takes, in milliseconds. */
const PATIENCE = 15_000;

export interface DaemonEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A line of its output: a record, or what the control protocol has beside records. */
export type Line = Partial<EventRecord> & Readonly<Record<string, unknown>>;

const running = new Set<Daemon>();

/** Ends the programs that still run. */
export const endDaemons = async (): Promise<void> => {
  for (const daemon of running) daemon.signal("SIGKILL");
  await Promise.all([...running].map(({ finished }) => finished));
};

/** The program with its output so far. It is told what it is to do by signals, and by lines with `--control`. */
export class Daemon {
  readonly lines: Line[] = [];
  /** What is no line of JSON. */
  readonly strange: string[] = [];
  /** What it wrote for people. */
  words = "";
  readonly finished: Promise<DaemonEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Set<() => void>();
  #end: DaemonEnd | undefined;

  /** @param runner a command that runs it, such as an emulator or `unshare` */
  constructor(
    words: readonly string[],
    runner: readonly string[] = [],
    program = nativeTestProgram("sip-failoverd"),
  ) {
    const [command = "", ...rest] = [...runner, program, ...words];
    this.#child = spawn(command, rest, { stdio: ["pipe", "pipe", "pipe"], env: nativeTestEnvironment });
    running.add(this);
    createInterface(this.#child.stdout).on("line", (line) => {
      try {
        this.lines.push(JSON.parse(line) as Line);
      } catch {
        this.strange.push(line);
      }
      this.#wake();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.words += text;
      this.#wake();
    });
    this.#child.stdin.on("error", () => undefined);
    this.finished = new Promise((resolve) => {
      this.#child.once("close", (status, signal) => {
        this.#end = { status, signal };
        running.delete(this);
        this.#wake();
        resolve(this.#end);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The records of an event so far. */
  records(event: string): Line[] {
    return this.lines.filter((line) => line.event === event);
  }

  /** Waits until something is so, and says what; throws, with what there is instead, when it never is. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const limit = Date.now() + PATIENCE;
    while (!isSo()) {
      if (this.#end !== undefined || Date.now() > limit) {
        const lines = this.lines.map((line) => JSON.stringify(line)).join("\n");
        throw new Error(`${what}: never; it ended: ${JSON.stringify(this.#end)}\n${lines}\n${this.words}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits until there are so many records of an event, or further lines with a member. */
  async hears(event: string, count = 1): Promise<void> {
    await this.until(`${event} (${String(count)})`, () => this.records(event).length >= count);
  }

  /** Sends a line of the control protocol. */
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The answer to a command. */
  async answer(line: string): Promise<number> {
    const number = Number(line.split(" ")[0]);
    this.tell(line);
    const found = (): Line | undefined => this.lines.find(({ reply }) => reply === number);
    await this.until(`the answer to ${line.slice(0, 60)}`, () => found() !== undefined);
    return found()?.["result"] as number;
  }

  /** Ends its input. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Reads its output no more. */
  dropOutput(): void {
    this.#child.stdout.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops it in good order: its end. */
  stop(): Promise<DaemonEnd> {
    this.signal("SIGTERM");
    return this.finished;
  }

  /** How many descriptors it has open. */
  get descriptors(): number {
    return readdirSync(`/proc/${String(this.pid)}/fd`).length;
  }

  /** Resident memory in octets, as /proc/PID/status has it. */
  get resident(): number {
    const status = readFileSync(`/proc/${String(this.pid)}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
