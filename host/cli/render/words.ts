/** `1 error`, `2 errors`. */
export const counted = (count: number, noun: string): string =>
  `${String(count)} ${noun}${count === 1 ? "" : "s"}`;

const two = (value: number): string => String(value).padStart(2, "0");

/** Local time to the second: `14:03:22`. */
export const clockTime = (date: Date): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** Local time to the millisecond: `14:03:22.101`. */
export const preciseTime = (date: Date): string =>
  `${clockTime(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in whole seconds, its two largest units: `8 s`, `2 min 5 s`, `3 d 2 h`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${String(whole)} s`;
  const [large, largeName, small, smallName] =
    whole < HOUR
      ? ([MINUTE, "min", 1, "s"] as const)
      : whole < DAY
        ? ([HOUR, "h", MINUTE, "min"] as const)
        : ([DAY, "d", HOUR, "h"] as const);
  const rest = Math.floor((whole % large) / small);
  const first = `${String(Math.floor(whole / large))} ${largeName}`;
  return rest === 0 ? first : `${first} ${String(rest)} ${smallName}`;
};

/** Milliseconds as seconds, to a tenth where there is one: `7.5 s`, `30 s`; below half a second `120 ms`. */
export const shortTime = (milliseconds: number): string => {
  if (milliseconds < 500) return `${String(Math.round(milliseconds))} ms`;
  if (milliseconds >= MINUTE * 1000) return duration(milliseconds / 1000);
  return `${(milliseconds / 1000).toFixed(1).replace(/\.0$/, "")} s`;
};

/** A text of somebody else, its control characters replaced: they have no business on a terminal. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- that is what is replaced
  text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?");
