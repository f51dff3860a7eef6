/**
 * as-pect's results as lines of JSON, one a spec file, appended to the file that the environment names. Loaded by
 * as-pect itself: see as-pect.config.js.
 */
import { appendFileSync } from "node:fs";

/** Names the file that the results go to. */
export const RESULTS_VARIABLE = "SIP_FAILOVER_UNIT_RESULTS";

/** What came of one spec file. */
export interface SpecResult {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly { readonly name: string; readonly detail: string }[];
}

interface ReflectedValue {
  stringify(options: { indent: number }): string;
}

/** The part of as-pect's nodes that is read here. */
interface TestNode {
  /** 0 a test, 1 a group. */
  readonly type: number;
  readonly name: string;
  readonly ran: boolean;
  readonly pass: boolean;
  readonly children: readonly TestNode[];
  readonly message: string | null;
  readonly stackTrace: string | null;
  readonly actual: ReflectedValue | null;
  readonly expected: (ReflectedValue & { readonly negated?: boolean }) | null;
}

interface TestContext {
  readonly fileName: string;
  readonly pass: boolean;
  readonly rootNode: TestNode;
  readonly errors: readonly { readonly message: string; readonly stackTrace: string }[];
}

const TEST = 0;
/** The function of as-pect that traps where an expectation is not met. */
const EXPECTATION = "/internal/assert/assert";

/** A stack without the lines of as-pect itself. */
function ownLines(stack: string): string {
  return stack
    .split("\n")
    .filter((line) => !line.includes("@as-pect/"))
    .join("\n");
}

function detailOf(node: TestNode): string {
  const { message, actual, expected, stackTrace } = node;
  // An expectation that is not met traps in as-pect; after any other trap its fields are those of the test before.
  if (stackTrace?.startsWith("RuntimeError") === true && !stackTrace.includes(EXPECTATION))
    return ownLines(stackTrace);
  return [
    message,
    actual && `actual:   ${actual.stringify({ indent: 2 }).trim()}`,
    expected &&
      `expected: ${expected.negated === true ? "not " : ""}${expected.stringify({ indent: 2 }).trim()}`,
    stackTrace && ownLines(stackTrace),
  ]
    .filter((line) => line !== null && line !== "")
    .join("\n");
}

function resultOf(context: TestContext): SpecResult {
  let passed = 0;
  const failures: { name: string; detail: string }[] = [];
  const visit = (node: TestNode, path: readonly string[]): void => {
    const here = node === context.rootNode ? [] : [...path, node.name];
    const before = failures.length;
    for (const child of node.children) if (child.ran) visit(child, here);
    if (node.pass && node.type === TEST) passed++;
    if (node.pass || failures.length > before) return;
    if (node === context.rootNode && context.errors.length > 0) return;
    failures.push({ name: here.join(" > ") || context.fileName, detail: detailOf(node) });
    const lost = node.children
      .filter((child) => !child.ran)
      .map((child) => [...here, child.name].join(" > "));
    failures.push(...lost.map((name) => ({ name, detail: "it did not run: its group or a hook failed" })));
  };
  visit(context.rootNode, []);
  for (const { message, stackTrace } of context.errors) {
    failures.push({ name: context.fileName, detail: `${message}\n${stackTrace}` });
  }
  if (!context.pass && failures.length === 0) {
    failures.push({ name: context.fileName, detail: "as-pect calls it failed and does not say why" });
  }
  return { file: context.fileName, passed, failures };
}

export default {
  onEnter(): void {
    // Everything is known at the end.
  },
  onExit(): void {
    // Everything is known at the end.
  },
  onFinish(context: TestContext): void {
    const file = process.env[RESULTS_VARIABLE];
    if (file !== undefined) appendFileSync(file, JSON.stringify(resultOf(context)) + "\n");
  },
};
