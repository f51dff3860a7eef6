import { CONTRACT_VERSION, enumerations, events } from "./contract.js";
import { banner, constantCase, constantsOf, enumerationNames } from "./names.js";

/** The constants of the core. */
export const assemblyScript = (): string => {
  const lines = [`// ${banner}`, "", `export const CONTRACT_VERSION = ${String(CONTRACT_VERSION)};`];
  for (const name of enumerationNames) {
    lines.push("", `/* ${enumerations[name].comment} */`);
    for (const [constant, value] of constantsOf(name))
      lines.push(`export const ${constant} = ${String(value)};`);
  }
  lines.push("", "/* Event records. */");
  for (const [name, event] of Object.entries(events)) {
    lines.push(`/** ${Object.keys(event.fields).join(", ")}: ${event.comment} */`);
    lines.push(`export const EVENT_${constantCase(name)} = ${String(event.id)};`);
  }
  return `${lines.join("\n")}\n`;
};
