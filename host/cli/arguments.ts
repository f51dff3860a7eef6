import { InvalidArgumentError } from "commander";
import { isDnsServer } from "../abi/configure.js";
import { enumerations } from "../abi/contract.js";
import type { NameOf } from "../abi/record.js";
import { partsOfAddress } from "./call-address.js";

/** The longest run that timers can measure, in seconds. */
const LONGEST = 2 ** 31 / 1000;
const ACCOUNTS = 16;

/** Reads `--dns ADDR:PORT`, which may be said several times. */
export const dnsServer = (text: string, before: readonly string[] = []): string[] => {
  if (!isDnsServer(text) || /^(udp|tcp|tls):/i.test(text)) {
    throw new InvalidArgumentError("Write an IP address and a port, as 192.0.2.1:53 or [2001:db8::1]:53.");
  }
  return [...before, text];
};

const seconds = (text: string): number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN);

/** Reads `--duration S`, seconds above 0, decimals allowed: milliseconds. */
export const durationInMilliseconds = (text: string): number => {
  const length = seconds(text);
  if (!(length > 0 && length < LONGEST)) {
    throw new InvalidArgumentError(
      `Write seconds above 0 and below ${String(Math.floor(LONGEST))}, as 60 or 2.5.`,
    );
  }
  return Math.round(length * 1000);
};

/** Reads seconds that may be 0, decimals allowed: milliseconds. */
export const instantInMilliseconds = (text: string): number => {
  const length = seconds(text);
  if (!(length < LONGEST)) {
    throw new InvalidArgumentError(`Write seconds below ${String(Math.floor(LONGEST))}, as 0, 30 or 2.5.`);
  }
  return Math.round(length * 1000);
};

/** An option that may stand alone takes the word behind it, be that a file. */
const beforeFiles = (option: string): string =>
  `Write the files before ${option}, or what it takes behind "=".`;

/** Reads `--answer [S]`: milliseconds. */
export const answerDelay = (text: string): number => {
  if (Number.isNaN(seconds(text))) throw new InvalidArgumentError(beforeFiles("--answer"));
  return instantInMilliseconds(text);
};

/** What an account subscribes to. */
export interface WantedSubscription {
  readonly package: NameOf<"package">;
  /** Empty: the account's own address. */
  readonly uri: string;
}

const packages = Object.keys(enumerations.package.values) as NameOf<"package">[];

/** Reads `--subscribe EVENT[:URI]`, which may be said several times. */
export const subscriptionTo = (
  text: string,
  before: readonly WantedSubscription[] = [],
): WantedSubscription[] => {
  const colon = text.indexOf(":");
  const event = colon < 0 ? text : text.slice(0, colon);
  const uri = colon < 0 ? "" : text.slice(colon + 1);
  const known = packages.find((name) => name === event);
  if (known === undefined) {
    throw new InvalidArgumentError(
      `An event is one of ${packages.join(", ")}. ${beforeFiles("--subscribe")}`,
    );
  }
  if (colon >= 0 && partsOfAddress(uri)?.kind !== "uri") {
    throw new InvalidArgumentError(`Write a whole URI behind ${event}, as ${event}:sip:hall@example.com.`);
  }
  return [...before, { package: known, uri }];
};

/** A call that the command line asks for. Times are milliseconds. */
export interface PlannedCall {
  /** A URI, `user@host`, or a user of the account's server. */
  readonly to: string;
  /** The account that calls, 1 to 16. */
  readonly from: number;
  /** When it begins, since the start; `undefined`: as soon as the account is registered. */
  readonly at: number | undefined;
  /** How long it lasts once it is established. */
  readonly length: number;
}

const USUAL_LENGTH = 10_000;

type Detail = "at" | "length" | "from";

/** Reads `--call URI` and what follows it: `--at S`, `--for S`, `--from N` belong to the call before them. */
export class CallPlan {
  readonly #calls: { call: PlannedCall; readonly said: Set<Detail> }[] = [];

  /** The calls in the order of the command line. */
  get calls(): PlannedCall[] {
    return this.#calls.map(({ call }) => call);
  }

  readonly call = (text: string): this => {
    if (partsOfAddress(text) === undefined) {
      throw new InvalidArgumentError("Write whom to call as sip:bob@example.com, bob@example.com, or 1002.");
    }
    const call = { to: text, from: 1, at: undefined, length: USUAL_LENGTH };
    this.#calls.push({ call, said: new Set() });
    return this;
  };

  readonly at = (text: string): this => this.#detail("--at", { at: instantInMilliseconds(text) });

  readonly for = (text: string): this => this.#detail("--for", { length: durationInMilliseconds(text) });

  readonly from = (text: string): this => {
    const from = /^\d+$/.test(text) ? Number(text) : 0;
    if (from < 1 || from > ACCOUNTS) {
      throw new InvalidArgumentError(`Write the number of an account, 1 to ${String(ACCOUNTS)}.`);
    }
    return this.#detail("--from", { from });
  };

  #detail(option: string, detail: Partial<Record<Detail, number>>): this {
    const last = this.#calls.at(-1);
    if (last === undefined)
      throw new InvalidArgumentError(`Write ${option} behind the --call it belongs to.`);
    for (const name of Object.keys(detail) as Detail[]) {
      if (last.said.has(name)) throw new InvalidArgumentError(`Say ${option} once for each --call.`);
      last.said.add(name);
    }
    last.call = { ...last.call, ...detail };
    return this;
  }
}
