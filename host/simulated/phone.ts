import { endpointText } from "../abi/address.js";
import { enumerations } from "../abi/contract.js";
import type { EventName } from "../abi/contract.js";
import { ConfigurationError } from "../abi/configuration-error.js";
import { configure } from "../abi/configure.js";
import type { ConfigurationFile } from "../abi/configure.js";
import { Core, SEED_OCTETS } from "../abi/core.js";
import type { Content } from "../abi/core.js";
import { Engine } from "../abi/engine.js";
import type { SocketEvents, Sockets, Told } from "../abi/engine.js";
import { decodeRecord } from "../abi/record.js";
import type { ConfigurationRecord, EventRecord, NameOf, RecordOf } from "../abi/record.js";
import { StatusBoard } from "../abi/status.js";
import type { AccountStatus } from "../abi/status.js";
import { AlarmClock } from "./alarm-clock.js";
import type { Network } from "./network.js";
import { Random } from "./random.js";
import type { Scheduler } from "./scheduler.js";
import { SimulatedSockets } from "./sockets.js";
import type { HostAddresses, WireEntry, WireTap } from "./sockets.js";

/** Makes sockets for `events` out of others, which `make` makes. */
export type SocketTap = (events: SocketEvents, make: (events: SocketEvents) => Sockets) => Sockets;

/** Options of a simulated phone. */
export interface SimulatedPhoneOptions {
  /** Its addresses; those that the simulation gives where they are left out. */
  readonly addresses?: HostAddresses;
  /** DNS servers instead of those of the configuration. */
  readonly dns?: readonly string[];
  /** DNS servers for a configuration that names none; the simulation's where it is left out. */
  readonly resolvers?: readonly string[];
  /** Where its randomness comes from; a small number is enough. */
  readonly seed?: number;
  /** Start in spite of errors in the configuration. */
  readonly lenient?: boolean;
  /** Keep every record in `records`, and follow them in `status`. Default: true. */
  readonly keepRecords?: boolean;
  /** Keep everything that went over the wire in `wire`. Default: true. */
  readonly keepWire?: boolean;
  /** The core to run; the build for devices where it is left out. That for desktops does the same, sooner. */
  readonly core?: Core;
  /** Puts something between the phone and its sockets, such as a capture: it is given the way to make them. */
  readonly tap?: SocketTap | undefined;
  /** When it starts, in milliseconds; default: now. */
  readonly startAt?: number;
}

/** A request of the application: which account it is of, 1 where it is left out, and what goes with it. */
export interface SimulatedRequest extends Content {
  readonly account?: number | undefined;
}

type Listener = (record: EventRecord) => void;

/** A phone in simulated time: the core, on a network in memory. */
export class SimulatedPhone {
  readonly core: Core;
  /** Every record, those of the configuration first. */
  readonly records: EventRecord[] = [];
  readonly wire: WireEntry[] = [];
  readonly diagnostics: readonly ConfigurationRecord[];
  readonly #engine: Engine;
  readonly #status = new StatusBoard();
  readonly #listeners: Listener[] = [];
  readonly #keepRecords: boolean;
  #isStopped = false;

