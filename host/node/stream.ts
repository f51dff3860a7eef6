import { Socket } from "node:net";
import { canonicalAddress } from "../abi/address.js";
import type { Endpoint, Transport } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import { failureOf } from "./failures.js";

/** How long a connection that we end may take for what was sent before, in milliseconds. */
const LINGER = 1000;

/** Octets that may wait for a peer that takes nothing: many messages of 4 KiB. */
const MOST_UNSENT = 256 * 1024;

/** What a flow over a connection tells. */
export interface StreamFlowEvents {
  opened(local: Endpoint): void;
  failed(reason: FlowFailure): void;
  stream(octets: Uint8Array): void;
}

/** A connection, and how it speaks of itself. */
export interface Connection {
  readonly socket: Socket;
  readonly transport: Transport;
  /** The event of the socket after which it may be used; `undefined`: it may be used already. */
  readonly opening: "connect" | "secureConnect" | undefined;
  /** The reason of its end. `error` is `undefined` where the other end has closed it. */
  readonly reasonOf: (error: Error | undefined) => FlowFailure;
}

/** The other end has closed it, or the system says why it is gone. */
export const streamFailureOf = (error: Error | undefined): FlowFailure =>
  error === undefined ? "closed" : failureOf(error);

/** Connects by TCP. */
export const connectTcp = ({ address, family, port }: Endpoint): Connection => ({
  socket: new Socket().connect({ host: address, port, family }),
  transport: "tcp",
  opening: "connect",
  reasonOf: streamFailureOf,
});

/**
 * A flow over a connection, ours or another's. What is sent before it is open waits for that, and is never given to a
 * peer whose certificate does not fit. Its end, whoever ends it, is a failure; a peer that takes nothing any more has
 * `timed-out` when too much waits for it.
 */
export class StreamFlow {
  readonly #socket: Socket;
  readonly #events: StreamFlowEvents;
  #waiting: Uint8Array[] | undefined;
  #unsent = 0;
  #closed = false;

  constructor({ socket, transport, opening, reasonOf }: Connection, events: StreamFlowEvents) {
    this.#socket = socket;
    this.#events = events;
    if (opening !== undefined) this.#waiting = [];
    socket.setNoDelay(true);
    if (opening !== undefined) {
      socket.once(opening, () => {
        const local = localOf(socket, transport);
        if (local === undefined) this.#fail("closed");
        else this.#opened(local);
      });
    }
    socket.on("data", (octets) => {
      if (!this.#closed) this.#events.stream(octets);
    });
    // The first of these is the reason; what follows from it is not.
    const ended = (error?: Error): void => {
      if (!this.#closed) this.#fail(reasonOf(error));
    };
    socket.on("error", ended);
    socket.on("end", ended);
    socket.on("close", () => {
      ended();
    });
  }

  send(octets: Uint8Array): void {
    if (this.#closed) return;
    const copy = octets.slice();
    if (this.#waiting === undefined) this.#socket.write(copy);
    else {
      this.#waiting.push(copy);
      this.#unsent += copy.length;
    }
    if (this.#unsent + this.#socket.writableLength > MOST_UNSENT) this.#fail("timed-out");
  }

  /**
   * Ends the connection. What was sent on an open one still goes out, for a second at most: meanwhile the other end may
   * send as well, and closing at once would make the system throw away what it has not read yet.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#waiting !== undefined || socket.writableLength > MOST_UNSENT) {
      socket.destroy();
      return;
    }
    socket.end();
    const limit = setTimeout(() => {
      socket.destroy();
    }, LINGER);
    limit.unref();
    socket.once("close", () => {
      clearTimeout(limit);
    });
  }

  #opened(local: Endpoint): void {
    if (this.#closed) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    this.#unsent = 0;
    this.#events.opened(local);
    for (const octets of waiting) this.send(octets);
  }

  #fail(reason: FlowFailure): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(reason);
  }
}

/** Our end of a connection; `undefined` where the system has it no more. A link-local address loses its zone. */
const localOf = ({ localAddress, localPort = 0 }: Socket, transport: Transport): Endpoint | undefined => {
  if (localAddress === undefined) return undefined;
  const address = canonicalAddress(localAddress.replace(/%.*$/, ""));
  return { transport, family: address.includes(":") ? 6 : 4, address, port: localPort };
};
