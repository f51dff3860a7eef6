/** The bounds that the figures are to keep. */
import type { Bound, Figures } from "./figures.js";

const KIB = 1024;

/** As fast as `jssip`, so many times. */
const TIMES_JSSIP = 20;

const bound = (what: string, value: number, limit: number, unit: Bound["unit"]): Bound => ({
  what,
  value,
  limit,
  unit,
  met: value <= limit,
});

/** Holds the figures against all bounds. */
export const boundsOf = ({ times, parsing, devices, resident }: Omit<Figures, "bounds">): Bound[] => {
  const parsed = (parser: keyof typeof parsing): number => parsing[parser]["register-200"];
  const decided = { wasm2c: times.wasm2c.repeated, wasmtime: times.wasmtime.repeated, V8: times.V8.repeated };
  const text = devices.filter(({ target }) => target === "armv7").map((size) => size.text);
  const ram = devices.filter(({ profile }) => profile === "small").map((size) => size.ram);
  return [
    bound("a 200 under wasm2c: as sofia-sip parses it", decided.wasm2c, parsed("sofia-sip"), "ns"),
    bound("a 200 under wasmtime: as libosip2 parses it", decided.wasmtime, parsed("libosip2"), "ns"),
    bound("a 200 under V8: as libosip2 parses it", decided.V8, parsed("libosip2"), "ns"),
    bound(
      `a 200, wherever it is slowest: ${String(TIMES_JSSIP)} times faster than jssip parses it`,
      Math.max(...Object.values(decided)),
      parsed("jssip") / TIMES_JSSIP,
      "ns",
    ),
    bound("text for ARMv7", Math.max(...text), 160 * KIB, "octets"),
    bound("RAM with one account and small pools, on any device", Math.max(...ram), 96 * KIB, "octets"),
    bound("resident memory of sip-failoverd, idle", resident["sip-failoverd"]["1"], 3 * KIB * KIB, "octets"),
  ];
};
