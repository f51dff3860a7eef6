/**
 * The binary format of WebAssembly 1.0 as far as the build and its tests need it: which sections there are, how long
 * each function is and what it is called, what the memory may become.
 */

export interface Section {
  readonly id: number;
  /** Where the section's content begins and ends in the module. */
  readonly start: number;
  readonly end: number;
}

export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly initial: number;
  readonly maximum: number | undefined;
}

export const PAGE_SIZE = 65_536;

const HEADER_SIZE = 8;
export const sectionId = { custom: 0, import: 2, memory: 5, global: 6, code: 10, data: 11 } as const;
const NAMES_OF_FUNCTIONS = 1;

/** Reads a module from a given place on. Throws a RangeError where the module ends too early. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError("the module ends too early");
    return value;
  }

  /** LEB128, unsigned, at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** LEB128, signed, at most 64 bits. */
  signed(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(Number(shift) + 7, value);
    }
  }

  slice(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text(): string {
    return new TextDecoder().decode(this.slice(this.number()));
  }
}

/** LEB128, unsigned. */
export function encodeNumber(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) + 0x80);
  return [...bytes, value];
}

/** The module's sections in their order. */
export function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  const reader = new Reader(module, HEADER_SIZE);
  while (reader.at < module.length) {
    const id = reader.byte();
    const length = reader.number();
    sections.push({ id, start: reader.at, end: reader.at + length });
    reader.at += length;
  }
  return sections;
}

function readerOf(module: Uint8Array, id: number): Reader | undefined {
  const section = sectionsOf(module).find((each) => each.id === id);
  return section && new Reader(module, section.start);
}

/** The bytes of a section's content, all sections of the kind together; 0 where there is none. */
export function sectionSize(module: Uint8Array, id: number): number {
  return sectionsOf(module)
    .filter((section) => section.id === id)
    .reduce((sum, section) => sum + section.end - section.start, 0);
}

/**
 * The length of every function's body in bytes, its length prefix included, by the function's index. Throws where the
 * module imports functions: their indices would come first.
 */
export function functionSizes(module: Uint8Array): Map<number, number> {
  const sizes = new Map<number, number>();
  const section = sectionsOf(module).find((each) => each.id === sectionId.code);
  if (section === undefined) return sizes;
  if (sectionSize(module, sectionId.import) > 0) throw new Error("a module that imports is not measured");
  const reader = new Reader(module, section.start);
  const count = reader.number();
  for (let index = 0; index < count; index++) {
    const start = reader.at;
    const length = reader.number();
    reader.at += length;
    sizes.set(index, reader.at - start);
  }
  if (reader.at !== section.end) throw new Error("the functions do not fill the code section");
  return sizes;
}

/** The functions' names by their index; empty in a module whose names are stripped. */
export function functionNames(module: Uint8Array): Map<number, string> {
  const names = new Map<number, string>();
  for (const section of sectionsOf(module)) {
    if (section.id !== sectionId.custom) continue;
    const reader = new Reader(module, section.start);
    if (reader.text() !== "name") continue;
    while (reader.at < section.end) {
      const kind = reader.byte();
      const next = reader.number() + reader.at;
      if (kind === NAMES_OF_FUNCTIONS) {
        for (let count = reader.number(); count > 0; count--) names.set(reader.number(), reader.text());
      }
      reader.at = next;
    }
  }
  return names;
}

/** The names of the custom sections. */
export function customSections(module: Uint8Array): string[] {
  return sectionsOf(module)
    .filter((section) => section.id === sectionId.custom)
    .map((section) => new Reader(module, section.start).text());
}

/** The limits of the module's memory; undefined where it defines none. */
export function memoryLimits(module: Uint8Array): MemoryLimits | undefined {
  const reader = readerOf(module, sectionId.memory);
  if (reader === undefined || reader.number() === 0) return undefined;
  const hasMaximum = (reader.byte() & 1) === 1;
  const initial = reader.number();
  return { initial, maximum: hasMaximum ? reader.number() : undefined };
}

/** How many bytes follow the opcode of a constant expression: a number as LEB128, or so many bytes. */
const constantOperands: Readonly<Record<number, number | "leb">> = {
  0x23: "leb",
  0x41: "leb",
  0x42: "leb",
  0x43: 4,
  0x44: 8,
};
const END = 0x0b;

/** Whether each of the module's own globals may change, in their order. */
export function globalMutability(module: Uint8Array): boolean[] {
  const reader = readerOf(module, sectionId.global);
  const mutable: boolean[] = [];
  for (let count = reader?.number() ?? 0; reader !== undefined && count > 0; count--) {
    reader.byte();
    mutable.push(reader.byte() === 1);
    for (let opcode = reader.byte(); opcode !== END; opcode = reader.byte()) {
      const operand = constantOperands[opcode];
      if (operand === undefined)
        throw new Error(`a global begins with an instruction that is no constant: ${String(opcode)}`);
      if (operand === "leb") while (reader.byte() >= 0x80);
      else reader.at += operand;
    }
  }
  return mutable;
}

/** The same module with a memory that cannot grow: its maximum is what it begins with. */
export function withFixedMemory(module: Uint8Array): Uint8Array {
  const limits = memoryLimits(module);
  if (limits === undefined) throw new Error("the module has no memory of its own");
  const pages = encodeNumber(limits.initial);
  const content = [1, 1, ...pages, ...pages];
  const parts: Uint8Array[] = [module.subarray(0, HEADER_SIZE)];
  for (const { id, start, end } of sectionsOf(module)) {
    const body = id === sectionId.memory ? Uint8Array.from(content) : module.subarray(start, end);
    parts.push(Uint8Array.from([id, ...encodeNumber(body.length)]), body);
  }
  return new Uint8Array(Buffer.concat(parts));
}
