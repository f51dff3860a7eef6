import { printable } from "./render/words.js";
import { width, wrapParts } from "./render/wrap.js";
import type { OutputStream } from "./terminal.js";

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/* Control sequences (ECMA-48); synchronized output makes a redraw appear at once where the terminal knows it. */
const SYNCHRONIZED = ["\x1b[?2026h", "\x1b[?2026l"] as const;
const UNWRAPPED = ["\x1b[?7l", "\x1b[?7h"] as const;
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const right = (columns: number): string => (columns === 0 ? "" : `\x1b[${String(columns)}C`);
const up = (rows: number): string => (rows === 0 ? "\r" : `\r\x1b[${String(rows)}A`);

/**
 * Rows for the bottom of a terminal with `rows` rows: whole lines where they fit, the first part of each where they
 * do not, and in the end fewer of them.
 */
export const fitRows = (lines: readonly (readonly string[])[], columns: number, rows: number): string[] => {
  const room = Math.max(1, rows - 2);
  const whole = lines.flatMap((parts) => wrapParts(parts, columns));
  if (whole.length <= room) return whole;
  const short = lines.map(([first = ""]) => first);
  if (short.length <= room) return short;
  return [...short.slice(0, room - 1), `… and ${String(short.length - room + 1)} more`];
};

const NO_INPUT = { row: "", column: 0 } as const;

/** A line that somebody is typing. */
export interface InputLine {
  /** What is before it. */
  readonly prompt: string;
  readonly text: string;
  /** Where the cursor is in the text, from 0. */
  readonly cursor: number;
}

/** The part of an input line that fits into `columns`, and the cursor's column in it. */
export const fitInput = (
  { prompt, text, cursor }: InputLine,
  columns: number,
): { readonly row: string; readonly column: number } => {
  const room = Math.max(1, columns - prompt.length - 1);
  const first = Math.max(0, cursor - room);
  return {
    row: prompt + printable(text.slice(first, first + room)),
    column: prompt.length + cursor - first,
  };
};

/**
 * A terminal with lines that scroll, a status that stays below them, and below that what is being typed. Everything is
 * written over, nothing is cleared first, so that nothing flickers.
 */
export class Screen {
  readonly #stream: OutputStream;
  #status: readonly (readonly string[])[] = [];
  #shown: readonly string[] = [];
  #input: InputLine | undefined;
  /** The column in which the cursor was left. */
  #column = 0;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** Adds a line above the status. */
  line(text: string): void {
    this.#draw([text]);
  }

  /** Shows a status, its lines in parts; nothing is written where it is the one already there. */
  status(lines: readonly (readonly string[])[]): void {
    this.#status = lines;
    const rows = this.#rows();
    if (rows.length === this.#shown.length && rows.every((row, index) => row === this.#shown[index])) return;
    this.#draw([]);
  }

  /** Shows what is being typed, with the cursor in it; nothing where it is left out. */
  input(line: InputLine | undefined): void {
    this.#input = line;
    this.#draw([]);
  }

  #rows(): string[] {
    const { columns = DEFAULT_COLUMNS, rows = DEFAULT_ROWS } = this.#stream;
    return fitRows(this.#status, columns, rows);
  }

  /** Rows above the cursor's now: a terminal that has become narrower has broken those that are too long. */
  #height(): number {
    const { columns = DEFAULT_COLUMNS } = this.#stream;
    const status = this.#shown.reduce((sum, row) => sum + Math.max(1, Math.ceil(width(row) / columns)), 0);
    return status + Math.floor(this.#column / columns);
  }

  #draw(lines: readonly string[]): void {
    const rows = this.#rows();
    const above = lines.map((text) => `${text}${CLEAR_REST_OF_LINE}\n`).join("");
    const below = rows.map((row) => `${row}${CLEAR_REST_OF_LINE}\n`).join("");
    const { columns = DEFAULT_COLUMNS } = this.#stream;
    const { row, column } = this.#input === undefined ? NO_INPUT : fitInput(this.#input, columns);
    const status = `${UNWRAPPED[0]}${below}${row}${UNWRAPPED[1]}${CLEAR_BELOW}`;
    const cursor = column === 0 && row === "" ? "" : `\r${right(column)}`;
    this.#stream.write(`${SYNCHRONIZED[0]}${up(this.#height())}${above}${status}${cursor}${SYNCHRONIZED[1]}`);
    this.#shown = rows;
    this.#column = column;
  }
}
