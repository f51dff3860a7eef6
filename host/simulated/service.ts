import type { Endpoint } from "../abi/address.js";

/** An answer of a service, after a wait in milliseconds. */
export interface Reply {
  readonly octets: Uint8Array;
  readonly delay: number;
}

/**
 * A server without a network: octets in, octets out, its time an argument. The simulated network and the real sockets
 * both carry such services.
 */
export interface Service {
  /** Takes a datagram, or a message of a stream without its frame. `now`: milliseconds. */
  receive(octets: Uint8Array, source: Endpoint, now: number): readonly Reply[];
  /** How its messages are told apart in a stream; without it, the service has no streams. */
  readonly framing?: "dns";
  /** Whether its port is closed just now. */
  readonly isRefusing: boolean;
  /** Whether it has been stopped (SIGSTOP): datagrams then wait in its socket until it goes on. */
  readonly isHolding: boolean;
  /** Calls `listener` when `isRefusing` or `isHolding` may have changed. */
  onChange(listener: () => void): void;
}

/** A datagram that waits for a service that has been stopped. */
export interface HeldDatagram {
  readonly octets: Uint8Array;
  readonly source: Endpoint;
}

/** Tells those who carry a service that its port has been opened or closed. */
export class ChangeListeners {
  readonly #listeners: (() => void)[] = [];

  add(listener: () => void): void {
    this.#listeners.push(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Puts messages into a stream of DNS and takes them out of it: two octets of length before each (RFC 1035, 4.2.2). */
export class DnsFraming {
  #rest = Buffer.alloc(0);

  static frame(message: Uint8Array): Uint8Array {
    const framed = Buffer.alloc(2 + message.length);
    framed.writeUInt16BE(message.length);
    framed.set(message, 2);
    return framed;
  }

  /** The messages that `octets` complete. */
  take(octets: Uint8Array): Uint8Array[] {
    this.#rest = Buffer.concat([this.#rest, octets]);
    const messages: Uint8Array[] = [];
    while (this.#rest.length >= 2 && this.#rest.length >= 2 + this.#rest.readUInt16BE()) {
      const end = 2 + this.#rest.readUInt16BE();
      messages.push(this.#rest.subarray(2, end));
      this.#rest = this.#rest.subarray(end);
    }
    return messages;
  }
}
