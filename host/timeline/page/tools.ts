import { Model } from "../model.js";
import { summaryOf } from "../summary.js";
import type { Chart } from "./chart.js";
import { byClock, sinceStart } from "./clock.js";
import { byId, byIdAs, make } from "./dom.js";
import type { Keys } from "./keys.js";
import { addZoomButtons } from "./zoom.js";
import type { Zooming } from "./zoom.js";

const onClick = (id: string, action: () => void): void => {
  byId(id).addEventListener("click", action);
};

/** Which accounts are shown; nothing to choose where there is one. */
const accountChoice = (chart: Chart): void => {
  const { accounts, trace } = chart.model;
  const select = byIdAs("account", HTMLSelectElement);
  const update = (): void => {
    if (select.options.length - 1 === accounts.size) return;
    const chosen = select.value;
    const options = [...accounts]
      .sort((one, other) => one - other)
      .map((account) => {
        const name = trace.header.accounts?.[String(account)] ?? "";
        return make("option", { value: String(account) }, `Account ${String(account)} ${name}`.trimEnd());
      });
    select.replaceChildren(make("option", { value: "" }, "All accounts"), ...options);
    select.value = chosen;
    select.hidden = accounts.size < 2;
  };
  update();
  chart.onDrawn(update);
  select.addEventListener("change", () => {
    chart.selection = undefined;
    chart.model = new Model(trace, select.value === "" ? undefined : Number(select.value));
    byId("summary").textContent = summaryOf(chart.model);
    chart.changed();
  });
};

/** Times since the start or by the clock; only where the trace says when it began. */
const timesChoice = (chart: Chart): void => {
  const { start } = chart.model.trace.header;
  const select = byIdAs("times", HTMLSelectElement);
  select.hidden = start === undefined;
  select.addEventListener("change", () => {
    chart.times = start === undefined || select.value === "start" ? sinceStart : byClock(start);
    chart.changed();
  });
};

/** The buttons above the chart. */
export const addTools = (chart: Chart, zooming: Zooming, keys: Keys): void => {
  addZoomButtons(zooming);
  onClick("previous", () => {
    keys.decision(-1);
  });
  onClick("next", () => {
    keys.decision(1);
  });
  accountChoice(chart);
  timesChoice(chart);
};
