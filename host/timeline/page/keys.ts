import type { Row } from "../lane.js";
import type { Chart, Selection } from "./chart.js";
import type { Zooming } from "./zoom.js";

/** Moves through the events of a chart from the keyboard. */
export class Keys {
  readonly #chart: Chart;
  readonly #zooming: Zooming;

  constructor(chart: Chart, host: HTMLElement, zooming: Zooming) {
    this.#chart = chart;
    this.#zooming = zooming;
    host.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const action = this.#actionOf(event.key, event.shiftKey);
      if (action === undefined) return;
      event.preventDefault();
      action();
    });
  }

  /** The next decision, or with -1 the one before. */
  decision(step: 1 | -1): void {
    const { model, view, selection } = this.#chart;
    const t =
      selection === undefined ? (step > 0 ? view.from : view.to) : model.trace.timeAt(selection.event);
    const row = model.lane("decisions").rows[0];
    if (row === undefined) return;
    const { events } = row;
    const isHere = selection?.row === row;
    const at = isHere
      ? events.indexOf(t, selection.event) + step
      : step > 0
        ? events.from(t)
        : events.after(t) - 1;
    if (at >= 0 && at < events.length) this.#chart.select({ row, event: events.eventAt(at) });
  }

  #actionOf(key: string, isShift: boolean): (() => void) | undefined {
    const zooming = this.#zooming;
    switch (key) {
      case "ArrowRight":
      case "ArrowLeft": {
        const step = key === "ArrowRight" ? 1 : -1;
        return () => {
          if (isShift) zooming.pan(step / 4);
          else this.#alongRow(step);
        };
      }
      case "ArrowUp":
      case "ArrowDown":
        return () => {
          this.#toRow(key === "ArrowDown" ? 1 : -1);
        };
      case "PageUp":
      case "PageDown":
        return () => {
          zooming.pan(key === "PageDown" ? 0.9 : -0.9);
        };
      case "Home":
      case "End":
        return () => {
          this.#toEnd(key === "End");
        };
      case "+":
      case "=":
      case "-":
      case "_":
        return () => {
          this.#zoomAtSelection(key === "+" || key === "=" ? 1 : -1);
        };
      case "0":
        return () => {
          zooming.all();
        };
      case "d":
      case "D":
        return () => {
          this.decision(isShift ? -1 : 1);
        };
      case "Escape":
        return () => {
          this.#chart.select(undefined);
        };
      default:
        return undefined;
    }
  }

  get #rows(): Row[] {
    return this.#chart.layout.lanes
      .flatMap(({ rows }) => rows.map(({ row }) => row))
      .filter(({ events }) => events.length > 0);
  }

  /** Where the walk is, or begins: with the first event that can be seen, of the first row that has one. */
  #here(): Selection | undefined {
    const { selection, view } = this.#chart;
    if (selection !== undefined) return selection;
    const row =
      this.#rows.find(({ events }) => events.timeAt(events.from(view.from)) <= view.to) ?? this.#rows[0];
    return (
      row && { row, event: row.events.eventAt(Math.min(row.events.from(view.from), row.events.length - 1)) }
    );
  }

  #timeOf({ event }: Selection): number {
    return this.#chart.model.trace.timeAt(event);
  }

  #alongRow(step: 1 | -1): void {
    const here = this.#here();
    if (here === undefined) return;
    const { events } = here.row;
    const isFirst = this.#chart.selection === undefined;
    const at = events.indexOf(this.#timeOf(here), here.event) + (isFirst ? 0 : step);
    if (at >= 0 && at < events.length) this.#chart.select({ row: here.row, event: events.eventAt(at) });
  }

  #toRow(step: 1 | -1): void {
    const here = this.#here();
    if (here === undefined) return;
    const rows = this.#rows;
    const row = this.#chart.selection === undefined ? here.row : rows[rows.indexOf(here.row) + step];
    if (row === undefined) return;
    this.#chart.select({ row, event: row.events.eventAt(row.events.nearest(this.#timeOf(here))) });
  }

  #toEnd(isEnd: boolean): void {
    const here = this.#here();
    if (here === undefined) return;
    const { events } = here.row;
    this.#chart.select({ row: here.row, event: events.eventAt(isEnd ? events.length - 1 : 0) });
  }

  #zoomAtSelection(steps: number): void {
    const { selection, view } = this.#chart;
    if (selection !== undefined) {
      const t = this.#timeOf(selection);
      const half = (view.to - view.from) / 2;
      this.#chart.view = { from: t - half, to: t + half };
    }
    this.#zooming.by(steps);
  }
}
