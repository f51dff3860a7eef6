import type { Command } from "commander";
import { ConfigurationError, Phone, StartError } from "../node/index.js";
import { dnsServer, durationInMilliseconds } from "./arguments.js";
import { accountNames } from "./names.js";
import { diagnosticSummary } from "./render/diagnostic.js";
import type { Terminal } from "./terminal.js";
import { JsonView, PeopleView } from "./view.js";
import type { View } from "./view.js";

/** Exit status after a second Ctrl-C: 128 and the signal's number, as shells have it. */
const INTERRUPTED = 130;

interface RunOptions {
  readonly json?: true;
  readonly dns?: string[];
  readonly duration?: number;
  readonly verbose?: true;
  readonly pcap?: string;
  readonly lenient?: true;
}

const help = `
FILE is a phone's configuration, <MAC>.cfg, or a boot file, <MAC>.boot, that
lists some. Several are read in order, the common one first: a later file wins.

Without --verbose, keep-alives and what answers them, requests that come in,
questions to DNS servers and their answers, dropped packets and notes on the
configuration are left out, with --json too.

The first Ctrl-C (or SIGTERM) is an orderly stop: bindings are removed, which
takes at most 2 s. A second ends it at once, with exit status 130.

Exit status: 0 every account was registered at some time; 1 one never was, the
configuration has errors, or the phone could not start; 2 bad usage.`;

/** Follows which accounts wanted to register, and which of them did. */
class Outcome {
  readonly #wanted = new Set<number>();
  readonly #registered = new Set<number>();

  watch(phone: Phone): void {
    phone.on("request", ({ account, method, reason }) => {
      if (method === "REGISTER" && reason !== "stop") this.#wanted.add(account);
    });
    phone.on("failed", ({ account }) => this.#wanted.add(account));
    phone.on("registered", ({ account }) => this.#registered.add(account));
  }

  /** Accounts that never were registered. */
  get missing(): number[] {
    return [...this.#wanted].filter((account) => !this.#registered.has(account));
  }

  get isGood(): boolean {
    return this.#registered.size > 0 && this.missing.length === 0;
  }
}

/** Waits for the end of the run: the time is over, a signal has come, or nobody reads the results any more. */
const untilEnd = (phone: Phone, options: RunOptions, terminal: Terminal, view: View): Promise<void> =>
  new Promise((resolve) => {
    let isEnding = false;
    const end = (): void => {
      if (isEnding) return;
      isEnding = true;
      clearTimeout(timer);
      resolve(phone.stop());
    };
    const onSignal = (): void => {
      if (isEnding) process.exit(INTERRUPTED);
      view.sentence("Stopping: bindings are being removed. Ctrl-C again ends at once.");
      end();
    };
    const timer = options.duration === undefined ? undefined : setTimeout(end, options.duration);
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    terminal.out.on("error", end);
    phone.once("stopped", () => {
      clearTimeout(timer);
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      resolve();
    });
  });

const problemOf = (error: unknown): string | undefined => {
  if (error instanceof ConfigurationError) {
    return `${diagnosticSummary(error.diagnostics)}: the phone does not start. --lenient starts it all the same.`;
  }
  return error instanceof StartError ? error.message : undefined;
};

/** Brings a phone up on real sockets: the exit status. */
export const run = async (
  files: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> => {
  const { json, verbose = false } = options;
  const phone = new Phone({ files, dns: options.dns, pcap: options.pcap, lenient: options.lenient });
  const view =
    json === true
      ? new JsonView(terminal, verbose)
      : new PeopleView({ terminal, verbose, names: accountNames(files), status: () => phone.status() });
  const outcome = new Outcome();
  outcome.watch(phone);
  phone.on("record", (record) => {
    // A phone that opens its ports knows when it started. That of UDP is the one that it cannot be without.
    if (record.event === "listening" && record.transport === "udp" && phone.startedAt !== undefined) {
      view.started(phone.startedAt);
    }
    view.record(record);
  });
  phone.on("warning", (sentence) => {
    view.sentence(sentence);
  });
  const ended = untilEnd(phone, options, terminal, view);
  try {
    await phone.start();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    view.end();
    view.sentence(problem);
    return 1;
  }
  await ended;
  view.end();
  if (!outcome.isGood) {
    const accounts = outcome.missing.map(String).join(", ");
    view.sentence(
      accounts === "" ? "No account was ever registered." : `Never registered: account ${accounts}.`,
    );
  }
  return outcome.isGood ? 0 : 1;
};

/** Adds the command to the program; `done` takes its exit status. */
export const addRun = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  program
    .command("run")
    .summary("bring a phone up: registers, fails over and back; a line per event")
    .description(
      "Brings a phone up on real sockets: registers its accounts, fails over and back, with a line per event.",
    )
    .argument("<FILE...>", "configuration files and boot files")
    .option("--json", "write records instead, one JSON object a line")
    .option("--dns <ADDR:PORT>", "ask this DNS server; can be given several times; [IPv6]:PORT", dnsServer)
    .option("--duration <S>", "stop in good order after so many seconds", durationInMilliseconds)
    .option("--verbose", "leave nothing out: keep-alives, DNS, dropped packets, notes")
    .option("--pcap <FILE>", "write what is sent and received to a file that Wireshark opens, as it happens")
    .option(
      "--lenient",
      "start in spite of errors in the configuration: the keys concerned keep their defaults",
    )
    .addHelpText("after", help)
    .action(async (files: string[], options: RunOptions) => {
      done(await run(files, options, terminal));
    });
};
