import { max, ticks as niceTicks } from "d3-array";
import { rateText } from "./words.js";
import { shortTime } from "../cli/render/words.js";
import { Scale } from "../timeline/draw/scale.js";
import type { View } from "../timeline/draw/scale.js";
import { element, px, textWidth } from "../timeline/draw/text.js";
import { ticks } from "../timeline/times.js";
import type { Report, Storm } from "./report.js";
import { SECOND } from "./seconds.js";

/** A series in the picture. */
interface Curve {
  readonly name: string;
  /** What colours it. */
  readonly kind: "registers" | "rejected" | "without" | "wait" | "failovers" | "failbacks";
  /** An entry for each second. */
  readonly series: readonly number[];
  readonly text: (value: number) => string;
}

/** A part of the picture with an axis of its own. */
interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** What a server can take. */
  readonly limit?: number | undefined;
  /** Whose outages are shaded; everybody's where it is left out. */
  readonly server?: string;
}

/** Where a panel is. Pixels. */
interface PlacedPanel extends Panel {
  readonly top: number;
  readonly bottom: number;
}

export interface Layout {
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly panels: readonly PlacedPanel[];
}

const LEFT = 58;
const RIGHT = 14;
const AXIS = 26;
const TITLE = 24;
const PANEL = 108;
/** An axis of time has a mark in so many pixels. */
const PER_TICK = 90;
/** Marks of an axis of numbers, about. */
const LEVELS = 3;

const numbers = (value: number): string => String(Math.round(value));

const panelsOf = ({ servers, series }: Report): Panel[] => [
  {
    title: "Phones without service",
    curves: [{ name: "without service", kind: "without", series: series.without, text: numbers }],
  },
  ...servers.flatMap(({ name, capacity, longestWait, series: own }): Panel[] => [
    {
      title: `${name}: REGISTERs a second`,
      server: name,
      limit: capacity?.registrations,
      curves: [
        { name: "REGISTERs a second", kind: "registers", series: own.registers, text: rateText },
        ...(capacity === null
          ? []
          : [{ name: "turned away", kind: "rejected" as const, series: own.rejected, text: rateText }]),
      ],
    },
    ...(longestWait === 0
      ? []
      : [
          {
            title: `${name}: longest wait`,
            server: name,
            curves: [{ name: "longest wait", kind: "wait" as const, series: own.wait, text: shortTime }],
          },
        ]),
  ]),
  {
    title: "Moves a second",
    curves: [
      { name: "failovers", kind: "failovers", series: series.failovers, text: numbers },
      { name: "failbacks", kind: "failbacks", series: series.failbacks, text: numbers },
    ],
  },
];

/** Where everything goes in a picture of a width. */
export const layoutOf = (report: Report, width: number): Layout => {
  let top = AXIS;
  const panels = panelsOf(report).map((panel): PlacedPanel => {
    const placed = { ...panel, top: top + TITLE, bottom: top + TITLE + PANEL };
    top = placed.bottom;
    return placed;
  });
  return { left: LEFT, right: width - RIGHT, height: top + AXIS, panels };
};

/** The highest entry of a series between two instants. */
const highest = (series: readonly number[], from: number, to: number): number => {
  const first = Math.max(0, Math.floor(from / SECOND));
  const end = Math.max(first + 1, Math.ceil(to / SECOND));
  let most = 0;
  for (let second = first; second < end; second++) most = Math.max(most, series[second] ?? 0);
  return most;
};

/** What a place in the picture says of each curve, and of when. */
export const readingAt = (
  report: Report,
  layout: Layout,
  view: View,
  x: number,
): {
  readonly t: number;
  readonly panels: readonly { readonly title: string; readonly values: readonly string[] }[];
} => {
  const scale = new Scale(view, layout.left, layout.right);
  const t = Math.min(Math.max(scale.t(x), 0), report.duration);
  const length = Math.max(scale.perPixel, 1);
  return {
    t: Math.floor(t / SECOND) * SECOND,
    panels: layout.panels.map(({ title, curves }) => ({
      title,
      values: curves.map(({ name, series, text }) => `${name} ${text(highest(series, t, t + length))}`),
    })),
  };
};

