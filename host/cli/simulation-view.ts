import type { ConfigurationRecord } from "../abi/record.js";
import { instantText } from "../scenario/times.js";
import { isOfScenario } from "../scenario/trace.js";
import type { ScenarioRecord, TraceHeader, TraceRecord } from "../scenario/trace.js";
import type { Summary } from "../scenario/summary.js";
import { CallNumbers } from "./call-numbers.js";
import { Lines } from "./lines.js";
import type { LineSink } from "./lines.js";
import { diagnosticLines } from "./render/diagnostic.js";
import { Quietness, recordBody, recordText } from "./render/record.js";
import { accountLabel } from "./render/status.js";
import { summaryLines } from "./render/summary.js";
import { printable } from "./render/words.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";

/** How a simulation is shown. */
export interface SimulationView {
  /** Nothing is written before the end. */
  readonly isQuiet: boolean;
  begin(header: TraceHeader): void;
  /** What is to be said of the configuration. */
  diagnostic(diagnostic: ConfigurationRecord): void;
  record(record: TraceRecord): void;
  end(summary: Summary): void;
}

/** A trace as NDJSON, with a header and, as its last record, what came of it. */
export class TraceView implements SimulationView {
  readonly isQuiet = false;
  readonly #lines: Lines;
  readonly #quietness: Quietness | undefined;

  /** @param verbose with what `run` leaves out without that option */
  constructor(sink: LineSink, verbose: boolean) {
    this.#lines = new Lines(sink);
    this.#quietness = verbose ? undefined : new Quietness();
  }

  begin(header: TraceHeader): void {
    this.#lines.write(JSON.stringify(header));
  }

  diagnostic(diagnostic: ConfigurationRecord): void {
    this.record(diagnostic);
  }

  record(record: TraceRecord): void {
    if (isOfScenario(record) || (this.#quietness?.shows(record) ?? true)) {
      this.#lines.write(JSON.stringify(record));
    }
  }

  end(summary: Summary): void {
    const { duration: t, ...rest } = summary;
    this.#lines.write(JSON.stringify({ t, account: 0, event: "summary", ...rest }));
    this.#lines.flush();
  }
}

export interface PeopleOptions {
  readonly verbose: boolean;
  /** Only what came of it. */
  readonly quiet: boolean;
}

const wordsOf = (record: ScenarioRecord): string => {
  if (record.event === "user") {
    return `the user: ${record.action}${record.detail === undefined ? "" : ` ${printable(record.detail)}`}`;
  }
  const detail = record.detail === undefined ? "" : `, ${record.detail}`;
  const name = record.event === "link" ? "the line" : record.server === "dns" ? "DNS" : record.server;
  return `${name}: ${record.state}${detail}`;
};

/** A line for each event, with the time since the beginning, and what came of it. */
export class PeopleSimulationView implements SimulationView {
  readonly #terminal: Terminal;
  readonly #options: PeopleOptions;
  readonly #lines: Lines;
  readonly #quietness: Quietness | undefined;
  readonly #numbers = new CallNumbers();
  #labels = new Map<number, string>();
  #names: Readonly<Record<string, string>> = {};
  #width = 0;

  constructor(terminal: Terminal, options: PeopleOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#lines = new Lines(terminal.out);
    this.#quietness = options.verbose ? undefined : new Quietness();
  }

  get isQuiet(): boolean {
    return this.#options.quiet;
  }

  begin({ accounts, servers }: TraceHeader): void {
    this.#names = servers;
    this.#labels = new Map(
      Object.entries(accounts).map(([number, name]) => [Number(number), accountLabel(Number(number), name)]),
    );
    this.#width = Math.max("phone".length, ...[...this.#labels.values()].map(({ length }) => length));
  }

  diagnostic(diagnostic: ConfigurationRecord): void {
    if (diagnostic.level === "note" && !this.#options.verbose) return;
    for (const line of diagnosticLines(diagnostic, this.#terminal.errorPaint)) {
      writeLine(this.#terminal.err, line);
    }
  }

  record(record: TraceRecord): void {
    if (this.#options.quiet) return;
    const { paint } = this.#terminal;
    if (isOfScenario(record)) {
      // Servers that are up at the beginning are as they should be.
      if (record.t === 0 && record.event === "server" && record.state === "up") return;
      this.#write(record, paint.bold(paint.cyan(wordsOf(record))), record.event === "user" ? "user" : "");
      return;
    }
    if (!(this.#quietness?.shows(record) ?? true)) return;
    const shown = "call" in record ? { ...record, call: this.#numbers.of(record.call) } : record;
    this.#write(record, recordText(shown, paint), "phone");
    if (record.event === "call" && record.state === "ended") this.#numbers.forget(record.call);
    if (!this.#options.verbose) return;
    for (const line of recordBody(record)) this.#lines.write(`    ${line}`);
  }

  end(summary: Summary): void {
    if (!this.#options.quiet) this.#lines.write("");
    const nameOf = (target: string): string => this.#names[target] ?? target;
    for (const line of summaryLines(summary, nameOf, this.#terminal.paint)) this.#lines.write(line);
    this.#lines.flush();
  }

  #write({ t, account }: TraceRecord, text: string, nobody: string): void {
    const label = (account === 0 ? nobody : (this.#labels.get(account) ?? String(account))).padEnd(
      this.#width,
    );
    this.#lines.write(`${this.#terminal.paint.dim(instantText(t))}  ${label}  ${text}`);
  }
}
