/**
 * Takes the time that a library for Node needs to parse a message, as parsers/measure.c does for those in C.
 * Usage: node build/js/scripts/bench/parse.js jssip|sip.js --time ROUNDS FILE
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Trouble, runScript } from "../command.js";

/** Fewer than in C, for they take longer. */
const REPETITIONS = 10;
/** Rounds that are not counted, while V8 compiles what is called often. */
const EARLY_ROUNDS = 60;

type Parse = (text: string) => unknown;

/** Makes no records; both libraries want to be able to. */
const nothing = (): void => undefined;

const libraries: Readonly<Record<string, () => Promise<Parse>>> = {
  jssip: () => {
    const { parseMessage } = createRequire(import.meta.url)("jssip/lib/Parser.js") as {
      parseMessage: (text: string, agent: object) => unknown;
    };
    return Promise.resolve((text) => parseMessage(text, {}));
  },
  "sip.js": async () => {
    const { Parser } = (await import("sip.js/lib/core/messages/parser.js")) as {
      Parser: { parseMessage: (text: string, logger: object) => unknown };
    };
    const logger = { log: nothing, warn: nothing, error: nothing, debug: nothing };
    return (text) => Parser.parseMessage(text, logger);
  },
};

await runScript(async () => {
  const [library = "", , rounds = "", file = ""] = process.argv.slice(2);
  const parse = await libraries[library]?.();
  if (parse === undefined) throw new Trouble(`there is no library ${library}`);
  const octets = readFileSync(file);
  const once = (): void => {
    // A datagram is octets; these libraries take text.
    if (parse(octets.toString("utf8")) === undefined) throw new Trouble(`${library} refuses the message`);
  };
  const measured = (): number => {
    const begun = process.hrtime.bigint();
    for (let count = 0; count < REPETITIONS; count++) once();
    return Number(process.hrtime.bigint() - begun) / REPETITIONS;
  };
  for (let round = 0; round < EARLY_ROUNDS; round++) measured();
  console.log(JSON.stringify({ nanoseconds: Array.from({ length: Number(rounds) }, measured) }));
});
