import type { DecisionKind } from "../lane.js";
import { FLAG_HEIGHT } from "../layout.js";
import type { RowBox } from "../layout.js";
import type { Cluster, Series } from "../series.js";
import type { Picture } from "./picture.js";
import { decisionShapes } from "./shapes.js";
import { element, escaped, px, textWidth } from "./text.js";

const TEXT = 11;
const PADDING = 6;
/** Its sign stands before the words of a flag. */
const ICON = 12;
const BETWEEN = 4;
const SIGN = 5;
/** Decisions closer to each other than this share a flag. Pixels. */
const TOGETHER = 3;
/** A flag stands for what is no further apart than this: a long storm has several. Pixels. */
const LONGEST = 170;
/** A flag needs room; more than this never find any. */
const MOST_FLAGS = 400;

/** Which get their flag first: where the phone went says more than why. */
const order: readonly DecisionKind[] = ["moved", "returned", "recovered", "trouble", "trial"];

interface Flag {
  readonly kind: DecisionKind;
  readonly cluster: Cluster;
  readonly long: string;
  readonly short: string;
}

interface Placed {
  readonly left: number;
  readonly right: number;
}

/** How many of a cluster are looked at for what they have in common. */
const MOST_COMPARED = 32;

/** Words for several decisions: what they are where they are the same, else the first, and how many more. */
const togetherOf = (picture: Picture, series: Series, { event, from, count }: Cluster): string => {
  const first = picture.model.decisionAt(event)?.short ?? "";
  const at = series.indexOf(from, event);
  const isSame = Array.from({ length: Math.min(count, MOST_COMPARED) }, (_, index) => index).every(
    (index) => picture.model.decisionAt(series.eventAt(at + index))?.short === first,
  );
  return isSame ? `${first} ×${String(count)}` : `${first} +${String(count - 1)}`;
};

const flagOf = (picture: Picture, kind: DecisionKind, cluster: Cluster): Flag => {
  const { model } = picture;
  if (cluster.count > 1) {
    const words = togetherOf(picture, model.decisions[kind], cluster);
    return { kind, cluster, long: words, short: words };
  }
  const { long = kind, short = kind } = model.decisionAt(cluster.event) ?? {};
  return { kind, cluster, long, short };
};

/** Where the words of a flag stand: right of its pole, or left of it at the right edge; `undefined`: nowhere. */
const placeOf = (
  lines: readonly Placed[][],
  x: number,
  width: number,
  right: number,
): { line: number; left: number } | undefined => {
  const left = x + width > right ? x - width : x;
  const line = lines.findIndex((placed) =>
    placed.every((other) => left > other.right + BETWEEN || left + width < other.left - BETWEEN),
  );
  return line < 0 ? undefined : { line, left };
};

/** The decisions: flags with their words as far as there is room, and a sign below for each of the rest. */
export const flags = (picture: Picture, box: RowBox): string => {
  const { model, scale, view, layout } = picture;
  const baseline = box.barY + box.barHeight / 2;
  const lineCount = Math.round((box.barY - box.y) / FLAG_HEIGHT);
  const lines = Array.from({ length: lineCount }, (): Placed[] => []);
  const margin = SIGN * scale.perPixel;
  let poles = "";
  let words = "";
  let rug = "";
  const flagged = new Set<Cluster>();
  for (const kind of order) {
    const found = [
      ...model.decisions[kind].clusters(
        view.from - margin,
        view.to + margin,
        TOGETHER * scale.perPixel,
        LONGEST * scale.perPixel,
      ),
    ];
    const all = found.map((cluster) => flagOf(picture, kind, cluster));
    const beginning = ({ from }: Cluster): number => scale.x(from);
    for (const { cluster, long, short } of all.slice(0, MOST_FLAGS)) {
      const x = beginning(cluster);
      if (x < layout.left - 1 || x > layout.right + 1) continue;
      for (const text of layout.isNarrow ? [short] : [long, short]) {
        const width = ICON + textWidth(text, TEXT, true) + 2 * PADDING;
        const place = placeOf(lines, x, width, layout.right);
        if (place === undefined) continue;
        flagged.add(cluster);
        lines[place.line]?.push({ left: place.left, right: place.left + width });
        const y = box.y + place.line * FLAG_HEIGHT + 1;
        const height = FLAG_HEIGHT - 4;
        picture.hits.push({ x: place.left, y, width, height, event: cluster.event });
        poles += element("path", {
          class: `pole ${kind}`,
          d: `M${px(x)} ${px(y)}V${px(box.y + box.height)}`,
        });
        words += element(
          "g",
          { class: `flag ${kind}` },
          element(
            "rect",
            { x: place.left, y, width, height, rx: 2 },
            picture.title(cluster.event, cluster.count),
          ) +
            element("path", {
              class: `decision ${kind}`,
              d: decisionShapes[kind](place.left + PADDING + 4, y + height / 2, 3.6),
            }) +
            element("text", { x: place.left + PADDING + ICON, y: y + height - 4.2 }, escaped(text)),
        );
        break;
      }
    }
    const rest = found.filter((cluster) => !flagged.has(cluster));
    rug += picture.paths(
      `decision ${kind}`,
      rest.map((cluster) => decisionShapes[kind](beginning(cluster), baseline, SIGN)),
      rest.map(({ event, count, to }) => picture.title(event, count, count > 1 ? to : undefined)),
    );
  }
  return poles + rug + words;
};
