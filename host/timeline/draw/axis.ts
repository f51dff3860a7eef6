import type { Layout } from "../layout.js";
import type { TickMaker } from "../times.js";
import type { Scale, View } from "./scale.js";
import { element, px } from "./text.js";

/** An axis has a mark in so many pixels. */
const PER_TICK = 90;

/** Marks of time through all lanes, with their times above and below. */
export const axis = (layout: Layout, scale: Scale, view: View, ticks: TickMaker): string => {
  const { left, right, height, axisHeight } = layout;
  const marks = ticks(view.from, view.to, (right - left) / PER_TICK);
  const bottom = height - axisHeight;
  const lines = marks.map(({ t }) => `M${px(scale.x(t))} ${px(axisHeight - 4)}V${px(bottom + 4)}`).join("");
  const labels = marks.flatMap(({ t, label }) => {
    const x = scale.x(t);
    // The first and last must not stand over the edge.
    const anchor = x < 24 ? "start" : x > right - 16 ? "end" : "middle";
    return [axisHeight - 9, bottom + 17].map((y) => element("text", { x, y, "text-anchor": anchor }, label));
  });
  return element(
    "g",
    { class: "axis" },
    element("path", { d: lines === "" ? undefined : lines }) + labels.join(""),
  );
};
