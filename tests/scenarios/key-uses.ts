/**
 * Which configuration keys the scenarios set, and to which values: read from their sources. A value is known where it is
 * a literal, or a constant, a variable that goes through literals, or a parameter that is given one of these.
 */
import { readFileSync, readdirSync } from "node:fs";
import ts from "typescript";

/** By key and value: where it is set, `failover.test.ts:79`. */
export type Uses = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The folder of the sources, seen from where the build puts this file. */
const folder = new URL("../../../../tests/scenarios/", import.meta.url);

/** How far a value is followed from name to name. */
const DEEPEST = 8;

/** As the core names it: `failback_mode` of server 1 is `account.X.sip_server.Y.failback_mode`. */
const keyNamed = (name: string): string => {
  const whole = /^(account|sip|static|dns_cache_\w+)\./.test(name) ? name : `account.1.${name}`;
  return whole
    .replace(/^account\.\d+\./, "account.X.")
    .replace(/\b(sip_server|outbound_proxy)\.\d+\./, "$1.Y.")
    .replace(/\b(dns_cache_(?:naptr|srv|a))\.\d+\./, "$1.N.");
};

/** What is left of an expression without its types and parentheses. */
const bare = (node: ts.Expression): ts.Expression => {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    return bare(node.expression);
  }
  return node;
};

const each = (node: ts.Node, visit: (node: ts.Node) => void): void => {
  visit(node);
  ts.forEachChild(node, (child) => {
    each(child, visit);
  });
};

/** Where an import of the folder comes from: `helpers.ts`. */
const importedFrom = ({ moduleSpecifier }: ts.ImportDeclaration): string =>
  ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text.replace(/^\.\/(.*)\.js$/, "$1.ts") : "";

/** A part of a value by the way that a pattern goes into it: a place in an array, or a property's name. */
type Way = readonly (number | string)[];

/** The way from a pattern to a name in it; `undefined` where the name is not there. */
const wayTo = (name: string, pattern: ts.BindingName): Way | undefined => {
  if (ts.isIdentifier(pattern)) return pattern.text === name ? [] : undefined;
  for (const [index, element] of pattern.elements.entries()) {
    if (ts.isOmittedExpression(element)) continue;
    const rest = wayTo(name, element.name);
    if (rest === undefined) continue;
    const property = element.propertyName ?? element.name;
    return [ts.isArrayBindingPattern(pattern) ? index : property.getText(), ...rest];
  }
  return undefined;
};

