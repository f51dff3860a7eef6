import { draw } from "../draw/picture.js";
import type { Hit } from "../draw/picture.js";
import { signY } from "../draw/rows.js";
import { Scale } from "../draw/scale.js";
import type { View } from "../draw/scale.js";
import { MARGIN, extentOf } from "../extent.js";
import { find, foundAt } from "../find.js";
import type { Found } from "../find.js";
import type { Row } from "../lane.js";
import { layoutOf } from "../layout.js";
import type { Layout, RowBox } from "../layout.js";
import type { Model } from "../model.js";
import { sinceStart } from "./clock.js";
import type { Times } from "./clock.js";
import { makeSvg } from "./dom.js";

/** The shortest stretch of time that can be seen, in milliseconds. */
const SHORTEST_VIEW = 4;
/** Paper is about so wide, in pixels of text that can be read. */
const PAPER_WIDTH = 1040;
const NARROWEST = 280;
const RING = 9;

/** An event that has been chosen, in the row in which that was done. */
export interface Selection {
  readonly row: Row;
  readonly event: number;
}

type Listener = () => void;

/** The picture in the page: which part of time it shows, and which event is chosen. It draws at most once a frame. */
export class Chart {
  readonly svg: SVGSVGElement;
  readonly shortest = SHORTEST_VIEW;
  model: Model;
  times: Times = sinceStart;
  view: View;
  layout: Layout;
  selection: Selection | undefined;
  /** Time goes on: the picture ends now, not with the last event. */
  now: number | undefined;
  /** So much time is there to be shown at least. Milliseconds. */
  horizon = 0;
  readonly #host: HTMLElement;
  readonly #picture: SVGGElement;
  readonly #ring: SVGRectElement;
  readonly #listeners: Listener[] = [];
  #hits: readonly Hit[] = [];
  #frame = 0;
  #isPaper = false;

  constructor(host: HTMLElement, model: Model) {
    this.#host = host;
    this.model = model;
    this.view = extentOf(model.trace);
    this.layout = layoutOf(model, this.#width);
    this.svg = makeSvg("svg", { class: "timeline", "aria-hidden": "true" });
    this.#picture = makeSvg("g");
    this.#ring = makeSvg("rect", { class: "ring", rx: String(RING), visibility: "hidden" });
    this.svg.append(this.#picture, this.#ring);
    host.replaceChildren(this.svg);
    new ResizeObserver(() => {
      this.changed();
    }).observe(host);
    this.#drawNow();
  }

  /** The whole stretch of time there is. */
  get extent(): View {
    const extent = extentOf(this.model.trace);
    const end = this.now === undefined ? 0 : this.now * (1 + MARGIN);
    return { from: extent.from, to: Math.max(extent.to, end, this.horizon) };
  }

  get scale(): Scale {
    return new Scale(this.view, this.layout.left, this.layout.right);
  }

  /** Calls `listener` after each drawing. */
  onDrawn(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Shows a stretch of time, as much of it as there is. */
  show({ from, to }: View): void {
    const extent = this.extent;
    const length = Math.min(Math.max(to - from, SHORTEST_VIEW), extent.to - extent.from);
    const start = Math.min(Math.max((from + to - length) / 2, extent.from), extent.to - length);
    this.view = { from: start, to: start + length };
    this.changed();
  }

  /** Chooses an event, and moves so that it can be seen. */
  select(selection: Selection | undefined): void {
    this.selection = selection;
    if (selection !== undefined) {
      const t = this.model.trace.timeAt(selection.event);
      const { from, to } = this.view;
      const margin = (to - from) / 12;
      if (t < from + margin || t > to - margin)
        this.show({ from: t - (to - from) / 2, to: t + (to - from) / 2 });
    }
    this.changed();
  }

  /** Something is not as it was: draws with the next frame. */
  changed(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#drawNow();
    });
  }

  /** Lays the picture out for paper, or for the screen again. */
  paper(isPaper: boolean): void {
    this.#isPaper = isPaper;
    this.#drawNow();
  }

  /** What a place tells of, in pixels from the picture's corner. */
  at(x: number, y: number, reach: number): Found | undefined {
    return find(this.model, this.layout, this.scale, this.#hits, { x, y }, reach);
  }

  /** What an event is shown together with. */
  about({ row, event }: Selection): Found {
    return foundAt(this.model, row, event, this.scale);
  }

  /** What an event takes in the picture; `undefined` where its row is not shown. */
  #boxOf({ row, event }: Selection): Omit<Hit, "event"> | undefined {
    const box = this.layout.lanes.flatMap(({ rows }) => rows).find((each) => each.row === row);
    if (box === undefined) return undefined;
    const flag = row.lane.kind === "decisions" ? this.#hits.find((each) => each.event === event) : undefined;
    if (flag !== undefined) return flag;
    return {
      x: this.scale.x(this.model.trace.timeAt(event)),
      y: this.#heightOf(box, event),
      width: 0,
      height: 0,
    };
  }

  #heightOf(box: RowBox, event: number): number {
    const strip = this.model.stripAt(event);
    return signY(box, strip === "sent" ? "request" : strip === "received" ? "accepted" : "note");
  }

  get #width(): number {
    return this.#isPaper ? PAPER_WIDTH : Math.max(NARROWEST, this.#host.clientWidth);
  }

  #drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { model } = this;
    this.layout = layoutOf(model, this.#width);
    const { width, height } = this.layout;
    this.svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(height)}`);
    this.svg.setAttribute("height", String(height));
    const { markup, hits } = draw({
      model,
      layout: this.layout,
      view: this.view,
      end: this.now ?? model.trace.end,
      ticks: this.times.ticks,
      hasTitles: false,
    });
    this.#hits = hits;
    this.#picture.innerHTML = markup;
    this.#drawRing();
    for (const listener of this.#listeners) listener();
  }

  #drawRing(): void {
    const box = this.selection && this.#boxOf(this.selection);
    const { left, right } = this.layout;
    const isSeen = box !== undefined && box.x + box.width >= left - RING && box.x <= right + RING;
    this.#ring.setAttribute("visibility", isSeen ? "visible" : "hidden");
    if (!isSeen) return;
    const margin = box.width > 0 ? 3 : RING;
    this.#ring.setAttribute("x", String(box.x - margin));
    this.#ring.setAttribute("y", String(box.y - margin));
    this.#ring.setAttribute("width", String(box.width + 2 * margin));
    this.#ring.setAttribute("height", String(box.height + 2 * margin));
  }
}
