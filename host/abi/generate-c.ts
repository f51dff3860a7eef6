import { CONTRACT_VERSION, actions, enumerations, events, exportsOfCore } from "./contract.js";
import type { EnumerationName, FieldKind } from "./contract.js";
import { diagnostics } from "./diagnostics.js";
import { banner, constantCase, constantsOf, enumerationNames } from "./names.js";

interface CoreExport {
  readonly parameters: Readonly<Record<string, "u32" | "time">>;
  readonly result: "void" | "u32" | "i32" | "address" | "time";
}

const quoted = (text: string): string => JSON.stringify(text);

const fieldKind = (kind: FieldKind): string =>
  typeof kind === "string"
    ? `SF_FIELD_${kind.toUpperCase()}, 0`
    : `SF_FIELD_ENUMERATION, sf_names_${kind.enumeration}`;

const enumeration = (name: EnumerationName): string[] => {
  const { comment, prefix, values } = enumerations[name];
  const constants = constantsOf(name).map(([constant, value]) => `  SF_${constant} = ${String(value)},`);
  const names = Object.entries(values as Record<string, number>).map(
    ([key, value]) => `  {${String(value)}, ${quoted(key)}},`,
  );
  return [
    "",
    `/* ${comment} */`,
    `enum sf_${prefix.toLowerCase()} {`,
    ...constants,
    "};",
    `static const struct sf_name sf_names_${name}[] = {`,
    ...names,
    "  {0, 0},",
    "};",
  ];
};

/** What an X-macro of the exports says of one: name in both cases, result, number of parameters, parameters. */
const exportRow = ([name, { parameters, result }]: [string, CoreExport]): string => {
  const kinds = Object.values(parameters).map(
    (kind, index) => `${kind === "time" ? "T" : "N"}(${String(index)})`,
  );
  const row = [constantCase(name), name, result.toUpperCase(), String(kinds.length), kinds.join(" ")];
  return `  X(${row.join(", ").trimEnd()})`;
};

/** The exports as an enumeration, and as a list that a backend goes through with macros of its own. */
const exportList = (): string[] => {
  const rows = Object.entries<CoreExport>(exportsOfCore);
  return [
    "",
    "/* The exports of the module by number. */",
    "enum sf_export {",
    ...rows.map(([name], index) => `  SF_EXPORT_${constantCase(name)} = ${String(index)},`),
    "};",
    `#define SF_EXPORTS_COUNT ${String(rows.length)}`,
    `#define SF_PARAMETERS_MOST ${String(Math.max(...rows.map(([, row]) => Object.keys(row.parameters).length)))}`,
    "",
    "/*",
    " * X(NAME, name, result, count, parameters) for each export in that order. `result` is VOID, U32, I32, ADDRESS or TIME;",
    " * `parameters` are T(index) (a time, i64 in the module) and N(index) (a number, i32), one after the other without commas.",
    " */",
    "#define SF_EXPORTS(X, T, N) \\",
    rows.map(exportRow).join(" \\\n"),
  ];
};

/** The header of the hosts in C: numbers, and tables with which event records are read and named. */
export const cHeader = (): string => {
  const lines = [
    `/* ${banner} */`,
    "#ifndef SIP_FAILOVER_CONTRACT_H",
    "#define SIP_FAILOVER_CONTRACT_H",
    "",
    "/*",
    " * Exports of the module:",
    ...Object.entries(exportsOfCore).map(([name, definition]) => {
      const parameters = Object.entries(definition.parameters).map(([key, type]) => `${type} ${key}`);
      return ` *   ${definition.result} ${name}(${parameters.join(", ")}) - ${definition.comment}`;
    }),
    " *",
    " * Actions, little-endian, after kind u16 and size u16:",
    ...Object.entries(actions).map(([name, layout]) => ` *   ${name}: ${layout || "nothing"}`),
    " */",
    "",
    `#define SF_CONTRACT_VERSION ${String(CONTRACT_VERSION)}`,
    ...exportList(),
    "",
    "struct sf_name { int value; const char *name; };",
    ...enumerationNames.flatMap(enumeration),
    "",
    "/* Kinds of a field in an event record. */",
    "enum sf_field_kind { SF_FIELD_END, SF_FIELD_U32, SF_FIELD_ENUMERATION, SF_FIELD_TARGET, SF_FIELD_TARGETS, SF_FIELD_TEXT };",
    "struct sf_field { const char *name; enum sf_field_kind kind; const struct sf_name *names; };",
    "struct sf_event { int id; const char *name; const struct sf_field *fields; };",
    "",
  ];
  for (const [name, event] of Object.entries(events)) {
    const constant = constantCase(name);
    lines.push(`/* ${event.comment} */`, `#define SF_EVENT_${constant} ${String(event.id)}`);
    lines.push(`static const struct sf_field sf_fields_${constant.toLowerCase()}[] = {`);
    for (const [field, kind] of Object.entries<FieldKind>(event.fields))
      lines.push(`  {${quoted(field)}, ${fieldKind(kind)}},`);
    lines.push("  {0, SF_FIELD_END, 0},", "};");
  }
  lines.push("static const struct sf_event sf_events[] = {");
  for (const [name, event] of Object.entries(events)) {
    lines.push(`  {${String(event.id)}, ${quoted(name)}, sf_fields_${constantCase(name).toLowerCase()}},`);
  }
  lines.push(
    "  {0, 0, 0},",
    "};",
    "",
    "/* The sentences of diagnostics; {key}, {value}, {detail} stand for the record's. */",
  );
  lines.push("struct sf_sentence { int code; const char *message; const char *hint; };");
  lines.push("static const struct sf_sentence sf_diagnostics[] = {");
  for (const { code, message, hint } of diagnostics) {
    lines.push(`  {${String(code)}, ${quoted(message)}, ${quoted(hint)}},`);
  }
  lines.push("  {0, 0, 0},", "};", "", "#endif");
  return `${lines.join("\n")}\n`;
};
