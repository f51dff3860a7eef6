import { Core, desktopModule } from "../abi/core.js";
import { Engine } from "../abi/engine.js";
import type { SocketEvents, Sockets } from "../abi/engine.js";
import { decodeRecord } from "../abi/record.js";
import { BasePhone } from "./base-phone.js";
import { CapturingSockets } from "./capture.js";
import type { PacketSink } from "./capture.js";
import { MonotonicClock } from "./clock.js";
import { loadConfiguration } from "./configuration.js";
import type { ConfigurationOptions } from "./configuration.js";
import { NodeSockets } from "./sockets.js";

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
export class Phone extends BasePhone {
  readonly #options: PhoneOptions;
  #engine: Engine | undefined;

  constructor(options: PhoneOptions) {
    super();
    this.#options = options;
  }

  setBusy(calls: number): void {
    this.#engine?.setBusy(calls);
  }

  protected begin(): Promise<void> {
    const { pcap, lenient } = this.#options;
    const core = new Core(desktopModule());
    this.tellConfiguration(loadConfiguration(core, this.#options), lenient);
    const sink = pcap === undefined ? undefined : this.openCapture(pcap);
    const engine = new Engine(core, new MonotonicClock(), (events) => this.#sockets(events, sink), {
      event: (octets, now) => {
        this.tell(decodeRecord(octets, now));
      },
      stopped: () => {
        this.finish();
      },
    });
    this.#engine = engine;
    this.beginTime();
    return this.listening(() => {
      engine.start();
    });
  }

  protected beginStop(): boolean {
    this.#engine?.stop();
    return this.#engine !== undefined;
  }

  protected closeAll(): void {
    this.#engine?.end();
  }

  protected requestsTo(): Engine | undefined {
    return this.hasStopped ? undefined : this.#engine;
  }

  #sockets(events: SocketEvents, sink: PacketSink | undefined): Sockets {
    const plain = (told: SocketEvents): Sockets =>
      new NodeSockets(told, (sentence) => {
        this.warn(sentence);
      });
    return sink === undefined ? plain(events) : new CapturingSockets(events, sink, plain);
  }
}
