import type { ConfigurationRecord } from "../../abi/record.js";
import type { Paint } from "../paint.js";
import { counted } from "./words.js";

/** A diagnostic as compilers write it, and its hint in a second line. */
export const diagnosticLines = (diagnostic: ConfigurationRecord, paint: Paint): string[] => {
  const { file, line, column, level, code, message, hint } = diagnostic;
  const colour = { error: paint.red, warning: paint.yellow, note: paint.cyan }[level];
  const place = `${file}:${String(line)}:${String(column)}:`;
  const first = `${paint.bold(place)} ${colour(`${level} ${code}:`)} ${message}`;
  return hint === "" ? [first] : [first, paint.dim(`    hint: ${hint}`)];
};

/** `2 errors, 1 warning`; `no errors, no warnings`. Notes are named where there are any. */
export const diagnosticSummary = (diagnostics: readonly ConfigurationRecord[]): string => {
  const count = (level: ConfigurationRecord["level"]): number =>
    diagnostics.filter((diagnostic) => diagnostic.level === level).length;
  const words = (number: number, noun: string): string =>
    number === 0 ? `no ${noun}s` : counted(number, noun);
  const notes = count("note");
  const tail = notes === 0 ? "" : `, ${counted(notes, "note")}`;
  return `${words(count("error"), "error")}, ${words(count("warning"), "warning")}${tail}`;
};
