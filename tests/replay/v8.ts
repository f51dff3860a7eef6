import { readFileSync } from "node:fs";
import { WebAssembly } from "../../host/abi/webassembly.js";
import type { WebAssemblyMemory } from "../../host/abi/webassembly.js";
import { exportsOfCore } from "../../host/abi/contract.js";
import { DRAIN, MARK, exportNames } from "./format.js";
import type { ExportName, Step } from "./format.js";

type Exports = Readonly<Record<ExportName, (...values: (number | bigint)[]) => number | bigint | undefined>>;

const i64 = (value: bigint): Buffer => {
  const octets = Buffer.alloc(8);
  octets.writeBigInt64LE(value);
  return octets;
};

const u32 = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32LE(value);
  return octets;
};

/** The result of an export as `core.h` has it. */
const resultOf = (name: ExportName, answer: number | bigint | undefined): bigint => {
  const value = BigInt(answer ?? 0);
  const { result } = exportsOfCore[name];
  return result === "u32" || result === "address" ? BigInt.asUintN(32, value) : value;
};

/** What has come of a recording. */
export interface PlayedInV8 {
  /** What came out of each step. */
  readonly results: readonly Buffer[];
  /** The memory at the end. */
  readonly memory: Buffer;
}

/** Plays steps to the core of a file, in V8. */
export const playInV8 = (path: string, steps: readonly Step[]): PlayedInV8 => {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(path)), {});
  const exports = instance.exports as unknown as Exports;
  const { buffer } = instance.exports["memory"] as WebAssemblyMemory;
  const memory = Buffer.from(buffer);
  const input = Number(exports.input()) >>> 0;

  const drained = (now: bigint): Buffer => {
    const actions: Buffer[] = [];
    for (let at = exports.next_action(now); at !== 0; at = exports.next_action(now)) {
      const address = Number(at) >>> 0;
      actions.push(Buffer.from(memory.subarray(address, address + memory.readUInt16LE(address + 2))));
    }
    return Buffer.concat([...actions, u32(0), i64(exports.next_deadline() as bigint)]);
  };

  const taken = ({ kind, values, octets }: Step): Buffer => {
    if (kind === MARK) return Buffer.alloc(0);
    if (kind === DRAIN) return drained(values[0] ?? 0n);
    const name = exportNames[kind];
    if (name === undefined) throw new Error(`there is no export ${String(kind)}`);
    memory.set(octets, input);
    const kinds = Object.values<"u32" | "time">(exportsOfCore[name].parameters);
    const answer = exports[name](
      ...values.map((value, index) => (kinds[index] === "time" ? value : Number(value))),
    );
    return i64(resultOf(name, answer));
  };

  return { results: steps.map(taken), memory };
};

/** What a player writes of the same, whose memory has so many octets. */
export const asWritten = ({ results, memory }: PlayedInV8, size: number): Buffer[] => [
  ...results,
  Buffer.concat([u32(size), memory.subarray(0, size)]),
];
