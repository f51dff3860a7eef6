import { causes } from "../../cli/render/reasons.js";
import { WORDS_HEIGHT } from "../layout.js";
import type { LaneBox } from "../layout.js";
import type { SpanCluster, Spans } from "../spans.js";
import { lengthText } from "../times.js";
import type { Picture } from "./picture.js";
import { element, escaped, firstFitting, px } from "./text.js";

const LABEL = 10.5;
const LABEL_Y = 11;

const causeText = (kind: string): string => (causes as Readonly<Record<string, string>>)[kind] ?? kind;

/** Stretches of one kind in a lane, from `y` down. */
interface Shading {
  readonly spans: Spans;
  /** The class of its parts. */
  readonly name: string;
  readonly y: number;
  readonly height: number;
  readonly wordsOf: (span: SpanCluster) => string;
}

const shade = (picture: Picture, { name, y, height, wordsOf }: Shading, span: SpanCluster): string => {
  const { scale, layout, end } = picture;
  const x = Math.max(scale.x(span.from), layout.left - 8);
  const right = Math.min(scale.x(Math.min(span.to, end)), layout.right + 8);
  const width = Math.max(1.5, right - x);
  const title = picture.title(span.event, span.count, span.to === Infinity ? undefined : span.to);
  const place = { x, y, width, height };
  const edges = `M${px(x)} ${px(y)}v${px(height)}m${px(width)} 0v${px(-height)}`;
  const shapes =
    element("rect", { class: name, ...place }, title) +
    element("rect", { class: `${name}-hatch`, ...place, fill: `url(#${name}-hatch)` }) +
    element("path", { class: `${name}-edge`, d: edges });
  if (span.count > 1) return shapes;
  const words = wordsOf(span);
  const length = span.to > end ? `${lengthText(end - span.from)} so far` : lengthText(span.to - span.from);
  const start = Math.max(x, layout.left) + 5;
  const label = firstFitting([`${words}, ${length}`, words], x + width - start - 3, LABEL);
  return label === undefined
    ? shapes
    : shapes + element("text", { class: `${name}-text`, x: start, y: y + LABEL_Y }, escaped(label));
};

/** When a target did not answer, as far as the phone could see; and behind that what was so, where that is known. */
export const outages = (picture: Picture, { lane, ...box }: LaneBox): string => {
  const { view, scale, end } = picture;
  const y = box.y + box.nameHeight + 1;
  const height = box.height - box.nameHeight - 2;
  const words = lane.conditions.length > 0 ? WORDS_HEIGHT : 0;
  const shadings: readonly Shading[] = [
    { spans: lane.conditions, name: "condition", y, height, wordsOf: ({ label }) => label },
    {
      spans: lane.outages,
      name: "outage",
      y: y + words,
      height: height - words,
      wordsOf: ({ kind }) => causeText(kind),
    },
  ];
  return shadings
    .flatMap((shading) =>
      [...shading.spans.clusters(view.from, Math.min(view.to, end), 2 * scale.perPixel)].map((span) =>
        shade(picture, shading, span),
      ),
    )
    .join("");
};
