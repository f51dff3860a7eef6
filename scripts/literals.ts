/**
 * A transform of asc: the core's string literals become bytes that end with a zero. As strings they would take two
 * bytes a character and a header of twenty bytes each.
 *
 * All of them lie in one block. A literal is the address of its bytes, still of type `string`, and only
 * assembly/bytes/literal.ts reads it: it knows by PACKED_LITERALS, declared here, that there are bytes. Without the
 * transform, as in the unit tests, it reads strings.
 */
import type { Transform } from "assemblyscript/asc";
import {
  CallExpression,
  ExportStatement,
  IdentifierExpression,
  ImportStatement,
  Node,
  StringLiteralExpression,
  TemplateLiteralExpression,
} from "assemblyscript";
import type { Parser } from "assemblyscript";

const SOURCES = "assembly/";

/** The text of a literal that has nothing put in; undefined for any other node. */
function textOf(node: Node): string | undefined {
  if (node instanceof StringLiteralExpression) return node.value;
  if (node instanceof TemplateLiteralExpression && node.expressions.length === 0) return node.parts[0];
  return undefined;
}

/** What is in quotes there is a path or the name of a field. */
function quotesNames(node: Node): boolean {
  return (
    node instanceof ImportStatement ||
    node instanceof ExportStatement ||
    (node instanceof CallExpression &&
      node.expression instanceof IdentifierExpression &&
      node.expression.text === "offsetof")
  );
}

/** Replaces the literals in and below a node, or a list of nodes, by the names that `nameOf` answers. */
function replaceLiterals(parent: object, nameOf: (text: string) => string): void {
  for (const [key, child] of Object.entries(parent) as [string, unknown][]) {
    if (Array.isArray(child)) replaceLiterals(child, nameOf);
    if (!(child instanceof Node) || quotesNames(child)) continue;
    const text = textOf(child);
    if (text === undefined) replaceLiterals(child, nameOf);
    else Object.assign(parent, { [key]: Node.createIdentifierExpression(nameOf(text), child.range) });
  }
}

/** The texts one behind the other, each with its zero. One that another ends with lies in that. */
function pack(texts: readonly string[]): string {
  let packed = "";
  for (const text of [...texts].sort((one, other) => other.length - one.length)) {
    // eslint-disable-next-line no-control-regex
    if (!/^[\x01-\x7f]*$/.test(text)) throw new Error(`a literal is not ASCII: ${text}`);
    if (!packed.includes(`${text}\0`)) packed += `${text}\0`;
  }
  return packed;
}

/** The source that declares the names: constants, of which those that nobody uses cost nothing but their bytes. */
function declarations(names: ReadonlyMap<string, string>): string {
  const packed = pack([...names.keys()]);
  const bytes = Array.from(packed, (character) => character.charCodeAt(0)).join(",");
  const lines = [`@global @lazy const PACKED_LITERALS: usize = memory.data<u8>([${bytes}]);`];
  for (const [text, name] of names) {
    const at = packed.indexOf(`${text}\0`);
    lines.push(`@global @lazy const ${name}: string = changetype<string>(PACKED_LITERALS + ${String(at)});`);
  }
  return lines.join("\n");
}

/** asc asks no more of a transform than the method. */
const transform: unknown = {
  afterParse(parser: Parser): void {
    const names = new Map<string, string>();
    const nameOf = (text: string): string => {
      const name = names.get(text) ?? `PACKED_LITERAL_${String(names.size)}`;
      names.set(text, name);
      return name;
    };
    for (const source of parser.sources) {
      if (source.internalPath.startsWith(SOURCES)) replaceLiterals(source.statements, nameOf);
    }
    parser.parseFile(declarations(names), `${SOURCES}packed-literals.ts`, false);
  },
};

export const packLiterals = transform as Transform;
