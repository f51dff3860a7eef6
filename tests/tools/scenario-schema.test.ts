import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { SCHEMA_FILE } from "../../host/scenario/schema.js";
import { parseScenario } from "../../host/scenario/read.js";
import { EXAMPLES, exampleNames, playText } from "./scenarios.js";

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

const schema = JSON.parse(readFileSync(SCHEMA_FILE, "utf8")) as Schema;
const document = readFileSync(new URL("scenario.md", SCHEMA_FILE), "utf8");

const definitionOf = ({ $ref }: Schema): Schema =>
  $ref === undefined ? {} : (schema.$defs?.[$ref.replace("#/$defs/", "")] ?? {});

const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Everything that a part of the schema offers: keys, and words to choose from. */
const offers = (part: Schema, where: string, seen = new Set<string>()): Set<string> => {
  const below = [...(part.anyOf ?? []), part.items, part.additionalProperties];
  for (const each of below) if (typeof each === "object") offers(each, where, seen);
  for (const [key, value] of Object.entries(part.properties ?? {})) {
    seen.add(`${where}.${key}`);
    offers(value, `${where}.${key}`, seen);
  }
  for (const word of [...(part.enum ?? []), ...("const" in part ? [part.const] : [])]) {
    seen.add(`${where}=${String(word)}`);
  }
  if (part.$ref !== undefined) offers(definitionOf(part), where, seen);
  return seen;
};

/** What of that a value uses. */
const uses = (part: Schema, value: unknown, where: string, seen = new Set<string>()): Set<string> => {
  for (const each of part.anyOf ?? []) uses(each, value, where, seen);
  if (part.$ref !== undefined) uses(definitionOf(part), value, where, seen);
  if (Array.isArray(value)) for (const each of value) uses(part.items ?? {}, each, where, seen);
  if (isMapping(value)) {
    for (const [key, inside] of Object.entries(value)) {
      const property = part.properties?.[key];
      if (property !== undefined) {
        seen.add(`${where}.${key}`);
        uses(property, inside, `${where}.${key}`, seen);
      } else if (typeof part.additionalProperties === "object") {
        uses(part.additionalProperties, inside, where, seen);
      }
    }
  }
  if (part.enum?.includes(value) === true || part.const === value) seen.add(`${where}=${String(value)}`);
  return seen;
};

const QUALITY = "{ latency: 5ms, jitter: 1ms, loss: 1%, duplicate: 1% }";
const ALGORITHMS = "[MD5, MD5-sess, SHA-256, SHA-256-sess, SHA-512-256, SHA-512-256-sess]";
const AUTH = `{ realm: here, users: { "1001": password-1001 }, algorithms: ${ALGORITHMS} }`;
const states = ["up", "silent", "refusing", "stopped", "unreachable"];

/** A scenario with everything that there is. */
const everything = `title: Everything
description: Each key and each word once.
duration: 1h
seed: 3
network: ${QUALITY}
registrations: separate
servers:
  a: { address: 192.0.2.1, auth: ${AUTH}, lifetime: 10min, shortest_lifetime: 30s, answer_after: 5ms, link: ${QUALITY}, tls: true, record_route: address, capacity: { registrations: 100, queue: 2s, beyond: 503, retry_after: 10s }, state: 503, retry_after: 1min }
  b: { address: [192.0.2.2, "[2001:db8::2]:5080"], auth: true, tls: untrusted, record_route: none, capacity: { registrations: 0.5, beyond: silent }, state: slow, delay: 30ms }
  c: { address: 192.0.2.3, tls: [c.example.com], capacity: 20, record_route: "sip:c.example.com;lr", state: lossy, loss: 5% }
${states.map((state, index) => `  s${String(index)}: { address: 192.0.2.${String(10 + index)}, state: ${state} }`).join("\n")}
dns:
  address: [192.0.2.53, 192.0.2.54]
  records: [sip.example.com 60 A 192.0.2.1]
  zone_file: tests/tools/zones/example.zone
  negative_ttl: 1min
  answer_after: 10ms
  state: slow
  delay: 20ms
far_ends:
  "2000": { ring: 1s, answer: 2s, status: 486 }
  "*": { silent: true }
events:
${[...states, 404]
  .map(
    (state, index) =>
      `  - { at: ${String(index + 1)}min, server: a, state: ${String(state)}, for: ${state === "up" ? "null" : "50s"} }`,
  )
  .join("\n")
  .replaceAll(", for: null", "")}
  - { at: 10min, server: a, state: 503, retry_after: 1min, for: 10s, every: 1min, until: 14min }
  - { at: 20min, server: [a, b], state: slow, delay: 1s }
  - { at: 21min, server: all, state: lossy, loss: 10% }
  - { at: 22min, server: a, state: up, auth: ${AUTH}, lifetime: 1min }
  - { at: 23min, server: b, auth: false }
${["up", "silent", "closed", "refused", "servfail", "nxdomain"].map((state, index) => `  - { at: ${String(index + 30)}min, dns: ${state} }`).join("\n")}
  - { at: 36min, dns: slow, delay: 1s, for: 1min }
  - { at: 37min, dns: { records: [a.example.com 60 A 192.0.2.1], remove: b.example.com } }
${["down", "unreachable", "up", QUALITY].map((state, index) => `  - { at: ${String(index + 40)}min, link: ${state} }`).join("\n")}
  - { at: 45min, call: { to: 2000, account: 1, name: first }, for: 1min }
  - { at: 46min, hang_up: first }
  - { at: 47min, incoming: { account: 1, through: a, answer: never, name: second } }
${["message-summary", "dialog", "presence"].map((name) => `  - { at: 50min, subscribe: { package: ${name}, account: 1, to: sip:a@example.com, expires: 10min } }`).join("\n")}
random:
  - { calls: { to: [a, b], accounts: [1] }, every: 10min, for: [1s, 1min], from: 51min, until: 55min }
  - { incoming: { accounts: [1], answer: [1s, 2s] }, every: 10min }
`;

