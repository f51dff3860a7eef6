import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { loopbackAddress } from "./addresses.js";
import { isOpen } from "./datagrams.js";
import { Program, removeFolder, temporaryFolder } from "./programs.js";

const SCENARIOS = fileURLToPath(new URL("../../../../tests/interop/sipp/", import.meta.url));

const PORT = 5060;

/** A message as SIPp has it in its file. `at`: milliseconds of `performance.now()`, by the wall clock. */
export interface TracedMessage {
  readonly at: number;
  readonly direction: "in" | "out";
  /** The first word of a request, or the status of an answer. */
  readonly what: string;
  readonly text: string;
}

/** `----… 2026-01-31 12:00:00.123456`, then `UDP message received [512] bytes :`, a blank line, the message. */
const HEAD = /^-{20,} (\S+)[ \t]+(\S+)\s+UDP message (received|sent) .*\n\n/gm;

const tracedMessages = (trace: string): TracedMessage[] => {
  const heads = [...trace.matchAll(HEAD)];
  return heads.map((head, index) => {
    const [whole, day = "", time = "", direction] = head;
    const text = trace.slice(head.index + whole.length, heads[index + 1]?.index);
    const [first = "", second = ""] = text.split(" ");
    return {
      at: Date.parse(`${day}T${time}`) - performance.timeOrigin,
      direction: direction === "received" ? "in" : "out",
      what: first.startsWith("SIP/") ? second : first,
      text,
    };
  });
};

export interface SippOptions {
  /** After so many it ends; 1 where it is left out. */
  readonly calls?: number;
  /** Whom it calls, and the `ADDRESS:PORT` that it sends to; without it, it waits to be called. */
  readonly callee?: { readonly user: string; readonly proxy: string };
}

/** A SIPp as the far end of calls, on an address of its own. It follows a scenario, and ends when that is over. */
export class Sipp {
  readonly address = loopbackAddress();
  readonly #folder = temporaryFolder();
  readonly #program: Program;

  private constructor(scenario: string, { calls = 1, callee }: SippOptions) {
    const words = callee === undefined ? [] : ["-s", callee.user, callee.proxy];
    words.push("-sf", join(SCENARIOS, `${scenario}.xml`), "-i", this.address, "-p", String(PORT));
    words.push("-m", String(calls), "-nostdin", "-deadcall_wait", "0", "-trace_err", "-error_file", "errors");
    words.push("-trace_msg", "-message_file", this.#trace);
    this.#program = new Program("sipp", words, this.#folder, { TERM: "dumb", TZ: "UTC" });
  }

  /**
   * Starts one and waits until its port is open; it ends with the test.
   *
   * @param scenario the name of a file in `sipp/`, without `.xml`
   */
  static async start(test: TestContext, scenario: string, options: SippOptions = {}): Promise<Sipp> {
    const sipp = new Sipp(scenario, options);
    test.after(() => sipp.#stop());
    await sipp.#program.until(() => isOpen(sipp.address, PORT), "open port");
    return sipp;
  }

  get #trace(): string {
    return join(this.#folder, "messages");
  }

  /** `ADDRESS:PORT`. */
  get endpoint(): string {
    return `${this.address}:${String(PORT)}`;
  }

  /** What has come and gone so far. */
  get messages(): readonly TracedMessage[] {
    return existsSync(this.#trace) ? tracedMessages(readFileSync(this.#trace, "latin1")) : [];
  }

  /** The requests that have come so far, of some methods or of all. */
  received(...methods: readonly string[]): readonly TracedMessage[] {
    return this.messages.filter(
      ({ direction, what }) =>
        direction === "in" && !/^\d/.test(what) && (methods.length === 0 || methods.includes(what)),
    );
  }

  /** Everything that has happened: `INVITE>180 ...`, requests and answers as they came (`>`) or went. */
  get story(): string {
    return this.messages.map(({ direction, what }) => (direction === "in" ? `>${what}` : what)).join(" ");
  }

  /** Waits until a request of a method, or an answer of a status, has come: a phone does not know when. */
  async has(wanted: string): Promise<void> {
    const came = ({ direction, what }: TracedMessage): boolean => direction === "in" && what === wanted;
    await this.#program.until(() => this.messages.some(came), wanted);
  }

  /**
   * Waits until as many calls have gone as the scenario says.
   *
   * @throws Error with what happened where one went otherwise, or they are not over in time
   */
  async finished(milliseconds = 5000): Promise<void> {
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, milliseconds, undefined).unref());
    const exit = await Promise.race([this.#program.exited, late]);
    if (exit?.status === 0) return;
    const errors = join(this.#folder, "errors");
    const told = existsSync(errors) ? readFileSync(errors, "latin1") : "";
    throw new Error(
      `SIPp: ${exit === undefined ? "not over" : `status ${String(exit.status)}`}; ${this.story}\n${told}`,
    );
  }

  async #stop(): Promise<void> {
    await this.#program.kill();
    removeFolder(this.#folder);
  }
}
