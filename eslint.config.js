// @ts-check
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** A file that does one thing is not longer. */
const fileLength = /** @type {["error", { max: number }]} */ (["error", { max: 500 }]);

/**
 * The core is TypeScript only in its syntax: numbers have widths, `==` compares them, records lie over memory.
 * What allocates, and what would be state outside of linear memory, is refused here.
 */
const coreSyntax = [
  ["NewExpression", "Nothing allocates in the core: lay a record over memory.data."],
  [
    ":not(CallExpression[callee.object.name='memory']) > ArrayExpression",
    "Nothing allocates in the core: use memory.data.",
  ],
  ["ObjectExpression", "Nothing allocates in the core: lay a record over memory.data."],
  ["TemplateLiteral[expressions.length>0]", "Nothing allocates in the core: use a Writer."],
  ["BinaryExpression[operator='+'] > Literal[raw=/^[\"']/]", "Joining strings allocates: use a Writer."],
  ["FunctionExpression[parent.type!='MethodDefinition']", "AssemblyScript has no closures."],
  ["ArrowFunctionExpression", "AssemblyScript has no closures."],
  ["TSTypeAssertion", "Use `as`, or changetype<T>()."],
  [
    ":matches(Program, ExportNamedDeclaration) > VariableDeclaration[kind!='const']",
    "A global is state outside of linear memory: lay a record over memory.data.",
  ],
  [
    "PropertyDefinition[static=true]",
    "A global is state outside of linear memory: lay a record over memory.data.",
  ],
  ["ThrowStatement", "Nothing traps in the core: answer an error."],
  [
    "Decorator:not([expression.name='unmanaged'])",
    "Only @unmanaged classes: function decorators are not TypeScript.",
  ],
].map(([selector, message]) => ({ selector, message }));

/**
 * The rooms that a room may not use; whatever is not here it may.
 * @param {string} room
 * @param {string[]} closed
 * @returns {import("eslint").Linter.Config}
 */
const roomWithout = (room, closed) => ({
  files: [`assembly/${room}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: closed.map((name) => ({
          regex: `^(\\.\\./)+${name}(/|$)`,
          message: `Dependencies point down: ${room} does not know ${name}.`,
        })),
      },
    ],
  },
});

/** Names that start with an underscore are there for their place. */
const unused = { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" };

export default defineConfig(
  globalIgnores(["build/", "node_modules/"]),
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["host/**/*.ts", "scripts/**/*.ts", "tests/**/*.ts"],
    ignores: ["tests/unit/**"],
    extends: [
      js.configs.recommended,
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": fileLength,
      eqeqeq: "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", unused],
    },
  },
  {
    // node:test takes care of the promises of tests and groups.
    files: ["tests/**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            {
              from: "package",
              package: "node:test",
              name: ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"],
            },
          ],
        },
      ],
    },
  },
  {
    files: ["scripts/*.mjs", "*.config.js"],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: "tsconfig.scripts.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": fileLength,
      eqeqeq: "error",
      // The compiler knows the globals.
      "no-undef": "off",
      // What JSON.parse answers is given its type in a comment, which this rule does not follow.
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
  {
    files: ["assembly/**/*.ts", "tests/unit/**/*.ts"],
    extends: [tseslint.configs.base],
    rules: {
      "max-lines": fileLength,
      "no-duplicate-case": "error",
      "no-dupe-else-if": "error",
      "no-dupe-class-members": "error",
      "no-duplicate-imports": "error",
      "no-empty": "error",
      "no-fallthrough": "error",
      "no-self-assign": "error",
      "no-self-compare": "error",
      "no-shadow": "off",
      "no-unreachable": "error",
      "no-unused-labels": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "prefer-const": "error",
      "@typescript-eslint/no-unused-vars": ["error", unused],
      "@typescript-eslint/no-useless-constructor": "error",
    },
  },
  {
    files: ["assembly/**/*.ts"],
    rules: { "no-restricted-syntax": ["error", ...coreSyntax] },
  },
  roomWithout("bytes", [
    "account",
    "config",
    "contract",
    "dns",
    "redundancy",
    "sip",
    "time",
    "transaction",
    "transport",
  ]),
  roomWithout("time", [
    "account",
    "config",
    "contract",
    "dns",
    "redundancy",
    "sip",
    "transaction",
    "transport",
  ]),
  roomWithout("contract", ["account", "config", "dns", "redundancy", "sip", "transaction", "transport"]),
  roomWithout("redundancy", ["account", "config", "contract", "dns", "sip", "transaction", "transport"]),
  roomWithout("transport", ["account", "config", "dns", "redundancy", "sip", "transaction"]),
  roomWithout("sip", ["account", "config", "dns", "redundancy", "transaction", "transport"]),
  roomWithout("dns", ["account", "redundancy", "sip", "transaction"]),
  roomWithout("transaction", ["account", "redundancy"]),
  roomWithout("config", ["account", "redundancy", "transaction"]),
);
