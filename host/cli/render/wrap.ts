import { stripVTControlCharacters } from "node:util";

/** Columns that a text takes on a terminal, control sequences aside. Every character is taken to be one column wide. */
export const width = (text: string): number => stripVTControlCharacters(text).length;

/** Breaks a text at its blanks into rows of at most `columns`; a longer word has a row of its own. */
export const wrapWords = (text: string, columns: number): string[] => {
  const rows: string[] = [];
  let row = "";
  for (const word of text.split(" ")) {
    if (row !== "" && width(row) + 1 + width(word) > columns) {
      rows.push(row);
      row = word;
    } else row = row === "" ? word : `${row} ${word}`;
  }
  return [...rows, row];
};

/** Joins the parts of a line by `; ` into rows of at most `columns`; later rows begin with `indent`. */
export const wrapParts = (parts: readonly string[], columns: number, indent = "    "): string[] => {
  const rows: string[] = [];
  let row = parts[0] ?? "";
  for (const part of parts.slice(1)) {
    if (width(row) + 2 + width(part) < columns) row += `; ${part}`;
    else {
      rows.push(`${row};`);
      row = `${indent}${part}`;
    }
  }
  return [...rows, row];
};
