import type { Endpoint, Transport } from "../abi/address.js";

/**
 * Where a service is reached by a transport that is at home at `end`: UDP and TCP at its own port, TLS at the one after
 * that.
 */
export const endBy = (end: Endpoint, transport: Transport): Endpoint => ({
  ...end,
  transport,
  port: transport === "tls" ? end.port + 1 : end.port,
});

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
  /**
   * Takes a datagram, or a message of a stream without its frame. `now`: milliseconds; `local`: where it came in, for a
   * service with several ends.
   */
  receive(octets: Uint8Array, source: Endpoint, now: number, local?: Endpoint): readonly Reply[];
  /** Gives a service that acts by itself what it needs for that; once for each of its ends. */
  attach?(host: ServiceHost): void;
  /** How its messages are told apart in a stream; without it, the service has no streams. */
  readonly framing?: FramingName;
  /** How its answers are cut where they go by a stream; each goes as it is where it is left out. */
  readonly segments?: Segments;
  /** What it offers by TLS, on the port after its own; without it, that port is closed. */
  readonly tls?: TlsOffer | undefined;
  /** Whether its port is closed just now. */
  readonly isRefusing: boolean;
  /** Whether it has been stopped (SIGSTOP): datagrams then wait in its socket until it goes on. */
  readonly isHolding: boolean;
  /** Calls `listener` when `isRefusing`, `isHolding` or `tls` may have changed. */
  onChange(listener: () => void): void;
  /** Calls `listener` when all its connections are to be closed. */
  onDisconnect?(listener: () => void): void;
}

/** What carries a service at one address and port: its clock, and its way to send without having been asked. */
export interface ServiceHost {
  readonly local: Endpoint;
  /** Milliseconds, by the same clock as in `receive`. */
  now(): number;
  after(milliseconds: number, action: () => void): void;
  /** Whether there is a connection with that remote end. */
  isConnected(to: Endpoint): boolean;
  /** Sends a datagram from the port, or a message by the connection with `to`; where there is none, it connects. */
  send(octets: Uint8Array, to: Endpoint): void;
}

/**
 * How a server behaves in TLS: its certificate is for `names`; it comes from nobody whom anybody trusts; or it never
 * answers in the handshake.
 */
export type TlsOffer = { readonly names: readonly string[] } | "untrusted" | "stalls";

/**
 * Segments of a stream: each answer `whole`, octet by octet, what is sent at the same instant `joined`, or each answer
 * in two with so many octets in the first.
 */
export type Segments = "whole" | "octets" | "joined" | number;

/** Tells those who carry a service of what has become of it. */
export class ChangeListeners {
  readonly #listeners: (() => void)[] = [];

  add(listener: () => void): void {
    this.#listeners.push(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

export type FramingName = "dns" | "sip";

/** Takes the messages out of one direction of a stream. */
export interface Framing {
  /** The messages that `octets` complete. */
  take(octets: Uint8Array): Uint8Array[];
}

/** Puts messages into a stream of DNS and takes them out of it: two octets of length before each (RFC 1035, 4.2.2). */
export class DnsFraming implements Framing {
  #rest = Buffer.alloc(0);

  static frame(message: Uint8Array): Uint8Array {
    const framed = Buffer.alloc(2 + message.length);
    framed.writeUInt16BE(message.length);
    framed.set(message, 2);
    return framed;
  }

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

const PING = "\r\n\r\n";
const LINE_END = "\r\n";

/**
 * Takes messages out of a stream of SIP by their Content-Length; without one there is no body (RFC 3261, 18.3). Two line
 * ends between messages are a message of their own, the ping of RFC 5626 (4.4.1); a single one is nothing.
 */
export class SipFraming implements Framing {
  #rest = "";

  static frame(message: Uint8Array): Uint8Array {
    return message;
  }

  take(octets: Uint8Array): Uint8Array[] {
    this.#rest += Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
    const messages: Uint8Array[] = [];
    for (let end = this.#end(); end > 0; end = this.#end()) {
      const message = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end);
      if (message !== LINE_END) messages.push(Buffer.from(message, "latin1"));
    }
    return messages;
  }

  /** Where the first message ends; 0 where it is not complete. */
  #end(): number {
    const rest = this.#rest;
    if (rest.startsWith(LINE_END)) {
      if (rest.startsWith(PING)) return PING.length;
      return PING.startsWith(rest) ? 0 : LINE_END.length;
    }
    const head = rest.indexOf(PING) + PING.length;
    if (head < PING.length) return 0;
    const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d+)/im.exec(rest.slice(0, head))?.[1] ?? "0";
    const end = head + Number(length);
    return end <= rest.length ? end : 0;
  }
}

const framings = { dns: DnsFraming, sip: SipFraming } as const;

/** How messages of a kind are put into a stream, and a fresh `Framing` that takes them out of one. */
export const framingOf = (name: FramingName): { new (): Framing; frame(message: Uint8Array): Uint8Array } =>
  framings[name];
