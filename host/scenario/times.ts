/** Milliseconds of the units that a scenario may use. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A length of time in whole milliseconds: seconds as a number, else `250ms`, `30s`, `1h30min`. The schema has let
 * nothing else through.
 */
export const milliseconds = (length: number | string): number => {
  if (typeof length === "number") return Math.round(length * 1000);
  let sum = 0;
  for (const [, count, unit = ""] of length.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)/g)) {
    sum += Number(count) * (units[unit] ?? 0);
  }
  return Math.round(sum);
};

/** A share as a number from 0 to 1, of `5%`. */
export const shareOf = (percent: string): number => Number.parseFloat(percent) / 100;

const two = (value: number): string => String(value).padStart(2, "0");

/** An instant of simulated time for people: `01:00:07.500`, with days before it where there are any. */
export const instantText = (t: number): string => {
  const seconds = Math.floor(t / 1000);
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  const clock = `${two(hours)}:${two(minutes)}:${two(seconds % 60)}.${String(t % 1000).padStart(3, "0")}`;
  return days === 0 ? clock : `${String(days)} d ${clock}`;
};

const lengths = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1000, "s"],
  [1, "ms"],
] as const;

/** A length of time as a scenario has it, all of it: `1 h 30 min`, `7 s 500 ms`; `0 s`. */
export const lengthText = (length: number): string => {
  let rest = length;
  const parts: string[] = [];
  for (const [size, unit] of lengths) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${String(count)} ${unit}`);
  }
  return parts.length === 0 ? "0 s" : parts.join(" ");
};
