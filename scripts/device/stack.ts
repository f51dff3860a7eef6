/**
 * The most stack that a library's functions take, from what GCC writes of each file with -fcallgraph-info=su: who calls
 * whom, and with how much.
 */
import { readFileSync } from "node:fs";
import { Trouble } from "../command.js";

interface Called {
  /** Octets of its own; `undefined`: it is not one of ours. */
  octets?: number;
  readonly callees: Set<string>;
}

const NODE = /^node: \{ title: "([^"]*)" label: "([^"]*)"/;
const EDGE = /^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"/;
/** Of a frame that grows as it runs GCC knows no bound. */
const FRAME = /\\n(\d+) bytes \(([a-z,]+)\)/;

function readGraph(files: readonly string[]): Map<string, Called> {
  const graph = new Map<string, Called>();
  const at = (name: string): Called => {
    const found = graph.get(name) ?? { callees: new Set<string>() };
    graph.set(name, found);
    return found;
  };
  for (const line of files.flatMap((file) => readFileSync(file, "utf8").split("\n"))) {
    const [, name, label = ""] = NODE.exec(line) ?? [];
    const [, octets, kind] = FRAME.exec(label) ?? [];
    if (name !== undefined && octets !== undefined) {
      if (kind === "dynamic") throw new Trouble(`${name} takes stack without a bound`);
      at(name).octets = Number(octets);
    }
    const [, caller, callee] = EDGE.exec(line) ?? [];
    if (caller !== undefined && callee !== undefined) at(caller).callees.add(callee);
  }
  return graph;
}

/** The groups of functions that can come to call each other, each after all that it calls (Tarjan). */
function groupsOf(graph: ReadonlyMap<string, Called>): string[][] {
  const groups: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (name: string): void => {
    const place = order.size;
    order.set(name, place);
    lowest.set(name, place);
    open.push(name);
    for (const callee of graph.get(name)?.callees ?? []) {
      if (!order.has(callee)) visit(callee);
      if (open.includes(callee)) {
        lowest.set(name, Math.min(lowest.get(name) ?? 0, lowest.get(callee) ?? 0));
      }
    }
    if (lowest.get(name) === place) groups.push(open.splice(open.indexOf(name)));
  };
  for (const name of graph.keys()) if (!order.has(name)) visit(name);
  return groups;
}

export interface StackUse {
  /** Octets. */
  readonly octets: number;
  /** From the outermost function to the innermost; those that call each other stand together. */
  readonly path: readonly string[];
}

/**
 * The deepest way through the functions of these files. What they call of others, such as memcpy or a callback, counts
 * nothing.
 *
 * @param rounds how often a function that can come to call itself does so, at most
 * @throws Trouble where a function takes stack without a bound
 */
export function deepestStack(files: readonly string[], rounds: number): StackUse {
  const graph = readGraph(files);
  const uses = new Map<string, StackUse>();
  const deepest = (of: Iterable<StackUse>): StackUse =>
    [...of].reduce((one, other) => (other.octets > one.octets ? other : one), { octets: 0, path: [] });
  for (const group of groupsOf(graph)) {
    const calls = new Set(group.flatMap((name) => [...(graph.get(name)?.callees ?? [])]));
    const recurs = group.some((name) => calls.has(name));
    const own = group.reduce((sum, name) => sum + (graph.get(name)?.octets ?? 0), 0);
    const below = deepest([...calls].flatMap((name) => (group.includes(name) ? [] : (uses.get(name) ?? []))));
    const use = { octets: own * (recurs ? rounds + 1 : 1) + below.octets, path: [...group, ...below.path] };
    for (const name of group) uses.set(name, use);
  }
  return deepest(uses.values());
}
