import { RealServer } from "../../host/node/servers.js";
import { Exchange, Registrar, answering } from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/index.js";
import { bobFile } from "./cli-harness.js";

const ADDRESS = "127.0.0.1";

/** A server with far ends behind it, on loopback, and the file of a phone that is to use it. */
export interface CliSite {
  readonly exchange: Exchange;
  readonly registrar: Registrar;
  /** `udp:127.0.0.1:PORT`. */
  readonly target: string;
  /** The phone's file, for account 1 with the user 1001, and more lines. */
  readonly phone: (...more: string[]) => string;
  /** Waits until something is so; throws when it never is, with what there is instead. */
  readonly until: (isSo: () => boolean, instead?: () => string) => Promise<void>;
  /** Puts the far ends back to what they do by themselves, and forgets what came in. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

/** Longer than anything here takes, in milliseconds. */
const LIMIT = 10_000;

/** Opens a site, with files in `folder`. */
export const openSite = async (folder: string): Promise<CliSite> => {
  const exchange = new Exchange();
  const registrar = new Registrar("pbx", { exchange });
  const server = await RealServer.open(registrar, { address: ADDRESS, port: 0 });
  const phone = (...more: string[]): string =>
    bobFile(folder, [
      `account.1.sip_server.1.address = ${ADDRESS}`,
      `account.1.sip_server.1.port = ${String(server.port)}`,
      ...more,
    ]);
  const until = async (isSo: () => boolean, instead = isSo.toString.bind(isSo)): Promise<void> => {
    const start = Date.now();
    while (!isSo()) {
      if (Date.now() - start > LIMIT) throw new Error(`it never came: ${instead()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const reset = (): void => {
    exchange.callee = answering();
    exchange.answers = {};
    exchange.forgetAll();
    exchange.reinvited = [{ status: 200 }];
    exchange.calls.length = 0;
    exchange.complaints.length = 0;
    registrar.received.length = 0;
  };
  const target = `udp:${ADDRESS}:${String(server.port)}`;
  return { exchange, registrar, target, phone, until, reset, close: () => server.close() };
};

/** The lines of a session description that begin so: `a=sendonly`, `m=audio 11780 RTP/AVP 0`. */
export const sdpLines = (message: SipMessage | undefined, ...beginnings: readonly string[]): string[] =>
  (message?.body ?? "")
    .split("\r\n")
    .filter((line) => beginnings.some((beginning) => line.startsWith(beginning)));
