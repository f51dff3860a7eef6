import { enumerations } from "./contract.js";
import type { EnumerationName } from "./contract.js";

export const banner = 'Generated from host/abi/contract.ts by "npm run abi". Do not edit.';

/** `no-target-left` as the tail of a constant: `NO_TARGET_LEFT`. */
export const constantCase = (name: string): string => name.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();

/** Every constant of an enumeration: its full name and number. */
export const constantsOf = (enumeration: EnumerationName): [string, number][] => {
  const { prefix, values } = enumerations[enumeration];
  return Object.entries(values as Record<string, number>).map(([name, value]) => [
    `${prefix}_${constantCase(name)}`,
    value,
  ]);
};

export const enumerationNames = Object.keys(enumerations) as EnumerationName[];
