import { timeTicks } from "d3-time";
import { preciseElapsed, ticks } from "../times.js";
import type { Tick, TickMaker } from "../times.js";

/** How times are written: since the start, or by the clock on the wall where the reader is. */
export interface Times {
  readonly ticks: TickMaker;
  /** To the millisecond. */
  readonly precise: (t: number) => string;
}

export const sinceStart: Times = { ticks, precise: preciseElapsed };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const milliseconds = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const isMidnight = (date: Date): boolean =>
  date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;

/** Times by the clock on the wall; `start` is when `t` was 0, in milliseconds since 1970. */
export const byClock = (start: number): Times => ({
  ticks: (from, to, most): Tick[] => {
    const dates = timeTicks(new Date(start + from), new Date(start + to), Math.max(1, most));
    const step = dates.length > 1 ? Number(dates[1]) - Number(dates[0]) : to - from;
    return dates.map((date) => {
      const format = step < SECOND ? milliseconds : step < MINUTE ? seconds : clock;
      const isDay = step >= DAY / 2 || isMidnight(date);
      return { t: Number(date) - start, label: (isDay ? day : format).format(date) };
    });
  },
  precise: (t) => `${day.format(start + t)} ${milliseconds.format(start + t)}`,
});
