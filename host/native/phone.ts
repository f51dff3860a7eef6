import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { hostPortText, parseEndpoint } from "../abi/address.js";
import { Core, desktopModule } from "../abi/core.js";
import { BasePhone } from "../node/base-phone.js";
import { loadConfiguration } from "../node/configuration.js";
import { readConfiguration } from "../node/files.js";
import type { PhoneOptions } from "../node/phone.js";
import type { RequestTaker } from "../node/requests.js";
import { StartError } from "../node/start-error.js";
import { ControlledProgram } from "./control.js";
import type { NativeProgram } from "./program.js";
import { WireCapture } from "./wire.js";

const DNS_PORT = 53;

/** Options of a phone in a program of its own, which takes its seed from the system. */
export type NativePhoneOptions = Omit<PhoneOptions, "seed">;

/**
 * The phone of `host/native`, a program that runs beside this one: what the Node host's `Phone` is, with the sockets in C
 * and the core held by wasmtime or compiled in. Diagnostics of the configuration are those of the Node host.
 */
export class NativePhone extends BasePhone {
  readonly #program: NativeProgram;
  readonly #options: NativePhoneOptions;
  #running: ControlledProgram | undefined;
  /** Where a text lies that the program reads as a file. */
  #folder: string | undefined;

  constructor(program: NativeProgram, options: NativePhoneOptions) {
    super();
    this.#program = program;
    this.#options = options;
  }

  setBusy(calls: number): void {
    this.requestsTo()?.setBusy(calls);
  }

  protected begin(): Promise<void> {
    const { pcap, lenient } = this.#options;
    this.#seeProgram();
    // What is no diagnostic of the configuration the program tells by itself.
    this.tellConfiguration(
      { ...loadConfiguration(new Core(desktopModule()), this.#options), records: [] },
      lenient,
    );
    const capture = pcap === undefined ? undefined : new WireCapture(this.openCapture(pcap));
    return this.listening(() => {
      this.#running = new ControlledProgram(this.#words(), {
        started: (at) => {
          this.beginTime(new Date(at));
        },
        record: (record) => {
          if (record.event !== "config") this.tell(record);
        },
        wire: (line) => capture?.add(line),
        warning: (sentence) => {
          this.warn(sentence);
        },
        error: (sentence) => {
          if (this.isOpening) this.refuseStart(new StartError(sentence));
          // A record may have said before why it cannot start.
          else if (this.isRunning) this.warn(sentence);
        },
        ended: (how, words) => {
          this.#ended(how, words);
        },
      });
    });
  }

  protected beginStop(): boolean {
    this.#running?.stop();
    return this.#running !== undefined;
  }

  protected closeAll(): void {
    this.#running?.end();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  protected requestsTo(): (RequestTaker & Pick<ControlledProgram, "setBusy">) | undefined {
    return this.hasStopped ? undefined : this.#running;
  }

  #seeProgram(): void {
    const { path, script } = this.#program;
    try {
      accessSync(path, constants.X_OK);
    } catch {
      throw new StartError(
        `${relative("", path)} is not built: in the sources of sip-failover, "npm run ${script}" builds it.`,
      );
    }
  }

  /** The command line. */
  #words(): string[] {
    const { runner = [], path: program, module } = this.#program;
    const { dns = [], files = [], text, pcap } = this.#options;
    const paths = readConfiguration(files).files.map(({ name }) => name);
    // The program wants a file; a text may hold a password, so nobody else may read it.
    if (text !== undefined || paths.length === 0) {
      this.#folder = mkdtempSync(join(tmpdir(), "sip-failover-"));
      const path = join(this.#folder, "text.cfg");
      writeFileSync(path, text ?? "", { mode: 0o600 });
      paths.push(path);
    }
    return [
      ...runner,
      program,
      "--control",
      // Whoever wanted to know of errors has been told.
      "--lenient",
      ...(module === undefined ? [] : ["--module", module]),
      ...(pcap === undefined ? [] : ["--wire"]),
      ...dns.flatMap((server) => {
        const { address, port } = parseEndpoint(server, DNS_PORT);
        return ["--dns", hostPortText(address, port)];
      }),
      "--",
      ...paths,
    ];
  }

  /** The program has ended: by an orderly stop, or by itself. */
  #ended(how: string, words: string): void {
    const tail = words === "" ? "." : `: ${words}`;
    const sentence = `${basename(this.#program.path)} has ended (${how})${tail}`;
    if (this.isOpening) this.refuseStart(new StartError(sentence));
    else if (how !== "exit status 0") this.warn(sentence);
    this.finish();
  }
}
