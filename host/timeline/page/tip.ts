import type { Found } from "../find.js";
import { laneName } from "../layout.js";
import { sentenceOf } from "../words.js";
import type { Chart } from "./chart.js";
import { make } from "./dom.js";

const REACH = 10;
const OFFSET = 14;

/** What a row is called, with the account where it is one's. */
export const rowText = (chart: Chart, { row }: Pick<Found, "row">): string => {
  const { lane, account } = row;
  const name = chart.model.trace.header.accounts?.[String(account)] ?? "";
  const who = account === 0 ? "" : `, account ${String(account)}${name === "" ? "" : ` ${name}`}`;
  return `${laneName(chart.model, lane)}${who}`;
};

/** What there is at a place, as lines: the time of the first, then what happened. */
const linesOf = (chart: Chart, found: Found): HTMLElement[] => {
  const { trace } = chart.model;
  const lines = found.together.map((event) =>
    make(
      "p",
      { class: event === found.event ? "chosen" : "" },
      make("span", { class: "time" }, chart.times.precise(trace.timeAt(event))),
      ` ${sentenceOf(trace, event)}`,
    ),
  );
  const more = found.more === 0 ? [] : [make("p", { class: "more" }, `and ${String(found.more)} more`)];
  return [make("p", { class: "where" }, rowText(chart, found)), ...lines, ...more];
};

/** Words beside the pointer about what it points to. */
export class Tip {
  readonly #element = make("div", { class: "tip", role: "presentation", hidden: "" });

  constructor(chart: Chart, host: HTMLElement) {
    host.append(this.#element);
    const { svg } = chart;
    svg.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || event.buttons !== 0) {
        this.hide();
        return;
      }
      const { left, top } = svg.getBoundingClientRect();
      const found = chart.at(event.clientX - left, event.clientY - top, REACH);
      svg.classList.toggle("points", found !== undefined);
      if (found === undefined) this.hide();
      else this.#show(linesOf(chart, found), event.clientX, event.clientY);
    });
    svg.addEventListener("pointerleave", () => {
      this.hide();
    });
  }

  hide(): void {
    this.#element.hidden = true;
  }

  #show(lines: readonly HTMLElement[], x: number, y: number): void {
    const element = this.#element;
    element.replaceChildren(...lines);
    element.hidden = false;
    const { offsetWidth, offsetHeight } = element;
    const { clientWidth, clientHeight } = document.documentElement;
    const left = x + OFFSET + offsetWidth > clientWidth ? x - OFFSET - offsetWidth : x + OFFSET;
    const top = y + OFFSET + offsetHeight > clientHeight ? y - OFFSET - offsetHeight : y + OFFSET;
    element.style.left = `${String(Math.max(4, left))}px`;
    element.style.top = `${String(Math.max(4, top))}px`;
  }
}
