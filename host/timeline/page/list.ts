import { decisionKinds } from "../lane.js";
import type { Row } from "../lane.js";
import { sentenceOf } from "../words.js";
import type { Chart } from "./chart.js";
import { make } from "./dom.js";
import { rowText } from "./tip.js";

/** So many lines at first, and more with each press. */
const PORTION = 100;
/** The list follows what is shown when that has not changed for so long: milliseconds. */
const SETTLED = 150;

type Choice = "decisions" | "everything";

/** What is shown as a list: for reading, for paper, and for whoever cannot see the picture. */
export class List {
  readonly #chart: Chart;
  readonly #body: HTMLTableSectionElement;
  readonly #count: HTMLElement;
  readonly #more: HTMLButtonElement;
  readonly #choice: HTMLSelectElement;
  #portions = 1;
  #shown = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(chart: Chart, host: HTMLElement) {
    this.#chart = chart;
    this.#choice = make(
      "select",
      { id: "listed", "aria-label": "What the list holds" },
      make("option", { value: "decisions" }, "Decisions"),
      make("option", { value: "everything" }, "Everything"),
    );
    const hasDecisions = decisionKinds.some((kind) => chart.model.decisions[kind].length > 0);
    this.#choice.value = hasDecisions ? "decisions" : "everything";
    this.#count = make("span", { class: "count" });
    this.#body = make("tbody");
    this.#more = make("button", { type: "button", class: "more" }, "Show more");
    const head = ["Time", "Where", "What"].map((name) => make("th", { scope: "col" }, name));
    host.append(
      make("div", { class: "bar-of-list" }, make("h2", {}, "In view"), this.#choice, this.#count),
      make("table", {}, make("thead", {}, make("tr", {}, ...head)), this.#body),
      this.#more,
    );
    this.#choice.addEventListener("change", () => {
      this.#portions = 1;
      this.#fill();
    });
    this.#more.addEventListener("click", () => {
      this.#portions++;
      this.#fill();
    });
    chart.onDrawn(() => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#fill();
      }, SETTLED);
    });
    this.#fill();
  }

  /** The row in which an event is shown; that of decisions where only they are. */
  #rowOf(event: number, choice: Choice): Row | undefined {
    const { model } = this.#chart;
    return choice === "decisions" ? model.lane("decisions").rows[0] : model.rowOf(event);
  }

  #fill(): void {
    const { model, view, times } = this.#chart;
    const choice = this.#choice.value as Choice;
    const events = choice === "decisions" ? model.lane("decisions").rows[0]?.events : model.events;
    const first = events?.from(view.from) ?? 0;
    const last = events?.after(view.to) ?? 0;
    const end = Math.min(last, first + this.#portions * PORTION);
    const key = [choice, first, last, end, times.precise(0), model.events.length, model.account].join(" ");
    if (key === this.#shown) return;
    this.#shown = key;
    const lines: HTMLTableRowElement[] = [];
    for (let index = first; index < end; index++) {
      const event = events?.eventAt(index) ?? 0;
      const row = this.#rowOf(event, choice);
      const found = model.rowOf(event) ?? row;
      const time = make("button", { type: "button" }, times.precise(model.trace.timeAt(event)));
      time.addEventListener("click", () => {
        if (row !== undefined) this.#chart.select({ row, event });
      });
      lines.push(
        make(
          "tr",
          {},
          make("td", {}, time),
          make("td", {}, found === undefined ? "" : rowText(this.#chart, { row: found })),
          make("td", {}, sentenceOf(model.trace, event)),
        ),
      );
    }
    this.#body.replaceChildren(...lines);
    const rest = last - end;
    this.#more.hidden = rest === 0;
    this.#count.textContent =
      rest === 0
        ? `${String(last - first)} in view`
        : `the first ${String(end - first)} of ${String(last - first)} in view`;
  }
}