/** What a scenario can have once only. */
const others = ["up", "silent", "closed", "refused", "servfail", "nxdomain"].map(
  (state) =>
    `duration: 1h\nregistrations: shared\nservers: { a: { address: 192.0.2.1 } }\ndns: { state: ${state} }\n`,
);

const configuration = `#!version:1.0.0.1
account.1.enable = 1
account.1.user_name = 1001
account.1.password = password-1001
account.1.sip_server.1.address = sip.example.com
`;

describe("the schema of scenarios", () => {
  const validate = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
    schema,
  );

  const assertValid = (yaml: string): void => {
    assert.ok(validate(parse(yaml)), JSON.stringify(validate.errors));
  };

  for (const name of exampleNames()) {
    it(`has everything in the example ${name}`, () => {
      assertValid(readFileSync(`${EXAMPLES}${name}.yaml`, "utf8"));
    });
  }

  it("has everything in the example of docs/scenario.md, which can be played", () => {
    const [, yaml = ""] = /```yaml\n([^]*?)```/.exec(document) ?? [];
    assertValid(yaml);
    const { summary } = playText(yaml, configuration.replace("sip.example.com", "voice.example.com"));
    assert.equal(summary.title, "The primary dies during a call");
  });

  it("offers nothing that the reader does not take", () => {
    const used = new Set([everything, ...others].flatMap((yaml) => [...uses(schema, parse(yaml), "")]));
    assert.deepEqual(
      [...offers(schema, "")].filter((offer) => !used.has(offer)),
      [],
    );
    for (const yaml of [everything, ...others]) assertValid(yaml);
    for (const yaml of others) assert.ok(parseScenario("other.yaml", yaml).servers.length > 0);
    // Files that it names count from the file itself: that would be in the package.
    assert.equal(parseScenario(`${EXAMPLES}../../all.yaml`, everything).title, "Everything");
  });

  it("has everything that the reader takes, which can be played", () => {
    const { summary } = playText(everything.replace(/ {2}zone_file.*\n/, ""), configuration);
    assert.equal(summary.duration, 3_600_000);
  });

  it("describes each key, here and in docs/scenario.md", () => {
    const missing: string[] = [];
    const look = (part: Schema, where: string): void => {
      for (const each of [...(part.anyOf ?? []), part.items, part.additionalProperties]) {
        if (typeof each === "object") look(each, where);
      }
      for (const [key, value] of Object.entries(part.properties ?? {})) {
        const described = value.description ?? definitionOf(value).description;
        if (described === undefined) missing.push(`${where}.${key} has no description`);
        if (!document.includes(`\`${key}\``)) missing.push(`${where}.${key} is not in docs/scenario.md`);
        look(value, `${where}.${key}`);
      }
      if (part.properties !== undefined && part.additionalProperties !== false) {
        missing.push(`${where} takes keys that it does not know`);
      }
    };
    look(schema, "");
    for (const [name, part] of Object.entries(schema.$defs ?? {})) look(part, name);
    assert.deepEqual(missing, []);
  });
});
