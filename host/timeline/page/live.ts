import type { EventRecord } from "../../abi/record.js";
import type { AccountStatus, CallStatus } from "../../abi/status.js";
import { plain } from "../../cli/paint.js";
import { callStates } from "../../cli/render/reasons.js";
import { peerText } from "../../cli/render/peer.js";
import { Origins, accountLabel, statusLines } from "../../cli/render/status.js";
import { Model } from "../model.js";
import { summaryOf } from "../summary.js";
import { Trace } from "../trace.js";
import type { PackedTrace } from "../trace.js";
import type { Chart } from "./chart.js";
import { byId, byIdAs, make } from "./dom.js";

/** The picture goes on while nothing happens. Milliseconds. */
const TICK = 1000;
/** So much is seen at first, and more as long as nobody zooms. Milliseconds. */
const FIRST_LENGTH = 60_000;
/** A page that has run for days begins anew, with what the phone keeps. */
const MOST_EVENTS = 400_000;

interface Status {
  readonly now: number;
  readonly accounts: readonly AccountStatus[];
}

/** A page that follows a phone: its picture, where its accounts stand, and buttons for calls. */
export class LivePage {
  readonly #show: (trace: Trace) => Chart;
  readonly #token: string;
  #chart: Chart | undefined;
  #trace = new Trace();
  #origins = new Origins();
  #status: Status | undefined;
  /** The page's own clock when the phone's time was 0. */
  #epoch = 0;
  #isFollowing = true;
  #isStopped = false;
  /** What is shown because of that, and not because somebody has moved there. */
  #view: Chart["view"] | undefined;
  #source: EventSource | undefined;

  constructor(show: (trace: Trace) => Chart, token: string) {
    this.#show = show;
    this.#token = token;
    this.#listen();
    this.#addForm();
    byId("follow").addEventListener("click", () => {
      this.#follow(!this.#isFollowing);
    });
    setInterval(() => {
      this.#tick();
    }, TICK);
  }

