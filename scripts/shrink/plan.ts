/** What it gains to put the sequences of a group into a function, and how that function is called and made. */
import { I64, encode, op } from "./instructions.js";
import type { Instruction, Signature } from "./instructions.js";
import type { Group, Occurrence, Search } from "./candidates.js";

/** Bytes of `local.get`, `local.set` and `local.tee`; no function of the core has more than 128 locals. */
const LOCAL = 2;
/** Bytes of a function beside its instructions: its type's index, length, groups of locals, end; a share in its type. */
const FUNCTION = 5;
/** Stands for what is computed and taken from the stack: no local, no constant. */
const COMPUTED = Number.MAX_SAFE_INTEGER;

/** A sequence and its inputs: what it takes from the stack below it, the deepest first, and then its leaves. */
export interface Use extends Occurrence {
  readonly inputs: readonly number[];
}

/** A parameter: the inputs that it stands for, and the written local whose first value it is. */
export interface Parameter {
  readonly inputs: readonly number[];
  readonly written: number;
}

export interface Plan {
  readonly gain: number;
  readonly group: Group;
  readonly uses: readonly Use[];
  readonly parameters: readonly Parameter[];
  /** The inputs that are the same constant everywhere. */
  readonly fixed: ReadonlySet<number>;
  /** The written local that is read after the sequence, -1 for none. */
  readonly answered: number;
}

export class Costs {
  constructor(
    private readonly search: Search,
    /** Bytes of a constant, by what it is as text: `op value`. */
    private readonly constants: ReadonlyMap<string, number>,
    /** How often a function must be called to have an index of one byte. */
    private readonly often: number,
  ) {}

  /** Bytes of so many calls of a new function, and of what another one's get longer. */
  calls(count: number): number {
    return Math.min(3 * count, 2 * count + this.often);
  }

  input(input: number): number {
    if (input >= 0) return input === COMPUTED ? 0 : LOCAL;
    return this.instruction(this.search.constantOf(input));
  }

  instruction(instruction: Instruction): number {
    if (instruction.value === undefined) return encode(instruction).length;
    const shared = this.constants.get(`${String(instruction.op)} ${String(instruction.value)}`);
    return shared ?? encode(instruction).length;
  }
}

const bit = (local: number): bigint => 1n << BigInt(local);

export class Planner {
  constructor(
    private readonly search: Search,
    private readonly costs: Costs,
  ) {}

  /** The best plan for a group or a part of it; undefined where none gains. */
  best(group: Group, occurrences: readonly Occurrence[] = group.occurrences): Plan | undefined {
    // A function of WebAssembly 1.0 answers one value.
    if (group.stack.types.length > 1) return undefined;
    const taken = group.stack.taken.length;
    const uses = occurrences.map((each): Use => {
      const inputs: number[] = [];
      for (let at = 0; at < taken; at++) {
        inputs.push(this.search.takenLeaf(each, taken - 1 - at)?.leaf ?? COMPUTED);
      }
      return { ...each, inputs: [...inputs, ...each.leaves] };
    });
    let best = this.forAll(group, uses);
    for (const part of this.parts(uses)) {
      const plan = this.forAll(group, part);
      if (plan !== undefined && plan.gain > (best?.gain ?? 0)) best = plan;
    }
    return best !== undefined && best.gain > 0 ? best : undefined;
  }

  /** Parts whose sequences have more in common. */
  private parts(uses: readonly Use[]): (readonly Use[])[] {
    if (uses.length < 3) return [];
    const parts: (readonly Use[])[] = [];
    const bySame = new Map<string, Use[]>();
    for (const use of uses) {
      const key = canonical(use.inputs);
      const others = bySame.get(key);
      if (others === undefined) bySame.set(key, [use]);
      else others.push(use);
    }
    if (bySame.size > 1) parts.push(...[...bySame.values()].filter((same) => same.length > 1));
    // One constant after the other as most of them have it.
    let rest = uses;
    for (let left = uses[0]?.inputs.length ?? 0; left > 0; left--) {
      const most = mostCommon(rest);
      if (most === undefined || most.length < 2) break;
      parts.push(most);
      rest = most;
    }
    return parts;
  }

  private forAll(group: Group, uses: readonly Use[]): Plan | undefined {
    const answer = this.answerOf(group, uses);
    if (answer === undefined) return undefined;
    const plan = this.planFor(group, answer.uses, answer.answered);
    // Where a call is not shorter, the sequence stays.
    const worth = answer.uses.filter((each) => this.saved(each, plan) > 0);
    if (worth.length === answer.uses.length) return plan;
    return worth.length < 2 ? undefined : this.planFor(group, worth, answer.answered);
  }

