/** Programs that play with a network of their own, of which they are root and which ends with them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { requireTools } from "../../scripts/command.js";

const TOOLS = { unshare: "util-linux", ip: "iproute2" };

const OWN_NETWORK = [
  "unshare",
  "--map-root-user",
  "--net",
  "--mount",
  "--pid",
  "--mount-proc",
  "--fork",
  "--kill-child",
];

/** What a program writes of each of its pieces, as a line of JSON. */
export interface Piece {
  readonly name: string;
}

/** Ends this program when the one that has started it is gone, and with it the end of our input that it holds. */
export const endWithOwner = (): void => {
  process.stdin.once("end", () => process.exit(1));
  process.stdin.resume();
  process.stdin.unref();
};

/** A program that plays several pieces and writes what came of each. */
export class Performance<Played extends Piece> {
  readonly #played = new Map<string, Played>();
  readonly #waiting = new Map<string, (played: Played | undefined) => void>();
  #isOver = false;
  #said = "";

  /** Runs a script of ours, in its own network or in that of this machine. */
  constructor(script: string, words: readonly string[], { ownNetwork }: { readonly ownNetwork: boolean }) {
    if (ownNetwork) requireTools("A network of its own", TOOLS);
    const line = [...(ownNetwork ? OWN_NETWORK : []), process.execPath, script, ...words];
    const [program = "", ...rest] = line;
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => undefined);
    createInterface(child.stdout).on("line", (text) => {
      this.#take(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    const over = (why: string): void => {
      this.#isOver = true;
      this.#said += why;
      for (const wake of this.#waiting.values()) wake(undefined);
    };
    child.once("error", ({ message }) => {
      over(message);
    });
    child.once("close", (status) => {
      over(`It has ended with status ${String(status)}.`);
    });
  }

  #take(text: string): void {
    // What is no object of JSON somebody else has written: it may say why something is missing.
    if (!text.startsWith("{")) {
      this.#said += `${text}\n`;
      return;
    }
    const played = JSON.parse(text) as Played;
    this.#played.set(played.name, played);
    this.#waiting.get(played.name)?.(played);
  }

  /** What came of a piece. Throws what the program said where it has ended without it. */
  async of(name: string): Promise<Played> {
    const known = this.#played.get(name);
    if (known !== undefined) return known;
    const played = this.#isOver
      ? undefined
      : await new Promise<Played | undefined>((resolve) => this.#waiting.set(name, resolve));
    assert.ok(played !== undefined, this.#said);
    return played;
  }
}
