import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { distance } from "fastest-levenshtein";
import type { SourceDocument } from "./document.js";
import type { Problem } from "./problem.js";

/** The schema of scenarios, four folders above the compiled hosts. */
export const SCHEMA_FILE = new URL("../../../../docs/scenario.schema.json", import.meta.url);

let compiled: ValidateFunction | undefined;

const validator = (): ValidateFunction => {
  if (compiled === undefined) {
    const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as object;
    compiled = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: true,
      strictRequired: false,
      allowUnionTypes: true,
    }).compile(schema);
  }
  return compiled;
};

/** Words that differ in more than this are other words. */
const MOST_DIFFERENCES = 3;

/** The word that is nearest to a misspelt one, as a question; empty where none is near. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const most = Math.min(MOST_DIFFERENCES, Math.ceil(word.length / 3));
  const [best] = known
    .map((each) => ({ each, differences: distance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ differences }) => differences <= most)
    .sort((one, other) => one.differences - other.differences);
  return best === undefined ? "" : `; did you mean "${best.each}"?`;
};

const pathOf = ({ instancePath }: ErrorObject): string[] =>
  instancePath
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Characters of a value that are shown. */
const MOST_SHOWN = 60;

/** A value as it stands in the file, or the beginning of a long one. */
const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
};

const paramOf = (error: ErrorObject, name: string): string =>
  String((error.params as Readonly<Record<string, unknown>>)[name]);

type Sentence = (error: ErrorObject) => string;

const typeNames: Readonly<Record<string, string>> = {
  object: "a mapping",
  array: "a list",
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
};

/** What is wrong, by the keyword of the schema that is not fulfilled. */
const sentences: Readonly<Record<string, Sentence>> = {
  additionalProperties: (error) => {
    const key = paramOf(error, "additionalProperty");
    const { properties = {} } = (error.parentSchema ?? {}) as { properties?: object };
    return `unknown key "${key}"${didYouMean(key, Object.keys(properties))}`;
  },
  required: (error) => `"${paramOf(error, "missingProperty")}" is missing`,
  type: (error) => {
    const types = paramOf(error, "type").split(",");
    return `this must be ${types.map((type) => typeNames[type] ?? type).join(" or ")}, not ${shown(error.data)}`;
  },
  enum: (error) => {
    const allowed = ((error.params as { allowedValues?: unknown[] }).allowedValues ?? []).map(String);
    return `this must be one of ${allowed.join(", ")}, not ${shown(error.data)}${didYouMean(String(error.data), allowed)}`;
  },
  minimum: (error) => `this must be ${paramOf(error, "limit")} or more`,
  maximum: (error) => `this must be ${paramOf(error, "limit")} or less`,
  minItems: () => "this list is too short",
  maxItems: () => "this list is too long",
  minProperties: () => "this mapping is empty",
  minLength: () => "this is empty",
};

const descriptionOf = ({ parentSchema }: ErrorObject): string | undefined => {
  const { description } = (parentSchema ?? {}) as { description?: unknown };
  return typeof description === "string" ? description : undefined;
};

/** Keywords of which the schema says in words what is wanted. */
const isDescribed = ({ keyword, parentSchema = {} }: ErrorObject): boolean =>
  ["anyOf", "oneOf", "pattern"].includes(keyword) || (keyword === "type" && "pattern" in parentSchema);

/** The words that a choice has, of which one may have been meant. */
const meant = ({ data, instancePath }: ErrorObject, errors: readonly ErrorObject[]): string => {
  if (typeof data !== "string") return "";
  const words = errors
    .filter((error) => error.keyword === "enum" && error.instancePath === instancePath)
    .flatMap(({ params }) => (params as { allowedValues: unknown[] }).allowedValues.map(String));
  return didYouMean(data, words);
};

const sentenceOf = (error: ErrorObject, errors: readonly ErrorObject[]): string => {
  const wanted = isDescribed(error) ? descriptionOf(error) : undefined;
  if (error.keyword === "oneOf") return wanted ?? "this fits nothing";
  if (wanted !== undefined)
    return `this must be ${wanted}; it is ${shown(error.data)}${meant(error, errors)}`;
  return sentences[error.keyword]?.(error) ?? error.message ?? "this is not allowed";
};

/**
 * Of a choice, the one error that says what there is to choose from is told. Where the value is a mapping, only one of
 * the choices takes that: then what is wrong within is told instead.
 */
const told = (errors: readonly ErrorObject[]): ErrorObject[] => {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf" || keyword === "oneOf");
  const isBelow = (error: ErrorObject, choice: ErrorObject): boolean =>
    error !== choice && error.schemaPath.startsWith(`${choice.schemaPath}/`);
  // References begin a path of their own, so what comes of a choice is known by what it is about, too.
  const isAbout = (error: ErrorObject, choice: ErrorObject): boolean =>
    error !== choice &&
    (error.instancePath === choice.instancePath || error.instancePath.startsWith(`${choice.instancePath}/`));
  const isInside = (error: ErrorObject, choice: ErrorObject): boolean =>
    choice.keyword === "anyOf" &&
    isAbout(error, choice) &&
    (error.instancePath !== choice.instancePath ||
      ["additionalProperties", "required", "minProperties", "minItems"].includes(error.keyword));
  const isMapping = ({ data }: ErrorObject): boolean => typeof data === "object" && data !== null;
  const replaced = new Set(
    choices.filter((choice) => isMapping(choice) && errors.some((error) => isInside(error, choice))),
  );
  const unknown = new Set(
    errors
      .filter(({ keyword }) => keyword === "additionalProperties")
      .map(({ instancePath }) => instancePath),
  );
  return errors.filter((error) => {
    // What is wrong with a name is told by the error of the name.
    if (replaced.has(error) || error.keyword === "propertyNames") return false;
    // A key that is misspelt is what the choice of keys lacks.
    if (error.keyword === "oneOf" && unknown.has(error.instancePath)) return false;
    return !choices.some((choice) =>
      choice.keyword === "oneOf"
        ? isBelow(error, choice)
        : isAbout(error, choice) && !(replaced.has(choice) && isInside(error, choice)),
    );
  });
};

/** What is not as the schema has it, in the order of the document, each place once. */
export const schemaProblems = (document: SourceDocument): Problem[] => {
  if (document.value === null) return [document.problem([], "there is nothing in it")];
  const validate = validator();
  if (validate(document.value)) return [];
  const problems = told(validate.errors ?? []).map((error): Problem => {
    const path = pathOf(error);
    const message = sentenceOf(error, validate.errors ?? []);
    if (error.keyword === "additionalProperties") {
      return document.keyProblem([...path, paramOf(error, "additionalProperty")], message);
    }
    if (error.propertyName !== undefined) {
      return document.keyProblem([...path, error.propertyName], message);
    }
    return document.problem(path, message);
  });
  const places = new Set<string>();
  return problems
    .sort((one, other) => one.line - other.line || one.column - other.column)
    .filter(({ line, column }) => {
      const place = `${String(line)}:${String(column)}`;
      if (places.has(place)) return false;
      places.add(place);
      return true;
    });
};
