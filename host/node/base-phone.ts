import type { EventEmitter } from "node:events";
import { ConfigurationError } from "../abi/configuration-error.js";
import type { EventRecord, RecordOf } from "../abi/record.js";
import { StatusBoard } from "../abi/status.js";
import type { AccountStatus } from "../abi/status.js";
import type { LoadedConfiguration } from "./configuration.js";
import { DnsWatch } from "./dns-watch.js";
import { PcapFile } from "./pcap.js";
import { PortWatch, portSentence } from "./port-watch.js";
import { RequestingPhone } from "./requests.js";
import { StartError } from "./start-error.js";

/** How long an orderly stop may take before everything is closed all the same: R7's 2 s and some. Milliseconds. */
const STOP_LIMIT = 2500;

/** A phone on real sockets, whatever holds its core: what it tells, when it starts and when it ends. */
export abstract class BasePhone extends RequestingPhone {
  readonly #status = new StatusBoard();
  readonly #dnsWatch = new DnsWatch();
  readonly #portWatch = new PortWatch();
  #pcap: PcapFile | undefined;
  #settle: ((problem?: Error) => void) | undefined;
  #startedAt: Date | undefined;
  #stopping: Promise<void> | undefined;
  #state: "new" | "starting" | "running" | "stopped" = "new";

  /** When `t` was 0, by the wall clock; `undefined` before `start`. */
  get startedAt(): Date | undefined {
    return this.#startedAt;
  }

  /**
   * Reads the configuration, opens the listening port and begins to register; resolves when the port is open.
   * Diagnostics come as `config` events before that.
   *
   * @throws ConfigurationError where the configuration has errors, unless `lenient`
   * @throws StartError where the UDP port or the capture file cannot be opened
   * @throws RangeError where `dns` or `seed` is not what it should be
   */
  async start(): Promise<void> {
    if (this.#state !== "new") throw new StartError("A phone is started once.");
    this.#state = "starting";
    try {
      await this.begin();
      this.#state = "running";
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  /** An orderly stop: bindings are removed (R7), at most 2 s; then nothing is left. A second call waits for the first. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** Where each account stands: on which target, since when, and why. Times are milliseconds since `start`. */
  status(): AccountStatus[] {
    return this.#status.accounts;
  }

  /** Says how many calls the application has in hand: failback waits until there is none (B2). */
  abstract setBusy(calls: number): void;

  /** Everything of `start`: resolves when the listening port is open, see `listening`. */
  protected abstract begin(): Promise<void>;

  /** Begins an orderly stop, at whose end is `finish`; false where nothing runs that could be stopped. */
  protected abstract beginStop(): boolean;

  /** Closes whatever is open, at once. */
  protected abstract closeAll(): void;

  protected get hasStopped(): boolean {
    return this.#state === "stopped";
  }

  /** Whether `start` has succeeded, and nothing has ended the phone since. */
  protected get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Whether `listening` waits, so that what goes wrong is a reason not to start. */
  protected get isOpening(): boolean {
    return this.#settle !== undefined;
  }

  /** Tells what was found in the configuration; `records` are left out where somebody else tells them. */
  protected tellConfiguration(
    { diagnostics, errors, records }: LoadedConfiguration,
    isLenient: boolean | undefined,
  ): void {
    for (const record of [...diagnostics, ...records]) this.tell(record);
    if (errors > 0 && isLenient !== true) throw new ConfigurationError(diagnostics);
  }

  /** The capture file of this path, which is closed with the phone. */
  protected openCapture(path: string): PcapFile {
    try {
      this.#pcap = new PcapFile(path, (error) => {
        this.warn(`The capture has ended: ${path} cannot be written (${error.message}).`);
      });
      return this.#pcap;
    } catch (error) {
      throw new StartError(
        `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
  }

  /** The wall clock when `t` is 0. */
  protected beginTime(at = new Date()): void {
    this.#startedAt = at;
  }

  /** Does what opens the listening port: resolves when it is open, rejects where the phone cannot start. */
  protected listening(open: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (problem) => {
        this.#settle = undefined;
        if (problem === undefined) resolve();
        else reject(problem);
      };
      open();
    });
  }

  /** The phone cannot start: `listening` rejects. */
  protected refuseStart(problem: Error): void {
    this.#settle?.(problem);
  }

  protected tell(record: EventRecord): void {
    this.#status.add(record);
    // A record and the name of its event belong together; the compiler sees a union of each.
    (this as EventEmitter).emit("record", record);
    (this as EventEmitter).emit(record.event, record);
    if (record.event === "listening") this.#portIsOpen(record);
    else if (record.event === "listen-failed") this.#portFailed(record);
    else if (record.event === "dns-answer") this.warn(this.#dnsWatch.add(record));
  }

  protected warn(sentence: string | undefined): void {
    if (sentence !== undefined) this.emit("warning", sentence);
  }

  /** The phone has stopped: closes whatever is open, once. */
  protected finish(): void {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.closeAll();
    this.#pcap?.close();
    this.refuseStart(new StartError("The phone was stopped before it had started."));
    this.refuseRequests();
    this.emit("stopped");
  }

  #portIsOpen(record: RecordOf<"listening">): void {
    this.#portWatch.listening(record);
    if (record.transport === "udp") this.#settle?.();
  }

  /** Without its UDP port a phone cannot start; without the others it can. */
  #portFailed(record: RecordOf<"listen-failed">): void {
    if (record.transport === "udp") this.refuseStart(new StartError(portSentence(record)));
    else this.warn(this.#portWatch.failed(record));
  }

  #stop(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => {
        this.finish();
      }, STOP_LIMIT);
      const stopped = (): void => {
        clearTimeout(limit);
        resolve();
      };
      this.once("stopped", stopped);
      if (this.#state !== "stopped" && this.beginStop()) return;
      this.off("stopped", stopped);
      this.finish();
      stopped();
    });
  }
}
