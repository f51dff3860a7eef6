/** A module as functions of instructions: read from the binary format, and written again. */
import { Reader, encodeNumber, sectionsOf } from "../wasm.js";
import { decode, encode, op } from "./instructions.js";
import type { Instruction, Signature } from "./instructions.js";

export interface Func {
  readonly signature: Signature;
  /** Types of the parameters and then of the other locals. */
  readonly locals: readonly number[];
  /** The last one, the function's own `end`, is not among them. */
  readonly body: readonly Instruction[];
}

/** A constant that is named by its index. */
export interface Constant {
  readonly type: number;
  readonly value: Instruction;
}

export interface Program {
  readonly functions: readonly Func[];
  readonly constants: readonly Constant[];
  /** The function that runs when the module starts. */
  readonly start: number | undefined;
  readonly exports: readonly { readonly name: Uint8Array; readonly kind: number; readonly index: number }[];
  /** The sections that stay as they are. */
  readonly memory: Uint8Array;
  readonly data: Uint8Array;
}

const section = {
  type: 1,
  function: 3,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  data: 11,
} as const;
const FUNCTION_TYPE = 0x60;
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/**
 * Reads a module of which nothing is imported, and that has neither tables nor globals. Custom sections are dropped.
 * Throws where there is another section.
 */
export function read(module: Uint8Array): Program {
  const contents = new Map<number, Uint8Array>();
  for (const { id, start, end } of sectionsOf(module)) {
    if (id === 0) continue;
    if (!(Object.values(section) as number[]).includes(id) || id === section.global) {
      throw new Error(`a section that the core does not have: ${String(id)}`);
    }
    contents.set(id, module.subarray(start, end));
  }
  const contentOf = (id: number): Reader => new Reader(contents.get(id) ?? Uint8Array.of(0), 0);

  const types = contentOf(section.type);
  const signatures = times(types.number(), (): Signature => {
    types.byte();
    const parameters = times(types.number(), () => types.byte());
    return { parameters, results: times(types.number(), () => types.byte()) };
  });
  const declared = contentOf(section.function);
  const signatureOf = times(declared.number(), () => {
    const signature = signatures[declared.number()];
    if (signature === undefined) throw new RangeError("a function of a type that is not there");
    return signature;
  });
  const code = contentOf(section.code);
  code.number();
  const exported = contentOf(section.export);
  return {
    functions: signatureOf.map((signature) => readFunction(signature, code)),
    constants: [],
    exports: times(exported.number(), () => ({
      name: exported.slice(exported.number()),
      kind: exported.byte(),
      index: exported.number(),
    })),
    start: contents.has(section.start) ? contentOf(section.start).number() : undefined,
    memory: contents.get(section.memory) ?? new Uint8Array(),
    data: contents.get(section.data) ?? new Uint8Array(),
  };
}

function readFunction(signature: Signature, code: Reader): Func {
  const end = code.number() + code.at;
  const locals = [...signature.parameters];
  for (let groups = code.number(); groups > 0; groups--) {
    const count = code.number();
    const type = code.byte();
    locals.push(...times(count, () => type));
  }
  const body = [];
  while (code.at < end) body.push(decode(code));
  body.pop();
  return { signature, locals, body };
}

/** The types of a function's locals in runs of equal ones. */
function localGroups({ signature, locals }: Func): number[] {
  const groups: [count: number, type: number][] = [];
  for (const type of locals.slice(signature.parameters.length)) {
    const last = groups.at(-1);
    if (last?.[1] === type) last[0]++;
    else groups.push([1, type]);
  }
  return [
    ...encodeNumber(groups.length),
    ...groups.flatMap(([count, type]) => [...encodeNumber(count), type]),
  ];
}

export function write(program: Program): Uint8Array {
  const signatures = new Map<string, number>();
  const types: number[] = [];
  const indexOf = ({ parameters, results }: Signature): number => {
    const bytes = [
      FUNCTION_TYPE,
      ...encodeNumber(parameters.length),
      ...parameters,
      ...encodeNumber(results.length),
      ...results,
    ];
    const index = signatures.get(String(bytes)) ?? signatures.size;
    if (index === signatures.size) types.push(...bytes);
    signatures.set(String(bytes), index);
    return index;
  };
  const { functions, constants, exports } = program;
  const declared = functions.flatMap(({ signature }) => encodeNumber(indexOf(signature)));
  const code = functions.flatMap((func) => {
    const bytes = [...localGroups(func), ...func.body.flatMap(encode), op.end];
    return [...encodeNumber(bytes.length), ...bytes];
  });
  const sections: [id: number, content: Iterable<number>][] = [
    [section.type, [...encodeNumber(signatures.size), ...types]],
    [section.function, [...encodeNumber(functions.length), ...declared]],
    [section.memory, program.memory],
    [
      section.global,
      [
        ...encodeNumber(constants.length),
        ...constants.flatMap(({ type, value }) => [type, 0, ...encode(value), op.end]),
      ],
    ],
    [
      section.export,
      [
        ...encodeNumber(exports.length),
        ...exports.flatMap(({ name, kind, index }) => [
          ...encodeNumber(name.length),
          ...name,
          kind,
          ...encodeNumber(index),
        ]),
      ],
    ],
    [section.start, program.start === undefined ? [] : encodeNumber(program.start)],
    [section.code, [...encodeNumber(functions.length), ...code]],
    [section.data, program.data],
  ];
  return Uint8Array.from([
    ...HEADER,
    ...sections.flatMap(([id, content]) => {
      const bytes = [...content];
      return bytes.length === 0 || (bytes.length === 1 && bytes[0] === 0)
        ? []
        : [id, ...encodeNumber(bytes.length), ...bytes];
    }),
  ]);
}
