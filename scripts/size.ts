/** What the release module is made of, room by room, and what it may be. */
import { PAGE_SIZE, functionNames, functionSizes, memoryLimits, sectionId, sectionSize } from "./wasm.js";

/** Bytes of the release module, at most. */
export const MODULE_LIMIT = 65_536;
/** Bytes of linear memory, at most. */
export const MEMORY_LIMIT = 524_288;

export interface Room {
  readonly name: string;
  functions: number;
  /** Bytes of code. */
  code: number;
}

export interface Size {
  readonly rooms: readonly Room[];
  /** What their code changes by when functions are put into their only callers: mostly less than 0. */
  readonly inlining: number;
  /** Bytes of the data segments. */
  readonly data: number;
  /** Bytes of everything else: types, exports, section headers. */
  readonly rest: number;
  /** Bytes of the module and of its linear memory. */
  readonly module: number;
  readonly memory: number;
}

/** The room of a function: the folder below assembly/, or the file where that lies in assembly/ itself. */
export function roomOf(functionName: string): string {
  const path = /^(?:\w+:)*assembly\/(.+)$/.exec(functionName)?.[1]?.split("/");
  if (path?.[0] === undefined) return functionName.startsWith("~lib/") ? "~lib" : "(compiler)";
  return path.length > 2 ? path[0] : `${path[0]}.ts`;
}

/**
 * Measures the release module. `separate` is the same core with the functions' names, before functions went into
 * their only callers: only there a function is still in its room.
 */
export function measure(module: Uint8Array, separate: Uint8Array): Size {
  const names = functionNames(separate);
  const rooms = new Map<string, Room>();
  for (const [index, bytes] of functionSizes(separate)) {
    const name = roomOf(names.get(index) ?? "");
    const room = rooms.get(name) ?? { name, functions: 0, code: 0 };
    room.functions++;
    room.code += bytes;
    rooms.set(name, room);
  }
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, bytes) => total + bytes, 0);
  const code = sum(functionSizes(module).values());
  const data = sectionSize(module, sectionId.data);
  return {
    rooms: [...rooms.values()].sort((one, other) => other.code - one.code),
    inlining: code - sum(functionSizes(separate).values()),
    data,
    rest: module.length - code - data,
    module: module.length,
    memory: (memoryLimits(module)?.initial ?? 0) * PAGE_SIZE,
  };
}

const grouped = (value: number): string => value.toLocaleString("en-US");

function limitLine(what: string, bytes: number, limit: number): string {
  const share = ((100 * bytes) / limit).toFixed(1);
  return `${what} ${grouped(bytes)} of ${grouped(limit)} bytes (${share} %)\n`;
}

/** The report as lines of text. */
export function report(size: Size): string {
  const line = (name: string, functions: string, bytes: string): string =>
    `  ${name.padEnd(14)}${functions.padStart(9)}${bytes.padStart(9)}\n`;
  return [
    limitLine("core module  ", size.module, MODULE_LIMIT),
    line("room", "functions", "bytes"),
    ...size.rooms.map((room) => line(room.name, String(room.functions), grouped(room.code))),
    line("inlining", "", grouped(size.inlining)),
    line("data", "", grouped(size.data)),
    line("rest", "", grouped(size.rest)),
    limitLine("linear memory", size.memory, MEMORY_LIMIT),
  ].join("");
}
