import type { Command } from "commander";
import { ConfigurationError, StartError } from "../node/index.js";
import type { BasePhone } from "../node/index.js";
import type { PlannedCall } from "./arguments.js";
import { calledUri } from "./call-address.js";
import { CallNumbers } from "./call-numbers.js";
import { Calls } from "./calls.js";
import type { AnswerPolicy } from "./calls.js";
import { Console } from "./console.js";
import { openLive } from "./live.js";
import { createPhone } from "./hosts.js";
import { localAddress } from "./local-address.js";
import { accountNames, readAccounts } from "./names.js";
import type { FileAccount } from "./names.js";
import { Outcome } from "./outcome.js";
import { PlannedCalls } from "./planned-calls.js";
import type { ResolvedCall } from "./planned-calls.js";
import { Prompt } from "./prompt.js";
import { diagnosticSummary } from "./render/diagnostic.js";
import { addRunOptions } from "./run-options.js";
import type { RunOptions } from "./run-options.js";
import { readSdpFile } from "./sdp-file.js";
import { Standing } from "./standing.js";
import type { Terminal } from "./terminal.js";
import { JsonView, PeopleView } from "./view.js";
import type { View } from "./view.js";

/** Exit status after a second Ctrl-C: 128 and the signal's number, as shells have it. */
const INTERRUPTED = 130;
/** How long a call rings that nobody can take. Milliseconds. */
const RINGS_FOR = 30_000;

/** The end of a run. */
interface Ending {
  /** Resolves when the phone has stopped. */
  readonly ended: Promise<void>;
  /** Stops in good order. */
  readonly end: () => void;
  /** Ctrl-C: stops in good order, the second one at once. */
  readonly interrupt: () => void;
}

/** The run ends when its time is over, a signal has come, or nobody reads the results any more. */
const endingOf = (phone: BasePhone, duration: number | undefined, terminal: Terminal, view: View): Ending => {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    clearTimeout(timer);
    void phone.stop();
  };
  const interrupt = (): void => {
    if (isEnding) process.exit(INTERRUPTED);
    view.sentence("Stopping: bindings are being removed. Ctrl-C again ends at once.");
    end();
  };
  const timer = duration === undefined ? undefined : setTimeout(end, duration);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  terminal.out.on("error", end);
  const ended = new Promise<void>((resolve) => {
    phone.once("stopped", () => {
      clearTimeout(timer);
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      resolve();
    });
  });
  return { ended, end, interrupt };
};

const problemOf = (error: unknown): string | undefined => {
  if (error instanceof ConfigurationError) {
    return `${diagnosticSummary(error.diagnostics)}: the phone does not start. --lenient starts it all the same.`;
  }
  return error instanceof StartError ? error.message : undefined;
};

/** The planned calls with the URIs that they go to. Throws a sentence where one of them has nobody to make it. */
const resolved = (
  plans: readonly PlannedCall[],
  accounts: ReadonlyMap<number, FileAccount>,
): ResolvedCall[] =>
  plans.map((plan) => {
    const account = accounts.get(plan.from);
    const uri = calledUri(plan.to, account?.domain ?? "");
    if (account?.isEnabled !== true || uri === undefined) {
      throw new Error(`Account ${String(plan.from)} is not enabled: it cannot call ${plan.to}.`);
    }
    return { plan, uri };
  });

const answerPolicy = ({ answer }: RunOptions, isWatched: boolean): AnswerPolicy =>
  answer === undefined ? { refuses: isWatched ? undefined : RINGS_FOR } : { takes: answer };

/** Subscribes each account to what is wanted; the core waits for its registration. */
const subscribe = async (
  phone: BasePhone,
  wanted: NonNullable<RunOptions["subscribe"]>,
  accounts: ReadonlyMap<number, FileAccount>,
): Promise<void> => {
  for (const [account, { isEnabled }] of accounts) {
    if (!isEnabled) continue;
    for (const each of wanted) await phone.subscribe(each.package, { account, uri: each.uri });
  }
};

