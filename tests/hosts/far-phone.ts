import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { HostName } from "../../host/cli/hosts.js";
import type { EventRecord } from "../../host/node/index.js";

const command = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

/** Longer than anything takes that is waited for, in milliseconds. */
const PATIENCE = 60_000;

/** The command `sip-failover run` at the far end of a cable. */
export class FarPhone {
  readonly records: EventRecord[] = [];
  /** Its standard error. */
  said = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  /**
   * @param before words before the command
   * @param folder for its file
   */
  constructor(before: readonly string[], host: HostName, folder: string, text: string, dns: string) {
    const file = join(folder, "phone.cfg");
    writeFileSync(file, text, { mode: 0o600 });
    const run = [process.execPath, command, "run", file, "--host", host, "--json", "--verbose", "--dns", dns];
    const [program = "", ...words] = [...before, ...run];
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    createInterface(child.stdout).on("line", (line) => this.records.push(JSON.parse(line) as EventRecord));
    child.stderr.setEncoding("utf8").on("data", (words: string) => (this.said += words));
    this.#ended = new Promise((resolve) => child.once("close", resolve));
  }

  /** An orderly stop, as by Ctrl-C: the exit status. */
  stop(): Promise<number | null> {
    this.#child.kill("SIGINT");
    return this.#ended;
  }

  /** Waits until something is so: how long that took, in milliseconds. Throws where it never is. */
  async until(what: string, isSo: () => boolean): Promise<number> {
    const begun = performance.now();
    while (!isSo()) {
      if (performance.now() - begun > PATIENCE) {
        const told = this.records.map((record) => JSON.stringify(record)).join("\n");
        throw new Error(`it was never so that ${what}:\n${this.said}\n${told}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return performance.now() - begun;
  }
}