class Sources {
  readonly files: readonly ts.SourceFile[] = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      return ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    });
  readonly #imports: ts.ImportDeclaration[] = [];
  /** By the name of what is called. */
  readonly #calls = new Map<string, ts.CallExpression[]>();

  constructor() {
    for (const file of this.files) {
      each(file, (node) => {
        if (ts.isImportDeclaration(node)) this.#imports.push(node);
        if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
        const name = node.expression.text;
        this.#calls.set(name, [...(this.#calls.get(name) ?? []), node]);
      });
    }
  }

  /** What a property is called. */
  names(node: ts.PropertyName): string[] {
    if (ts.isComputedPropertyName(node)) return this.values(node.expression);
    return ts.isIdentifier(node) || ts.isStringLiteralLike(node) ? [node.text] : [];
  }

  /** What an expression may be; nothing where that is not known. */
  values(node: ts.Expression, depth = 0): string[] {
    return this.#parts(node, [], depth).flatMap((found) => {
      if (ts.isNumericLiteral(found) || ts.isStringLiteralLike(found)) return [found.text];
      if (ts.isTemplateExpression(found)) return this.#filledIn(found, depth);
      const isNegative = ts.isPrefixUnaryExpression(found) && found.operator === ts.SyntaxKind.MinusToken;
      return isNegative && ts.isNumericLiteral(found.operand) ? [`-${found.operand.text}`] : [];
    });
  }

  /** What is not known in a template is 1, as the numbers of accounts, slots and records are. */
  #filledIn({ head, templateSpans }: ts.TemplateExpression, depth: number): string[] {
    let heads = [head.text];
    for (const { expression, literal } of templateSpans) {
      const values = this.values(expression, depth + 1);
      const known = values.length > 0 ? values : ["1"];
      heads = heads.flatMap((before) => known.map((value) => before + value + literal.text));
    }
    return heads;
  }

  /** What the part of an expression may be that a way leads to. */
  #parts(node: ts.Expression, way: Way, depth: number): ts.Expression[] {
    if (depth > DEEPEST) return [];
    const inner = bare(node);
    const again = (next: ts.Expression, rest = way): ts.Expression[] => this.#parts(next, rest, depth + 1);
    if (ts.isIdentifier(inner)) return this.#named(inner, way, depth);
    if (ts.isConditionalExpression(inner)) return [...again(inner.whenTrue), ...again(inner.whenFalse)];
    if (ts.isBinaryExpression(inner) && inner.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      return [...again(inner.left), ...again(inner.right)];
    }
    if (ts.isPropertyAccessExpression(inner)) return again(inner.expression, [inner.name.text, ...way]);
    const [first, ...rest] = way;
    if (first === undefined) return [inner];
    if (ts.isArrayLiteralExpression(inner) && typeof first === "number") {
      const element = inner.elements[first];
      return element === undefined ? [] : again(element, rest);
    }
    if (!ts.isObjectLiteralExpression(inner)) return [];
    return inner.properties.flatMap((property) => {
      const isIt = ts.isPropertyAssignment(property) && property.name.getText() === first;
      return isIt ? again(property.initializer, rest) : [];
    });
  }

  /** The same for each element of a list. */
  #elements(list: ts.Expression, way: Way, depth: number): ts.Expression[] {
    return this.#parts(list, [], depth + 1).flatMap((found) =>
      ts.isArrayLiteralExpression(found)
        ? found.elements.flatMap((element) => this.#parts(element, way, depth + 1))
        : [],
    );
  }

  /** What a name stands for where it is used: the nearest of those who declare it. */
  #named(name: ts.Identifier, way: Way, depth: number): ts.Expression[] {
    for (let scope: ts.Node = name.parent; ; scope = scope.parent) {
      const found =
        this.#ofLoop(scope, name.text, way, depth) ??
        this.#ofFunction(scope, name.text, way, depth) ??
        this.#ofBlock(scope, name.text, way, depth);
      if (found !== undefined) return found;
      if (ts.isSourceFile(scope)) return this.#imported(scope, name.text, way, depth);
    }
  }

  #ofLoop(scope: ts.Node, name: string, way: Way, depth: number): ts.Expression[] | undefined {
    if (!ts.isForOfStatement(scope) || !ts.isVariableDeclarationList(scope.initializer)) return undefined;
    const [declaration] = scope.initializer.declarations;
    const rest = declaration === undefined ? undefined : wayTo(name, declaration.name);
    return rest === undefined ? undefined : this.#elements(scope.expression, [...rest, ...way], depth);
  }

  #ofBlock(scope: ts.Node, name: string, way: Way, depth: number): ts.Expression[] | undefined {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) return undefined;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name: pattern, initializer } of statement.declarationList.declarations) {
        const rest = initializer === undefined ? undefined : wayTo(name, pattern);
        if (initializer !== undefined && rest !== undefined) {
          return this.#parts(initializer, [...rest, ...way], depth + 1);
        }
      }
    }
    return undefined;
  }

  /** A parameter is what the calls of its function give, and the files that import that; or what a list's method does. */
  #ofFunction(scope: ts.Node, name: string, way: Way, depth: number): ts.Expression[] | undefined {
    if (!ts.isFunctionLike(scope)) return undefined;
    for (const [index, parameter] of scope.parameters.entries()) {
      const rest = wayTo(name, parameter.name);
      if (rest === undefined) continue;
      const { parent } = scope;
      const whole = [...rest, ...way];
      if (ts.isCallExpression(parent)) return index === 0 ? this.#passed(parent, whole, depth) : [];
      if (!ts.isVariableDeclaration(parent) || !ts.isIdentifier(parent.name)) return [];
      const calls = this.#calls.get(parent.name.text) ?? [];
      return calls
        .filter((call) => this.#reaches(call.getSourceFile(), scope.getSourceFile()))
        .flatMap(({ arguments: given }) => {
          const argument = given[index] ?? parameter.initializer;
          return argument === undefined ? [] : this.#parts(argument, whole, depth + 1);
        });
    }
    return undefined;
  }

  /** What `list.map` and the like pass to a function. */
  #passed({ expression }: ts.CallExpression, way: Way, depth: number): ts.Expression[] {
    const isEach =
      ts.isPropertyAccessExpression(expression) &&
      ["map", "flatMap", "forEach"].includes(expression.name.text);
    return isEach ? this.#elements(expression.expression, way, depth) : [];
  }

  /** A constant of another file. */
  #imported(file: ts.SourceFile, name: string, way: Way, depth: number): ts.Expression[] {
    const from = this.files.filter((other) => other !== file && this.#reaches(file, other));
    return from.flatMap((other) => this.#ofBlock(other, name, way, depth) ?? []);
  }

  /** Whether a file is the other one, or imports something from it. */
  #reaches(file: ts.SourceFile, other: ts.SourceFile): boolean {
    return (
      file === other ||
      this.#imports.some((one) => one.getSourceFile() === file && importedFrom(one) === other.fileName)
    );
  }
}

/** Every key that a scenario sets: to which values, and where. */
export const usesOfKeys = (): Uses => {
  const sources = new Sources();
  const uses = new Map<string, Map<string, string[]>>();
  const note = (name: string, values: readonly string[], node: ts.Node): void => {
    const file = node.getSourceFile();
    const place = `${file.fileName}:${String(file.getLineAndCharacterOfPosition(node.getStart()).line + 1)}`;
    const key = keyNamed(name);
    const places = uses.get(key) ?? new Map<string, string[]>();
    uses.set(key, places);
    for (const value of values) places.set(value, [...(places.get(value) ?? []), place]);
  };
  for (const file of sources.files) {
    each(file, (node) => {
      if (ts.isPropertyAssignment(node)) {
        const values = sources.values(node.initializer);
        for (const name of sources.names(node.name)) note(name, values, node);
      } else if (ts.isShorthandPropertyAssignment(node)) {
        note(node.name.text, sources.values(node.name), node);
      } else if (ts.isStringLiteralLike(node)) {
        // A configuration file as text.
        for (const [, name = "", value = ""] of node.text.matchAll(/^([\w.]+) = (.*)$/gm)) {
          note(name, [value], node);
        }
      }
    });
  }
  return uses;
};
