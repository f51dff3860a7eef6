import { CONTRACT_VERSION, enumerations } from "./contract.js";
import { banner, constantsOf, enumerationNames } from "./names.js";

/** The constants of the hosts in TypeScript. Records are read by the definitions in `contract.ts` themselves. */
export const typeScript = (): string => {
  const lines = [`// ${banner}`, "", `export const CONTRACT_VERSION = ${String(CONTRACT_VERSION)};`];
  for (const name of enumerationNames) {
    if (name === "diagnostic") continue;
    lines.push("", `/* ${enumerations[name].comment} */`);
    for (const [constant, value] of constantsOf(name))
      lines.push(`export const ${constant} = ${String(value)};`);
  }
  return `${lines.join("\n")}\n`;
};
