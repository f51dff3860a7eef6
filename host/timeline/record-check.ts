import { enumerations, events } from "../abi/contract.js";
import type { EventName, FieldKind } from "../abi/contract.js";

const namesOf = new Map<string, ReadonlySet<string>>(
  Object.entries(enumerations).map(([name, { values }]) => [name, new Set(Object.keys(values))]),
);

const isText = (value: unknown): boolean => typeof value === "string";

const isOfKind = (value: unknown, kind: FieldKind): boolean => {
  if (kind === "u32") return typeof value === "number" && value >= 0;
  if (kind === "target" || kind === "text") return isText(value);
  if (kind === "targets") return Array.isArray(value) && value.every(isText);
  return isText(value);
};

/** What is wrong with a record of the contract: a field that is missing or of another kind; `undefined`: nothing. */
export const wrongFieldOf = (record: Readonly<Record<string, unknown>>): string | undefined => {
  const definition = events[record["event"] as EventName] as (typeof events)[EventName] | undefined;
  // The name of its file is in place of its number.
  if (definition === undefined || record["event"] === "config") return undefined;
  return Object.entries(definition.fields as Readonly<Record<string, FieldKind>>).find(
    ([field, kind]) => !isOfKind(record[field], kind),
  )?.[0];
};

/** Whether a record is one of the contract, with names that it knows: a later version may have more of them. */
export const isOfContract = (record: Readonly<Record<string, unknown>>): boolean => {
  const definition = events[record["event"] as EventName] as (typeof events)[EventName] | undefined;
  return (
    definition !== undefined &&
    Object.entries(definition.fields as Readonly<Record<string, FieldKind>>).every(
      ([field, kind]) =>
        typeof kind === "string" || namesOf.get(kind.enumeration)?.has(String(record[field])) === true,
    )
  );
};
