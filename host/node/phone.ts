import type { EventEmitter } from "node:events";
import { ConfigurationError } from "../abi/configuration-error.js";
import { Core, desktopModule } from "../abi/core.js";
import { Engine } from "../abi/engine.js";
import type { SocketEvents, Sockets } from "../abi/engine.js";
import { decodeRecord } from "../abi/record.js";
import type { EventRecord, RecordOf } from "../abi/record.js";
import { StatusBoard } from "../abi/status.js";
import type { AccountStatus } from "../abi/status.js";
import { CapturingSockets } from "./capture.js";
import { MonotonicClock } from "./clock.js";
import { loadConfiguration } from "./configuration.js";
import type { ConfigurationOptions } from "./configuration.js";
import { DnsWatch } from "./dns-watch.js";
import { PcapFile } from "./pcap.js";
import { PortWatch, portSentence } from "./port-watch.js";
import { RequestingPhone } from "./requests.js";
import { NodeSockets } from "./sockets.js";
import { StartError } from "./start-error.js";

/** How long an orderly stop may take before everything is closed all the same: R7's 2 s and some. Milliseconds. */
const STOP_LIMIT = 2500;

/** Options of a phone. Without `files` and `text` there is nothing to configure it with. */
export interface PhoneOptions extends ConfigurationOptions {
  /** Start in spite of errors in the configuration: the keys concerned keep their defaults. */
  readonly lenient?: boolean | undefined;
  /** A capture file to write, which Wireshark opens. It holds what went over the wire. */
  readonly pcap?: string | undefined;
}

/**
 * A phone on real sockets: registers its accounts, moves them when a server fails, and returns as configured.
 *
 * ```ts
 * const phone = new Phone({ files: ["001565000001.cfg"] });
 * phone.on("registered", ({ account, target }) => console.log(account, target));
 * await phone.start();
 * …
 * await phone.stop();
 * ```
 *
 * A phone is started once. Records carry `t`, milliseconds since `start`.
 */
export class Phone extends RequestingPhone {
  readonly #options: PhoneOptions;
  readonly #status = new StatusBoard();
  readonly #dnsWatch = new DnsWatch();
  readonly #portWatch = new PortWatch();
  #engine: Engine | undefined;
  #pcap: PcapFile | undefined;
  #settle: ((problem?: Error) => void) | undefined;
  #startedAt: Date | undefined;
  #stopping: Promise<void> | undefined;
  #state: "new" | "starting" | "running" | "stopped" = "new";

  constructor(options: PhoneOptions) {
    super();
    this.#options = options;
  }

  /** When `t` was 0, by the wall clock; `undefined` before `start`. */
  get startedAt(): Date | undefined {
    return this.#startedAt;
  }

  /**
   * Reads the configuration, opens the listening port and begins to register; resolves when the port is open.
   * Diagnostics come as `config` events before that.
   *
   * @throws ConfigurationError where the configuration has errors, unless `lenient`
   * @throws StartError where the UDP port or the capture file cannot be opened, or a file of TLS cannot be used
   * @throws RangeError where `dns` or `seed` is not what it should be
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new StartError("A phone is started once.");
    this.#state = "starting";
    try {
      const core = this.#configure();
      this.#openCapture();
      await this.#begin(core);
      this.#state = "running";
    } catch (error) {
      this.#finish();
      throw error;
    }
  }

  /** An orderly stop: bindings are removed (R7), at most 2 s; then nothing is left. A second call waits for the first. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** Says how many calls the application has in hand: failback waits until there is none (B2). */
  setBusy(calls: number): void {
    this.#engine?.setBusy(calls);
  }

  /** Where each account stands: on which target, since when, and why. Times are milliseconds since `start`. */
  status(): AccountStatus[] {
    return this.#status.accounts;
  }

  #configure(): Core {
    const core = new Core(desktopModule());
    const { diagnostics, errors, records } = loadConfiguration(core, this.#options);
    for (const record of [...diagnostics, ...records]) this.#tell(record);
    if (errors > 0 && this.#options.lenient !== true) throw new ConfigurationError(diagnostics);
    return core;
  }

  #openCapture(): void {
    const { pcap } = this.#options;
    if (pcap === undefined) return;
    try {
      this.#pcap = new PcapFile(pcap, (error) => {
        this.emit("warning", `The capture has ended: ${pcap} cannot be written (${error.message}).`);
      });
    } catch (error) {
      throw new StartError(
        `${pcap} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
  }

  #begin(core: Core): Promise<void> {
    const pcap = this.#pcap;
    const plain = (events: SocketEvents): Sockets =>
      new NodeSockets(events, {
        warning: (sentence) => {
          this.#warn(sentence);
        },
        unusableFiles: (sentence) => {
          if (this.#settle === undefined) this.#warn(sentence);
          else this.#settle(new StartError(sentence));
        },
      });
    const sockets =
      pcap === undefined
        ? plain
        : (events: SocketEvents): Sockets => new CapturingSockets(events, pcap, plain);
    const engine = new Engine(core, new MonotonicClock(), sockets, {
      event: (octets, now) => {
        this.#tell(decodeRecord(octets, now));
      },
      stopped: () => {
        this.#finish();
      },
    });
    this.#engine = engine;
    this.#startedAt = new Date();
    return new Promise((resolve, reject) => {
      this.#settle = (problem) => {
        this.#settle = undefined;
        if (problem === undefined) resolve();
        else reject(problem);
      };
      engine.start();
    });
  }

  #tell(record: EventRecord): void {
    this.#status.add(record);
    // A record and the name of its event belong together; the compiler sees a union of each.
    (this as EventEmitter).emit("record", record);
    (this as EventEmitter).emit(record.event, record);
    if (record.event === "listening") this.#listening(record);
    else if (record.event === "listen-failed") this.#portFailed(record);
    else if (record.event === "dns-answer") this.#warn(this.#dnsWatch.add(record));
  }

  #listening(record: RecordOf<"listening">): void {
    this.#portWatch.listening(record);
    if (record.transport === "udp") this.#settle?.();
  }

  /** Without its UDP port a phone cannot start; without the others it can. */
  #portFailed(record: RecordOf<"listen-failed">): void {
    if (record.transport === "udp") this.#settle?.(new StartError(portSentence(record)));
    else this.#warn(this.#portWatch.failed(record));
  }

  #warn(sentence: string | undefined): void {
    if (sentence !== undefined) this.emit("warning", sentence);
  }

  protected runningEngine(): Engine | undefined {
    return this.#state === "stopped" ? undefined : this.#engine;
  }

  #stop(): Promise<void> {
    if (this.#state === "stopped" || this.#engine === undefined) {
      this.#finish();
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.#finish();
      }, STOP_LIMIT);
      this.once("stopped", () => {
        clearTimeout(limit);
        resolve();
      });
      this.#engine?.stop();
    });
  }

  /** Closes whatever is open. */
  #finish(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#engine?.end();
    this.#pcap?.close();
    this.#settle?.(new StartError("The phone was stopped before it had started."));
    this.refuseRequests();
    this.emit("stopped");
  }
}
