import { LineCounter, isAlias, isMap, isNode, isPair, isScalar, isSeq, parseDocument } from "yaml";
import type { Document, Node, Pair, ScalarTag, Tags } from "yaml";
import { ScenarioError } from "./problem.js";
import type { Place, Problem } from "./problem.js";

/** The way to a value from the root: keys of mappings and places in sequences. */
export type Path = readonly (string | number)[];

/** Whole numbers as they are meant: `0049`, `+49` and what has more digits than a number can hold are texts, to be called. */
const WHOLE = /^-?(?:0|[1-9]\d{0,14})$/;

/** The tags of YAML, but for that of whole numbers. */
const tagsOf = (tags: Tags): Tags =>
  tags.map((tag) =>
    typeof tag === "object" && tag.tag === "tag:yaml.org,2002:int" && !("format" in tag)
      ? ({ ...tag, test: WHOLE } as ScalarTag)
      : tag,
  );

/** A YAML document that knows where each of its values stands. */
export class SourceDocument {
  readonly file: string;
  /** The document as plain values. */
  readonly value: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /** @throws ScenarioError where it is no YAML, or holds more than one document */
  constructor(file: string, text: string) {
    this.file = file;
    this.#lines = new LineCounter();
    this.#document = parseDocument(text, {
      lineCounter: this.#lines,
      prettyErrors: false,
      customTags: tagsOf,
    });
    const problems = this.#document.errors.map(({ pos: [offset], message }): Problem => ({
      file,
      ...this.#placeAt(offset),
      message: message.replace(/\.$/, ""),
    }));
    if (problems.length > 0) throw new ScenarioError(problems);
    try {
      this.value = this.#document.toJS();
    } catch (error) {
      // Aliases that would grow without end.
      throw new ScenarioError([
        { file, line: 1, column: 1, message: error instanceof Error ? error.message : String(error) },
      ]);
    }
  }

  /** Where a value stands; that of the nearest value around it where it is not there. */
  placeOf(path: Path): Place {
    return this.#placeAt(this.#offsetOf(path, false));
  }

  /** Where the key stands that names a value. */
  placeOfKey(path: Path): Place {
    return this.#placeAt(this.#offsetOf(path, true));
  }

  problem(path: Path, message: string): Problem {
    return { file: this.file, ...this.placeOf(path), message };
  }

  /** A problem with a key itself. */
  keyProblem(path: Path, message: string): Problem {
    return { file: this.file, ...this.placeOfKey(path), message };
  }

  #offsetOf(path: Path, ofKey: boolean): number {
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? 0;
    path.forEach((step, index) => {
      const inside: unknown = isAlias(node) ? node.resolve(this.#document) : node;
      const pair = isMap(inside) ? inside.items.find((item) => isKey(item, step)) : undefined;
      node = isSeq(inside) ? inside.items[Number(step)] : pair?.value;
      const wantsKey = ofKey && index === path.length - 1;
      offset = startOf(wantsKey ? pair?.key : node) ?? startOf(pair?.key) ?? offset;
    });
    return offset;
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

const isKey = (pair: unknown, name: string | number): pair is Pair<Node, Node | null> =>
  isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(name);

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
