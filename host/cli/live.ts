import { basename } from "node:path";
import { InvalidArgumentError } from "commander";
import { Live } from "../live/live.js";
import type { BasePhone } from "../node/index.js";
import { calledUri } from "./call-address.js";
import type { Calls } from "./calls.js";
import type { FileAccount } from "./names.js";

/** Where the live picture is served when nothing else is said. */
const LOOPBACK = "127.0.0.1";
const HIGHEST_PORT = 65_535;

/** What the command line says of the live picture. */
export interface LiveChoice {
  /** 0: any that is free; `undefined`: no picture. */
  readonly live?: number;
  readonly liveAddress?: string;
}

/** Reads `--live [PORT]`. */
export const livePort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= HIGHEST_PORT)) {
    throw new InvalidArgumentError(
      'Write a port, 0 to 65535. Write the files before --live, or the port behind "=".',
    );
  }
  return port;
};

/** Why a port cannot be opened, as a sentence. */
const openingSentence = (error: unknown, address: string, port: number): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: "something else listens there",
    EADDRNOTAVAIL: "this machine has no such address",
    EACCES: "that is not permitted",
    ENOTFOUND: "there is no such name",
  };
  return `The live picture has no port: ${address}, port ${String(port)}: ${reasons[code ?? ""] ?? message}.`;
};

export interface LiveParts {
  readonly files: readonly string[];
  readonly phone: BasePhone;
  readonly calls: Calls;
  readonly accounts: ReadonlyMap<number, FileAccount>;
}

/**
 * Serves the live picture of a phone where the command line asks for it.
 *
 * @throws Error with a sentence where the port cannot be opened
 */
export const openLive = async (
  { live: port, liveAddress: address = LOOPBACK }: LiveChoice,
  { files, phone, calls, accounts }: LiveParts,
): Promise<Live | undefined> => {
  if (port === undefined) return undefined;
  const enabled = [...accounts].filter(([, { isEnabled }]) => isEnabled);
  const known = (call: number): number => {
    if (calls.all.some((each) => each.call === call)) return call;
    throw new Error("There is no such call any more.");
  };
  try {
    return await Live.open({
      address,
      port,
      title: files.map((file) => basename(file)).join(", "),
      accounts: new Map(enabled.map(([account, { name }]) => [account, name])),
      phone: {
        status: () => phone.status(),
        place: async (account, to) => {
          const from = accounts.get(account);
          if (from?.isEnabled !== true) throw new Error(`Account ${String(account)} is not enabled.`);
          const uri = calledUri(to, from.domain);
          if (uri === undefined) {
            throw new Error("Write whom to call as sip:bob@example.com, bob@example.com, or 1002.");
          }
          await calls.place(account, uri);
        },
        answer: async (call) => {
          await calls.answer(known(call));
        },
        hangUp: async (call) => {
          await calls.hangUp(known(call));
        },
      },
    });
  } catch (error) {
    throw new Error(openingSentence(error, address, port), { cause: error });
  }
};
