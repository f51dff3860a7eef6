import { draw } from "./draw/picture.js";
import { element, escaped, fitted } from "./draw/text.js";
import { extentOf } from "./extent.js";
import { layoutOf } from "./layout.js";
import { legendMarkup } from "./legend.js";
import type { Model } from "./model.js";
import { paletteStyle, pictureStyle } from "./style.js";
import { summaryOf } from "./summary.js";

const WIDTH = 1200;
const HEAD_HEIGHT = 58;

/** A trace as an SVG document, for other documents. Whatever has a text tells it when it is pointed at. */
export const svgDocument = (model: Model, width = WIDTH): string => {
  const layout = layoutOf(model, width);
  const { trace } = model;
  const title = trace.header.title ?? "Timeline";
  const legend = legendMarkup(model, width);
  const height = HEAD_HEIGHT + layout.height + legend.height;
  const notes = trace.notes.length === 0 ? "" : ` · ${trace.notes.join(" ")}`;
  const summary = `${summaryOf(model)}${notes}`;
  const content = [
    element("title", {}, escaped(title)),
    element("desc", {}, escaped(summary)),
    element("style", {}, paletteStyle + pictureStyle),
    element("rect", { width, height, class: "lane" }),
    element("text", { class: "name", x: 12, y: 26, "font-size": 17 }, escaped(fitted(title, width - 24, 17))),
    element("text", { class: "role", x: 12, y: 46 }, escaped(fitted(summary, width - 24, 11))),
    element(
      "g",
      { transform: `translate(0 ${String(HEAD_HEIGHT)})` },
      draw({ model, layout, view: extentOf(trace), end: trace.end, hasTitles: true }).markup,
    ),
    element("g", { transform: `translate(0 ${String(HEAD_HEIGHT + layout.height)})` }, legend.markup),
  ].join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "timeline palette",
      role: "img",
      width,
      height,
      viewBox: `0 0 ${String(width)} ${String(height)}`,
    },
    content,
  )}\n`;
};
