import type { EventRecord } from "../abi/record.js";
import { Quietness, recordBody, recordText } from "./render/record.js";
import { accountLabel, statusKey } from "./render/status.js";
import { diagnosticLines } from "./render/diagnostic.js";
import { preciseTime } from "./render/words.js";
import { Screen } from "./screen.js";
import type { InputLine } from "./screen.js";
import type { Standing } from "./standing.js";
import type { Terminal } from "./terminal.js";
import { writeLine } from "./terminal.js";

/** How a run is shown. */
export interface View {
  /** Every record of the phone, in order. */
  record(record: EventRecord): void;
  /** A sentence that is no record. */
  sentence(text: string): void;
  /** A line for whoever types. */
  reply(line: string): void;
  /** What is being typed, where the view shows that; nothing any more where it is left out. */
  input(line: InputLine | undefined): void;
  /** The phone works, and where its accounts stand can be asked for from now on. */
  started(): void;
  /** Nothing follows. */
  end(): void;
}

/** Records as NDJSON on the one stream, sentences on the other. */
export class JsonView implements View {
  readonly #terminal: Terminal;
  readonly #quietness: Quietness | undefined;

  constructor(terminal: Terminal, verbose: boolean) {
    this.#terminal = terminal;
    this.#quietness = verbose ? undefined : new Quietness();
  }

  record(record: EventRecord): void {
    if (this.#quietness?.shows(record) ?? true) writeLine(this.#terminal.out, JSON.stringify(record));
  }

  sentence(text: string): void {
    writeLine(this.#terminal.err, text);
  }

  reply(line: string): void {
    writeLine(this.#terminal.err, line);
  }

  input(): void {
    // The terminal shows by itself what is typed.
  }

  started(): void {
    // Records carry their own time.
  }

  end(): void {
    // Nothing is held back.
  }
}

/** How often a live status counts on, in milliseconds. */
const TICK = 1000;

/** What a view for people needs besides the records. */
export interface PeopleViewOptions {
  readonly terminal: Terminal;
  readonly verbose: boolean;
  /** Whether the bodies of NOTIFY are written out; those of everything else are where it is verbose. */
  readonly notifications: boolean;
  readonly names: ReadonlyMap<number, string>;
  /** The number by which people know a call. */
  readonly numberOf: (call: number) => number;
  /** Where the accounts stand after the record that is shown. */
  readonly standing: Standing;
}

/**
 * A line an event, with local time; and where each account stands: on a terminal always at the bottom, in a pipe a
 * line whenever it changes.
 */
export class PeopleView implements View {
  readonly #options: PeopleViewOptions;
  readonly #quietness: Quietness | undefined;
  readonly #screen: Screen | undefined;
  /** The last status of each slot that was written to a pipe. */
  readonly #told = new Map<string, string>();
  readonly #labelWidth: number;
  #ticking: NodeJS.Timeout | undefined;

  constructor(options: PeopleViewOptions) {
    this.#options = options;
    this.#quietness = options.verbose ? undefined : new Quietness();
    this.#screen = options.terminal.isLive ? new Screen(options.terminal.out) : undefined;
    const labels = [...options.names].map(([account, name]) => accountLabel(account, name));
    this.#labelWidth = Math.max("phone".length, ...labels.map((label) => label.length));
  }

  started(): void {
    if (this.#screen === undefined) return;
    this.#ticking = setInterval(() => {
      this.#showStatus();
    }, TICK);
    this.#options.terminal.out.on("resize", this.#showStatus);
  }

  record(record: EventRecord): void {
    const { terminal, verbose } = this.#options;
    if (record.event === "config") {
      if (record.level === "note" && !verbose) return;
      for (const line of diagnosticLines(record, terminal.errorPaint)) this.sentence(line);
      return;
    }
    if (this.#quietness?.shows(record) ?? true) this.#tell(record);
    if (this.#screen === undefined) this.#tellStatus(record);
    else this.#showStatus();
  }

  reply(line: string): void {
    if (this.#screen === undefined) writeLine(this.#options.terminal.err, line);
    else this.#screen.line(line);
  }

  input(line: InputLine | undefined): void {
    this.#screen?.input(line);
  }

  sentence(text: string): void {
    const { terminal } = this.#options;
    // Both streams are the same terminal: a line that did not go through the screen would break its status.
    if (this.#screen !== undefined && terminal.err.isTTY) this.#screen.line(text);
    else writeLine(terminal.err, text);
  }

  end(): void {
    clearInterval(this.#ticking);
    this.#options.terminal.out.off("resize", this.#showStatus);
    // What is left of the status would soon be wrong.
    this.#screen?.input(undefined);
    this.#screen?.status([]);
  }

  #head(t: number, account: number): string {
    const { names, terminal } = this.#options;
    const time = this.#timeOf(t);
    const label = account === 0 ? "phone" : accountLabel(account, names.get(account) ?? "");
    return `${terminal.paint.dim(time)}  ${label.padEnd(this.#labelWidth)}`;
  }

  #timeOf(t: number): string {
    return preciseTime(new Date(this.#options.standing.startedAt.getTime() + t));
  }

  #tell(record: EventRecord): void {
    const { terminal, verbose, notifications, numberOf } = this.#options;
    const shown = "call" in record ? { ...record, call: numberOf(record.call) } : record;
    this.#write(`${this.#head(record.t, record.account)}  ${recordText(shown, terminal.paint)}`);
    if (!verbose && !(notifications && record.event === "notify")) return;
    for (const line of recordBody(record)) this.#write(`    ${line}`);
  }

  #write(line: string): void {
    if (this.#screen === undefined) writeLine(this.#options.terminal.out, line);
    else this.#screen.line(line);
  }

  /** Writes the status of slots that are not what they were told to be. States on the way are left out. */
  #tellStatus({ t, account }: EventRecord): void {
    const { standing } = this.#options;
    const status = standing.accounts.find((each) => each.account === account);
    if (status === undefined) return;
    const lines = standing.linesOf(status, t);
    status.slots.forEach((slot, index) => {
      const key = statusKey(slot);
      const place = `${String(account)} ${String(slot.slot)}`;
      if (slot.state === "starting" || slot.state === "registering" || this.#told.get(place) === key) return;
      this.#told.set(place, key);
      this.#write(`${this.#timeOf(t)}  = ${(lines[index] ?? []).join("; ")}`);
    });
  }

  readonly #showStatus = (): void => {
    this.#screen?.status(this.#options.standing.now());
  };
}
