import { plain } from "../cli/paint.js";
import { recordText } from "../cli/render/record.js";
import { printable } from "../cli/render/words.js";
import type { EventRecord } from "../abi/record.js";
import { scenarioSentence } from "./scenario.js";
import type { Trace, TraceRecord } from "./trace.js";

const valueText = (value: unknown): string =>
  typeof value === "string" ? printable(value) : JSON.stringify(value);

/** What a record holds, field by field, without what every record has. */
export const fieldsOf = (record: TraceRecord): [name: string, value: string][] =>
  Object.entries(record)
    .filter(([name]) => name !== "event" && name !== "account" && name !== "t")
    .map(([name, value]) => [name, valueText(value)]);

/** An event as a sentence, in the words of `run`. */
export const sentenceOf = (trace: Trace, event: number): string => {
  const record = trace.recordAt(event);
  if (trace.isKnownAt(event)) return recordText(record as unknown as EventRecord, plain);
  const told = scenarioSentence(record);
  if (told !== undefined) return told;
  const fields = fieldsOf(record).map(([name, value]) => `${name} ${value}`);
  return [record.event, ...fields].join(", ");
};
