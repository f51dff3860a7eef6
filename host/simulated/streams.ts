import type { Endpoint } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import type { Network } from "./network.js";
import type { Scheduler } from "./scheduler.js";

/** What one end of a TCP connection of the simulated network hears. */
export interface StreamHandler {
  opened?(): void;
  stream(octets: Uint8Array): void;
  /** The connection could not be made, or the other end has closed it. */
  failed?(reason: FlowFailure): void;
}

/**
 * One end of a TCP connection. Octets arrive in order and in the pieces in which they were sent. A piece that meets a
 * link that is down takes the rest of its direction with it: the end that waits for it hears nothing any more.
 */
export class StreamEnd {
  #peer: StreamEnd | undefined;
  #handler: StreamHandler;
  #isOpen = false;
  #isClosed = false;
  #isBroken = false;
  #waiting: Uint8Array[] = [];
  #arrival = 0;

  constructor(
    private readonly network: Network,
    private readonly scheduler: Scheduler,
    readonly local: Endpoint,
    readonly remote: Endpoint,
    handler: StreamHandler,
  ) {
    this.#handler = handler;
  }

  /** Sends; before the connection is made, the octets wait for it. They must stay as they are. */
  send(octets: Uint8Array): void {
    if (this.#isClosed) return;
    if (!this.#isOpen) {
      this.#waiting.push(octets);
      return;
    }
    this.#travel((peer) => {
      peer.#receive(octets);
    });
  }

  /** Closes the connection; the other end hears of it after what was sent before. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#travel((peer) => {
      peer.fail("closed");
    });
  }

  /** The other end accepts the connection. For the network. */
  acceptedBy(accept: (end: StreamEnd) => StreamHandler): void {
    if (this.#isClosed) return;
    const peer = new StreamEnd(this.network, this.scheduler, this.remote, this.local, {
      stream: () => undefined,
    });
    this.#peer = peer;
    peer.#peer = this;
    peer.#isOpen = true;
    peer.#handler = accept(peer);
  }

  /** The connection is made. For the network. */
  open(): void {
    if (this.#isClosed) return;
    this.#isOpen = true;
    this.#handler.opened?.();
    for (const octets of this.#waiting.splice(0)) this.send(octets);
  }

  /** The connection is lost, or was never made. For the network. */
  fail(reason: FlowFailure): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handler.failed?.(reason);
  }

  #receive(octets: Uint8Array): void {
    if (!this.#isClosed) this.#handler.stream(octets);
  }

  #travel(arrive: (peer: StreamEnd) => void): void {
    const peer = this.#peer;
    if (peer === undefined) return;
    this.#isBroken ||= this.network.isBlocked(this.local, this.remote);
    if (this.#isBroken) return;
    // Jitter does not reorder a stream.
    this.#arrival = Math.max(this.#arrival, this.scheduler.now + this.network.delay(this.local, this.remote));
    this.scheduler.at(this.#arrival, () => {
      arrive(peer);
    });
  }
}
