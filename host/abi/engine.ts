import { endpointText } from "./address.js";
import type { Endpoint, Transport } from "./address.js";
import { enumerations } from "./contract.js";
import { CoreError, errorName } from "./core.js";
import type { ActionHandler, Content, Core, TlsFiles } from "./core.js";
import type { NameOf } from "./record.js";

/** Why a flow failed, by its name in the contract. */
export type FlowFailure = NameOf<"flowFailure">;

/** What sockets, real or simulated, do for the engine. Octets given to them are a view: copied where they are kept. */
export interface Sockets {
  /** Opens a flow; `opened` or `failed` follows, at once or later. */
  open(flow: number, remote: Endpoint, localPort: number, name: string): void;
  listen(flow: number, transport: Transport, port: number): void;
  /** Sends; before the flow is open, the octets wait for it. */
  send(flow: number, octets: Uint8Array): void;
  /** Sends a datagram from a listening port to an end that has no flow of its own. */
  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void;
  close(flow: number): void;
  /** Closes whatever is open, without a word. */
  closeAll(): void;
  /** Before any flow of TLS is opened. */
  tls(files: TlsFiles): void;
}

/** What sockets tell. Octets are the engine's from then on. */
export interface SocketEvents {
  opened(flow: number, local: Endpoint): void;
  /** The flow is gone; the sockets have closed it. */
  failed(flow: number, reason: FlowFailure): void;
  datagram(flow: number, octets: Uint8Array): void;
  /** Part of a stream, of any length. */
  stream(flow: number, octets: Uint8Array): void;
  /** A datagram from an end that no flow of ours goes to. */
  incoming(listener: number, source: Endpoint, octets: Uint8Array): void;
  /**
   * Another end has connected to a listening port. `take` is called with the connection's flow, or with 0 where it is
   * not wanted and has to be closed. Then `stream` and `failed` follow as for any flow.
   */
  accepted(listener: number, source: Endpoint, take: (flow: number) => void): void;
}

/** A clock with one alarm. */
export interface Clock {
  /** Whole milliseconds, never smaller than before. */
  now(): number;
  /** Sets the one alarm, instead of an earlier one; `Infinity`: none. */
  alarm(at: number, ring: () => void): void;
}

/** What an engine tells its owner. */
export interface EngineListener {
  /** An event record at `now`, to be read by `decodeRecord` before the call returns. */
  event(octets: Uint8Array, now: number): void;
  /** The orderly stop is done, all flows are closed. */
  stopped(): void;
}

/** What an engine needs of a core. */
export type DrivenCore = Pick<
  Core,
  | "inputSize"
  | "start"
  | "stop"
  | "setBusy"
  | "flowOpened"
  | "flowFailed"
  | "flowBytes"
  | "flowIncoming"
  | "callPlace"
  | "callRespond"
  | "callHangUp"
  | "callRequest"
  | "requestSend"
  | "subscribe"
  | "drain"
  | "nextDeadline"
>;

type Input = (now: number) => void;

/** Takes what an input of the application was answered: 0 or above, or an error. */
export type Told = (answer: number) => void;

/**
 * Drives a core: hands it inputs one after the other in the order in which they came, drains its actions after each,
 * and sleeps until its next deadline. Sockets may answer from within a call; their answer waits for its turn.
 */
export class Engine implements SocketEvents, ActionHandler {
  readonly #core: DrivenCore;
  readonly #clock: Clock;
  readonly #sockets: Sockets;
  readonly #listener: EngineListener;
  readonly #waiting: Input[] = [];
  /** Flows that others began, by their number; and their numbers by listener and source. */
  readonly #incoming = new Map<number, { listener: number; source: Endpoint; key: string }>();
  readonly #incomingBySource = new Map<string, number>();
  #busy = false;
  #stopped = false;
  #ended = false;
  #now = 0;

  constructor(
    core: DrivenCore,
    clock: Clock,
    sockets: (events: SocketEvents) => Sockets,
    listener: EngineListener,
  ) {
    this.#core = core;
    this.#clock = clock;
    this.#sockets = sockets(this);
    this.#listener = listener;
  }

