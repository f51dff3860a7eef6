import { TextDecoder } from "node:util";
import { isOfContract, wrongFieldOf } from "./record-check.js";
import { MOST_SHARED, TRACE_VERSION, Trace } from "./trace.js";
import type { TraceHeader, TraceRecord } from "./trace.js";

/** What was found in a trace that is not as it should be; lines and columns count from 1. */
export interface TraceWarning {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A trace that cannot be shown; the message is a sentence. */
export class TraceError extends Error {
  override readonly name = "TraceError";

  /** @param line where it is found out; 0: nowhere in particular */
  constructor(
    message: string,
    readonly line = 0,
    readonly column = 1,
  ) {
    super(message);
  }
}

export interface ReadOptions {
  /** Takes what is left out, or doubtful. */
  readonly warn?: (warning: TraceWarning) => void;
  /** Told now and then of how many events have been read. */
  readonly progress?: (events: number) => void;
}

/** A line longer than this is no record. Characters. */
const LONGEST_LINE = 1 << 20;
/** Events between two tellings of progress. */
const PROGRESS_STEP = 50_000;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Where in a line JSON ended that is none: V8 says so in its message, not everywhere. */
const columnOf = (error: unknown): number => {
  const [, position = "0"] = /position (\d+)/.exec(error instanceof Error ? error.message : "") ?? [];
  return Number(position) + 1;
};

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Names by a key, of what may be anything. */
const namesOf = (value: unknown): Record<string, string> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
      )
    : {};

const headerOf = (json: Json): TraceHeader => {
  const start = typeof json["start"] === "number" ? json["start"] : NaN;
  const title = textOf(json["title"]);
  const host = textOf(json["host"]);
  const version = textOf(json["version"]);
  return {
    ...(Number.isNaN(start) ? {} : { start }),
    ...(title === undefined ? {} : { title }),
    ...(host === undefined ? {} : { host }),
    ...(version === undefined ? {} : { version }),
    accounts: namesOf(json["accounts"]),
    servers: namesOf(json["servers"]),
  };
};

/** Reads lines into a trace. What many lines have in common, all but their time, is parsed once. */
class Reader {
  readonly trace = new Trace();
  readonly #options: ReadOptions;
  readonly #places = new Map<string, number>();
  #line = 0;
  #isSorted = true;
  #wrong: TraceWarning | undefined;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /** Takes a line. `isCut`: it is the last one, and nothing says that it is whole. */
  line(text: string, isCut = false): void {
    this.#line++;
    const line = text.endsWith("\r") ? text.slice(0, -1) : text;
    if (line === "") return;
    const [, time, rest] = /^\{"t":(\d+(?:\.\d+)?),(.*)$/s.exec(line) ?? [];
    const known = rest === undefined ? undefined : this.#places.get(rest);
    if (known !== undefined) {
      this.#take(Number(time), known);
      return;
    }
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch (error) {
      if (isCut) this.#cutOff();
      else this.#leaveOut("This is no JSON", columnOf(error));
      return;
    }
    if (!isObject(json)) this.#leaveOut("This is no record");
    else if ("trace" in json && !("event" in json)) this.#header(json);
    else this.#record(json, rest);
  }

  /** Nothing follows. Throws a TraceError where there is nothing to show. */
  end(): Trace {
    const { trace } = this;
    if (trace.length === 0) {
      const found = this.#wrong;
      const hint = `"run --json" and "simulate --json" write traces.`;
      if (found === undefined) throw new TraceError(`There are no events in it; ${hint}`);
      throw new TraceError(`${found.message}: this is no trace; ${hint}`, found.line, found.column);
    }
    if (!this.#isSorted) trace.sort();
    return trace;
  }

  #header(json: Json): void {
    if (json["trace"] !== TRACE_VERSION) {
      throw new TraceError(
        `This is a trace of version ${JSON.stringify(json["trace"])}; this command reads version ${String(TRACE_VERSION)}. ` +
          "Use that of the release that wrote it.",
        this.#line,
      );
    }
    if (this.trace.length > 0) {
      throw new TraceError("Another trace begins here; give it a file of its own.", this.#line);
    }
    this.trace.header = headerOf(json);
  }

  #record(json: Json, rest: string | undefined): void {
    const { t, ...record } = json;
    if (typeof t !== "number" || !Number.isFinite(t)) {
      this.#leaveOut("A record has no time");
      return;
    }
    if (typeof record["event"] !== "string") {
      this.#leaveOut("A record has no event");
      return;
    }
    const account = record["account"] ?? 0;
    const wrong = Number.isInteger(account) ? wrongFieldOf(record) : "account";
    if (wrong !== undefined) {
      this.#leaveOut(
        `The field ${wrong} of the event ${record["event"]} is missing or not what it should be`,
      );
      return;
    }
    const place = this.trace.place({ ...record, account } as TraceRecord, isOfContract(record));
    if (rest !== undefined && this.#places.size < MOST_SHARED) this.#places.set(rest, place);
    this.#take(t, place);
  }

  #take(t: number, place: number): void {
    const { trace } = this;
    if (trace.length > 0 && t < trace.end && this.#isSorted) {
      this.#isSorted = false;
      const message = `Time goes back here, from ${String(trace.end)} to ${String(t)}: events are shown in order of time`;
      this.#options.warn?.({ line: this.#line, column: 1, message });
      trace.notes.push(`Its times were not in order.`);
    }
    trace.addAgain(t, place);
    if (trace.length % PROGRESS_STEP === 0) this.#options.progress?.(trace.length);
  }

  #cutOff(): void {
    const message = "The trace is cut off here";
    this.#options.warn?.({ line: this.#line, column: 1, message });
    this.#wrong ??= { line: this.#line, column: 1, message };
    this.trace.notes.push(`It is cut off in line ${String(this.#line)}.`);
  }

  #leaveOut(message: string, column = 1): void {
    const warning = { line: this.#line, column, message };
    this.#wrong ??= warning;
    this.#options.warn?.({ ...warning, message: `${message}; the line is left out` });
    this.#leftOut++;
  }

  #leftOut = 0;

  /** How many lines were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }
}

/** The encoding of a text by its first octets: a byte order mark, else UTF-8. */
const encodingOf = (octets: Uint8Array): string => {
  if (octets[0] === 0xff && octets[1] === 0xfe) return "utf-16le";
  return octets[0] === 0xfe && octets[1] === 0xff ? "utf-16be" : "utf-8";
};

/**
 * Reads a trace as it comes, a record a line, with a header or without. Lines that are no records are left out and
 * told of; a last line without an end may be cut off.
 *
 * @throws TraceError where it is of another version, or holds no event
 */
export const readTrace = async (
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): Promise<Trace> => {
  const reader = new Reader(options);
  let decoder: TextDecoder | undefined;
  let rest = "";
  for await (const chunk of chunks) {
    // Windows' shells write UTF-16.
    decoder ??= new TextDecoder(encodingOf(chunk));
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_LINE) throw new TraceError("A line does not end: this is no trace.");
    for (const line of lines) reader.line(line);
  }
  rest += decoder?.decode() ?? "";
  if (rest !== "") reader.line(rest, true);
  const trace = reader.end();
  if (reader.leftOut > 0) {
    const lines = reader.leftOut === 1 ? "1 line was" : `${String(reader.leftOut)} lines were`;
    trace.notes.push(`${lines} left out.`);
  }
  return trace;
};
