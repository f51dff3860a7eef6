/** Tables as text. */

/** Columns of text: the first ones to the left, the others, which are numbers, to the right. */
export function columns(rows: readonly (readonly string[])[], left: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column < left ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

/** A number with its thousands apart. */
export const grouped = (value: number): string => value.toLocaleString("en-US");
