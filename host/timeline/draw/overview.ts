import type { Model } from "../model.js";
import { Scale } from "./scale.js";
import type { View } from "./scale.js";
import { element, px } from "./text.js";

const TOP = 4;
const MARKS = 10;
const MOST_LANES = 12;

export interface OverviewOptions {
  readonly model: Model;
  readonly left: number;
  readonly right: number;
  readonly height: number;
  /** The whole stretch of time. */
  readonly extent: View;
  readonly end: number;
}

/** The whole trace at a glance: decisions as marks, and a thin line for each target. */
export const overviewMarkup = ({ model, left, right, height, extent, end }: OverviewOptions): string => {
  const scale = new Scale(extent, left, right);
  const gap = 1.5 * scale.perPixel;
  const targets = model.lanes.filter(({ kind }) => kind === "target").slice(0, MOST_LANES);
  const room = height - TOP - MARKS - 4;
  const step = room / Math.max(1, targets.length);
  const thickness = Math.min(5, Math.max(1.5, step * 0.6));
  const spans = (
    name: string,
    y: number,
    high: number,
    all: Iterable<{ from: number; to: number }>,
  ): string => {
    const d = [...all]
      .map(({ from, to }) => {
        const x = scale.x(from);
        const width = Math.max(1, scale.x(Math.min(to, end)) - x);
        return `M${px(x)} ${px(y)}h${px(width)}v${px(high)}h${px(-width)}Z`;
      })
      .join("");
    return d === "" ? "" : element("path", { class: name, d });
  };
  const lanes = targets.map((lane, index) => {
    const y = TOP + MARKS + 2 + index * step;
    const bars = lane.rows.flatMap(({ bars: all }) => [...all.clusters(extent.from, extent.to, gap)]);
    return (
      spans("outage-strong", y, step * 0.9, lane.outages.clusters(extent.from, extent.to, gap)) +
      spans("bar registered", y + (step * 0.9 - thickness) / 2, thickness, bars)
    );
  });
  const marks = (["trial", "trouble", "recovered", "returned", "moved"] as const).map((kind) => {
    const d = [...model.decisions[kind].clusters(extent.from, extent.to, gap, gap)]
      .map(({ from }) => `M${px(scale.x(from))} ${px(TOP)}v${px(MARKS)}`)
      .join("");
    return d === "" ? "" : element("path", { class: `tick ${kind}`, d });
  });
  return [...lanes, ...marks].join("");
};
