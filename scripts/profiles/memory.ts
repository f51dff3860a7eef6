/** What lies where in the core's memory. asc gives each `memory.data` a place, and writes it as a data segment. */
import { VariableStatement } from "assemblyscript";
import type { Parser } from "assemblyscript";
import compilers from "assemblyscript/binaryen";
import type { Transform } from "assemblyscript/asc";
import type binaryen from "binaryen";

/** A pool, a buffer or a record. */
export interface Block {
  /** Its file and its name there: \`transport/flows/flows\`. */
  readonly name: string;
  readonly address: number;
  readonly octets: number;
}

const SOURCES = "assembly/";
/** What the size of memory is a multiple of: as aligned as any machine wants it. */
const ALIGNMENT = 16;

/** Collects the blocks of the module that is compiled with its transform. */
export class MemoryMap {
  readonly #names = new Set<string>();
  #blocks: readonly Block[] = [];

  /** For asc. Its types ask for more than a transform needs to have. */
  get transform(): Transform {
    const transform: unknown = {
      afterParse: (parser: Parser): void => {
        for (const { internalPath, statements } of parser.sources) {
          for (const statement of statements) {
            if (!(statement instanceof VariableStatement)) continue;
            for (const { name, initializer } of statement.declarations) {
              if (initializer?.range.toString().includes("memory.data") === true) {
                this.#names.add(`${internalPath}/${name.text}`);
              }
            }
          }
        }
      },
      afterCompile: (module: binaryen.Module): void => {
        this.#blocks = this.#blocksOf(module);
      },
    };
    return transform as Transform;
  }

  /** In the order of their addresses. */
  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** Octets of memory that the module uses. */
  get size(): number {
    const end = Math.max(...this.#blocks.map(({ address, octets }) => address + octets));
    return Math.ceil(end / ALIGNMENT) * ALIGNMENT;
  }

  #blocksOf(module: binaryen.Module): readonly Block[] {
    const names = new Map<number, string>();
    for (let index = 0; index < module.getNumGlobals(); index++) {
      const { name, init } = compilers.getGlobalInfo(module.getGlobalByIndex(index));
      if (!this.#names.has(name)) continue;
      const { value } = compilers.getExpressionInfo(init) as { value?: number };
      if (value !== undefined) names.set(value, name.slice(SOURCES.length));
    }
    const blocks: Block[] = [];
    for (let index = 0; index < module.getNumMemorySegments(); index++) {
      const { offset, data } = module.getMemorySegmentInfoByIndex(index);
      blocks.push({ name: names.get(offset) ?? "", address: offset, octets: data.byteLength });
    }
    return blocks.sort((one, other) => one.address - other.address);
  }
}
