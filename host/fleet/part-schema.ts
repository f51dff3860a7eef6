import { Ajv2020 } from "ajv/dist/2020.js";
import { MOST_AT_ONCE, MOST_PHONES } from "./job.js";
import type { PackedPart } from "./part.js";

const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});

const array = (items: object): object => ({ type: "array", items });
const number = { type: "number", minimum: 0 };
const count = { type: "integer", minimum: 0 };
const text = { type: "string" };

/** Longer scenarios are none: a hundred days. Milliseconds. */
const LONGEST = 100 * 86_400_000;

const capacity = object({
  registrations: { type: "number", exclusiveMinimum: 0 },
  queue: number,
  beyond: { anyOf: [{ const: "silent" }, object({ status: count, retryAfter: count }, ["retryAfter"])] },
});

const schema = object(
  {
    fleet: count,
    identity: object({
      version: text,
      core: text,
      configuration: text,
      scenario: text,
      phones: { type: "integer", minimum: 1, maximum: MOST_PHONES },
      seed: count,
      spread: number,
      cell: { type: "integer", minimum: 1, maximum: MOST_AT_ONCE },
    }),
    outline: object({
      title: text,
      duration: { type: "integer", minimum: 1, maximum: LONGEST },
      countedFrom: number,
      servers: array(object({ name: text, capacity: { anyOf: [{ type: "null" }, capacity] } })),
      outages: array(object({ server: count, from: number, to: number })),
    }),
    shard: object({ number: { type: "integer", minimum: 1 }, of: { type: "integer", minimum: 1 } }),
    tally: object({
      phones: count,
      unregistered: count,
      services: array({ type: "array", items: count, minItems: 2, maxItems: 2 }),
      servers: array(object({ registers: text, others: text, rejected: text, wait: text })),
      all: object({ without: text, failovers: text, failbacks: text }),
    }),
  },
  ["shard"],
);

const fits = new Ajv2020({ strictTypes: false }).compile<PackedPart>(schema);

/** Whether a value has the form of a part; whether its series can be unpacked is another question. */
export const isPart = (value: unknown): value is PackedPart => {
  if (!fits(value)) return false;
  const { outline, shard, tally } = value;
  const isShard = shard === undefined || shard.number <= shard.of;
  return isShard && tally.servers.length === outline.servers.length;
};
