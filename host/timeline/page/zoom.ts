import { select } from "d3-selection";
import type { Selection } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import type { D3ZoomEvent, ZoomBehavior } from "d3-zoom";
import type { View } from "../draw/scale.js";
import { byId } from "./dom.js";

type ZoomEvent = D3ZoomEvent<SVGSVGElement, undefined>;

/** A picture with an axis of time. */
export interface Zoomable {
  readonly svg: SVGSVGElement;
  readonly view: View;
  /** Everything that there is to show. */
  readonly extent: View;
  /** Where the axis begins and ends, and how high the picture is. Pixels. */
  readonly layout: { readonly left: number; readonly right: number; readonly height: number };
  /** No shorter time can be shown. Milliseconds. */
  readonly shortest: number;
  show(view: View): void;
  onDrawn(listener: () => void): void;
}

const STEP = 1.6;
/** A finger that has moved further is no tap. Pixels. */
const TAP = 8;

/**
 * Lets a chart be dragged and zoomed. The mouse drags, the wheel zooms with Ctrl or Cmd and moves sideways with Shift, two
 * fingers zoom, one finger moves sideways: up and down is the page's.
 */
export class Zooming {
  readonly #chart: Zoomable;
  readonly #zoom: ZoomBehavior<SVGSVGElement, undefined>;
  readonly #target: Selection<SVGSVGElement, undefined, null, undefined>;
  #isFollowing = false;
  #finger: { id: number; x: number; start: number } | undefined;

  constructor(chart: Zoomable) {
    this.#chart = chart;
    this.#zoom = zoom<SVGSVGElement, undefined>()
      .filter((event: Event) => isWanted(event))
      .on("zoom", (event: ZoomEvent) => {
        if (!this.#isFollowing) this.#zoomed(event);
      });
    this.#target = select<SVGSVGElement, undefined>(chart.svg);
    this.#target.call(this.#zoom);
    chart.svg.addEventListener("wheel", (event) => {
      this.#wheel(event);
    });
    this.#listenToFinger(chart.svg);
    chart.onDrawn(() => {
      this.#follow();
    });
    this.#follow();
  }

  /** Zooms around the middle, or out. */
  by(steps: number): void {
    const { from, to } = this.#chart.view;
    const length = (to - from) / STEP ** steps;
    const middle = (from + to) / 2;
    this.#chart.show({ from: middle - length / 2, to: middle + length / 2 });
  }

  /** Moves by a share of what is shown. */
  pan(share: number): void {
    const { from, to } = this.#chart.view;
    const way = (to - from) * share;
    this.#chart.show({ from: from + way, to: to + way });
  }

  /** Shows everything. */
  all(): void {
    this.#chart.show(this.#chart.extent);
  }

  #zoomed({ transform }: ZoomEvent): void {
    const { left, right } = this.#chart.layout;
    const extent = this.#chart.extent;
    const perPixel = (extent.to - extent.from) / (right - left);
    const at = (x: number): number => extent.from + ((x - transform.x) / transform.k - left) * perPixel;
    this.#chart.show({ from: at(left), to: at(right) });
  }

  /** What is shown may have changed by other means: the next gesture begins there. */
  #follow(): void {
    const { layout, view, extent } = this.#chart;
    const { left, right, height } = layout;
    const whole = extent.to - extent.from;
    const k = whole / (view.to - view.from);
    const x = left - k * (left + ((view.from - extent.from) / whole) * (right - left));
    this.#zoom
      .extent([
        [left, 0],
        [right, height],
      ])
      .translateExtent([
        [left, -Infinity],
        [right, Infinity],
      ])
      .scaleExtent([1, Math.max(1, whole / this.#chart.shortest)]);
    this.#isFollowing = true;
    this.#zoom.transform(this.#target, zoomIdentity.translate(x, 0).scale(k));
    this.#isFollowing = false;
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) <= (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
    event.preventDefault();
    this.pan(sideways / (this.#chart.layout.right - this.#chart.layout.left));
  }

  #listenToFinger(svg: SVGSVGElement): void {
    svg.addEventListener("pointerdown", ({ pointerType, pointerId, clientX, isPrimary }) => {
      if (pointerType === "mouse") return;
      // A second finger zooms.
      this.#finger = isPrimary ? { id: pointerId, x: clientX, start: clientX } : undefined;
    });
    svg.addEventListener("pointermove", ({ pointerId, clientX }) => {
      const finger = this.#finger;
      if (finger?.id !== pointerId || Math.abs(clientX - finger.start) < TAP) return;
      this.pan((finger.x - clientX) / (this.#chart.layout.right - this.#chart.layout.left));
      finger.x = clientX;
      finger.start = Infinity;
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      svg.addEventListener(end, () => {
        this.#finger = undefined;
      });
    }
  }
}

/** The buttons of the page that zoom. */
export const addZoomButtons = (zooming: Zooming): void => {
  const onClick = (id: string, action: () => void): void => {
    byId(id).addEventListener("click", action);
  };
  onClick("zoom-in", () => {
    zooming.by(1);
  });
  onClick("zoom-out", () => {
    zooming.by(-1);
  });
  onClick("zoom-all", () => {
    zooming.all();
  });
};

/** Gestures that are the chart's; the others are the page's. */
const isWanted = (event: Event): boolean => {
  if (event instanceof WheelEvent) return event.ctrlKey || event.metaKey;
  if (event.type.startsWith("touch")) return (event as TouchEvent).touches.length > 1;
  return !(event instanceof MouseEvent) || event.button === 0;
};
