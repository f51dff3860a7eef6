import type { RowBox } from "../layout.js";
import { signs, stripOf } from "../lane.js";
import type { Row, Sign } from "../lane.js";
import { counted } from "../../cli/render/words.js";
import { Series } from "../series.js";
import type { SpanCluster, Spans } from "../spans.js";
import { lengthText } from "../times.js";
import type { Picture } from "./picture.js";
import { signShapes } from "./shapes.js";
import { element, escaped, firstFitting, px } from "./text.js";

/** Answers further than this from their request get a line to it. Pixels. */
const LEAST_LINE = 4;
/** A row with more requests in view than this has no such lines: they would be a grey cloud. */
const MOST_LINES = 400;
/** Failures have a sign in so many pixels, however close they are, lest they hide what they are failures of. */
const LONGEST_FAILURE = 24;
/** Requests without an answer in view that are put in order for drawing. */
const MOST_MERGED = 2000;
const BAR_TEXT = 10.5;

/** The middle of a sign in a row, from the top of the picture. */
export const signY = (box: RowBox, sign: Sign): number => {
  const strip = stripOf(sign);
  if (strip === "bar") return box.barY + box.barHeight / 2;
  return strip === "sent" ? box.barY - box.sign - 1.5 : box.barY + box.barHeight + box.sign + 1.5;
};

/** What a bar is called, the longest first. */
const barLabels = ({ kind, label }: SpanCluster, length: number): string[] => {
  const long = lengthText(length);
  if (kind === "registered") return [`registered, ${long}`, long];
  if (kind === "lifetime") {
    const count = counted(label.split(", ").length, "target");
    return [`${label} for ${long}`, `${count} for ${long}`, count, long];
  }
  if (kind === "all") return ["reachable"];
  if (kind === "some") return [`${label} accounts reachable`, label];
  if (kind === "none") return [`not reachable, ${long}`, long];
  if (kind !== "setup" && kind !== "established") return [];
  const peer = label.replace(/\bsips?:/, "");
  return [peer, peer.replace(/@[^>]*/, "")];
};

/** Where the next sign on the bar of a row begins: words must end before it. */
const nextSign = ({ scale }: Picture, { signs: { note } }: Row, t: number): number => {
  const next = note.timeAt(note.after(t));
  return Number.isNaN(next) ? Infinity : scale.x(next) - 6;
};

/** Bars, and the words on them, which lie above whatever else there is. */
const bars = (
  picture: Picture,
  box: RowBox,
  spans: Spans,
  inset: number,
): { shapes: string; words: string } => {
  const { scale, view, end, layout } = picture;
  const { row } = box;
  const y = box.barY + inset;
  const height = box.barHeight - 2 * inset;
  let shapes = "";
  let words = "";
  for (const span of spans.clusters(view.from, Math.min(view.to, end), 2 * scale.perPixel)) {
    const to = Math.min(span.to, end);
    const x = Math.max(scale.x(span.from), layout.left - 8);
    const width = Math.max(2, Math.min(scale.x(to), layout.right + 8) - x);
    const title = picture.title(span.event, span.count, span.to === Infinity ? undefined : span.to);
    const place = { x, y, width, height, rx: Math.min(3, height / 2) };
    // Several reaches as one are a change between them.
    const kind = span.count > 1 && row.lane.kind === "service" ? "some" : span.kind;
    shapes += element("rect", { class: `bar ${kind}`, ...place }, title);
    if (height < BAR_TEXT + 2 || span.count > 1) continue;
    // A sign may stand where it begins.
    const start = Math.max(x, layout.left) + (span.kind === "lifetime" ? 9 : 6);
    const room = Math.min(x + width, nextSign(picture, row, span.from)) - start - 4;
    const label = firstFitting(barLabels(span, to - span.from), room, BAR_TEXT);
    if (label === undefined) continue;
    words += element(
      "text",
      { class: `bar-text ${span.kind}`, x: start, y: y + height / 2 + 3.7 },
      escaped(label),
    );
  }
  return { shapes, words };
};

/** The signs of one kind, stretched where several would lie upon each other. */
const signsOf = (picture: Picture, box: RowBox, sign: Sign, series: Series): string => {
  const { scale, view } = picture;
  const y = signY(box, sign);
  const size = box.sign;
  const margin = size * scale.perPixel;
  const gap = size * 1.1 * scale.perPixel;
  const paths: string[] = [];
  const titles: string[] = [];
  const longest = sign === "failed" ? LONGEST_FAILURE * scale.perPixel : Infinity;
  for (const cluster of series.clusters(view.from - margin, view.to + margin, gap, longest)) {
    const x = scale.x(cluster.from);
    paths.push(signShapes[sign](x, y, size, scale.x(cluster.to) - x));
    titles.push(picture.title(cluster.event, cluster.count, cluster.count > 1 ? cluster.to : undefined));
  }
  return picture.paths(`sign ${sign}`, paths, titles);
};

/** Requests without an answer, with those that have none so far. */
const unansweredOf = ({ view }: Picture, { row }: RowBox): Series => {
  const { unanswered } = row.signs;
  if (row.pending.size === 0) return unanswered;
  const all = new Series();
  for (const [event, t] of row.pending) if (t >= view.from && t <= view.to) all.add(t, event);
  const last = unanswered.after(view.to);
  // So many that single ones are not to be seen: those on the way make no difference.
  if (last - unanswered.from(view.from) > MOST_MERGED) return unanswered;
  for (let index = unanswered.from(view.from); index < last; index++)
    all.add(unanswered.timeAt(index), unanswered.eventAt(index));
  return all;
};

/** Lines from requests to their answers, where there is room between them. */
const linesOf = (picture: Picture, box: RowBox): string => {
  const { scale, view, model } = picture;
  const requests = box.row.signs.request;
  const first = requests.from(view.from - MOST_LINES * scale.perPixel);
  const last = requests.after(view.to);
  if (last - first > MOST_LINES) return "";
  const top = signY(box, "request");
  const bottom = signY(box, "accepted");
  let lines = "";
  for (let index = first; index < last; index++) {
    const answer = model.answerTo(requests.eventAt(index));
    if (answer === undefined) continue;
    const x = scale.x(requests.timeAt(index));
    const answered = scale.x(model.trace.timeAt(answer));
    if (answered - x >= LEAST_LINE) lines += `M${px(x)} ${px(top)}L${px(answered)} ${px(bottom)}`;
  }
  return lines === "" ? "" : element("path", { class: "exchange", d: lines });
};

/** A row: its bars, then its signs. */
export const rowMarkup = (picture: Picture, box: RowBox): string => {
  const { row } = box;
  if (row.lane.kind === "decisions") return "";
  const leftovers = bars(picture, box, row.leftovers, box.barHeight / 2 - 1.5);
  const { shapes, words } = bars(picture, box, row.bars, 0);
  const seriesOf = (sign: Sign): Series =>
    sign === "unanswered" ? unansweredOf(picture, box) : row.signs[sign];
  return [
    leftovers.shapes,
    shapes,
    linesOf(picture, box),
    ...signs.map((sign) => signsOf(picture, box, sign, seriesOf(sign))),
    words,
  ].join("");
};
