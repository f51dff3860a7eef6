/** The figures for people. */
import { columns, grouped } from "../columns.js";
import { sizeTable } from "../device/report.js";
import { holders, keysOf, messages, parsers, programs, tasks } from "./figures.js";
import type { Figures } from "./figures.js";

const whole = (value: number): string => grouped(Math.round(value));

const kibibytes = (octets: number): string => whole(octets / 1024);

const titled = (title: string, table: string): string => `${title}\n\n${table}\n`;

/** All figures, as one text of tables. */
export const tableOf = (figures: Figures): string => {
  const { modules, devices, times, instructions, parsing, lengths, resident, startUp, bounds } = figures;
  return [
    titled(
      "Time of the core, in nanoseconds; instructions under wasm2c",
      columns(
        [
          ["", ...holders, "instructions"],
          ...keysOf(tasks).map((task) => [
            tasks[task],
            ...holders.map((holder) => whole(times[holder][task])),
            whole(instructions[task]),
          ]),
        ],
        1,
      ),
    ),
    titled(
      "Parsing alone, in nanoseconds",
      columns(
        [
          ["", "octets", ...parsers],
          ...keysOf(messages).map((name) => [
            messages[name],
            whole(lengths[name]),
            ...parsers.map((parser) => whole(parsing[parser][name])),
          ]),
        ],
        1,
      ),
    ),
    titled(
      "Phones: resident memory, registered and idle, in KiB; milliseconds to the first REGISTER",
      columns(
        [
          ["", "1 account", "16 accounts", "first REGISTER"],
          ...programs.map((program) => [
            program,
            kibibytes(resident[program]["1"]),
            kibibytes(resident[program]["16"]),
            startUp[program].toFixed(1),
          ]),
        ],
        1,
      ),
    ),
    titled(
      "Modules, in octets",
      columns(
        Object.entries(modules).map(([name, octets]) => [`for ${name}`, whole(octets)]),
        1,
      ),
    ),
    titled("Builds for devices, in octets", sizeTable(devices)),
    titled(
      "Bounds",
      columns(
        [
          ["", "", "is", "at most", ""],
          ...bounds.map(({ what, value, limit, unit, met }) => [
            met ? "met" : "MISSED",
            what,
            whole(value),
            whole(limit),
            unit,
          ]),
        ],
        2,
      ),
    ),
  ].join("\n");
};
