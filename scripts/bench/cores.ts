/** The core, wherever it is held: what its work takes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fastModule } from "../native.js";
import { encode } from "../../tests/replay/format.js";
import { buildNativePlayer, buildWasmtimeReplay } from "../../tests/replay/players.js";
import { EMPTY, works } from "./course.js";
import type { BenchCourse, Work } from "./course.js";
import { forEach, holders, keysOf, tasks } from "./figures.js";
import type { Holder, Task } from "./figures.js";
import { answerOf, instructionsOf } from "./run.js";
import type { Repeated } from "./run.js";
import { median } from "./statistics.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Where what is measured lies. */
export const folder = join(root, "build", "bench");
/** The module that is loaded on desktops. */
export const desktopModule = join(root, "build", "sip-failover-desktop.wasm");

interface Sections {
  readonly sections: Readonly<Record<string, { readonly nanoseconds: readonly number[] } | undefined>>;
}

/** The work that is repeated as well. */
const REPEATED: Work = "response";

const isWork = (task: Task): task is Work => (works as readonly string[]).includes(task);

/** Takes times of all that hold the core, in rounds: the machine's moods then come to all of them. */
export class Cores {
  readonly #players: Readonly<Record<Holder, readonly string[]>>;
  readonly #recording = join(folder, "bench.replay");
  readonly #counts: Readonly<Record<Work, number>>;
  readonly #times: Readonly<Record<Holder, Record<Task, number[]>>>;

  /** Builds what is stale. */
  constructor({ steps, counts }: BenchCourse) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.#recording, encode(steps));
    this.#counts = counts;
    this.#players = {
      wasm2c: buildNativePlayer().words,
      wasmtime: buildWasmtimeReplay(fastModule, 0).words,
      V8: [process.execPath, join(root, "build/js/scripts/bench/v8.js"), "--module", desktopModule],
    };
    const none = (): Record<Task, number[]> =>
      Object.fromEntries(keysOf(tasks).map((task) => [task, []])) as unknown as Record<Task, number[]>;
    this.#times = { wasm2c: none(), wasmtime: none(), V8: none() };
  }

  /** Takes times once more: of the recording so many times, and of the piece that is repeated in so many rounds. */
  measure(runs: number, rounds: number): void {
    for (const holder of holders) {
      const times = this.#times[holder];
      const { sections } = answerOf([
        ...this.#players[holder],
        "--time",
        String(runs),
        this.#recording,
      ]) as Sections;
      const taken = (name: string): number => median(sections[name]?.nanoseconds ?? []);
      // What taking the time takes is in every piece of a work.
      const pieces = works.reduce((sum, work) => sum + this.#piecesOf(work), 0);
      const clock = taken(EMPTY) / pieces;
      for (const work of works) {
        times[work].push((taken(work) - clock * this.#piecesOf(work)) / this.#counts[work]);
      }
      times.repeated.push(median(this.#repeat(holder, rounds)));
    }
  }

  /** The medians of what was measured. */
  times(): Promise<Record<Holder, Record<Task, number>>> {
    return forEach(holders, (holder) => forEach(keysOf(tasks), (task) => median(this.#times[holder][task])));
  }

  /** Counts the instructions of each task under wasm2c. */
  instructions(): Promise<Record<Task, number>> {
    const [program = ""] = this.#players.wasm2c;
    return forEach(keysOf(tasks), (task) => {
      const work = isWork(task) ? task : REPEATED;
      const all = instructionsOf("take_counted", [program, "--count", work, this.#recording]);
      return all / this.#counts[work];
    });
  }

  #repeat(holder: Holder, rounds: number): readonly number[] {
    const words = [...this.#players[holder], "--repeat", REPEATED, String(rounds), this.#recording];
    return (answerOf(words) as Repeated).nanoseconds;
  }

  /** Pieces of a work in the recording: some works are one piece, however often they are done. */
  #piecesOf(work: Work): number {
    return ["response", "failover", "invite"].includes(work) ? this.#counts[work] : 1;
  }
}
