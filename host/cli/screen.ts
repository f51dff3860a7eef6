import { width, wrapParts } from "./render/wrap.js";
import type { OutputStream } from "./terminal.js";

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/* Control sequences (ECMA-48); synchronized output makes a redraw appear at once where the terminal knows it. */
const SYNCHRONIZED = ["\x1b[?2026h", "\x1b[?2026l"] as const;
const UNWRAPPED = ["\x1b[?7l", "\x1b[?7h"] as const;
const CLEAR_REST_OF_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
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

/**
 * A terminal with lines that scroll and a status that stays below them. Everything is written over, nothing is
 * cleared first, so that nothing flickers.
 */
export class Screen {
  readonly #stream: OutputStream;
  #status: readonly (readonly string[])[] = [];
  #shown: readonly string[] = [];

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

  #rows(): string[] {
    const { columns = DEFAULT_COLUMNS, rows = DEFAULT_ROWS } = this.#stream;
    return fitRows(this.#status, columns, rows);
  }

  /** Rows that the status takes now: a terminal that has become narrower has broken those that are too long. */
  #height(): number {
    const { columns = DEFAULT_COLUMNS } = this.#stream;
    return this.#shown.reduce((sum, row) => sum + Math.max(1, Math.ceil(width(row) / columns)), 0);
  }

  #draw(lines: readonly string[]): void {
    const rows = this.#rows();
    const above = lines.map((text) => `${text}${CLEAR_REST_OF_LINE}\n`).join("");
    const below = rows.map((row) => `${row}${CLEAR_REST_OF_LINE}\n`).join("");
    const status = `${UNWRAPPED[0]}${below}${UNWRAPPED[1]}${CLEAR_BELOW}`;
    this.#stream.write(`${SYNCHRONIZED[0]}${up(this.#height())}${above}${status}${SYNCHRONIZED[1]}`);
    this.#shown = rows;
  }
}
