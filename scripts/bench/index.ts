/**
 * Measures how fast and how large all of it is, and compares: a table to standard output, and build/bench.json.
 * Usage: node build/js/scripts/bench/index.js [--quick] [--output FILE]
 * Exit status 1: a bound is missed (docs/benchmark.md). --quick measures little, to see that it can be done, and asks
 * for no bound.
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { command, requireTools, runScript } from "../command.js";
import { fastModule } from "../native.js";
import { buildProfile } from "../profiles/build.js";
import { boundsOf } from "./bounds.js";
import { Cores, desktopModule } from "./cores.js";
import { benchCourse } from "./course.js";
import { forEach, keysOf, messages } from "./figures.js";
import type { Figures } from "./figures.js";
import { Libraries } from "./libraries.js";
import { Phones } from "./phones.js";
import { tableOf } from "./table.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

interface Effort {
  /** Pieces of each work in the recording. */
  readonly pieces: number;
  /** How often everything is measured, and the recording is played each time. */
  readonly passes: number;
  readonly runs: number;
  /** Rounds of what is repeated. */
  readonly rounds: number;
  readonly starts: number;
  /** Milliseconds. */
  readonly idle: number;
}

const whole: Effort = { pieces: 200, passes: 9, runs: 15, rounds: 101, starts: 11, idle: 3000 };
const quick: Effort = { pieces: 10, passes: 1, runs: 1, rounds: 3, starts: 1, idle: 200 };

const say = (sentence: string): void => {
  console.error(sentence);
};

const sizeOf = (path: string): number => statSync(path).size;

const modules = async (): Promise<Figures["modules"]> => ({
  "any engine": sizeOf(join(root, "build", "sip-failover.wasm")),
  V8: sizeOf(desktopModule),
  "wasm2c for devices": sizeOf((await buildProfile("default")).module),
  "wasmtime, and wasm2c for desktops": sizeOf(fastModule),
});

const devices = (): Figures["devices"] => {
  command(process.execPath, [join(root, "build/js/scripts/device/index.js")], { cwd: root });
  const { sizes } = JSON.parse(readFileSync(join(root, "build/device/sizes.json"), "utf8")) as {
    sizes: Figures["devices"];
  };
  return sizes;
};

const measure = async ({ pieces, passes, runs, rounds, starts, idle }: Effort): Promise<Figures> => {
  say("building for devices");
  const sizes = devices();
  say("building what is measured");
  const course = benchCourse(pieces);
  const cores = new Cores(course);
  const libraries = new Libraries(course.messages);
  const phones = new Phones();
  for (let pass = 1; pass <= passes; pass++) {
    say(`taking times: ${String(pass)} of ${String(passes)}`);
    cores.measure(runs, rounds);
    libraries.measure(rounds);
  }
  say("counting instructions");
  const instructions = await cores.instructions();
  say("starting phones");
  const figures = {
    machine: {
      processor: cpus()[0]?.model ?? "",
      processors: availableParallelism(),
      node: process.version,
    },
    modules: await modules(),
    devices: sizes,
    times: await cores.times(),
    instructions,
    parsing: await libraries.times(),
    lengths: await forEach(keysOf(messages), (name) => course.messages[name].length),
    ...(await phones.measure(starts, idle)),
  };
  return { ...figures, bounds: boundsOf(figures) };
};

await runScript(async () => {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      output: { type: "string", default: join(root, "build", "bench.json") },
    },
  });
  requireTools("The bench", { valgrind: "valgrind" });
  const figures = await measure(values.quick ? quick : whole);
  mkdirSync(dirname(values.output), { recursive: true });
  writeFileSync(values.output, `${JSON.stringify(figures, undefined, 1)}\n`);
  console.log(tableOf(figures));
  say(`written: ${relative("", values.output)}`);
  if (!values.quick && figures.bounds.some(({ met }) => !met)) process.exitCode = 1;
});
