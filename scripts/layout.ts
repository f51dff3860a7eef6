/**
 * A transform of asc: records and literals lie at the beginning of the core's memory, pools and buffers behind. An
 * address below 8192 is a byte shorter in the code wherever it is named, and records are named most.
 */
import {
  CallExpression,
  IdentifierExpression,
  Node,
  PropertyAccessExpression,
  VariableStatement,
} from "assemblyscript";
import type { Parser } from "assemblyscript";
import type { Transform } from "assemblyscript/asc";

const SOURCES = "assembly/";

/** `memory.data(…)` alone: a pool or a buffer. Around that of a record is a changetype. */
function isBlock(node: Node | null): boolean {
  return (
    node instanceof CallExpression &&
    node.expression instanceof PropertyAccessExpression &&
    node.expression.expression instanceof IdentifierExpression &&
    node.expression.expression.text === "memory"
  );
}

/** asc asks no more of a transform than the method. */
const transform: unknown = {
  afterParse(parser: Parser): void {
    for (const source of parser.sources) {
      if (!source.internalPath.startsWith(SOURCES)) continue;
      for (const statement of source.statements) {
        if (!(statement instanceof VariableStatement)) continue;
        for (const declaration of statement.declarations) {
          if (!isBlock(declaration.initializer)) continue;
          // asc gives what is lazy its place when the first function is compiled that names it.
          const lazy = Node.createIdentifierExpression("lazy", declaration.range);
          declaration.decorators = [Node.createDecorator(lazy, null, declaration.range)];
        }
      }
    }
  },
};

export const recordsFirst = transform as Transform;