  /** @throws ConfigurationError where the configuration has errors, unless `lenient` */
  constructor(
    scheduler: Scheduler,
    network: Network,
    files: readonly ConfigurationFile[],
    options: SimulatedPhoneOptions,
  ) {
    const { addresses = {}, dns, resolvers, seed = 1, lenient = false, keepWire = true, tap } = options;
    const startAt = options.startAt ?? scheduler.now;
    this.core = options.core ?? new Core();
    this.#keepRecords = options.keepRecords ?? true;
    const wireTap: WireTap = (direction, from, to, octets) => {
      const entry = { t: scheduler.now, direction, from: endpointText(from), to: endpointText(to), octets };
      this.wire.push(entry);
    };
    const configured = configure(this.core, {
      files,
      seed: new Random(seed).octets(SEED_OCTETS),
      dns,
      resolvers,
    });
    this.diagnostics = configured.diagnostics;
    for (const record of [...configured.diagnostics, ...configured.records]) this.#tell(record);
    if (configured.errors > 0 && !lenient) throw new ConfigurationError(configured.diagnostics);
    const sockets = (events: SocketEvents): Sockets =>
      new SimulatedSockets(events, network, addresses, keepWire ? wireTap : undefined);
    this.#engine = new Engine(
      this.core,
      new AlarmClock(scheduler),
      (events) => (tap === undefined ? sockets(events) : tap(events, sockets)),
      {
        event: (octets, now) => {
          if (this.#isWatched()) this.#tell(decodeRecord(octets, now));
        },
        stopped: () => {
          this.#isStopped = true;
        },
      },
    );
    scheduler.at(startAt, () => {
      this.#engine.start();
    });
  }

  /** Whether an orderly stop is done. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Calls `listener` for each record from now on. */
  on(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** The records of one event so far. */
  events<Name extends EventName>(name: Name): RecordOf<Name>[] {
    return this.records.filter((record) => record.event === name) as unknown as RecordOf<Name>[];
  }

  /** Where each account stands; it takes `keepRecords`. */
  status(): AccountStatus[] {
    return this.#status.accounts;
  }

  /** Says how many calls the application has in hand (B2). */
  setBusy(calls: number): void {
    this.#engine.setBusy(calls);
  }

  /**
   * Places a call: its number, or an error of the contract, below 0. This and the other requests are for `s.at` and
   * between runs, not for listeners: a phone that is at work has no answer yet, which throws.
   */
  call(uri: string, { account = 1, ...content }: SimulatedRequest = {}): number {
    return this.#ask((told) => {
      this.#engine.placeCall(account, uri, content, told);
    });
  }

  /** Answers a call, or a request in it that waits for an answer: 0 or an error. */
  respond(call: number, status: number, content: Content = {}): number {
    return this.#ask((told) => {
      this.#engine.respond(call, status, content, told);
    });
  }

  /** Ends a call: 0 or an error. */
  hangUp(call: number): number {
    return this.#ask((told) => {
      this.#engine.hangUp(call, told);
    });
  }

  /** Sends a request within a call: 0 or an error. */
  requestInCall(call: number, method: NameOf<"method">, content: Content = {}): number {
    return this.#ask((told) => {
      this.#engine.requestInCall(call, method, content, told);
    });
  }

  /** Sends a request outside of a call: its number, or an error. */
  sendRequest(
    method: NameOf<"method">,
    uri: string,
    { account = 1, ...content }: SimulatedRequest = {},
  ): number {
    return this.#ask((told) => {
      this.#engine.sendRequest(account, method, uri, content, told);
    });
  }

  /** Subscribes for `expires` seconds, to the account's own address where `uri` is empty: a number, or an error. */
  subscribe(eventPackage: NameOf<"package">, { account = 1, uri = "", expires = 3600 } = {}): number {
    return this.#ask((told) => {
      this.#engine.subscribe(account, eventPackage, uri, expires, told);
    });
  }

  /** Begins an orderly stop (R7). */
  stop(): void {
    this.#engine.stop();
  }

  /** Ends at once and without a word, as when the power is lost. */
  cutPower(): void {
    this.#engine.end();
    this.#isStopped = true;
  }

  #ask(question: (told: Told) => void): number {
    if (this.#isStopped) return enumerations.error.values["not-configured"];
    let answer: number | undefined;
    question((told) => (answer = told));
    if (answer === undefined) throw new Error("a phone is not asked from within one of its events");
    return answer;
  }

  #isWatched(): boolean {
    return this.#keepRecords || this.#listeners.length > 0;
  }

  #tell(record: EventRecord): void {
    if (this.#keepRecords) {
      this.records.push(record);
      this.#status.add(record);
    }
    for (const listener of this.#listeners) listener(record);
  }
}