  /** Begins to work. The core is configured. */
  start(): void {
    this.#enter((now) => {
      const answer = this.#core.start(now);
      if (answer < 0) throw new CoreError(`the core does not start: ${errorName(answer)}`);
    });
  }

  /** Begins an orderly stop; the listener hears when it is done. */
  stop(): void {
    this.#enter((now) => this.#core.stop(now));
  }

  /** Ends at once: no farewell, every flow closed, no alarm left. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting.length = 0;
    this.#clock.alarm(Infinity, () => undefined);
    this.#sockets.closeAll();
  }

  /** Calls that the application has in hand (B2). */
  setBusy(calls: number): void {
    this.#enter((now) => this.#core.setBusy(now, calls));
  }

  /**
   * Places a call; `told` gets its number, or an error of `enumerations.error`. At once, unless the engine is at work:
   * so it is for the other requests of the application.
   */
  placeCall(account: number, uri: string, content: Content, told: Told): void {
    this.#ask((now) => this.#core.callPlace(now, account, uri, content), told);
  }

  /** Answers a call, or a request in it that waits for an answer. */
  respond(call: number, status: number, content: Content, told: Told): void {
    this.#ask((now) => this.#core.callRespond(now, call, status, content), told);
  }

  /** Ends a call. */
  hangUp(call: number, told: Told): void {
    this.#ask((now) => this.#core.callHangUp(now, call), told);
  }

  /** Sends a request within a call. */
  requestInCall(call: number, method: NameOf<"method">, content: Content, told: Told): void {
    const number = enumerations.method.values[method];
    this.#ask((now) => this.#core.callRequest(now, call, number, content), told);
  }

  /** Sends a request outside of a call; `told` gets its number. */
  sendRequest(account: number, method: NameOf<"method">, uri: string, content: Content, told: Told): void {
    const number = enumerations.method.values[method];
    this.#ask((now) => this.#core.requestSend(now, account, number, uri, content), told);
  }

  /** Subscribes for `expires` seconds; `told` gets the subscription's number. */
  subscribe(
    account: number,
    eventPackage: NameOf<"package">,
    uri: string,
    expires: number,
    told: Told,
  ): void {
    const number = enumerations.package.values[eventPackage];
    this.#ask((now) => this.#core.subscribe(now, account, number, uri, expires), told);
  }

  opened(flow: number, local: Endpoint): void {
    this.#enter((now) => this.#core.flowOpened(now, flow, local));
  }

  failed(flow: number, reason: FlowFailure): void {
    this.#enter((now) => this.#core.flowFailed(now, flow, enumerations.flowFailure.values[reason]));
  }

  datagram(flow: number, octets: Uint8Array): void {
    this.#enter((now) => this.#core.flowBytes(now, flow, octets));
  }

  stream(flow: number, octets: Uint8Array): void {
    const size = this.#core.inputSize;
    for (let at = 0; at < octets.length; at += size) this.datagram(flow, octets.subarray(at, at + size));
  }

  incoming(listener: number, source: Endpoint, octets: Uint8Array): void {
    this.#enter((now) => {
      const key = `${String(listener)} ${endpointText(source)}`;
      const known = this.#incomingBySource.get(key);
      if (known !== undefined) {
        if (this.#core.flowBytes(now, known, octets) !== enumerations.error.values["stale-flow"]) return;
        this.#forget(known);
      }
      const flow = this.#core.flowIncoming(now, listener, source);
      if (flow === 0) return;
      this.#incoming.set(flow, { listener, source, key });
      this.#incomingBySource.set(key, flow);
      this.#core.flowBytes(now, flow, octets);
    });
  }

  accepted(listener: number, source: Endpoint, take: (flow: number) => void): void {
    this.#enter((now) => {
      take(this.#core.flowIncoming(now, listener, source));
    });
  }

  open(flow: number, remote: Endpoint, localPort: number, name: string): void {
    this.#sockets.open(flow, remote, localPort, name);
  }

  listen(flow: number, transport: Transport, port: number): void {
    this.#sockets.listen(flow, transport, port);
  }

  send(flow: number, octets: Uint8Array): void {
    const incoming = this.#incoming.get(flow);
    if (incoming === undefined) this.#sockets.send(flow, octets);
    else this.#sockets.sendFrom(incoming.listener, incoming.source, octets);
  }

  close(flow: number): void {
    if (this.#incoming.has(flow)) this.#forget(flow);
    else this.#sockets.close(flow);
  }

  tls(files: TlsFiles): void {
    this.#sockets.tls(files);
  }

  event(octets: Uint8Array): void {
    this.#listener.event(octets, this.#now);
  }

  stopped(): void {
    this.#stopped = true;
  }

  #ask(question: (now: number) => number, told: Told): void {
    this.#enter((now) => {
      told(question(now));
    });
  }

  #enter(input: Input): void {
    if (this.#ended) return;
    if (this.#busy) {
      this.#waiting.push(input);
      return;
    }
    this.#busy = true;
    try {
      for (let next: Input | undefined = input; next !== undefined; next = this.#waiting.shift()) {
        this.#now = Math.max(this.#now, this.#clock.now());
        next(this.#now);
        this.#core.drain(this.#now, this);
        if (this.#hasEnded()) return;
      }
      this.#clock.alarm(this.#core.nextDeadline(), this.#ring);
    } catch (error) {
      // A listener's error is its owner's affair; what was left undone is taken up at once.
      if (!this.#isOver()) this.#clock.alarm(this.#now, this.#ring);
      throw error;
    } finally {
      this.#busy = false;
    }
  }

  readonly #ring = (): void => {
    this.#enter(() => undefined);
  };

  /** Whether there is nothing to go on with: the owner has ended the engine, or the core has stopped. */
  #hasEnded(): boolean {
    if (this.#stopped && !this.#ended) {
      this.end();
      this.#listener.stopped();
    }
    return this.#ended;
  }

  /** Whether the owner has ended it meanwhile. */
  #isOver(): boolean {
    return this.#ended;
  }

  #forget(flow: number): void {
    this.#incomingBySource.delete(this.#incoming.get(flow)?.key ?? "");
    this.#incoming.delete(flow);
  }
}
