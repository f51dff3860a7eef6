/** The page of a fleet: its picture can be read, zoomed and moved. */
import { unpackJson } from "../../timeline/page/data.js";
import { byId, make, makeSvg } from "../../timeline/page/dom.js";
import { Zooming, addZoomButtons } from "../../timeline/page/zoom.js";
import type { Zoomable } from "../../timeline/page/zoom.js";
import type { View } from "../../timeline/draw/scale.js";
import { Scale } from "../../timeline/draw/scale.js";
import { draw, layoutOf, readingAt } from "../draw.js";
import type { Layout } from "../draw.js";
import type { Report } from "../report.js";
import { SECOND } from "../seconds.js";
import { clock } from "../words.js";

const NARROWEST = 280;
/** Paper is about so wide, in pixels of text that can be read. */
const PAPER_WIDTH = 1040;
/** The arrow keys move the picture by this share of it. */
const WAY = 0.2;

/** The picture in the page: which part of time it shows, and where it is read. It draws at most once a frame. */
class Chart implements Zoomable {
  readonly svg = makeSvg("svg", { "aria-hidden": "true" });
  readonly extent: View;
  readonly shortest = 10 * SECOND;
  view: View;
  layout: Layout;
  readonly #report: Report;
  readonly #host: HTMLElement;
  readonly #picture = makeSvg("g");
  readonly #cursor = makeSvg("path", { class: "cursor", visibility: "hidden" });
  readonly #listeners: (() => void)[] = [];
  #read: number | undefined;
  #frame = 0;
  #isPaper = false;

  constructor(host: HTMLElement, report: Report) {
    this.#host = host;
    this.#report = report;
    this.extent = { from: 0, to: report.duration };
    this.view = this.extent;
    this.layout = layoutOf(report, this.#width);
    this.svg.append(this.#picture, this.#cursor);
    host.replaceChildren(this.svg);
    new ResizeObserver(() => {
      this.#changed();
    }).observe(host);
    this.#drawNow();
  }

  onDrawn(listener: () => void): void {
    this.#listeners.push(listener);
  }

  show({ from, to }: View): void {
    const whole = this.extent.to;
    const length = Math.min(Math.max(to - from, this.shortest), whole);
    const start = Math.min(Math.max((from + to - length) / 2, 0), whole - length);
    this.view = { from: start, to: start + length };
    this.#changed();
  }

  /** Draws for paper, or for the screen again. */
  paper(isPaper: boolean): void {
    this.#isPaper = isPaper;
    this.#drawNow();
  }

  /** Reads the picture at an instant. */
  read(t: number): void {
    this.#read = Math.min(Math.max(t, this.extent.from), this.extent.to);
    const { from, to } = this.view;
    if (this.#read < from || this.#read > to) {
      this.show({ from: this.#read - (to - from) / 2, to: this.#read + (to - from) / 2 });
    }
    this.#drawReading();
  }

  /** Reads at a place, in pixels from the left of the picture. */
  readAt(x: number): void {
    const { left, right } = this.layout;
    if (x >= left && x <= right) this.read(this.#scale.t(x));
  }

  /** Reads so many steps further: a second, or a pixel where that is more. */
  step(steps: number): void {
    const way = Math.max(SECOND, this.#scale.perPixel);
    this.read((this.#read ?? this.view.from) + steps * way);
  }

  get #scale(): Scale {
    return new Scale(this.view, this.layout.left, this.layout.right);
  }

  get #width(): number {
    return this.#isPaper ? PAPER_WIDTH : Math.max(NARROWEST, this.#host.clientWidth);
  }

  #changed(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#drawNow();
    });
  }

  #drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const width = this.#width;
    this.layout = layoutOf(this.#report, width);
    const { height } = this.layout;
    this.svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(height)}`);
    this.svg.setAttribute("height", String(height));
    this.#picture.innerHTML = draw(this.#report, this.layout, this.view);
    this.#drawReading();
    for (const listener of this.#listeners) listener();
  }

  #drawReading(): void {
    if (this.#read === undefined) return;
    const { layout, view } = this;
    const x = this.#scale.x(this.#read);
    const isSeen = x >= layout.left && x <= layout.right;
    this.#cursor.setAttribute("visibility", isSeen ? "visible" : "hidden");
    if (!isSeen) return;
    this.#cursor.setAttribute("d", `M${String(x)} 0V${String(layout.height)}`);
    const { t, panels } = readingAt(this.#report, layout, view, x);
    byId("reading").replaceChildren(
      make("b", {}, clock(t)),
      ...panels.flatMap(({ title, values }) => {
        const [name] = title.split(":");
        const whose = title.includes(":") ? `${name ?? ""}: ` : "";
        return [" ", make("span", {}, whose + values.join(", "))];
      }),
    );
  }
}

const listen = (chart: Chart, zooming: Zooming, host: HTMLElement): void => {
  addZoomButtons(zooming);
  for (const name of ["pointermove", "pointerdown"] as const) {
    chart.svg.addEventListener(name, ({ clientX, buttons, pointerType }) => {
      if (pointerType === "mouse" && buttons !== 0) return;
      chart.readAt(clientX - chart.svg.getBoundingClientRect().left);
    });
  }
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actionOf(event, chart, zooming);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
  addEventListener("beforeprint", () => {
    chart.paper(true);
  });
  addEventListener("afterprint", () => {
    chart.paper(false);
  });
};

/** What a key does. */
const actionOf = (
  { key, shiftKey }: KeyboardEvent,
  chart: Chart,
  zooming: Zooming,
): (() => void) | undefined => {
  const sideways = (way: number) => (): void => {
    if (shiftKey) zooming.pan(way * WAY);
    else chart.step(way);
  };
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: sideways(-1),
    ArrowRight: sideways(1),
    "+": () => {
      zooming.by(1);
    },
    "-": () => {
      zooming.by(-1);
    },
    0: () => {
      zooming.all();
    },
  };
  return actions[key];
};

const start = async (): Promise<void> => {
  const report = (await unpackJson(byId("report").textContent)) as Report;
  const host = byId("chart");
  const chart = new Chart(host, report);
  listen(chart, new Zooming(chart), host);
  document.documentElement.classList.add("ready");
};

start().catch((error: unknown) => {
  const problem = byId("problem");
  problem.textContent = `The picture cannot be brought to life in this browser: ${error instanceof Error ? error.message : String(error)}. It can be seen, but not zoomed.`;
  problem.hidden = false;
});
