/** What a test run writes: a suite's lines when it has ended, and meanwhile, on a terminal, a line of what is running. */
import { Outcome } from "./suite.js";

const NAME_WIDTH = 28;

/** Where it is written to. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** The cursor to the beginning of the line, and nothing behind it. */
const CLEARED = "\r\u001b[K";

const BETWEEN = " | ";

interface Running {
  readonly name: string;
  readonly outcome: Outcome;
  readonly started: number;
}

function countsOf({ outcome, started }: Running): string {
  const counts = [
    `${String(outcome.passed)} passed`,
    outcome.failures.length > 0 && `${String(outcome.failures.length)} failed`,
    outcome.skipped.length > 0 && `${String(outcome.skipped.length)} skipped`,
  ].filter((part) => part !== false);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return `${counts.join(", ")} (${seconds} s)`;
}

const indented = (text: string): string => text.replace(/^/gm, "    ");

/** Writes what becomes of suites, some of which may run at the same time. */
export class Report {
  readonly #running = new Set<Running>();
  readonly #total = { passed: 0, failed: 0, skipped: 0 };

  /** @param skippingFails whether a test that was not run is a failure */
  constructor(
    private readonly screen: Screen,
    private readonly skippingFails: boolean,
  ) {}

  /**
   * Runs a suite, and writes what came of it in one piece.
   *
   * @param run adds to the outcome; where it fails, the suite does
   * @param quiet whether its own line is left out, with what it was: nothing ran
   */
  async follow(name: string, run: (outcome: Outcome) => Promise<void>, quiet = false): Promise<void> {
    const running = {
      name,
      started: performance.now(),
      outcome: new Outcome(() => {
        this.#show();
      }),
    };
    this.#running.add(running);
    try {
      await run(running.outcome);
    } catch (error) {
      running.outcome.fail(name, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    this.#running.delete(running);
    this.#take(running, quiet);
  }

  /** The last line: what came of all of them. */
  end(): { readonly count: number; readonly failed: number; readonly line: string } {
    const { passed, failed, skipped } = this.#total;
    const line = `${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ""}`;
    return { count: passed + failed + skipped, failed, line };
  }

  #take(running: Running, quiet: boolean): void {
    const { name, outcome } = running;
    const { passed, failures, notes, skipped } = outcome;
    const lines = [
      ...(quiet ? [] : [`${name.padEnd(NAME_WIDTH)} ${countsOf(running)}`]),
      ...failures.map((failure) => `\nfailed: ${failure.name}\n${indented(failure.detail)}`),
      ...notes.map((note) => `\n${note.name}:\n${indented(note.detail)}`),
      ...(failures.length > 0 ? [""] : []),
      ...skipped.map((test) => `${this.skippingFails ? "failed" : "skipped"}: ${test}`),
    ];
    this.screen.write(`${this.#onTerminal ? CLEARED : ""}${lines.join("\n")}\n`);
    this.#total.passed += passed;
    this.#total.failed += failures.length + (this.skippingFails ? skipped.length : 0);
    this.#total.skipped += this.skippingFails ? 0 : skipped.length;
    this.#show();
  }

  get #onTerminal(): boolean {
    return this.screen.isTTY === true;
  }

  /** Writes the line of what is running over the one before: as much as a line can hold, or the next would not go over it. */
  #show(): void {
    if (!this.#onTerminal) return;
    const room = (this.screen.columns ?? 80) - 1;
    const text = [...this.#running].map((each) => `${each.name} ${countsOf(each)}`).join(BETWEEN);
    this.screen.write(`${CLEARED}${text.slice(0, room)}`);
  }
}
