import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RealServer } from "../../host/node/servers.js";
import { Registrar } from "../../host/simulated/registrar.js";
import type { RegistrarOptions } from "../../host/simulated/registrar.js";
import { makeConfigurationDisk } from "../../scripts/firmware/configuration-disk.js";
import type { Settings } from "../../scripts/firmware/configuration-disk.js";
import { output } from "../../scripts/firmware/paths.js";
import { RunningBoard } from "../../scripts/firmware/running-board.js";

/** Seconds that a board may take for something, emulated on a machine that has other things to do. */
export const PATIENCE = 120;

export const MAC = "00:15:65:aa:bb:cc";
export const CONFIGURATION = "001565aabbcc.cfg";

/** This machine's loopback as the board sees it. */
export const HOST = "10.0.2.2";

type BoardOptions = Partial<Parameters<typeof RunningBoard.start>[0]>;

/** Lines of a configuration for an account at a port of this machine. */
export const configuration = (port: number, ...lines: readonly string[]): string =>
  [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.user_name = 1000",
    "account.1.password = secret",
    `account.1.sip_server.1.address = ${HOST}`,
    `account.1.sip_server.1.port = ${String(port)}`,
    ...lines,
    "",
  ].join("\n");

/** Registrars on loopback and boards beside them; `close` ends all of it. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "sip-failover-firmware-test-"));
  readonly #closing: (() => Promise<void> | void)[] = [];
  #disks = 0;

  /** Has something done when the site is closed. */
  atEnd(close: () => Promise<void> | void): void {
    this.#closing.push(close);
  }

  async registrar(
    options: RegistrarOptions = { digest: { users: { "1000": "secret" } } },
  ): Promise<{ registrar: Registrar; port: number }> {
    const registrar = new Registrar("registrar", options);
    const server = await RealServer.open(registrar, { address: "127.0.0.1", port: 0 });
    this.atEnd(() => server.close());
    return { registrar, port: server.port };
  }

  /** A configuration disk with one file, and settings. */
  disk(text: string, settings: Settings = {}): string {
    const file = join(this.folder, `config-${String(++this.#disks)}.img`);
    makeConfigurationDisk(new Map([[CONFIGURATION, Buffer.from(text)]]), settings, file);
    return file;
  }

  /** A board with the image of the build. */
  async board(options: BoardOptions): Promise<RunningBoard> {
    const board = await RunningBoard.start({ image: output, mac: MAC, ...options });
    this.atEnd(() => board.cut());
    return board;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
    rmSync(this.folder, { recursive: true });
  }
}

/** The shell at a board's console: types a command and waits for all that it says, up to its exit status. */
export async function shell(
  board: RunningBoard,
  command: string,
): Promise<{ status: number; output: string }> {
  const end = `done-${String(Math.random()).slice(2)}`;
  // The first line brings the shell; what is typed comes back as an echo, which does not have the end in one piece.
  board.type("");
  board.type(`${command}; echo "${end.slice(0, 5)}""${end.slice(5)} $?"`);
  const from = board.transcript.length;
  const [, status = ""] = await board.says(new RegExp(`${end} (\\d+)\\n`), PATIENCE);
  return { status: Number(status), output: board.transcript.slice(from) };
}
