import type { EventRecord } from "../abi/record.js";
import type { AccountStatus } from "../abi/status.js";
import { page, pageScript } from "../timeline/html.js";
import { isOfContract } from "../timeline/record-check.js";
import { Trace } from "../timeline/trace.js";
import { liveControls } from "./controls.js";
import { LiveServer } from "./server.js";

/** What the page does with the phone. */
export interface LivePhone {
  /** Where each account stands. */
  readonly status: () => readonly AccountStatus[];
  /** Places a call; throws, or rejects, with a sentence for people. */
  readonly place: (account: number, to: string) => Promise<unknown>;
  readonly answer: (call: number) => Promise<unknown>;
  readonly hangUp: (call: number) => Promise<unknown>;
}

export interface LiveOptions {
  readonly address: string;
  readonly port: number;
  readonly title: string;
  /** The accounts that can call, with their names. */
  readonly accounts: ReadonlyMap<number, string>;
  readonly phone: LivePhone;
}

/** What there is is told at most so often. Milliseconds. */
const BATCH = 100;
/** A phone that runs for months: only so many events are kept, the latest, when there are twice as many. */
const KEPT = 100_000;

/** The picture of a phone that runs, for browsers. */
export class Live {
  readonly #options: LiveOptions;
  #server: LiveServer | undefined;
  #trace = new Trace();
  #pending: EventRecord[] = [];
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: LiveOptions) {
    this.#options = options;
    this.#trace.header = { title: options.title, accounts: Object.fromEntries(options.accounts) };
  }

  /** Listens. Rejects with what the system says where the port cannot be opened. */
  static async open(options: LiveOptions): Promise<Live> {
    const live = new Live(options);
    const { title, accounts, phone } = options;
    const script = pageScript();
    live.#server = await LiveServer.open({
      address: options.address,
      port: options.port,
      page: (token) =>
        page({
          title,
          summary: "",
          notes: [],
          still: "",
          above: liveControls(accounts),
          data: `<script type="application/json" id="live">${JSON.stringify({ token })}</script>`,
          connect: "'self'",
          script,
        }),
      beginning: () => live.#beginning(),
      actions: {
        call: ({ account, to }) => attempt(() => phone.place(Number(account), String(to))),
        answer: ({ call }) => attempt(() => phone.answer(Number(call))),
        "hang-up": ({ call }) => attempt(() => phone.hangUp(Number(call))),
      },
    });
    return live;
  }

  /** Where a browser finds it. */
  get url(): string {
    return this.#server?.url ?? "";
  }

  /** Takes every record of the phone. `startedAt`: the wall clock when its time was 0. */
  record(record: EventRecord, startedAt: Date): void {
    const { t, ...rest } = record;
    this.#trace.header = { ...this.#trace.header, start: startedAt.getTime() };
    this.#trace.add(t, rest, isOfContract(rest));
    if (this.#trace.length >= 2 * KEPT) {
      this.#trace = this.#trace.latest(KEPT);
      this.#trace.notes.splice(0, Infinity, "Earlier events are left out.");
    }
    this.#pending.push(record);
    this.#timer ??= setTimeout(() => {
      this.#flush();
    }, BATCH);
  }

  /** The phone has stopped. */
  async close(): Promise<void> {
    this.#flush();
    this.#server?.send("stopped", {});
    await this.#server?.close();
  }

  /** What somebody who begins to listen is told: everything so far. What they will be told next follows on that. */
  #beginning(): (readonly [name: string, data: unknown])[] {
    this.#flush();
    return [
      ["trace", this.#trace.pack()],
      ["status", this.#status()],
    ];
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    this.#server?.send("records", this.#pending);
    this.#pending = [];
    this.#server?.send("status", this.#status());
  }

  #status(): unknown {
    const { start } = this.#trace.header;
    return { now: start === undefined ? 0 : Date.now() - start, accounts: this.#options.phone.status() };
  }
}

/** What went wrong, as a sentence; `undefined`: nothing. */
const attempt = async (action: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await action();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
