import type { Paint } from "../paint.js";

/** From and to, in milliseconds. */
export type Interval = readonly [from: number, to: number];

/** A server on a timeline. */
export interface Lane {
  readonly name: string;
  /** When it did not answer. */
  readonly silent: readonly Interval[];
  /** When the phone was registered with it. */
  readonly holds: readonly Interval[];
  /** When requests reached it, and whether it answered. */
  readonly requests: readonly { readonly t: number; readonly isAnswered: boolean }[];
}

export interface TimelineOptions {
  /** Where the axis ends, in milliseconds; it begins at 0. */
  readonly until: number;
  readonly columns: number;
  readonly isUnicode: boolean;
  readonly paint: Paint;
}

/** A cell of a lane's bar. */
type Cell = "serving" | "lost" | "silent" | "up";

const unicode = {
  serving: "█",
  lost: "▒",
  silent: "╌",
  up: "─",
  answered: "●",
  unanswered: "○",
  axis: "┼",
} as const;
const ascii = {
  serving: "#",
  lost: "%",
  silent: ".",
  up: "-",
  answered: "*",
  unanswered: "o",
  axis: "+",
} as const;

/** Milliseconds that a cell may stand for, and from which the axis takes its marks. */
const steps = [100, 200, 250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
/** Cells that a number on the axis needs, with a gap. */
const MARK_WIDTH = 4;
const MOST_CELLS = 100;
const GAP = "  ";

const includes = (intervals: readonly Interval[], t: number): boolean =>
  intervals.some(([from, to]) => t >= from && t < to);

const cellAt = ({ silent, holds }: Lane, t: number): Cell => {
  if (includes(holds, t)) return includes(silent, t) ? "lost" : "serving";
  return includes(silent, t) ? "silent" : "up";
};

const smallestStep = (isEnough: (step: number) => boolean): number => steps.find(isEnough) ?? 60_000;

/** Joins cells, those with the same colour coloured together. */
const painted = (cells: readonly string[], colours: readonly ((text: string) => string)[]): string => {
  let line = "";
  for (let from = 0; from < cells.length;) {
    let to = from + 1;
    while (to < cells.length && colours[to] === colours[from]) to++;
    const run = cells.slice(from, to).join("");
    line += colours[from]?.(run) ?? run;
    from = to;
  }
  return line.trimEnd();
};

/**
 * Lanes over seconds, one a server: a bar that says when it was up and when it had the registration, and below it a
 * mark for each request. Lines of at most `columns`, except where a name is longer than that.
 */
export const timeline = (lanes: readonly Lane[], options: TimelineOptions): string[] => {
  const { until, columns, isUnicode, paint } = options;
  const glyphs = isUnicode ? unicode : ascii;
  const nameWidth = Math.max(...lanes.map(({ name }) => name.length));
  const room = Math.max(MARK_WIDTH, Math.min(MOST_CELLS, columns - nameWidth - GAP.length - 1));
  const step = smallestStep((candidate) => until / candidate <= room);
  const count = Math.max(1, Math.ceil(until / step));
  const colours = { serving: paint.green, lost: paint.yellow, silent: paint.red, up: paint.dim } as const;
  const indent = " ".repeat(nameWidth) + GAP;

  const bar = (lane: Lane): string => {
    const kinds = Array.from({ length: count }, (_, index) => cellAt(lane, (index + 0.5) * step));
    return painted(
      kinds.map((kind) => glyphs[kind]),
      kinds.map((kind) => colours[kind]),
    );
  };

  const marks = (lane: Lane): string => {
    const cells = new Array<string>(count).fill(" ");
    const paints = new Array<(text: string) => string>(count).fill(String);
    for (const { t, isAnswered } of lane.requests) {
      const at = Math.min(count - 1, Math.floor(t / step));
      // A request without an answer is the rarer thing, and the one to be seen.
      if (cells[at] === glyphs.unanswered) continue;
      cells[at] = isAnswered ? glyphs.answered : glyphs.unanswered;
      paints[at] = isAnswered ? paint.green : paint.red;
    }
    return painted(cells, paints);
  };

  const axis = (): string[] => {
    const every =
      smallestStep((candidate) => candidate % 1000 === 0 && candidate / step >= MARK_WIDTH) / step;
    const line = Array.from({ length: count }, (_, index) => (index % every === 0 ? glyphs.axis : glyphs.up));
    let numbers = "";
    for (let index = 0; index < count; index += every) {
      numbers = numbers.padEnd(index) + String((index * step) / 1000);
    }
    return [paint.dim(line.join("")), `${paint.dim(numbers)} ${paint.dim("s")}`];
  };

  const rows = lanes.flatMap((lane) => [
    `${lane.name.padEnd(nameWidth)}${GAP}${bar(lane)}`,
    indent + marks(lane),
  ]);
  return [...rows, ...axis().map((line) => indent + line)].map((line) => line.trimEnd());
};

/** What the signs of a timeline mean, in two lines. */
export const timelineLegend = ({
  isUnicode,
  paint,
}: Pick<TimelineOptions, "isUnicode" | "paint">): string[] => {
  const glyphs = isUnicode ? unicode : ascii;
  const bar = (kind: Cell): string => glyphs[kind].repeat(2);
  return [
    [
      `${paint.green(bar("serving"))} has the registration`,
      `${paint.yellow(bar("lost"))} has it, but is silent`,
      `${paint.red(bar("silent"))} silent`,
      `${paint.dim(bar("up"))} up`,
    ].join("   "),
    `${paint.green(glyphs.answered)}  a request that it answered   ${paint.red(glyphs.unanswered)}  one that it did not`,
  ];
};