  /** The written local that must be answered; sequences that would have to answer another are left out. */
  private answerOf(
    group: Group,
    uses: readonly Use[],
  ): { readonly uses: readonly Use[]; readonly answered: number } | undefined {
    const live = uses.map(({ func, start, written }) => {
      const after = group.isTail ? 0n : (this.search.functions[func]?.live[start + group.length] ?? 0n);
      return written.flatMap((local, index) => ((after & bit(local)) === 0n ? [] : [index]));
    });
    const wanted = group.stack.types.length > 0 ? [] : new Set(live.flat());
    let best: readonly Use[] = [];
    let answered = -1;
    for (const candidate of [-1, ...wanted]) {
      const fitting = uses.filter((_, at) => live[at]?.every((index) => index === candidate));
      if (fitting.length > best.length) {
        best = fitting;
        answered = candidate;
      }
    }
    return best.length < 2 ? undefined : { uses: best, answered };
  }

  private planFor(group: Group, uses: readonly Use[], answered: number): Plan {
    const taken = group.stack.taken.length;
    const parameters: { inputs: number[]; written: number }[] = [];
    const fixed = new Set<number>();
    const [first] = uses;
    const inputs = first?.inputs ?? [];
    const done = new Set<number>();
    for (const [at, input] of inputs.entries()) {
      if (input < 0 && uses.every((use) => use.inputs[at] === input)) fixed.add(at);
      else if (at < taken) parameters.push({ inputs: [at], written: -1 });
      else continue;
      done.add(at);
    }
    for (const [written, aliases] of group.aliases.entries()) {
      const isRead =
        aliases.length > 0 ||
        uses.some(
          (each) =>
            ((this.search.functions[each.func]?.live[each.start] ?? 0n) & bit(each.written[written] ?? 0)) !==
            0n,
        );
      if (!isRead) continue;
      const aliased = aliases.map((leaf) => leaf + taken);
      parameters.push({ inputs: aliased, written });
      for (const each of aliased) done.add(each);
    }
    const byColumn = new Map<string, { inputs: number[]; written: number }>();
    for (const at of inputs.keys()) {
      if (done.has(at)) continue;
      const column = uses.map((use) => use.inputs[at]).join();
      const known = byColumn.get(column);
      if (known !== undefined) known.inputs.push(at);
      else {
        const parameter = { inputs: [at], written: -1 };
        byColumn.set(column, parameter);
        parameters.push(parameter);
      }
    }
    const plan = { gain: 0, group, uses, parameters, fixed, answered };
    return { ...plan, gain: this.gainOf(plan) };
  }

  private gainOf(plan: Plan): number {
    const { group, uses, fixed, answered } = plan;
    const [first] = uses;
    if (first === undefined) return 0;
    let body = this.strict(group) + (answered < 0 ? 0 : LOCAL) - (group.isTail ? 1 : 0);
    for (const [at, input] of first.inputs.entries()) body += fixed.has(at) ? this.costs.input(input) : LOCAL;
    const types = new Set(
      group.aliases.flatMap((_, written) =>
        plan.parameters.some((each) => each.written === written)
          ? []
          : [this.search.functions[first.func]?.locals[first.written[written] ?? 0] ?? I64],
      ),
    );
    let gain = -body - FUNCTION - 2 * types.size - (body > 120 ? 1 : 0);
    for (const each of uses) gain += this.saved(each, plan);
    return Math.round(gain);
  }

  /** Bytes of a sequence's instructions but for its leaves. */
  private strict({ occurrences: [first], length }: Group): number {
    if (first === undefined) return 0;
    const body = this.search.functions[first.func]?.body ?? [];
    let bytes = 0;
    for (let at = first.start; at < first.start + length; at++) {
      const instruction = body[at];
      if (instruction !== undefined) bytes += this.costs.instruction(instruction);
    }
    for (const leaf of first.leaves) bytes -= this.costs.input(leaf);
    return bytes;
  }

  /** Bytes that a sequence is longer than its call. */
  private saved(use: Use, plan: Plan): number {
    const { group, uses, parameters, answered } = plan;
    const taken = group.stack.taken.length;
    let bytes = this.strict(group) - this.costs.calls(uses.length) / uses.length - (answered < 0 ? 0 : LOCAL);
    if (group.isTail) bytes -= 1;
    for (const input of use.inputs) bytes += this.costs.input(input);
    for (const { inputs, written } of parameters) {
      const input = inputs[0] === undefined ? (use.written[written] ?? 0) : (use.inputs[inputs[0]] ?? 0);
      bytes -= this.costs.input(input);
    }
    return taken < 0 ? 0 : bytes;
  }
}

