import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import type { EventRecord } from "../../abi/record.js";
import { Quietness } from "../render/record.js";
import type { Terminal } from "../terminal.js";
import { writeLine } from "../terminal.js";
import { FILE_NAME, configurationText, freshPassword } from "./configuration.js";
import { play } from "./play.js";
import type { Audience } from "./play.js";
import { Show, missingFrom } from "./show.js";
import { openStage } from "./stage.js";
import type { Stage } from "./stage.js";

/** Exit status after Ctrl-C: 128 and the signal's number, as shells have it. */
const INTERRUPTED = 130;

interface DemoOptions {
  readonly json?: true;
}

const help = `
Everything is on the loopback address and on free ports; nothing else is
touched, and nothing stays behind.

Exit status: 0 failover and failback were seen, 1 they were not, 2 bad usage.`;

/** Shows a demo to programs: records as NDJSON. */
class Transcript implements Audience {
  readonly #terminal: Terminal;
  readonly #quietness = new Quietness();

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  record(record: EventRecord): void {
    if (this.#quietness.shows(record)) writeLine(this.#terminal.out, JSON.stringify(record));
  }

  act(): void {
    // What happens to a server is no record of the phone.
  }

  warning(sentence: string): void {
    writeLine(this.#terminal.err, sentence);
  }
}

const perform = async (stage: Stage, file: string, json: boolean, terminal: Terminal): Promise<number> => {
  const show = json ? undefined : new Show(terminal, stage);
  show?.open();
  const performance = play(stage, file, show ?? new Transcript(terminal));
  show?.follow(performance);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
    performance.end();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  terminal.out.on("error", interrupt);
  try {
    await performance.ended;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    terminal.out.off("error", interrupt);
  }
  show?.close(performance.history, performance.now());
  if (interruption.signal.aborted) return INTERRUPTED;
  const missing = missingFrom(performance.history);
  if (json && missing.length > 0) writeLine(terminal.err, `Not seen: ${missing.join(", and ")}.`);
  return missing.length === 0 ? 0 : 1;
};

/** Plays the demo from its servers to its end: the exit status. */
export const demo = async ({ json = false }: { json?: boolean }, terminal: Terminal): Promise<number> => {
  const password = freshPassword();
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-"));
  try {
    const file = join(folder, FILE_NAME);
    writeFileSync(file, configurationText(password), { mode: 0o600 });
    const stage = await openStage(password);
    try {
      return await perform(stage, file, json, terminal);
    } finally {
      await stage.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Adds the command to the program; `done` takes its exit status. */
export const addDemo = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("demo")
    .summary("see a phone fail over and come back, in half a minute, with nothing but this machine")
    .description(
      "Two registrars and a DNS server on loopback, and a phone: the primary falls silent, the phone moves, the\n" +
        "primary returns, the phone comes back. At the end, a timeline of who served when.",
    )
    .option("--json", "write the phone's records instead, one JSON object a line")
    .addHelpText("after", help)
    .action(async (options: DemoOptions) => {
      done(await demo(options, terminal));
    });
};
