import { decisionShapes, signShapes } from "./draw/shapes.js";
import { element, escaped, textWidth } from "./draw/text.js";
import type { DecisionKind, Row, Sign } from "./lane.js";
import type { Model } from "./model.js";

const TEXT = 11;
const LINE = 20;
const MARGIN = 12;
const SAMPLE = 22;
const BETWEEN = 18;

/** A sign with what it means, and whether there is one in a picture. */
interface Entry {
  /** Markup around (9, -3). */
  readonly sample: string;
  readonly words: string;
  readonly isIn: (model: Model) => boolean;
}

const someRow = (model: Model, isIt: (row: Row) => boolean): boolean =>
  model.lanes.some(({ rows }) => rows.some(isIt));

const ofBar = (kind: string, words: string, sample: string): Entry => ({
  sample,
  words,
  isIn: (model) => someRow(model, ({ bars }) => bars.all.some((span) => span.kind === kind)),
});

const ofSign = (sign: Sign, words: string): Entry => ({
  sample: element("path", { class: `sign ${sign}`, d: signShapes[sign](9, -3.5, 4.5) }),
  words,
  isIn: (model) =>
    someRow(
      model,
      ({ signs, pending }) => signs[sign].length > 0 || (sign === "unanswered" && pending.size > 0),
    ),
});

const ofDecision = (kind: DecisionKind, words: string): Entry => ({
  sample: element("path", { class: `decision ${kind}`, d: decisionShapes[kind](9, -3.5, 4.5) }),
  words,
  isIn: ({ decisions }) => decisions[kind].length > 0,
});

const place = { x: 0, y: -9, width: 18, height: 12, rx: 2 };

const swatch = (name: string): string => element("rect", { class: name, ...place });

const hatched = (name: string): string =>
  swatch(name) + element("rect", { ...place, fill: `url(#${name}-hatch)` });

const entries: readonly Entry[] = [
  ofBar("all", "reachable", swatch("bar all")),
  ofBar("some", "some accounts reachable", swatch("bar some")),
  ofBar("none", "not reachable", swatch("bar none")),
  ofBar("registered", "registered", swatch("bar registered")),
  {
    sample: element("rect", { class: "bar leftover", x: 0, y: -4.5, width: 18, height: 3 }),
    words: "binding left behind",
    isIn: (model) => someRow(model, ({ leftovers }) => leftovers.length > 0),
  },
  ofBar("established", "call", swatch("bar established")),
  {
    sample: hatched("outage"),
    words: "no sign of life, as the phone saw it",
    isIn: ({ lanes }) => lanes.some(({ outages }) => outages.length > 0),
  },
  {
    sample: hatched("condition"),
    words: "trouble, by the scenario",
    isIn: ({ lanes }) => lanes.some(({ conditions }) => conditions.length > 0),
  },
  ofSign("request", "request"),
  ofSign("unanswered", "request without an answer"),
  ofSign("accepted", "accepted (2xx)"),
  ofSign("challenge", "asks for more (401, 407, 423)"),
  ofSign("provisional", "provisional (1xx), no such DNS record"),
  ofSign("refused", "refused"),
  ofSign("incoming", "request of the far end"),
  ofSign("failed", "failure"),
  ofSign("note", "anything else"),
  ofDecision("moved", "failover, fallback"),
  ofDecision("returned", "return"),
  ofDecision("trial", "trial"),
  ofDecision("recovered", "up again"),
];

/** A legend of what a picture has, as the content of an SVG element, in as many lines as a width asks for. */
export const legendMarkup = (
  model: Model,
  width: number,
): { readonly markup: string; readonly height: number } => {
  let x = MARGIN;
  let y = LINE;
  const parts = entries
    .filter(({ isIn }) => isIn(model))
    .map(({ sample, words }) => {
      const length = SAMPLE + textWidth(words, TEXT);
      if (x + length > width - MARGIN && x > MARGIN) {
        x = MARGIN;
        y += LINE;
      }
      const transform = `translate(${String(Math.round(x))} ${String(y)})`;
      x += length + BETWEEN;
      return element(
        "g",
        { transform },
        sample + element("text", { class: "role", x: SAMPLE }, escaped(words)),
      );
    });
  return { markup: parts.join(""), height: y + LINE / 2 };
};
