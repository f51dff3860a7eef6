/** Libraries that parse SIP, for comparison: what parsing the messages of the recording takes. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Trouble, command, requireTools } from "../command.js";
import { folder } from "./cores.js";
import { forEach, keysOf, messages, parsers } from "./figures.js";
import type { MessageName, Parser } from "./figures.js";
import { answerOf } from "./run.js";
import type { Repeated } from "./run.js";
import { median } from "./statistics.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const sources = join(root, "scripts", "bench", "parsers");

/** Libraries in C: the source that uses one, what pkg-config calls it, and Debian's package. */
const inC = {
  libosip2: { source: "osip.c", library: "libosip2", inPackage: "libosip2-dev" },
  "sofia-sip": { source: "sofia.c", library: "sofia-sip-ua", inPackage: "libsofia-sip-ua-dev" },
  libre: { source: "re.c", library: "libre", inPackage: "libre-dev" },
} as const;

const isInC = (parser: Parser): parser is keyof typeof inC => parser in inC;

/** What a compiler is told of a library. */
const settingsOf = (library: string, inPackage: string): { includes: string[]; links: string[] } => {
  const asked = (what: string): string[] => {
    try {
      return command("pkg-config", [what, library]).toString().trim().split(/\s+/).filter(Boolean);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      throw new Trouble(`The bench compares with ${library}; on Debian: apt-get install ${inPackage}`);
    }
  };
  // Warnings of others' headers are theirs.
  const includes = asked("--cflags").flatMap((word) =>
    word.startsWith("-I") ? ["-isystem", word.slice(2)] : [word],
  );
  return { includes, links: asked("--libs") };
};

const build = (parser: keyof typeof inC): string => {
  const { source, library, inPackage } = inC[parser];
  const { includes, links } = settingsOf(library, inPackage);
  const program = join(folder, `parse-${parser}`);
  const files = ["measure.c", source].map((name) => join(sources, name));
  const warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"];
  const language = ["-std=c11", "-O2", "-D_POSIX_C_SOURCE=200809L", ...warnings];
  command("gcc", [...language, ...includes, ...files, ...links, "-o", program]);
  return program;
};

const fileOf = (name: MessageName): string => join(folder, `${name}.sip`);

/** Throws `Trouble` where a library for Node is not installed. */
const requirePackages = (): void => {
  const missing = parsers.filter((name) => !isInC(name) && !existsSync(join(root, "node_modules", name)));
  if (missing.length > 0) throw new Trouble(`The bench compares with ${missing.join(", ")}: npm ci`);
};

/** Takes times of all libraries, in rounds. */
export class Libraries {
  readonly #programs: Readonly<Record<Parser, readonly string[]>>;
  readonly #times = new Map<string, number[]>();

  /** Builds the programs that use them. */
  constructor(octets: Readonly<Record<MessageName, Uint8Array>>) {
    requireTools("The bench", { gcc: "gcc", "pkg-config": "pkg-config" });
    requirePackages();
    mkdirSync(folder, { recursive: true });
    for (const name of keysOf(messages)) writeFileSync(fileOf(name), octets[name]);
    const script = join(root, "build/js/scripts/bench/parse.js");
    this.#programs = Object.fromEntries(
      parsers.map((parser) => [parser, isInC(parser) ? [build(parser)] : [process.execPath, script, parser]]),
    ) as unknown as Record<Parser, readonly string[]>;
  }

  /** Takes times once more, in so many rounds. */
  measure(rounds: number): void {
    for (const parser of parsers) {
      for (const name of keysOf(messages)) {
        const words = [...this.#programs[parser], "--time", String(rounds), fileOf(name)];
        const { nanoseconds } = answerOf(words) as Repeated;
        const key = `${parser} ${name}`;
        this.#times.set(key, [...(this.#times.get(key) ?? []), median(nanoseconds)]);
      }
    }
  }

  /** The medians of what was measured. */
  times(): Promise<Record<Parser, Record<MessageName, number>>> {
    return forEach(parsers, (parser) =>
      forEach(keysOf(messages), (name) => median(this.#times.get(`${parser} ${name}`) ?? [])),
    );
  }
}
