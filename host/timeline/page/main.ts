/** The page of a timeline: a trace that it carries, or one that comes while the phone runs. */
import { legendMarkup } from "../legend.js";
import { Model } from "../model.js";
import type { Trace } from "../trace.js";
import { summaryOf } from "../summary.js";
import { Chart } from "./chart.js";
import { carriedTrace } from "./data.js";
import { Details } from "./details.js";
import { byId, makeSvg } from "./dom.js";
import { Keys } from "./keys.js";
import { List } from "./list.js";
import { LivePage } from "./live.js";
import { Overview } from "./overview.js";
import { Tip } from "./tip.js";
import { addTools } from "./tools.js";
import { Zooming } from "./zoom.js";

/** A finger is wider than a mouse's pointer. Pixels. */
const CLICK_REACH = 10;
const TAP_REACH = 22;

/** What the signs mean that the picture has. */
const legend = (chart: Chart): void => {
  const host = byId("legend");
  const svg = makeSvg("svg", { class: "timeline", "aria-hidden": "true" });
  host.replaceChildren(svg);
  let drawn = "";
  const draw = (): void => {
    const width = Math.max(280, host.clientWidth);
    const key = `${String(width)} ${String(chart.model.events.length)} ${String(chart.model.account)}`;
    if (key === drawn) return;
    drawn = key;
    const { markup, height } = legendMarkup(chart.model, width);
    svg.setAttribute("viewBox", `0 0 ${String(width)} ${String(height)}`);
    svg.setAttribute("height", String(height));
    svg.innerHTML = markup;
  };
  chart.onDrawn(draw);
  draw();
};

/** A click chooses what is there; one beside everything chooses nothing. */
const choosing = (chart: Chart, tip: Tip): void => {
  chart.svg.addEventListener("click", (event) => {
    const { left, top } = chart.svg.getBoundingClientRect();
    const isTap = event instanceof PointerEvent && event.pointerType !== "mouse";
    const found = chart.at(event.clientX - left, event.clientY - top, isTap ? TAP_REACH : CLICK_REACH);
    tip.hide();
    chart.select(found && { row: found.row, event: found.event });
  });
};

/** Paper has its own width, and shows what the screen shows. */
const printing = (chart: Chart): void => {
  addEventListener("beforeprint", () => {
    chart.paper(true);
  });
  addEventListener("afterprint", () => {
    chart.paper(false);
  });
};

/** Builds the page around a trace. */
export const show = (trace: Trace): Chart => {
  const chart = new Chart(byId("chart"), new Model(trace));
  const zooming = new Zooming(chart);
  const keys = new Keys(chart, byId("chart"), zooming);
  new Overview(byId("overview"), chart);
  const tip = new Tip(chart, document.body);
  new Details(chart, byId("details"));
  new List(chart, byId("list"));
  addTools(chart, zooming, keys);
  choosing(chart, tip);
  printing(chart);
  legend(chart);
  byId("summary").textContent = summaryOf(chart.model);
  document.documentElement.classList.add("ready");
  return chart;
};

/** What cannot be shown is said, lest the page stay as it was without a word. */
const failed = (error: unknown): void => {
  const problem = byId("problem");
  problem.textContent = `The picture cannot be brought to life in this browser: ${error instanceof Error ? error.message : String(error)}. What is below is the whole trace, without zoom.`;
  problem.hidden = false;
};

/** The text of a script element that holds data; `undefined` where the page has none of that name. */
const dataOf = (id: string): string | undefined => document.getElementById(id)?.textContent;

const live = dataOf("live");
if (live !== undefined) new LivePage(show, (JSON.parse(live) as { token: string }).token);
const carried = dataOf("trace");
if (carried !== undefined) carriedTrace(carried).then(show).catch(failed);
