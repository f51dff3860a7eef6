import { brushX } from "d3-brush";
import type { BrushBehavior, D3BrushEvent } from "d3-brush";
import { select } from "d3-selection";
import type { Selection } from "d3-selection";
import { overviewMarkup } from "../draw/overview.js";
import { Scale } from "../draw/scale.js";
import type { Chart } from "./chart.js";
import { makeSvg } from "./dom.js";

const HEIGHT = 52;
/** What is shown must be there to be taken hold of, however little it is. Pixels. */
const LEAST = 6;

/** The whole trace in a strip above the chart; what the chart shows of it can be dragged there. */
export class Overview {
  readonly #chart: Chart;
  readonly #svg = makeSvg("svg", {
    class: "timeline overview",
    "aria-hidden": "true",
    height: String(HEIGHT),
  });
  readonly #picture = makeSvg("g");
  readonly #brush: BrushBehavior<undefined>;
  readonly #handle: Selection<SVGGElement, undefined, null, undefined>;
  #drawn = "";

  constructor(host: HTMLElement, chart: Chart) {
    this.#chart = chart;
    const handle = makeSvg("g");
    this.#svg.append(this.#picture, handle);
    host.replaceChildren(this.#svg);
    this.#handle = select<SVGGElement, undefined>(handle);
    this.#brush = brushX<undefined>()
      .on("brush", (event: D3BrushEvent<undefined>) => {
        this.#brushed(event);
      })
      .on("end", (event: D3BrushEvent<undefined>) => {
        if (event.selection === null && event.sourceEvent !== undefined) chart.show(chart.extent);
      });
    chart.onDrawn(() => {
      this.#draw();
    });
    this.#draw();
  }

  #brushed({ selection, sourceEvent }: D3BrushEvent<undefined>): void {
    if (sourceEvent === undefined || selection === null) return;
    const [from, to] = selection as [number, number];
    const scale = this.#scale;
    this.#chart.show({ from: scale.t(from), to: scale.t(to) });
  }

  get #scale(): Scale {
    const { left, right } = this.#chart.layout;
    return new Scale(this.#chart.extent, left, right);
  }

  #draw(): void {
    const { layout, model, extent, view, now } = this.#chart;
    const { left, right, width } = layout;
    const end = now ?? model.trace.end;
    const key = [left, right, extent.from, extent.to, end, model.events.length].join(" ");
    if (key !== this.#drawn) {
      this.#drawn = key;
      this.#svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(HEIGHT)}`);
      this.#picture.innerHTML = overviewMarkup({ model, left, right, height: HEIGHT, extent, end });
      this.#brush.extent([
        [left, 1],
        [right, HEIGHT - 1],
      ]);
      this.#handle.call(this.#brush);
    }
    const scale = this.#scale;
    const from = scale.x(view.from);
    const to = Math.max(scale.x(view.to), from + LEAST);
    this.#handle.call((selection) => {
      this.#brush.move(selection, [Math.min(from, right - LEAST), Math.min(to, right)]);
    });
  }
}
