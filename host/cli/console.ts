import { distance } from "fastest-levenshtein";
import { calledUri } from "./call-address.js";
import type { Call, Calls } from "./calls.js";
import type { FileAccount } from "./names.js";
import { peerText } from "./render/peer.js";

export interface ConsoleOptions {
  readonly calls: Pick<Calls, "all" | "place" | "answer" | "hangUp" | "hold">;
  readonly accounts: ReadonlyMap<number, FileAccount>;
  /** Writes a line for whoever types. */
  readonly write: (line: string) => void;
  /** Where the accounts stand, a line each. */
  readonly status: () => readonly string[];
  /** Stops the phone in good order. */
  readonly quit: () => void;
}

/** A sentence about what was typed. */
class Misunderstanding extends Error {}

interface Command {
  readonly usage: string;
  readonly help: string;
  /** The least and most words behind it. */
  readonly words: readonly [least: number, most: number];
  run(words: readonly string[]): Promise<void> | void;
  /** What its first word may be. */
  readonly choices?: () => string[];
}

/** As many differences may be between a command and what somebody typed for it. */
const MOST_DIFFERENCES = 2;

const everyState: readonly Call["state"][] = [
  "calling",
  "proceeding",
  "ringing",
  "incoming",
  "accepted",
  "established",
];

const described = ({ number, peer }: Call): string => `${String(number)} (${peerText(peer)})`;

/** What can be done to a phone by typing, a line a command. */
export class Console {
  readonly #options: ConsoleOptions;
  readonly #called = new Set<string>();
  readonly #commands: ReadonlyMap<string, Command>;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#commands = new Map(Object.entries(this.#table()));
  }

  /** Does what a line says; what cannot be done is answered by a sentence. */
  async enter(line: string): Promise<void> {
    const [name = "", ...words] = line.trim().split(/\s+/);
    if (name === "") return;
    try {
      const command = this.#commands.get(name);
      if (command === undefined) throw new Misunderstanding(this.#unknown(name));
      const [least, most] = command.words;
      if (words.length < least || words.length > most) {
        throw new Misunderstanding(`Write it as: ${command.usage}`);
      }
      await command.run(words);
    } catch (error) {
      this.#options.write(error instanceof Error ? error.message : String(error));
    }
  }

  /** The completions of the last word of a line, and that word. */
  complete(line: string): [completions: string[], word: string] {
    const [first = "", second, ...more] = line.trimStart().split(/\s+/);
    const matching = (choices: readonly string[], word: string): string[] =>
      choices.filter((choice) => choice.startsWith(word)).map((choice) => `${choice} `);
    if (second === undefined) return [matching([...this.#commands.keys()], first), first];
    if (more.length > 0) return [[], ""];
    return [matching(this.#commands.get(first)?.choices?.() ?? [], second), second];
  }

  #table(): Record<string, Command> {
    const { calls, status, write, quit } = this.#options;
    const numbersOf =
      (...states: readonly Call["state"][]) =>
      (): string[] =>
        calls.all.filter(({ state }) => states.includes(state)).map(({ number }) => String(number));
    return {
      call: {
        usage: "call URI [ACCOUNT]",
        help: "calls sip:bob@example.com, bob@example.com, or 1002 at the account's server",
        words: [1, 2],
        run: ([to = "", account]) => this.#call(to, account),
        choices: () => [...this.#called],
      },
      answer: {
        usage: "answer [N]",
        help: "takes a call that comes in; N where there are several",
        words: [0, 1],
        run: ([number]) => calls.answer(this.#find(number, "incoming").call),
        choices: numbersOf("incoming"),
      },
      hangup: {
        usage: "hangup [N]",
        help: "ends a call, or refuses one that comes in",
        words: [0, 1],
        run: ([number]) => calls.hangUp(this.#find(number, ...everyState).call),
        choices: numbersOf(...everyState),
      },
      hold: {
        usage: "hold [N]",
        help: "puts a call on hold; again, takes it back",
        words: [0, 1],
        run: async ([number]) => {
          const call = this.#find(number, "established");
          const isHeld = await calls.hold(call.call);
          write(`Call ${described(call)} is ${isHeld ? "on hold" : "no longer on hold"}.`);
        },
        choices: numbersOf("established"),
      },
      status: {
        usage: "status",
        help: "says where each account, call and subscription stands",
        words: [0, 0],
        run: () => {
          for (const line of status()) write(line);
        },
      },
      help: {
        usage: "help",
        help: "lists these commands; the Tab key completes them",
        words: [0, 0],
        run: () => {
          this.#help();
        },
      },
      quit: {
        usage: "quit",
        help: "stops in good order, as Ctrl-C and Ctrl-D do",
        words: [0, 0],
        run: quit,
      },
    };
  }

  #unknown(name: string): string {
    const near = [...this.#commands.keys()]
      .map((known) => ({ known, differences: distance(name, known) }))
      .sort((one, other) => one.differences - other.differences)
      .find(({ differences }) => differences <= MOST_DIFFERENCES);
    const hint = near === undefined ? `"help" lists them.` : `Did you mean "${near.known}"?`;
    return `"${name}" is no command. ${hint}`;
  }

  #help(): void {
    const width = Math.max(...[...this.#commands.values()].map(({ usage }) => usage.length));
    for (const { usage, help } of this.#commands.values()) {
      this.#options.write(`${usage.padEnd(width)}  ${help}`);
    }
  }

  async #call(to: string, account: string | undefined): Promise<void> {
    const { accounts, calls } = this.#options;
    const enabled = [...accounts].filter(([, { isEnabled }]) => isEnabled).map(([number]) => number);
    const from = account === undefined ? enabled[0] : Number(account);
    if (from === undefined || !enabled.includes(from)) {
      throw new Misunderstanding(
        account === undefined ? "No account is enabled." : `Account ${account} is not enabled.`,
      );
    }
    const uri = calledUri(to, accounts.get(from)?.domain ?? "");
    if (uri === undefined) {
      throw new Misunderstanding("Write whom to call as sip:bob@example.com, bob@example.com, or 1002.");
    }
    this.#called.add(to);
    await calls.place(from, uri);
  }

  /** The call of a number, or the only one in one of these states. */
  #find(number: string | undefined, ...states: readonly Call["state"][]): Call {
    const { all } = this.#options.calls;
    const fitting = all.filter(({ state }) => states.includes(state));
    if (number !== undefined) {
      const found = all.find((call) => String(call.number) === number);
      if (found === undefined) throw new Misunderstanding(`There is no call ${number}.`);
      if (!fitting.includes(found)) {
        throw new Misunderstanding(`Call ${described(found)} is ${found.state}: that cannot be done now.`);
      }
      return found;
    }
    const [only, ...more] = fitting;
    if (only === undefined) {
      throw new Misunderstanding(
        states.length > 1 ? "There is no call." : `There is no call that is ${states.join("")}.`,
      );
    }
    if (more.length > 0) {
      throw new Misunderstanding(`There are several calls, say which: ${fitting.map(described).join(", ")}.`);
    }
    return only;
  }
}
