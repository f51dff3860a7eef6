import { plain } from "../cli/paint.js";
import type { Paint } from "../cli/paint.js";
import { printable } from "../cli/render/words.js";
import { width, wrapWords as wrap } from "../cli/render/wrap.js";
import type { Section, Sheet, Table } from "./sheet.js";

/** Columns that the text is written for where nothing is known of the terminal. */
export const USUAL_COLUMNS = 80;

/** Names of DNS and labels of files are somebody else's: what would steer the terminal is replaced. */
const wrapWords = (text: string, columns: number): string[] => wrap(printable(text), columns);

const INDENT = "  ";
const GAP = 2;

/** The sheet as lines of at most `columns`; a word that is longer is not broken. */
export const textLines = (sheet: Sheet, paint: Paint = plain, columns = USUAL_COLUMNS): string[] => {
  const lines = [
    paint.bold(printable(sheet.title)),
    ...sheet.introduction.flatMap((text) => wrapWords(text, columns)),
  ];
  for (const { title, sections } of sheet.chapters) {
    lines.push("", ...wrapWords(title, columns).map((row) => paint.bold(row)));
    for (const section of sections) lines.push("", ...sectionLines(section, paint, columns));
  }
  return lines;
};

const sectionLines = (section: Section, paint: Paint, columns: number): string[] => {
  const room = columns - INDENT.length;
  const inside = [
    ...section.paragraphs.flatMap((text) => wrapWords(text, room)),
    ...section.tables.flatMap((table, index) => [
      ...(index > 0 || (section.paragraphs.length > 0 && table.caption !== "") ? [""] : []),
      ...tableLines(table, paint, room),
    ]),
    ...section.items.flatMap(([finding, change]) => [
      ...wrapWords(finding, room - 2).map((row, index) => `${index === 0 ? "- " : "  "}${row}`),
      ...(change === "" ? [] : wrapWords(change, room - 4).map((row) => paint.cyan(`    ${row}`))),
    ]),
  ];
  return [paint.underline(section.title), ...inside.map((line) => (line === "" ? "" : INDENT + line))];
};

/** A table in columns as wide as they have to be; the last one is wrapped where there is no more room. */
const tableLines = ({ caption, head, rows }: Table, paint: Paint, room: number): string[] => {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ""))));
  const last = head.length - 1;
  const before = widths.slice(0, last).reduce((sum, each) => sum + each + GAP, 0);
  const lines = all.flatMap((row, index) => {
    const cells = row
      .slice(0, last)
      .map((cell, column) => printable(cell).padEnd((widths[column] ?? 0) + GAP));
    const tail = wrapWords(row[last] ?? "", Math.max(room - before, MINIMUM));
    const texts = tail.map((text, line) => (line === 0 ? cells.join("") : " ".repeat(before)) + text);
    const written = texts.map((text) => text.trimEnd());
    return index === 0 ? written.map((text) => paint.dim(text)) : written;
  });
  return caption === "" ? lines : [caption, ...lines];
};

/** A last column is never narrower. */
const MINIMUM = 16;
