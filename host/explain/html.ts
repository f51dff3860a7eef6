import { NOBODY } from "./sheet.js";
import type { Section, Sheet, Table } from "./sheet.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

const STYLE = `
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --accent: #0a5ea8; }
@media (prefers-color-scheme: dark) { :root { --accent: #7cc0ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { border-bottom: 2px solid var(--accent); font-size: 1.25rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 0.5rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
.scroll { overflow-x: auto; margin: 0.75rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { font-weight: 600; padding: 0.25rem 0; text-align: left; white-space: nowrap; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 1rem 0.3rem 0; text-align: left; vertical-align: top; }
thead th { font-weight: 600; white-space: nowrap; }
tbody td:not(:last-child) { white-space: nowrap; }
tbody tr:hover { background: var(--soft); }
td.no { color: #b3261e; font-weight: 600; }
@media (prefers-color-scheme: dark) { td.no { color: #ff9a90; } }
li { margin: 0.6rem 0; max-width: 46rem; }
.change { color: var(--accent); display: block; overflow-wrap: anywhere; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  h2, h3, caption { break-after: avoid; }
  tr, li { break-inside: avoid; }
  .scroll { overflow: visible; }
}`;

/** The sheet as one page that needs nothing else: no script, no network. */
export const htmlPage = (sheet: Sheet): string => {
  const chapters = sheet.chapters.map(
    ({ title, sections }) =>
      `<section>\n<h2>${escape(title)}</h2>\n${sections.map(sectionPart).join("")}</section>\n`,
  );
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(sheet.title)}</title>`,
    `<style>${STYLE}\n</style>`,
    "</head>",
    "<body>",
    "<main>",
    `<h1>${escape(sheet.title)}</h1>`,
    ...sheet.introduction.map((text) => `<p>${escape(text)}</p>`),
    chapters.join(""),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
};

const sectionPart = ({ title, paragraphs, tables, items }: Section): string => {
  const list = items.map(([finding, change]) => {
    const hint = change === "" ? "" : ` <span class="change">${escape(change)}</span>`;
    return `<li>${escape(finding)}${hint}</li>\n`;
  });
  return [
    `<h3>${escape(title)}</h3>\n`,
    ...paragraphs.map((text) => `<p>${escape(text)}</p>\n`),
    ...tables.map(tablePart),
    list.length === 0 ? "" : `<ul>\n${list.join("")}</ul>\n`,
  ].join("");
};

const isNobody = (text: string): boolean => text === NOBODY || text.startsWith(`${NOBODY} `);

const tablePart = ({ caption, head, rows }: Table): string => {
  const title = caption === "" ? "" : `<caption>${escape(caption)}</caption>\n`;
  const heads = head.map((text) => `<th scope="col">${escape(text)}</th>`).join("");
  const cell = (text: string): string => `<td${isNobody(text) ? ' class="no"' : ""}>${escape(text)}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>\n`).join("");
  return `<div class="scroll"><table>\n${title}<thead><tr>${heads}</tr></thead>\n<tbody>\n${body}</tbody>\n</table></div>\n`;
};
