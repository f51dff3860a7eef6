import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { EventRecord, RecordOf } from "../../host/abi/record.js";
import { NETWORK_MODEL, bareMetalWords } from "../../scripts/firmware/bare-metal-board.js";
import { emulation } from "../../scripts/firmware/board.js";
import type { Ethernet } from "./ethernet.js";
import { CONFIGURATION } from "./site.js";
import type { Site } from "./site.js";

type Line = EventRecord | { readonly warning: string } | { readonly memory: { readonly stack: number } };

/** A Cortex-M4 board with the phone in it, whose records can be waited for. */
export class BareBoard {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #monitor: string;
  readonly #records: EventRecord[] = [];
  #heard = 0;
  #isOver = false;
  #wake: () => void = () => undefined;
  readonly warnings: string[] = [];
  /** Octets of its stack that it has used; known at its end. */
  stack = 0;
  readonly ended: Promise<number | null>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, null>, monitor: string) {
    this.#child = child;
    this.#monitor = monitor;
    createInterface(child.stdout).on("line", (text) => {
      const line = JSON.parse(text) as Line;
      if ("event" in line) this.#records.push(line);
      else if ("warning" in line) this.warnings.push(line.warning);
      else this.stack = line.memory.stack;
      this.#wake();
    });
    this.ended = once(child, "close").then(([status]) => {
      this.#isOver = true;
      this.#wake();
      return status as number | null;
    });
  }

  /** Starts a board, on QEMU's user network where it gets no Ethernet. */
  static start(
    site: Site,
    configuration: string,
    { ethernet, address }: { ethernet?: Ethernet; address?: string } = {},
  ): BareBoard {
    const folder = mkdtempSync(join(site.folder, "bare-metal-"));
    writeFileSync(join(folder, CONFIGURATION), configuration);
    const words = bareMetalWords({
      configuration: CONFIGURATION,
      address,
      network: ethernet?.words(NETWORK_MODEL),
    });
    words.push("-monitor", "unix:monitor,server=on,wait=off");
    const child = spawn(...emulation(words), { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    const board = new BareBoard(child, join(folder, "monitor"));
    site.atEnd(async () => {
      child.kill("SIGKILL");
      await board.ended;
    });
    return board;
  }

  /** The records of one event so far. */
  all<E extends EventRecord["event"]>(event: E): RecordOf<E>[] {
    return this.#records.filter((record): record is RecordOf<E> => record.event === event);
  }

  /** The next record of an event after the one that was heard last. */
  async hears<E extends EventRecord["event"]>(event: E, seconds: number): Promise<RecordOf<E>> {
    let found: RecordOf<E> | undefined;
    await this.until(
      () => {
        const index = this.#records.findIndex((record, at) => at >= this.#heard && record.event === event);
        if (index < 0) return false;
        this.#heard = index + 1;
        found = this.#records[index] as RecordOf<E>;
        return true;
      },
      seconds,
      event,
    );
    if (found === undefined) throw new Error(`there is no ${event}`);
    return found;
  }

  /** Waits for something that is looked at with every line; rejects with all records where it does not come. */
  async until(isSo: () => boolean, seconds: number, what: string): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (!isSo()) {
      if (this.#isOver || performance.now() > end) {
        const records = this.#records.map((record) => JSON.stringify(record)).join("\n");
        throw new Error(`no ${what}:\n${records}\n${this.warnings.join("\n")}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#wake = (): void => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Types a line at the serial port. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Plugs the network cable in, or pulls it. */
  async plug(isIn: boolean): Promise<void> {
    const monitor = connect(this.#monitor);
    await once(monitor, "connect");
    monitor.end(`set_link network ${isIn ? "on" : "off"}\n`);
    monitor.resume();
    await once(monitor, "close");
  }
}