/** Brings a phone up on real sockets: the exit status. */
export const run = async (
  files: readonly string[],
  options: RunOptions,
  terminal: Terminal,
): Promise<number> => {
  const { json, verbose = false, host } = options;
  const accounts = readAccounts(files);
  const wanted = resolved(options.call?.calls ?? [], accounts);
  const sdp = options.sdp === undefined ? undefined : readSdpFile(options.sdp);
  const { input } = terminal;

  const { dns, pcap, lenient } = options;
  const phone = createPhone(host, { files, dns, pcap, lenient });
  const names = accountNames(accounts);
  const numbers = new CallNumbers();
  // Records have numbers of their own, and whoever sees those types them.
  const numberOf = (call: number): number => (json === true ? call : numbers.of(call));
  const standing = new Standing({ status: () => phone.status(), names, numberOf, paint: terminal.paint });
  const view =
    json === true
      ? new JsonView(terminal, verbose)
      : new PeopleView({
          terminal,
          verbose,
          notifications: options.subscribe !== undefined,
          names,
          numberOf,
          standing,
        });
  const say = (sentence: string): void => {
    view.sentence(sentence);
  };

  const outcome = new Outcome(phone);
  phone.on("record", (record) => {
    standing.add(record);
    // A phone that opens its ports knows when it started. That of UDP is the one that it cannot be without.
    if (record.event === "listening" && record.transport === "udp" && phone.startedAt !== undefined) {
      standing.startedAt = phone.startedAt;
      view.started();
    }
    view.record(record);
  });
  phone.on("warning", say);
  const answer = answerPolicy(options, input !== undefined || options.live !== undefined);
  const calls = new Calls(phone, { answer, sdp, numberOf, localAddress, say });
  const planned = new PlannedCalls(phone, calls, wanted, say);
  phone.on("call", ({ call, state }) => {
    if (state === "ended") numbers.forget(call);
  });

  const live = await openLive(options, { files, phone, calls, accounts });
  if (live !== undefined) {
    say(`Live picture: ${live.url}`);
    phone.on("record", (record) => {
      live.record(record, phone.startedAt ?? standing.startedAt);
    });
  }

  const { ended, end, interrupt } = endingOf(phone, options.duration, terminal, view);
  try {
    await phone.start();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    view.end();
    say(problem);
    await live?.close();
    return 1;
  }
  planned.start(Date.now() - standing.startedAt.getTime());
  subscribe(phone, options.subscribe ?? [], accounts).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
  });
  const reply = (line: string): void => {
    view.reply(line);
  };
  const console = new Console({
    calls,
    accounts,
    write: reply,
    status: () => standing.now().map((parts) => parts.join("; ")),
    quit: end,
  });
  const prompt =
    input &&
    new Prompt({
      input,
      show:
        json !== true && terminal.isLive
          ? (line) => {
              view.input(line);
            }
          : undefined,
      complete: (line) => console.complete(line),
      write: reply,
      entered: (line) => void console.enter(line),
      interrupted: interrupt,
      ended: end,
    });
  await ended;
  prompt?.close();
  await live?.close();
  view.end();
  const problems = [outcome.problem, ...planned.failures].filter((problem) => problem !== undefined);
  for (const problem of problems) say(problem);
  return problems.length === 0 ? 0 : 1;
};

/** Adds the command to the program; `done` takes its exit status. */
export const addRun = (program: Command, terminal: Terminal, done: (status: number) => void): void => {
  addRunOptions(
    program
      .command("run")
      .summary("bring a phone up: registers, calls, fails over and back; a line per event")
      .description(
        "Brings a phone up on real sockets: registers its accounts, calls and subscribes, fails over and back, " +
          "with a line per event.",
      ),
  ).action(async (files: string[], options: RunOptions) => {
    done(await run(files, options, terminal));
  });
};
