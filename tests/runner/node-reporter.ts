/** The results of node:test as lines of JSON: a reporter of Node's, given to each test file by the runner. */
import { inspect } from "node:util";

/** One line. */
export type NodeResult =
  /** A test or a group is about to be reported; a deeper nesting belongs to it. */
  | { readonly is: "start"; readonly name: string; readonly nesting: number }
  | { readonly is: "running"; readonly name: string }
  | {
      readonly is: "passed" | "skipped" | "failed";
      readonly name: string;
      readonly nesting: number;
      readonly detail: string;
    }
  /** Every test of the file was reported. */
  | { readonly is: "complete" };

/** The parts of the events of node:test that are read here. */
interface Data {
  readonly name: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly details: {
    readonly type?: string;
    readonly error?: Error & { readonly cause?: unknown; readonly failureType?: string };
  };
}

interface Event {
  readonly type: string;
  readonly data: Data;
}

/** What went wrong, without the lines of node:test's own stack. */
function detailOf(error: Data["details"]["error"]): string {
  const cause: unknown = error?.cause ?? error;
  const text = typeof cause === "string" ? cause : inspect(cause, { depth: 8 });
  return text.replace(/\n +at .*\bnode:(internal|async_hooks)\b.*/g, "");
}

function resultOf({ type, data }: Event): NodeResult | undefined {
  const { name, nesting, skip, details } = data;
  switch (type) {
    case "test:start":
      return { is: "start", name, nesting };
    case "test:dequeue":
      return { is: "running", name };
    case "test:plan":
      return nesting === 0 ? { is: "complete" } : undefined;
    case "test:pass":
      if (details.type === "suite") return undefined;
      if (skip === undefined || skip === false) return { is: "passed", name, nesting, detail: "" };
      return {
        is: "skipped",
        name,
        nesting,
        detail: skip === true || skip === "" ? "no reason given" : skip,
      };
    case "test:fail":
      // The tests below are reported themselves.
      if (details.error?.failureType === "subtestsFailed") return undefined;
      return { is: "failed", name, nesting, detail: detailOf(details.error) };
    default:
      return undefined;
  }
}

export default async function* nodeReporter(source: AsyncIterable<Event>): AsyncGenerator<string> {
  for await (const event of source) {
    const result = resultOf(event);
    if (result !== undefined) yield `${JSON.stringify(result)}\n`;
  }
}
