import { relative, resolve } from "node:path";
import { run } from "node:test";
import { inspect } from "node:util";
import type { Outcome } from "./suite.js";

/** A file that takes longer hangs. */
const FILE_TIMEOUT = 300_000;

/** The parts of the events of node:test that are read here. */
interface Event {
  readonly name: string;
  readonly nesting: number;
  readonly file?: string | undefined;
  readonly skip?: string | boolean | undefined;
  readonly todo?: string | boolean | undefined;
  readonly details: {
    readonly type?: string | undefined;
    readonly error?:
      | (Error & {
          readonly cause?: unknown;
          readonly failureType?: string;
          readonly exitCode?: number | null;
          readonly signal?: string | null;
        })
      | undefined;
  };
}

interface Message {
  readonly file?: string | undefined;
  readonly message: string;
}

/**
 * The source of a file that node:test names, relative to the project's folder. It names the compiled file or, by the
 * source map, the source.
 */
function sourceOf(file: string | undefined): string {
  if (file === undefined) return "";
  const path = relative(process.cwd(), file);
  return path.replace(/^build\/js\/(.*)\.js$/, "$1.ts");
}

/** Whether the event is about the file itself, as node:test reports files that hold no test or that break down. */
function isOfFile({ name, nesting, file }: Event): boolean {
  return nesting === 0 && file !== undefined && sourceOf(resolve(name)) === sourceOf(file);
}

/** What went wrong, without the lines of node:test's own stack. */
function detailOf(error: Event["details"]["error"]): string {
  const cause: unknown = error?.cause ?? error;
  const text = typeof cause === "string" ? cause : inspect(cause, { depth: 8 });
  const status = error?.signal ?? error?.exitCode;
  const end = status === undefined || status === null ? "" : ` (${String(status)})`;
  return text.replace(/\n +at .*\bnode:(internal|async_hooks)\b.*/g, "") + end;
}

function reasonOf(why: string | boolean): string {
  return typeof why === "string" && why !== "" ? why : "no reason given";
}

/** What the files wrote, for those that fail. */
class Written {
  readonly #texts = new Map<string, string>();

  add({ file, message }: Message): void {
    const source = sourceOf(file);
    this.#texts.set(source, (this.#texts.get(source) ?? "") + message);
  }

  /** What a file wrote so far; it is not told twice. */
  take(source: string): string {
    const text = this.#texts.get(source) ?? "";
    this.#texts.delete(source);
    return text === "" ? "" : `\nwritten meanwhile:\n${text}`;
  }
}

/**
 * Runs compiled test files with node:test, each in a process of its own.
 * @param sources their sources, relative to the project's folder
 * @param concurrency how many at the same time
 */
export async function runNodeTests(
  sources: readonly string[],
  concurrency: number,
  outcome: Outcome,
): Promise<void> {
  const files = sources.map((source) => resolve("build/js", source.replace(/\.ts$/, ".js")));
  const written = new Written();
  const seen = new Set<string>();
  /** The names of the groups around the test that is reported, outermost first. */
  let groups: string[] = [];

  const label = (event: Event): string => {
    const source = sourceOf(event.file);
    return isOfFile(event)
      ? source
      : `${source}: ${[...groups.slice(0, event.nesting), event.name].join(" > ")}`;
  };

  const passed = (event: Event): void => {
    seen.add(sourceOf(event.file));
    if (event.details.type === "suite") return;
    if (event.skip !== undefined && event.skip !== false) outcome.skip(label(event), reasonOf(event.skip));
    else if (isOfFile(event)) outcome.fail(label(event), "it holds no test");
    else outcome.pass();
  };

  const failed = (event: Event): void => {
    seen.add(sourceOf(event.file));
    const { error } = event.details;
    // The tests below are reported themselves.
    if (error?.failureType === "subtestsFailed") return;
    outcome.fail(label(event), detailOf(error) + written.take(sourceOf(event.file)));
  };

  const stream = run({ files, concurrency, timeout: FILE_TIMEOUT });
  stream.on("test:start", ({ name, nesting }) => {
    groups = [...groups.slice(0, nesting), name];
  });
  stream.on("test:pass", (event: Event) => {
    passed(event);
  });
  stream.on("test:fail", (event: Event) => {
    failed(event);
  });
  stream.on("test:stdout", (message: Message) => {
    written.add(message);
  });
  stream.on("test:stderr", (message: Message) => {
    written.add(message);
  });
  stream.on("test:diagnostic", ({ file, message }) => {
    if (/^(Error|Warning): /.test(message)) written.add({ file, message: `${message}\n` });
  });
  // The stream ends when it is read; what it holds was handled above.
  for await (const _ of stream);
  for (const source of sources) if (!seen.has(source)) outcome.fail(source, "nothing was heard of it");
}
