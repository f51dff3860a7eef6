/**
 * Takes the time that a recording takes in V8, and tells it as tests/replay/player.c does.
 * Usage: node build/js/scripts/bench/v8.js --module FILE [--time RUNS | --repeat SECTION ROUNDS] RECORDING
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { exportsOfCore } from "../../host/abi/contract.js";
import { WebAssembly } from "../../host/abi/webassembly.js";
import type { WebAssemblyMemory } from "../../host/abi/webassembly.js";
import { DRAIN, MARK, decode, exportNames } from "../../tests/replay/format.js";
import type { Step } from "../../tests/replay/format.js";

/** How often a piece is repeated in a round, and the octets of a line of memory, as in timing.c. */
const REPETITIONS = 1000;
const LINE = 64;
/** Rounds that are not counted, while V8 compiles what is called often. */
const EARLY_ROUNDS = 60;

type Export = (...values: (number | bigint)[]) => number | bigint | undefined;

const { values, positionals } = parseArgs({
  options: {
    module: { type: "string", default: "" },
    time: { type: "string" },
    repeat: { type: "string" },
  },
  allowPositionals: true,
});
const recording = positionals.at(-1) ?? "";

const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(values.module)), {});
const exports = instance.exports as unknown as Readonly<Record<string, Export>>;
const memory = new Uint8Array((instance.exports["memory"] as WebAssemblyMemory).buffer);
const exported = (name: string): Export => {
  const found = exports[name];
  if (found === undefined) throw new Error(`the module has no export ${name}`);
  return found;
};
const input = Number(exported("input")()) >>> 0;
const nextAction = exported("next_action");
const nextDeadline = exported("next_deadline");

const drain = (now: bigint): void => {
  while (nextAction(now) !== 0);
  nextDeadline();
};

/** What gives a step to the core, with its values as V8 wants them. */
const playing = ({ kind, values: given, octets }: Step): (() => void) => {
  if (kind === DRAIN) {
    const [now = 0n] = given;
    return () => {
      drain(now);
    };
  }
  const name = exportNames[kind];
  if (name === undefined) throw new Error(`there is no export ${String(kind)}`);
  const call = exported(name);
  const kinds = Object.values<"u32" | "time">(exportsOfCore[name].parameters);
  const taken = given.map((value, index) => (kinds[index] === "time" ? value : Number(value)));
  const [one = 0n, two = 0, three = 0] = taken;
  // Without a list of values for the one that is called most.
  if (name === "flow_bytes")
    return () => {
      memory.set(octets, input);
      call(one, two, three);
    };
  return () => {
    if (octets.length > 0) memory.set(octets, input);
    call(...taken);
  };
};

const steps = decode(readFileSync(recording));
const nameOf = ({ octets }: Step): string => Buffer.from(octets).toString();

const now = (): number => Number(process.hrtime.bigint() % 1_000_000_000_000_000n);

interface Piece {
  readonly name: string;
  readonly plays: (() => void)[];
}

const pieces = steps.reduce<Piece[]>((made, step) => {
  if (step.kind === MARK) made.push({ name: nameOf(step), plays: [] });
  else made.at(-1)?.plays.push(playing(step));
  return made;
}, []);

const timeSections = (runs: number): void => {
  const sections: Record<string, { calls: number; nanoseconds: number[] }> = {};
  for (const { name, plays } of pieces) {
    const section = (sections[name] ??= { calls: 0, nanoseconds: new Array<number>(runs).fill(0) });
    section.calls += plays.length;
  }
  for (let run = 0; run < runs; run++) {
    for (const { name, plays } of pieces) {
      const begun = now();
      for (const play of plays) play();
      const took = now() - begun;
      const { nanoseconds = [] } = sections[name] ?? {};
      nanoseconds[run] = (nanoseconds[run] ?? 0) + took;
    }
  }
  console.log(JSON.stringify({ backend: "V8", runs, sections }));
};

/** Lines of memory that differ from what they were; those that lie close together are one. */
const changesSince = (before: Uint8Array): (readonly [at: number, octets: Uint8Array])[] => {
  const spans: [number, number][] = [];
  for (let at = 0; at < memory.length; at += LINE) {
    const end = at + LINE;
    if (Buffer.compare(memory.subarray(at, end), before.subarray(at, end)) === 0) continue;
    const last = spans.at(-1);
    if (last !== undefined && at - last[1] <= 2 * LINE) last[1] = end;
    else spans.push([at, end]);
  }
  return spans.map(([at, end]) => [at, before.slice(at, end)] as const);
};

const repeatSection = (name: string, rounds: number): void => {
  const index = pieces.findIndex((piece) => piece.name === name);
  const piece = pieces[index];
  if (piece === undefined) throw new Error(`the recording has no section ${name}`);
  for (const { plays } of pieces.slice(0, index)) for (const play of plays) play();
  const before = memory.slice();
  const once = (): void => {
    for (const play of piece.plays) play();
  };
  once();
  const changes = changesSince(before);
  const repeated = (work: () => void): number => {
    const begun = now();
    for (let count = 0; count < REPETITIONS; count++) {
      for (const [at, octets] of changes) memory.set(octets, at);
      work();
    }
    return now() - begun;
  };
  const nothing = (): void => undefined;
  const measured = (): number => (repeated(once) - repeated(nothing)) / REPETITIONS;
  for (let round = 0; round < EARLY_ROUNDS; round++) measured();
  const nanoseconds = Array.from({ length: rounds }, measured);
  console.log(JSON.stringify({ backend: "V8", repetitions: REPETITIONS, nanoseconds }));
};

if (values.repeat !== undefined) repeatSection(values.repeat, Number(positionals[0]));
else timeSections(Number(values.time ?? 1));
