import type { Hit } from "./draw/picture.js";
import type { Scale } from "./draw/scale.js";
import type { Row } from "./lane.js";
import type { Layout, RowBox } from "./layout.js";
import type { Model } from "./model.js";

/** What a place in the picture tells of. */
export interface Found {
  readonly row: Row;
  /** The one that it is about. */
  readonly event: number;
  /** Others that lie so close that they cannot be told apart, in order; with that one. */
  readonly together: readonly number[];
  /** How many more there are. */
  readonly more: number;
}

/** Events closer than this lie upon each other. Pixels. */
const TOGETHER = 3;
/** So many of them are told. */
const MOST_TOLD = 6;
/** More than so many around a place are not looked through. */
const MOST_SEEN = 400;

/** The row at a height: the one it is in, or the next within its lane. */
const rowBoxAt = (layout: Layout, y: number): RowBox | undefined => {
  const lane = layout.lanes.find((box) => y >= box.y && y < box.y + box.height);
  if (lane === undefined) return undefined;
  const distance = ({ y: top, height }: RowBox): number => Math.max(top - y, y - top - height, 0);
  return [...lane.rows].sort((one, other) => distance(one) - distance(other))[0];
};

/** Those of a row that lie upon an event of its. */
const around = (model: Model, row: Row, event: number, scale: Scale): Found => {
  const reach = TOGETHER * scale.perPixel;
  const t = model.trace.timeAt(event);
  const first = row.events.from(t - reach);
  const last = row.events.after(t + reach);
  const strip = model.stripAt(event);
  const isDecisions = row.lane.kind === "decisions";
  const together: number[] = [];
  let count = 0;
  for (let index = first; index < Math.min(last, first + MOST_SEEN); index++) {
    const other = row.events.eventAt(index);
    if (!isDecisions && model.stripAt(other) !== strip) continue;
    count++;
    if (together.length < MOST_TOLD || other === event) together.push(other);
  }
  const unseen = Math.max(0, last - first - MOST_SEEN);
  return { row, event, together, more: count - together.length + unseen };
};

/** What an event of a row is shown together with. */
export const foundAt = (model: Model, row: Row, event: number, scale: Scale): Found =>
  around(model, row, event, scale);

/** The event of a row that is nearest to `t`, those of a strip first; `undefined` where none is within `reach`. */
const nearestIn = (model: Model, box: RowBox, y: number, t: number, reach: number): number | undefined => {
  const { row } = box;
  const isDecisions = row.lane.kind === "decisions";
  const strip = y < box.barY ? "sent" : y > box.barY + box.barHeight ? "received" : "bar";
  const last = row.events.after(t + reach);
  let best: { event: number; cost: number } | undefined;
  // Where there are very many, those around the place itself are enough.
  const middle = row.events.from(t);
  const from = Math.max(row.events.from(t - reach), middle - MOST_SEEN);
  for (let index = from; index < Math.min(last, middle + MOST_SEEN); index++) {
    const event = row.events.eventAt(index);
    const isElsewhere = !isDecisions && model.stripAt(event) !== strip;
    const cost = Math.abs(row.events.timeAt(index) - t) + (isElsewhere ? reach : 0);
    if (best === undefined || cost < best.cost) best = { event, cost };
  }
  return best?.event;
};

/**
 * What a place in the picture tells of: a flag, an event within `reach` pixels of it, or the bar or the outage that it is
 * in. `undefined` where there is nothing.
 */
export const find = (
  model: Model,
  layout: Layout,
  scale: Scale,
  hits: readonly Hit[],
  place: { readonly x: number; readonly y: number },
  reach: number,
): Found | undefined => {
  const { x, y } = place;
  const flag = hits.find(
    (hit) => x >= hit.x && x <= hit.x + hit.width && y >= hit.y && y <= hit.y + hit.height,
  );
  const box = rowBoxAt(layout, y);
  if (box === undefined) return undefined;
  const { row } = box;
  if (flag !== undefined) return around(model, row, flag.event, scale);
  if (x < layout.left - reach || x > layout.right + reach) return undefined;
  const t = scale.t(x);
  const event = nearestIn(model, box, y, t, reach * scale.perPixel);
  if (event !== undefined) return around(model, row, event, scale);
  const span = row.bars.at(t) ?? row.leftovers.at(t) ?? row.lane.outages.at(t) ?? row.lane.conditions.at(t);
  return span === undefined ? undefined : { row, event: span.event, together: [span.event], more: 0 };
};
