import type { Readable } from "node:stream";
import { isatty } from "node:tty";
import { paintFor, wantsColour } from "./paint.js";
import type { Paint } from "./paint.js";

/** A stream that a command writes to; the size is that of a terminal, and not there in a pipe. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): boolean;
  on(event: "error" | "resize", listener: () => void): unknown;
  off(event: "error" | "resize", listener: () => void): unknown;
}

/** Where a command writes: results to one stream, diagnostics and errors to the other; and what is typed. */
export interface Terminal {
  /** What somebody types at a terminal; `undefined` where standard input is none, which is then not read. */
  readonly input: Readable | undefined;
  readonly out: OutputStream;
  readonly err: OutputStream;
  /** Colours for results. */
  readonly paint: Paint;
  /** Colours for diagnostics and errors. */
  readonly errorPaint: Paint;
  /** Results go to a terminal on which lines can be written over. */
  readonly isLive: boolean;
  /** Results may hold characters beyond ASCII. */
  readonly isUnicode: boolean;
}

/** Whether a locale's character set is UTF-8, by the variable that rules (POSIX: LC_ALL, LC_CTYPE, LANG). */
export const isUnicodeLocale = (environment: NodeJS.ProcessEnv, platform: string): boolean => {
  const { LC_ALL = "", LC_CTYPE = "", LANG = "", TERM } = environment;
  if (platform === "win32") return true;
  if (TERM === "linux") return false;
  return /utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find((value) => value !== "") ?? "");
};

/** The file descriptor of standard input. */
const STANDARD_INPUT = 0;

/** The terminal of this process. */
export const processTerminal = (): Terminal => {
  const { stdout, stderr, env, platform } = process;
  return {
    // The stream comes to be when it is asked for.
    get input() {
      return isatty(STANDARD_INPUT) ? process.stdin : undefined;
    },
    out: stdout,
    err: stderr,
    paint: paintFor(wantsColour(stdout.isTTY, env)),
    errorPaint: paintFor(wantsColour(stderr.isTTY, env)),
    isLive: stdout.isTTY && env["TERM"] !== "dumb",
    isUnicode: stdout.isTTY && isUnicodeLocale(env, platform),
  };
};

/** Writes a line. */
export const writeLine = (stream: OutputStream, line: string): void => {
  stream.write(`${line}\n`);
};
