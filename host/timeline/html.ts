import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { draw } from "./draw/picture.js";
import { element, escaped } from "./draw/text.js";
import { extentOf } from "./extent.js";
import { layoutOf } from "./layout.js";
import type { Model } from "./model.js";
import { pageStyle } from "./page-style.js";
import { paletteStyle, pictureStyle } from "./style.js";
import { summaryOf } from "./summary.js";

/** The width of the picture that is there before the page comes to life. Pixels. */
const STILL_WIDTH = 1200;

/** The page's script, as the build has bundled it with the libraries that it needs. */
export const pageScript = (): string => readFileSync(new URL("./page/main.js", import.meta.url), "utf8");

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");

/** What a page may do: run its own script, and nothing else; `connect` is where it may ask for more. */
export const policy = (script: string, connect: string): string =>
  [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script)}'`,
    "style-src 'unsafe-inline'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

const keysHelp: readonly (readonly [keys: readonly string[], words: string])[] = [
  [["←", "→"], "from event to event"],
  [["↑", "↓"], "from row to row"],
  [["D", "Shift D"], "to the next decision, to the one before"],
  [["Home", "End"], "to the first and last event of a row"],
  [["+", "−", "0"], "closer, further away, everything"],
  [["Page Down", "Page Up"], "later, earlier; Shift with ← and → a little"],
  [["Esc"], "lets go of the event"],
];

const tools = `<div class="tools" role="group" aria-label="View">
<button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out">−</button>
<button type="button" id="zoom-all">Everything</button>
<button type="button" id="previous" aria-label="Previous decision">‹ Decision</button>
<button type="button" id="next" aria-label="Next decision">Decision ›</button>
<select id="account" aria-label="Accounts shown" class="wide" hidden><option value="">All accounts</option></select>
<select id="times" aria-label="Times" hidden><option value="start">Since the start</option><option value="clock">By the clock</option></select>
</div>`;

const help = `<details id="help"><summary>Keys and gestures</summary><ul>${keysHelp
  .map(([keys, words]) => `<li>${keys.map((key) => `<kbd>${key}</kbd>`).join(" ")} ${words}</li>`)
  .join(
    "",
  )}<li>Drag to move; Ctrl with the wheel, or two fingers, to zoom; click or tap for details.</li></ul></details>`;

export interface PageOptions {
  readonly title: string;
  readonly summary: string;
  readonly notes: readonly string[];
  /** What is shown before the script runs, and where it cannot. Markup. */
  readonly still: string;
  /** Elements between the head and the picture. Markup. */
  readonly above?: string;
  /** Elements that the script finds its data in. Markup. */
  readonly data: string;
  /** Where the page may ask for more (Content-Security-Policy); default: nowhere. */
  readonly connect?: string;
  readonly script: string;
}

/** The whole page. */
export const page = (options: PageOptions): string => {
  const { title, summary, notes, still, above = "", data, connect = "'none'", script } = options;
  const shown = escaped(title);
  const noted = notes.map((note) => `<p class="remark">${escaped(note)}</p>`).join("");
  return `<!doctype html>
<html lang="en" class="palette">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(script, connect)}">
<meta name="color-scheme" content="light dark">
<title>${shown}</title>
<style>${paletteStyle}${pictureStyle}${pageStyle}</style>
</head>
<body>
<header><h1>${shown}</h1><p id="summary">${escaped(summary)}</p>${noted}<p id="problem" role="alert" hidden></p></header>
<main>
${above}${tools}
<div id="overview"></div>
<div id="chart" tabindex="0" role="application" aria-roledescription="timeline" aria-label="Timeline: arrow keys go from event to event, plus and minus zoom" aria-describedby="summary">${still}</div>
<section id="details" aria-live="polite" aria-label="Chosen event" hidden></section>
<div id="legend" aria-hidden="true"></div>
${help}
<section id="list" aria-label="Events in view"></section>
</main>
${data}
<script>${script}</script>
</body>
</html>
`;
};

const stillPicture = (model: Model): string => {
  const layout = layoutOf(model, STILL_WIDTH);
  const { trace } = model;
  const { markup } = draw({ model, layout, view: extentOf(trace), end: trace.end, hasTitles: false });
  return element(
    "svg",
    { class: "timeline", width: "100%", viewBox: `0 0 ${String(layout.width)} ${String(layout.height)}` },
    markup,
  );
};

/** A trace as a page in one file that needs nothing else. */
export const htmlDocument = (model: Model): string => {
  const { trace } = model;
  const packed = gzipSync(JSON.stringify(trace.pack())).toString("base64");
  return page({
    title: trace.header.title ?? "Timeline",
    summary: summaryOf(model),
    notes: trace.notes,
    still: stillPicture(model),
    data: `<script type="text/plain" id="trace">${packed}</script>`,
    script: pageScript(),
  });
};
