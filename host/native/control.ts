import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { enumerations } from "../abi/contract.js";
import type { Content } from "../abi/core.js";
import type { Told } from "../abi/engine.js";
import type { EventRecord, NameOf } from "../abi/record.js";
import type { RequestTaker } from "../node/requests.js";
import type { WireLine } from "./wire.js";

/** What a program of the control protocol says, a JSON object a line. */
type ControlLine =
  | EventRecord
  | WireLine
  | { readonly started: number }
  | { readonly reply: number; readonly result: number }
  | { readonly warning: string }
  | { readonly error: string };

/** What its owner hears of a program. */
export interface ControlListener {
  /** The core was started; the wall clock when `t` was 0, in milliseconds. */
  started(at: number): void;
  record(record: EventRecord): void;
  wire(line: WireLine): void;
  warning(sentence: string): void;
  /** It cannot start, and ends. */
  error(sentence: string): void;
  /** It has ended and nothing follows: how, as the tail of a sentence, and what it said last on standard error. */
  ended(how: string, words: string): void;
}

/** Octets in hexadecimal, none as "-". */
const hex = (text: string | undefined): string =>
  text === undefined || text === "" ? "-" : Buffer.from(text, "utf8").toString("hex");

const contentOf = ({ headers, type, body }: Content): string[] => [hex(headers), hex(type), hex(body)];

/** Characters of what a program says in vain that are passed on. */
const LONGEST = 300;

/** A program of the control protocol while it runs: commands go in and what it says comes out, a line each. */
export class ControlledProgram implements RequestTaker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #listener: ControlListener;
  /** Who waits for the answer to a command. */
  readonly #asking = new Map<number, Told>();
  readonly #killWithUs = (): void => {
    this.end();
  };
  #lastCommand = 0;
  #words = "";
  #hasEnded = false;

  /** Starts the program of a command line. That it is not there is heard as its end. */
  constructor([path = "", ...words]: readonly string[], listener: ControlListener) {
    this.#listener = listener;
    // In a session of its own, it is not hit by a Ctrl-C that is meant for us; the end of our output stops it.
    this.#child = spawn(path, words, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    process.once("exit", this.#killWithUs);
    createInterface(this.#child.stdout).on("line", (line) => {
      this.#take(line);
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#words = (this.#words + text).slice(-LONGEST);
    });
    // A program that is gone takes no commands; its end tells that.
    this.#child.stdin.on("error", () => undefined);
    this.#child.once("error", (error) => {
      this.#over(error.message);
    });
    this.#child.once("close", (status, signal) => {
      this.#over(signal === null ? `exit status ${String(status)}` : `by ${signal}`);
    });
  }

  setBusy(calls: number): void {
    this.#command("set_busy", [calls]);
  }

  /** Begins an orderly stop, at whose end the program ends. */
  stop(): void {
    this.#command("stop", []);
    this.#child.stdin.end();
  }

  /** Ends the program at once; nothing is heard of it any more. */
  end(): void {
    this.#hasEnded = true;
    this.#asking.clear();
    process.off("exit", this.#killWithUs);
    this.#child.kill("SIGKILL");
  }

  placeCall(account: number, uri: string, content: Content, told: Told): void {
    this.#command("call_place", [account, hex(uri), ...contentOf(content)], told);
  }

  respond(call: number, status: number, content: Content, told: Told): void {
    this.#command("call_respond", [call, status, ...contentOf(content)], told);
  }

  hangUp(call: number, told: Told): void {
    this.#command("call_hang_up", [call], told);
  }

  requestInCall(call: number, method: NameOf<"method">, content: Content, told: Told): void {
    const number = enumerations.method.values[method];
    this.#command("call_request", [call, number, ...contentOf(content)], told);
  }

  sendRequest(account: number, method: NameOf<"method">, uri: string, content: Content, told: Told): void {
    const number = enumerations.method.values[method];
    this.#command("request_send", [account, number, hex(uri), ...contentOf(content)], told);
  }

  subscribe(
    account: number,
    eventPackage: NameOf<"package">,
    uri: string,
    expires: number,
    told: Told,
  ): void {
    const number = enumerations.package.values[eventPackage];
    this.#command("subscribe", [account, number, hex(uri), expires], told);
  }

  #command(name: string, words: readonly (string | number)[], told?: Told): void {
    const number = ++this.#lastCommand;
    if (told !== undefined) this.#asking.set(number, told);
    this.#child.stdin.write(`${[number, name, ...words].map(String).join(" ")}\n`);
  }

  #take(text: string): void {
    if (this.#hasEnded) return;
    const line = parsed(text);
    if (line === undefined) this.#listener.warning(`The phone's program says "${text.slice(0, LONGEST)}".`);
    else if ("event" in line) this.#listener.record(line);
    else if ("wire" in line) this.#listener.wire(line);
    else if ("reply" in line) this.#answer(line.reply, line.result);
    else if ("started" in line) this.#listener.started(line.started);
    else if ("warning" in line) this.#listener.warning(line.warning);
    else this.#listener.error(line.error);
  }

  #answer(number: number, result: number): void {
    const told = this.#asking.get(number);
    this.#asking.delete(number);
    told?.(result);
  }

  #over(how: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    process.off("exit", this.#killWithUs);
    this.#listener.ended(how, this.#words.trim());
  }
}

const parsed = (text: string): ControlLine | undefined => {
  try {
    return JSON.parse(text) as ControlLine;
  } catch {
    return undefined;
  }
};
