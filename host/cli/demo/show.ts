import type { EventRecord } from "../../abi/record.js";
import { timeline, timelineLegend } from "../render/timeline.js";
import { shortTime } from "../render/words.js";
import { wrapWords } from "../render/wrap.js";
import { Screen } from "../screen.js";
import type { Terminal } from "../terminal.js";
import { writeLine } from "../terminal.js";
import { FILE_NAME, HIDDEN_PASSWORD, SERVICE, TTL, configurationText } from "./configuration.js";
import type { History } from "./history.js";
import { Narrator } from "./narrator.js";
import type { Remark } from "./narrator.js";
import type { Act, Audience, Performance } from "./play.js";
import type { Stage, StageServer } from "./stage.js";

/** How often the line at the bottom of a terminal counts on, in milliseconds. */
const TICK = 250;
/** Width of text in a pipe, and the most that is comfortable to read. */
const TEXT_COLUMNS = 100;
const MARGIN = "  ";
/** Columns of the time before each remark. */
const TIME_COLUMNS = 9;

const seconds = (t: number): string => `${(t / 1000).toFixed(1)} s`;

/** What was not seen of that which the demo is to show; empty where nothing is missing. */
export const missingFrom = ({ failover, failback }: History): string[] => {
  const missing: string[] = [];
  if (failover === undefined) missing.push("the phone moving to the secondary (failover)");
  if (failback === undefined) missing.push("its return to the primary (failback)");
  return missing;
};

/** For how long nobody could reach the phone, and why it took so long. */
const waitText = (history: History, until: number): string => {
  const { noticed, gaveUp } = history.loss;
  return (
    `Nobody could reach it for ${shortTime(history.unserved(until))}: ${shortTime(noticed)} until its next REGISTER ` +
    `met the silence, and ${shortTime(gaveUp)} until it gave the primary up.`
  );
};

/** Shows a demo to people: what is there, what happens, and who served when. */
export class Show implements Audience {
  readonly #terminal: Terminal;
  readonly #stage: Stage;
  readonly #names: ReadonlyMap<string, string>;
  readonly #narrator: Narrator;
  readonly #screen: Screen | undefined;
  #ticking: NodeJS.Timeout | undefined;
  #held = "";

  constructor(terminal: Terminal, stage: Stage) {
    this.#terminal = terminal;
    this.#stage = stage;
    this.#screen = terminal.isLive ? new Screen(terminal.out) : undefined;
    this.#names = new Map([stage.primary, stage.secondary].map(({ target, name }) => [target, name]));
    this.#narrator = new Narrator(this.#names);
  }

  /** Shows the stage: the phone's file and the servers. */
  open(): void {
    const { paint } = this.#terminal;
    const { primary, secondary, dns } = this.#stage;
    const where = ({ target }: StageServer): string => target.replace(/^udp:/, "");
    this.#text("A phone, two registrars and a DNS server, all on this machine. Watch it for half a minute.");
    this.#line("");
    this.#text(`The phone has this file, ${FILE_NAME}:`);
    this.#line("");
    for (const line of configurationText(HIDDEN_PASSWORD).trimEnd().split("\n")) {
      this.#line(`    ${line.startsWith("#") ? paint.dim(line) : line}`);
    }
    this.#line("");
    this.#text(
      `DNS (${dns}) has SRV records for ${SERVICE}, with a TTL of ${String(TTL)} s: first the primary ` +
        `(${where(primary)}), then the secondary (${where(secondary)}).`,
    );
    this.#line("");
  }

  /** The performance has begun: on a terminal, a line at the bottom counts on. */
  follow({ now, history }: Performance): void {
    if (this.#screen === undefined) return;
    this.#ticking = setInterval(() => {
      this.#showNow(now(), history);
    }, TICK);
  }

  record(record: EventRecord): void {
    if (record.event === "registered") this.#held = record.target;
    if (record.event === "unregistered") this.#held = "";
    if (record.event === "target-failed" && record.target === this.#held) this.#held = "";
    const remark = this.#narrator.record(record);
    if (remark !== undefined) this.#say(record.t, remark);
  }

  act(act: Act, t: number): void {
    this.#say(t, this.#narrator.act(act));
  }

  warning(sentence: string): void {
    this.#text(sentence);
  }

  /** Shows the timeline and what came of it. */
  close(history: History, until: number): void {
    clearInterval(this.#ticking);
    this.#screen?.status([]);
    const { paint, isUnicode } = this.#terminal;
    this.#line("");
    const options = { until, columns: this.#columns - MARGIN.length, isUnicode, paint };
    for (const line of timeline(history.lanes(until), options)) this.#line((MARGIN + line).trimEnd());
    this.#line("");
    for (const line of timelineLegend(options)) this.#line((MARGIN + line).trimEnd());
    this.#line("");
    const missing = missingFrom(history);
    if (missing.length > 0) {
      this.#text(paint.red(`Not seen: ${missing.join(", and ")}.`));
      return;
    }
    this.#text(`The phone found another server, and came back, by itself. ${waitText(history, until)}`);
    this.#text(`Try your own file: "sip-failover check FILE", then "sip-failover run FILE".`);
  }

  #line(line: string): void {
    if (this.#screen === undefined) writeLine(this.#terminal.out, line);
    else this.#screen.line(line);
  }

  get #columns(): number {
    return Math.min(this.#terminal.out.columns ?? TEXT_COLUMNS, TEXT_COLUMNS);
  }

  #text(text: string): void {
    for (const line of wrapWords(text, this.#columns)) this.#line(line);
  }

  #say(t: number, { what, why, colour, isTurn }: Remark): void {
    const { paint } = this.#terminal;
    const coloured = paint[colour](isTurn ? paint.bold(what) : what);
    const time = seconds(t).padStart(TIME_COLUMNS - 2);
    wrapWords(`${coloured} ${paint.dim(why)}`.trimEnd(), this.#columns - TIME_COLUMNS).forEach(
      (row, index) => {
        this.#line(`${index === 0 ? paint.dim(time) : " ".repeat(time.length)}  ${row}`);
      },
    );
  }

  #showNow(t: number, history: History): void {
    const { paint } = this.#terminal;
    const { primary, secondary } = this.#stage;
    const servers = [primary, secondary].map(({ target, name }) =>
      history.isSilent(target, t) ? paint.red(`${name} silent`) : `${name} up`,
    );
    const held = this.#names.get(this.#held);
    const phone = held === undefined ? "the phone looks for a server" : `the phone is with the ${held}`;
    this.#screen?.status([[`${seconds(t).padStart(TIME_COLUMNS - 2)}  ${[...servers, phone].join(", ")}`]]);
  }
}
