import { shortTime } from "../cli/render/words.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances between the marks of an axis in milliseconds, those that people count in. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * DAY),
];

const two = (value: number): string => String(value).padStart(2, "0");

const fraction = (t: number, digits: number): string =>
  digits === 0
    ? ""
    : `.${String(Math.floor(t % SECOND))
        .padStart(3, "0")
        .slice(0, digits)}`;

/** A time since the start with as much as tells it from its neighbours: `7.5 s`, `2:05`, `1:00:00`, `3 d 12:00`. */
const elapsed = (t: number, step: number): string => {
  const digits = step >= SECOND ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  if (t < 0) return `−${elapsed(-t, step)}`;
  if (t < MINUTE) return t === 0 ? "0" : `${String(Math.floor(t / SECOND))}${fraction(t, digits)} s`;
  const seconds = two(Math.floor((t % MINUTE) / SECOND)) + fraction(t, digits);
  const minutes = Math.floor((t % HOUR) / MINUTE);
  if (t < HOUR) return step >= MINUTE ? `${String(minutes)} min` : `${String(minutes)}:${seconds}`;
  const days = Math.floor(t / DAY);
  const hours = Math.floor((t % DAY) / HOUR);
  const day = days === 0 ? "" : `${String(days)} d`;
  if (step >= DAY) return day;
  const clock =
    step < MINUTE
      ? `${String(hours)}:${two(minutes)}:${seconds}`
      : `${String(hours)} h${minutes === 0 ? "" : ` ${two(minutes)}`}`;
  return day === "" ? clock : step >= HOUR && hours === 0 ? day : `${day} ${clock}`;
};

/** A mark of the axis of time. */
export interface Tick {
  readonly t: number;
  readonly label: string;
}

/** Finds the marks of an axis. */
export type TickMaker = (from: number, to: number, most: number) => Tick[];

/** The marks of an axis from `from` to `to`, at most `most` of them and one more. Milliseconds. */
export const ticks: TickMaker = (from, to, most) => {
  const step = steps.find((each) => (to - from) / each <= most) ?? 1000 * DAY;
  const found: Tick[] = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) found.push({ t, label: elapsed(t, step) });
  return found;
};

/** A time since the start to the millisecond: `7.500 s`, `2:05.013`, `1 d 03:00:00.000`. */
export const preciseElapsed = (t: number): string => elapsed(t, 1);

/** The length of a stretch of time, for people. */
export const lengthText = (milliseconds: number): string => shortTime(milliseconds);