  #listen(): void {
    this.#source?.close();
    const source = (this.#source = new EventSource("events"));
    const on = (name: string, take: (data: unknown) => void): void => {
      source.addEventListener(name, ({ data }: MessageEvent<string>) => {
        take(JSON.parse(data) as unknown);
      });
    };
    on("trace", (data) => {
      this.#begin(Trace.unpack(data as PackedTrace));
    });
    on("records", (data) => {
      this.#take(data as EventRecord[]);
    });
    on("status", (data) => {
      this.#status = data as Status;
      this.#epoch = performance.now() - this.#status.now;
      this.#tick();
      this.#showCalls();
    });
    on("stopped", () => {
      this.#isStopped = true;
      source.close();
      this.#lost("The phone has stopped.");
    });
    source.addEventListener("error", () => {
      if (!this.#isStopped) this.#lost("The phone is not heard of; this is the last that was.");
    });
  }

  #begin(trace: Trace): void {
    byId("lost").hidden = true;
    this.#trace = trace;
    this.#origins = new Origins();
    for (let event = 0; event < trace.length; event++) {
      this.#origins.add({ t: trace.timeAt(event), ...trace.recordAt(event) } as unknown as EventRecord);
    }
    if (this.#chart === undefined) {
      this.#chart = this.#show(trace);
      this.#view = this.#chart.view;
      this.#chart.onDrawn(() => {
        this.#noticeMove();
      });
    } else {
      this.#chart.selection = undefined;
      this.#chart.model = new Model(trace, this.#chart.model.account);
    }
    this.#tick();
  }

  #take(records: readonly EventRecord[]): void {
    if (this.#trace.length + records.length > MOST_EVENTS) {
      this.#listen();
      return;
    }
    for (const record of records) {
      const { t, ...rest } = record;
      this.#trace.add(t, rest, true);
      this.#origins.add(record);
    }
    this.#chart?.model.update();
    this.#tick();
  }

  get #now(): number {
    return performance.now() - this.#epoch;
  }

  /** Time has gone on. */
  #tick(): void {
    const chart = this.#chart;
    if (chart === undefined || this.#status === undefined) return;
    if (!this.#isStopped) {
      chart.now = Math.max(this.#now, this.#trace.end);
      chart.horizon = FIRST_LENGTH;
    }
    this.#noticeMove();
    if (this.#isFollowing) {
      const { to } = chart.extent;
      const length = Math.max(FIRST_LENGTH, chart.view.to - chart.view.from);
      chart.show({ from: to - length, to });
      this.#view = chart.view;
    }
    chart.changed();
    byId("summary").textContent = summaryOf(chart.model);
    this.#showStanding();
  }

  /** Whoever looks elsewhere does not want to be taken along. */
  #noticeMove(): void {
    const chart = this.#chart;
    if (chart === undefined || !this.#isFollowing || chart.view === this.#view) return;
    const { view, extent } = chart;
    if (view.to < extent.to - (view.to - view.from) * 0.02) this.#follow(false);
  }

  #follow(isFollowing: boolean): void {
    this.#isFollowing = isFollowing;
    byId("follow").setAttribute("aria-pressed", String(isFollowing));
    if (!isFollowing) return;
    this.#view = this.#chart?.view;
    this.#tick();
  }

  #showStanding(): void {
    const status = this.#status;
    if (status === undefined) return;
    const { start, accounts } = this.#trace.header;
    const lines = status.accounts.map((account) => {
      const context = {
        now: this.#isStopped ? status.now : this.#now,
        startedAt: new Date(start ?? 0),
        name: accounts?.[String(account.account)] ?? "",
        cameFrom: (slot: number) => this.#origins.of(account.account, slot),
        paint: plain,
      };
      const texts = statusLines({ ...account, calls: [] }, context).map((parts) =>
        make("p", {}, parts.join("; ")),
      );
      const state = account.slots.some((slot) => slot.state === "registered") ? "good" : "bad";
      return make("div", { class: `account-card ${state}` }, ...texts);
    });
    byId("standing").replaceChildren(...lines);
  }

  #showCalls(): void {
    const calls = (this.#status?.accounts ?? []).flatMap(({ account, calls: all }) =>
      all.map((call) => this.#callLine(account, call)),
    );
    // Whoever is about to press a button must not lose it.
    const focused = document.activeElement?.getAttribute("data-action");
    byId("calls").replaceChildren(...calls);
    if (focused !== undefined && focused !== null) {
      byId("calls").querySelector<HTMLElement>(`[data-action="${focused}"]`)?.focus();
    }
  }

  #callLine(account: number, { number, state, peer }: CallStatus): HTMLElement {
    const name = this.#trace.header.accounts?.[String(account)] ?? "";
    const text = `${accountLabel(account, name)}: ${callStates[state]} ${peerText(peer)}`;
    const button = (words: string, action: string): HTMLButtonElement => {
      const made = make(
        "button",
        {
          type: "button",
          "data-action": `${action} ${String(number)}`,
          "aria-label": `${words}: ${peerText(peer)}`,
        },
        words,
      );
      made.addEventListener("click", () => {
        void this.#post(action, { call: number });
      });
      return made;
    };
    const answer = state === "incoming" ? [button("Answer", "answer")] : [];
    const end = state === "ending" ? [] : [button("End", "hang-up")];
    return make("div", { class: "call-line" }, make("span", {}, text), ...answer, ...end);
  }

  #addForm(): void {
    byId("place").addEventListener("submit", (event) => {
      event.preventDefault();
      const account = Number(byIdAs("from", HTMLSelectElement).value);
      const to = byIdAs("to", HTMLInputElement).value.trim();
      void this.#post("call", { account, to });
    });
  }

  /** Lets the phone do something, and says why where it does not. */
  async #post(action: string, body: unknown): Promise<void> {
    const refused = byId("refused");
    refused.hidden = true;
    let problem = "";
    try {
      const response = await fetch(action, {
        method: "POST",
        headers: { "content-type": "application/json", "x-token": this.#token },
        body: JSON.stringify(body),
      });
      if (!response.ok) problem = await response.text();
    } catch {
      problem = "The phone cannot be reached.";
    }
    refused.textContent = problem;
    refused.hidden = problem === "";
  }

  #lost(sentence: string): void {
    const lost = byId("lost");
    lost.textContent = sentence;
    lost.hidden = false;
  }
}
