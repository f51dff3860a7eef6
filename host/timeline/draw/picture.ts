import type { Layout } from "../layout.js";
import type { Model } from "../model.js";
import { preciseElapsed, ticks } from "../times.js";
import type { TickMaker } from "../times.js";
import { sentenceOf } from "../words.js";
import { axis } from "./axis.js";
import { flags } from "./flags.js";
import { moves } from "./moves.js";
import { names } from "./names.js";
import { outages } from "./outages.js";
import { rowMarkup } from "./rows.js";
import { Scale } from "./scale.js";
import type { View } from "./scale.js";
import { element, escaped } from "./text.js";

/** A part of the picture that tells of an event, wherever that is. */
export interface Hit {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly event: number;
}

export interface PictureOptions {
  readonly model: Model;
  readonly layout: Layout;
  readonly view: View;
  /** The last instant there is: what lasts ends here. */
  readonly end: number;
  /** Marks of time other than those since the start. */
  readonly ticks?: TickMaker | undefined;
  /** Every sign tells what it is by itself, where nothing else can. */
  readonly hasTitles: boolean;
}

/** What the parts of a picture draw with. */
export class Picture {
  readonly model: Model;
  readonly layout: Layout;
  readonly view: View;
  readonly end: number;
  readonly scale: Scale;
  readonly hits: Hit[] = [];
  readonly #hasTitles: boolean;

  constructor({ model, layout, view, end, hasTitles }: PictureOptions) {
    this.model = model;
    this.layout = layout;
    this.view = view;
    this.end = end;
    this.#hasTitles = hasTitles;
    this.scale = new Scale(view, layout.left, layout.right);
  }

  /** What a sign tells when it is pointed at: an event, or how many there are until `to`. Markup, or nothing. */
  title(event: number, count: number, to?: number): string {
    if (!this.#hasTitles) return "";
    const { trace } = this.model;
    const until = to === undefined ? "" : ` to ${preciseElapsed(to)}`;
    const time = `${preciseElapsed(trace.timeAt(event))}${until}`;
    const more = count > 1 ? ` and ${String(count - 1)} more` : "";
    return element("title", {}, escaped(`${time}: ${sentenceOf(trace, event)}${more}`));
  }

  /** Shapes of one class: each an element with its title, or all in one where there are none. */
  paths(name: string, paths: readonly string[], titles: readonly string[]): string {
    if (paths.length === 0) return "";
    if (!this.#hasTitles) return element("path", { class: name, d: paths.join("") });
    return paths.map((d, index) => element("path", { class: name, d }, titles[index])).join("");
  }
}

const hatch = (name: string, angle: number): string =>
  element(
    "pattern",
    {
      id: `${name}-hatch`,
      width: 6,
      height: 6,
      patternUnits: "userSpaceOnUse",
      patternTransform: `rotate(${String(angle)})`,
    },
    element("path", { class: `${name}-lines`, d: "M0 0V6" }),
  );

/** A picture as the content of an SVG element of the layout's size. */
export interface Drawn {
  readonly markup: string;
  /** What tells of events beside the rows. */
  readonly hits: readonly Hit[];
}

export const draw = (options: PictureOptions): Drawn => {
  const picture = new Picture(options);
  const { layout } = picture;
  const plot = {
    x: layout.left - 6,
    y: 0,
    width: layout.right - layout.left + 12,
    height: layout.height,
  };
  const backgrounds = layout.lanes.map(({ lane, y, height }, index) =>
    element("rect", {
      class: `lane ${lane.kind}${index % 2 === 0 ? " even" : ""}`,
      x: 0,
      y,
      width: layout.width,
      height,
    }),
  );
  const decisions = layout.lanes.find(({ lane }) => lane.kind === "decisions")?.rows[0];
  const markup = [
    element(
      "defs",
      {},
      hatch("outage", 45) +
        hatch("condition", -45) +
        element("clipPath", { id: "plot" }, element("rect", plot)),
    ),
    ...backgrounds,
    axis(layout, picture.scale, picture.view, options.ticks ?? ticks),
    element(
      "g",
      { "clip-path": "url(#plot)" },
      [
        ...layout.lanes.map((box) => outages(picture, box)),
        ...layout.lanes.flatMap(({ rows }) => rows.map((box) => rowMarkup(picture, box))),
        moves(picture),
        decisions === undefined ? "" : flags(picture, decisions),
      ].join(""),
    ),
    ...layout.lanes.map((box) => names(picture, box)),
  ].join("");
  return { markup, hits: picture.hits };
};
