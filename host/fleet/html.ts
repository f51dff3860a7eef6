import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { counted } from "../cli/render/words.js";
import { element, escaped } from "../timeline/draw/text.js";
import { policy } from "../timeline/html.js";
import { paletteStyle } from "../timeline/style.js";
import { draw, layoutOf } from "./draw.js";
import type { Report } from "./report.js";
import { cellsText, headText, serverRows, serviceRows, serviceText, stormRows } from "./words.js";
import type { Rows } from "./words.js";

/** The width of the picture that is there before the page comes to life. Pixels. */
const STILL_WIDTH = 1040;

/** The page's script, as the build has bundled it with the libraries that it needs. */
const pageScript = (): string => readFileSync(new URL("./page/main.js", import.meta.url), "utf8");

const style = `
*{box-sizing:border-box}
html{background:var(--background);color:var(--text);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
body{margin:0 auto;padding:16px 20px 32px;max-width:1400px}
h1{font-size:1.35rem;margin:0;overflow-wrap:anywhere}h2{font-size:1.05rem;margin:22px 0 6px}
p{margin:2px 0;color:var(--muted)}#problem{color:var(--trouble)}
.figures{display:flex;flex-wrap:wrap;gap:10px;margin:14px 0 4px;padding:0;list-style:none}
.figures li{border:1px solid var(--edge);border-radius:6px;background:var(--raised);padding:6px 14px}.figures b{display:block;font-size:1.2rem;font-variant-numeric:tabular-nums}
.tools{display:flex;gap:6px;margin:12px 0 8px}
button{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--edge);border-radius:6px;padding:4px 12px;min-height:36px;min-width:42px;cursor:pointer}button:hover{border-color:var(--muted)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
#chart{border:1px solid var(--edge);border-radius:6px;overflow:hidden}
#chart>svg{display:block;width:100%;touch-action:pan-y;cursor:crosshair;user-select:none;-webkit-user-select:none;font-size:12px;font-variant-numeric:tabular-nums;print-color-adjust:exact;-webkit-print-color-adjust:exact}
#chart text{fill:var(--text)}#chart .level-text,#chart .keys{fill:var(--muted);font-size:11px}.name{font-weight:600}
.level{stroke:var(--grid);fill:none;shape-rendering:crispEdges}.outage{fill:var(--outage)}
.curve{stroke:none;fill:var(--kind)}.key{fill:var(--kind)}
.registers{--kind:var(--registered)}.rejected{--kind:var(--refused)}.without{--kind:var(--trouble)}.wait{--kind:var(--trial)}.failovers{--kind:var(--moved)}.failbacks{--kind:var(--accepted)}
.limit{stroke:var(--text);stroke-width:1.2;stroke-dasharray:5 4;fill:none}#chart .limit-text{font-size:11px;paint-order:stroke;stroke:var(--background);stroke-width:3px}
.cursor{stroke:var(--focus);stroke-width:1.2;pointer-events:none}
#reading{min-height:3em;margin:8px 0 0;color:var(--text);font-size:13.5px;font-variant-numeric:tabular-nums}#reading b{margin-right:6px}#reading span{margin-right:16px;display:inline-block}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:13.5px;font-variant-numeric:tabular-nums}
th{color:var(--muted);font-weight:600}th,td{text-align:right;padding:4px 0 4px 20px;border-bottom:1px solid var(--grid);white-space:nowrap}th:first-child,td:first-child{text-align:left;padding-left:0}
#keys{font-size:13px}[hidden]{display:none!important}
@media(max-width:680px){body{padding:10px 10px 24px}}
@media print{@page{size:A4 landscape;margin:12mm}html{font-size:11px}body{padding:0;max-width:none}.tools,#keys,#reading,.cursor{display:none!important}#chart>svg{height:auto}.panel,tr{break-inside:avoid}}
`;

const tableMarkup = (caption: string, [head = [], ...rows]: Rows): string => {
  if (head.length === 0) return "";
  const cells = (name: "th" | "td", row: readonly string[]): string =>
    `<tr>${row.map((cell) => `<${name}>${escaped(cell)}</${name}>`).join("")}</tr>`;
  const body = rows.map((row) => cells("td", row)).join("");
  return `<section><h2>${escaped(caption)}</h2><div class="scroll"><table><thead>${cells("th", head)}</thead><tbody>${body}</tbody></table></div></section>\n`;
};

const figures = (report: Report): string =>
  serviceRows(report)
    .slice(1)
    .map(([phones = "", time = ""]) => `<li><b>${escaped(time)}</b>${escaped(phones)} of the phones</li>`)
    .join("");

const still = (report: Report): string => {
  const layout = layoutOf(report, STILL_WIDTH);
  const box = `0 0 ${String(STILL_WIDTH)} ${String(layout.height)}`;
  return element("svg", { viewBox: box }, draw(report, layout, { from: 0, to: report.duration }));
};

/** A report as a page in one file that needs nothing else. */
export const htmlDocument = (report: Report): string => {
  const script = pageScript();
  const { unregistered } = report.service;
  const never = unregistered === 0 ? "" : ` ${counted(unregistered, "phone")} never registered.`;
  return `<!doctype html>
<html lang="en" class="palette">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(script, "'none'")}">
<meta name="color-scheme" content="light dark">
<title>${escaped(report.title === "" ? "A fleet" : report.title)}</title>
<style>${paletteStyle}${style}</style>
</head>
<body>
<header><h1>${escaped(headText(report))}</h1><p>${escaped(cellsText(report))}</p><p id="problem" role="alert" hidden></p></header>
<main>
<h2>Without service at most</h2>
<ul class="figures">${figures(report)}</ul>
<p>${escaped(serviceText(report) + never)}</p>
<div class="tools" role="group" aria-label="View">
<button type="button" id="zoom-in" aria-label="Zoom in" title="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out" title="Zoom out">−</button>
<button type="button" id="zoom-all">Everything</button>
</div>
<div id="chart" tabindex="0" role="application" aria-roledescription="chart" aria-label="Load of the servers over time: arrow keys read it, plus and minus zoom">${still(report)}</div>
<p id="reading" aria-live="polite"></p>
<p id="keys">← → read second by second, with Shift they move the picture; + − 0 zoom. Drag to move; Ctrl with the wheel, or two fingers, to zoom.</p>
${tableMarkup("Storms", stormRows(report))}${tableMarkup("Servers", serverRows(report))}</main>
<script type="text/plain" id="report">${gzipSync(JSON.stringify(report)).toString("base64")}</script>
<script>${script}</script>
</body>
</html>
`;
};