/** Those that have the constant that most have at the same place, of all places that differ. */
function mostCommon(uses: readonly Use[]): Use[] | undefined {
  let best: { at: number; input: number; count: number } | undefined;
  for (const at of (uses[0]?.inputs ?? []).keys()) {
    const counts = new Map<number, number>();
    for (const { inputs } of uses) {
      const input = inputs[at] ?? 0;
      if (input < 0) counts.set(input, (counts.get(input) ?? 0) + 1);
    }
    for (const [input, count] of counts) {
      if (count < uses.length && count > (best?.count ?? 1)) best = { at, input, count };
    }
  }
  const found = best;
  return found && uses.filter(({ inputs }) => inputs[found.at] === found.input);
}

/** The same text for inputs that are the same but for the names of the locals. */
function canonical(inputs: readonly number[]): string {
  const numbers = new Map<number, number>();
  return inputs
    .map((input) => {
      if (input < 0 || input === COMPUTED) return input;
      const number = numbers.get(input) ?? numbers.size;
      numbers.set(input, number);
      return number;
    })
    .join();
}

/** The function of a plan. */
export function functionOf(
  { group, uses, parameters, fixed, answered }: Plan,
  search: Search,
): { signature: Signature; locals: number[]; body: Instruction[] } {
  const [first] = uses;
  const known = search.functions[first?.func ?? -1];
  if (first === undefined || known === undefined) throw new RangeError("a plan for nothing");
  const { taken } = group.stack;
  const typeOfWritten = (written: number): number => known.locals[first.written[written] ?? 0] ?? I64;
  const typeOfInput = (at: number): number =>
    taken[at] ?? search.typeOfLeaf(first.func, first.inputs[at] ?? 0);
  const types = parameters.map(({ inputs, written }) =>
    written >= 0 ? typeOfWritten(written) : typeOfInput(inputs[0] ?? 0),
  );
  const indexOfInput = new Map<number, number>();
  const indexOfWritten = new Map<number, number>();
  for (const [at, { inputs, written }] of parameters.entries()) {
    for (const input of inputs) indexOfInput.set(input, at);
    if (written >= 0) indexOfWritten.set(written, at);
  }
  const others = [...group.aliases.keys()].filter((written) => !indexOfWritten.has(written));
  others.sort((one, other) => typeOfWritten(other) - typeOfWritten(one));
  for (const [at, written] of others.entries()) indexOfWritten.set(written, types.length + at);

  const get = (index: number): Instruction => ({ op: op.localGet, operands: [index] });
  let next = 0;
  const input = (): Instruction => {
    const at = next++;
    return fixed.has(at) ? search.constantOf(first.inputs[at] ?? 0) : get(indexOfInput.get(at) ?? -1);
  };
  const body: Instruction[] = taken.map(input);
  const writtenSoFar = new Set<number>();
  for (const instruction of known.body.slice(first.start, first.start + group.length)) {
    const { op: opcode, operands } = instruction;
    const written = first.written.indexOf(operands[0] ?? 0);
    if (opcode === op.localSet || opcode === op.localTee) {
      writtenSoFar.add(written);
      body.push({ op: opcode, operands: [indexOfWritten.get(written) ?? -1] });
    } else if (opcode === op.localGet && writtenSoFar.has(written)) {
      body.push(get(indexOfWritten.get(written) ?? -1));
    } else if (opcode === op.localGet || instruction.value !== undefined) {
      body.push(input());
    } else body.push(instruction);
  }
  if (answered >= 0) body.push(get(indexOfWritten.get(answered) ?? -1));
  const results = answered >= 0 ? [typeOfWritten(answered)] : group.stack.types;
  return {
    signature: { parameters: types, results },
    locals: [...types, ...others.map(typeOfWritten)],
    body,
  };
}

/** What stands for a sequence: what is not on the stack yet, the call, and what becomes of the answer. */
export function callOf(use: Use, plan: Plan, callee: number, search: Search): Instruction[] {
  const { group, parameters, answered } = plan;
  const call: Instruction[] = [];
  for (const { inputs, written } of parameters) {
    const [at] = inputs;
    if (at !== undefined && at < group.stack.taken.length) continue;
    const input = at === undefined ? (use.written[written] ?? 0) : (use.inputs[at] ?? 0);
    call.push(input < 0 ? search.constantOf(input) : { op: op.localGet, operands: [input] });
  }
  call.push({ op: op.call, operands: [callee] });
  if (answered >= 0) call.push({ op: op.localSet, operands: [use.written[answered] ?? 0] });
  if (group.isTail) call.push({ op: op.return, operands: [] });
  return call;
}

/** Where the constants are that the function knows by itself and the stack below a sequence holds no more. */
export function droppedBy(use: Use, { group, fixed }: Plan, search: Search): number[] {
  const taken = group.stack.taken.length;
  return [...fixed].flatMap((at) => (at < taken ? [search.takenLeaf(use, taken - 1 - at)?.at ?? -1] : []));
}
