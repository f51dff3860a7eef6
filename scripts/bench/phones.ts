/** Whole phones: what they take of memory, and how soon they register. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { RealServer } from "../../host/node/servers.js";
import { Registrar } from "../../host/simulated/index.js";
import { Trouble } from "../command.js";
import { buildNative, fastModule } from "../native.js";
import { buildWasmtime } from "../wasmtime.js";
import { folder } from "./cores.js";
import { forEach, programs } from "./figures.js";
import type { Figures, Program } from "./figures.js";
import { median } from "./statistics.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Milliseconds: longer than any of them takes to register. */
const PATIENCE = 20_000;

const accounts = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** The file of a phone with so many accounts at the server of a port. */
const fileFor = (count: number, port: number): string => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `phone-${String(count)}.cfg`);
  const lines = accounts(count).flatMap((account) => [
    `account.${String(account)}.enable = 1`,
    `account.${String(account)}.user_name = ${String(1000 + account)}`,
    `account.${String(account)}.sip_server.1.address = 127.0.0.1`,
    `account.${String(account)}.sip_server.1.port = ${String(port)}`,
  ]);
  writeFileSync(path, ["#!version:1.0.0.1", "sip.listen_port = 0", ...lines, ""].join("\n"));
  return path;
};

/** Resident octets of a process. */
const residentOf = ({ pid = 0 }: ChildProcess): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, "utf8"))?.[1] ?? NaN) * 1024;

/** A server on loopback that tells when a phone has registered. */
class Server {
  readonly #registrar = new Registrar("bench");
  readonly #users = new Set<string>();
  #wanted = 0;
  #heard: () => void = () => undefined;

  private constructor() {
    this.#registrar.mode = ({ request }): "up" => {
      this.#users.add(request.header("from") ?? "");
      if (this.#users.size === this.#wanted) this.#heard();
      return "up";
    };
  }

  static async open(): Promise<{ server: Server; carried: RealServer }> {
    const server = new Server();
    const carried = await RealServer.open(server.#registrar, { address: "127.0.0.1", port: 0 });
    return { server, carried };
  }

  /** Comes true as soon as so many users have sent a REGISTER from now on. */
  hears(count: number): Promise<void> {
    this.#users.clear();
    this.#wanted = count;
    return new Promise((resolve) => {
      this.#heard = resolve;
    });
  }
}

/** Takes what phones take, one after the other. */
export class Phones {
  readonly #words: Readonly<Record<Program, readonly string[]>> = {
    "sip-failoverd": [join(buildNative("native"), "sip-failoverd")],
    "sip-failover-wasmtime": [buildWasmtime(), "--module", fastModule],
    node: [process.execPath, join(root, "build/js/host/cli/main.js"), "run", "--json"],
  };

  /** Starts each of them so many times, and lets it idle for so many milliseconds before its memory is looked at. */
  async measure(starts: number, idle: number): Promise<Pick<Figures, "resident" | "startUp">> {
    const { server, carried } = await Server.open();
    try {
      const registers = async (program: Program, count: number): Promise<number> => {
        const { resident } = await this.#run(program, count, server, carried.port, idle);
        return resident;
      };
      const resident = await forEach(programs, async (program) => ({
        1: await registers(program, 1),
        16: await registers(program, 16),
      }));
      const startUp = await forEach(programs, async (program) => {
        const times: number[] = [];
        while (times.length < starts)
          times.push((await this.#run(program, 1, server, carried.port, 0)).registered);
        return median(times);
      });
      return { resident, startUp };
    } finally {
      await carried.close();
    }
  }

  async #run(
    program: Program,
    count: number,
    server: Server,
    port: number,
    idle: number,
  ): Promise<{ registered: number; resident: number }> {
    const [path = "", ...words] = this.#words[program];
    const heard = server.hears(count);
    const begun = performance.now();
    const child = spawn(path, [...words, fileFor(count, port)], { stdio: ["ignore", "ignore", "pipe"] });
    const closed = once(child, "close");
    let said = "";
    child.stderr.on("data", (octets: Buffer) => (said += octets.toString()));
    try {
      const given = new AbortController();
      const ended = closed.then(() => false);
      const late = wait(PATIENCE, false, { signal: given.signal }).catch(() => false);
      const isThere = await Promise.race([heard.then(() => true), ended, late]);
      given.abort();
      if (!isThere) throw new Trouble(`${program} does not register: ${said}`);
      const registered = performance.now() - begun;
      await wait(idle);
      return { registered, resident: residentOf(child) };
    } finally {
      child.kill("SIGKILL");
      await closed;
    }
  }
}