/** The outline of a series as steps: for each pixel the highest entry in it. */
const outline = (
  series: readonly number[],
  scale: Scale,
  layout: Layout,
  y: (value: number) => number,
): string => {
  const { left, right } = layout;
  let path = `M${px(left)} ${px(y(0))}`;
  let before = 0;
  for (let x = left; x < right; x++) {
    const value = highest(series, scale.t(x), scale.t(x + 1));
    if (value !== before) path += `H${px(x)}V${px(y(value))}`;
    before = value;
  }
  return `${path}H${px(right)}V${px(y(0))}Z`;
};

const shading = (
  storms: readonly Storm[],
  panel: PlacedPanel,
  scale: Scale,
  { left, right }: Layout,
): string =>
  storms
    .filter(({ server }) => panel.server === undefined || panel.server === server)
    .map(({ server, from, to }) => {
      const [start, end] = [Math.max(left, scale.x(from)), Math.min(right, scale.x(to))];
      if (end <= start) return "";
      const box = {
        x: start,
        y: panel.top,
        width: Math.max(1, end - start),
        height: panel.bottom - panel.top,
      };
      return element("rect", { class: "outage", ...box }, element("title", {}, `${server} serves nobody`));
    })
    .join("");

const drawPanel = (report: Report, layout: Layout, panel: PlacedPanel, view: View): string => {
  const { left, right } = layout;
  const { top, bottom, title, curves, limit } = panel;
  const scale = new Scale(view, left, right);
  const most = max(curves, ({ series }) => highest(series, view.from, view.to)) ?? 0;
  const ceiling = Math.max(1, most, limit !== undefined && limit < most * 4 ? limit : 0) * 1.06;
  const y = (value: number): number => bottom - (value / ceiling) * (bottom - top);
  const text = curves[0]?.text ?? numbers;
  const levels = niceTicks(0, ceiling, LEVELS).map(
    (level) =>
      element("path", { class: "level", d: `M${px(left)} ${px(y(level))}H${px(right)}` }) +
      element(
        "text",
        { class: "level-text", x: left - 6, y: y(level) + 4, "text-anchor": "end" },
        text(level),
      ),
  );
  const isInside = limit !== undefined && limit <= ceiling;
  const line = isInside
    ? element("path", { class: "limit", d: `M${px(left)} ${px(y(limit))}H${px(right)}` }) +
      element(
        "text",
        { class: "limit-text", x: right - 4, y: y(limit) + 13, "text-anchor": "end" },
        `capacity ${rateText(limit)}/s`,
      )
    : "";
  return element(
    "g",
    { class: "panel" },
    shading(report.storms, panel, scale, layout) +
      levels.join("") +
      curves
        .map(({ kind, series }) =>
          element("path", { class: `curve ${kind}`, d: outline(series, scale, layout, y) }),
        )
        .join("") +
      line +
      element("text", { class: "name", x: left, y: top - 8 }, title) +
      key(curves, right, top - 8, right - left - textWidth(title, 12, true)),
  );
};

/** What the colours of a panel with several curves mean. */
const key = (curves: readonly Curve[], right: number, y: number, room: number): string => {
  if (curves.length < 2) return "";
  const isTight = textWidth(curves.map(({ name }) => `■ ${name}   `).join(""), 11) > room;
  // The first is what the title says already.
  const words = (isTight ? curves.slice(1) : curves)
    .map(({ name, kind }) => `<tspan class="key ${kind}">■</tspan> ${name}`)
    .join("   ");
  return element(
    "text",
    { class: "keys", x: right, y, "text-anchor": "end", "xml:space": "preserve" },
    words,
  );
};

const axis = ({ left, right, height, panels }: Layout, view: View): string => {
  const scale = new Scale(view, left, right);
  const bottom = panels.at(-1)?.bottom ?? height;
  return ticks(view.from, view.to, (right - left) / PER_TICK)
    .map(({ t, label }) => {
      const x = scale.x(t);
      const anchor = x < left + 16 ? "start" : x > right - 16 ? "end" : "middle";
      return (
        element("path", { class: "level", d: `M${px(x)} ${px(AXIS)}V${px(bottom + 4)}` }) +
        [AXIS - 8, bottom + 18]
          .map((y) => element("text", { class: "level-text", x, y, "text-anchor": anchor }, label))
          .join("")
      );
    })
    .join("");
};

/** The picture of a stretch of time, as markup of SVG. */
export const draw = (report: Report, layout: Layout, view: View): string =>
  axis(layout, view) + layout.panels.map((panel) => drawPanel(report, layout, panel, view)).join("");
