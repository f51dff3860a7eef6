import { duration } from "../cli/render/words.js";

const TENTH = 100;
const MINUTE = 60_000;

/** Milliseconds as seconds, to a tenth: `7.5 s`, `128 s`. */
export const seconds = (milliseconds: number): string =>
  `${(Math.round(milliseconds / TENTH) / 10).toFixed(1).replace(/\.0$/, "")} s`;

/** Milliseconds in the two largest units, below a tenth of a second `at once`: `7.5 s`, `50 min 8 s`. Rounded up. */
export const span = (milliseconds: number): string => {
  const tenths = Math.round(milliseconds / TENTH) * TENTH;
  if (tenths === 0) return "at once";
  return tenths < MINUTE ? seconds(tenths) : duration(Math.ceil(tenths / 1000));
};
