import { fieldsOf, sentenceOf } from "../words.js";
import type { Chart } from "./chart.js";
import { make } from "./dom.js";
import { rowText } from "./tip.js";

/** What there is to know of the event that is chosen: said aloud where somebody listens, and written with its fields. */
export class Details {
  readonly #chart: Chart;
  readonly #host: HTMLElement;
  #shown = "";

  constructor(chart: Chart, host: HTMLElement) {
    this.#chart = chart;
    this.#host = host;
    chart.onDrawn(() => {
      this.#update();
    });
  }

  #update(): void {
    const { selection, model, times } = this.#chart;
    const { trace } = model;
    this.#host.hidden = selection === undefined;
    if (selection === undefined) {
      this.#shown = "";
      return;
    }
    const { event } = selection;
    const heading = `${times.precise(trace.timeAt(event))} · ${rowText(this.#chart, selection)}`;
    const key = `${heading} ${String(event)}`;
    if (key === this.#shown) return;
    this.#shown = key;
    const answer = model.answerTo(event);
    const fields = fieldsOf(trace.recordAt(event));
    if (answer !== undefined) {
      const after = Math.round(trace.timeAt(answer) - trace.timeAt(event));
      fields.push(["answered after", `${String(after)} ms`]);
    }
    this.#host.replaceChildren(
      make("p", { class: "where" }, heading),
      make("p", { class: "sentence" }, sentenceOf(trace, event)),
      make(
        "dl",
        {},
        ...fields.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))),
      ),
    );
  }
}
