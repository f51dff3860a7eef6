import { createSocket } from "node:dgram";
import type { RemoteInfo, Socket } from "node:dgram";
import { canonicalAddress } from "../abi/address.js";
import type { Endpoint, Family } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import { failureOf } from "./failures.js";
import { openPort } from "./families.js";
import type { PortKind } from "./families.js";

type Lookup = (
  name: string,
  options: unknown,
  callback: (error: null, address: string, family: number) => void,
) => void;

/**
 * A UDP socket that takes addresses only. Nothing is looked up, so that binding and connecting are done when the
 * calls return: in between, datagrams of others could land here.
 */
const datagramSocket = (family: Family, shared: boolean): Socket => {
  const lookup: Lookup = (name, _options, callback) => {
    callback(null, name, family);
  };
  return createSocket({
    type: family === 4 ? "udp4" : "udp6",
    reuseAddr: shared,
    ipv6Only: family === 6,
    lookup,
  });
};

/** Where a datagram came from. A link-local address loses its zone. */
const sourceOf = ({ address, family, port }: RemoteInfo): Endpoint => ({
  transport: "udp",
  family: family === "IPv6" ? 6 : 4,
  address: canonicalAddress(address.replace(/%.*$/, "")),
  port,
});

const localOf = (socket: Socket, family: Family): Endpoint => {
  const { address, port } = socket.address();
  return { transport: "udp", family, address: canonicalAddress(address.replace(/%.*$/, "")), port };
};

/** What a UDP flow tells. */
export interface UdpFlowEvents {
  opened(local: Endpoint): void;
  failed(reason: FlowFailure): void;
  datagram(octets: Uint8Array): void;
  /** A datagram of somebody else that reached the port before the socket was connected. */
  stray(source: Endpoint, octets: Uint8Array): void;
}

/** A connected UDP socket: ICMP errors arrive as errors (F3). Nothing happens before `open`. */
export class UdpFlow {
  readonly #socket: Socket;
  readonly #remote: Endpoint;
  readonly #localPort: number;
  readonly #events: UdpFlowEvents;
  #waiting: Uint8Array[] | undefined = [];
  #closed = false;

  /** @param localPort the listening port, which it then shares; 0: a fresh one */
  constructor(remote: Endpoint, localPort: number, events: UdpFlowEvents) {
    this.#remote = remote;
    this.#localPort = localPort;
    this.#events = events;
    this.#socket = datagramSocket(remote.family, localPort !== 0);
    this.#socket.on("error", (error) => {
      this.#fail(error);
    });
    this.#socket.on("message", (octets, remoteInfo) => {
      this.#receive(octets, remoteInfo);
    });
    this.#socket.on("connect", () => {
      this.#opened();
    });
  }

  /** Binds and connects: `opened` follows, or `failed`, which may come within the call. */
  open(): void {
    this.#socket.bind({ port: this.#localPort, exclusive: true });
    if (!this.#closed) this.#socket.connect(this.#remote.port, this.#remote.address);
  }

  /** Sends a datagram, or keeps it until the socket is connected. */
  send(octets: Uint8Array): void {
    if (this.#closed) return;
    const copy = octets.slice();
    if (this.#waiting === undefined) this.#transmit(copy);
    else this.#waiting.push(copy);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #opened(): void {
    if (this.#closed) return;
    this.#events.opened(localOf(this.#socket, this.#remote.family));
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const octets of waiting) this.#transmit(octets);
  }

  #transmit(octets: Uint8Array): void {
    if (this.#closed) return;
    this.#socket.send(octets, (error) => {
      if (error !== null) this.#fail(error);
    });
  }

  #receive(octets: Uint8Array, remoteInfo: RemoteInfo): void {
    if (this.#closed) return;
    const source = sourceOf(remoteInfo);
    const isPeer = source.port === this.#remote.port && source.address === this.#remote.address;
    if (isPeer) this.#events.datagram(octets);
    else this.#events.stray(source, octets);
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(failureOf(error));
  }
}

/** What a listening port tells. */
export interface UdpListenerEvents {
  /** The port is open, in every address family that the machine has. */
  opened(local: Endpoint): void;
  failed(reason: FlowFailure): void;
  datagram(source: Endpoint, octets: Uint8Array): void;
}

/**
 * The listening UDP port, for IPv4 and IPv6 by a socket each. Flows share the port, so the sockets are bound to be
 * shared; that nobody else has it is found out by binding without sharing first.
 */
export class UdpListener {
  readonly #port: number;
  readonly #events: UdpListenerEvents;
  readonly #sockets = new Map<Family, Socket>();
  #closed = false;

  /** @param port 0: any free one */
  constructor(port: number, events: UdpListenerEvents) {
    this.#port = port;
    this.#events = events;
  }

  /** Opens the port: `opened` or `failed` follows. */
  open(): void {
    this.#listen(this.#port).catch((error: unknown) => {
      if (this.#closed) return;
      this.close();
      this.#events.failed(error instanceof Error ? failureOf(error) : "other");
    });
  }

  /** Sends from the listening port to an end without a flow of its own. */
  send(remote: Endpoint, octets: Uint8Array): void {
    // An answer to a stranger that does not arrive is the stranger's affair.
    this.#sockets.get(remote.family)?.send(octets.slice(), remote.port, remote.address, () => undefined);
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  async #listen(port: number): Promise<void> {
    const sockets = await openPort(await freePort(port), datagramPorts(true));
    if (this.#closed) {
      for (const socket of sockets) socket.close();
      return;
    }
    sockets.forEach((socket, index) => {
      this.#keep(index === 0 ? 4 : 6, socket);
    });
    const [ipv4] = sockets;
    if (ipv4 !== undefined) this.#events.opened(localOf(ipv4, 4));
  }

  #keep(family: Family, socket: Socket): void {
    this.#sockets.set(family, socket);
    socket.on("message", (octets, remoteInfo) => {
      this.#events.datagram(sourceOf(remoteInfo), octets);
    });
    // An unconnected socket has no errors of its peers; one of its own does not end the port.
    socket.on("error", () => undefined);
  }
}

/** Binds a socket; it is closed where that fails. */
const bound = (socket: Socket, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once("error", failed);
    socket.once("listening", () => {
      socket.off("error", failed);
      resolve(socket);
    });
    socket.bind({ port, exclusive: true });
  });

/** UDP ports, to be shared with flows or not. */
const datagramPorts = (shared: boolean): PortKind<Socket> => ({
  open: (family, port) => bound(datagramSocket(family, shared), port),
  portOf: (socket) => socket.address().port,
  close: (socket) => {
    socket.close();
  },
});

/** Whether a port is free in all address families that there are: the port, which was found where `port` is 0. */
const freePort = async (port: number): Promise<number> => {
  const sockets = await openPort(port, datagramPorts(false));
  const found = sockets[0]?.address().port ?? port;
  for (const socket of sockets) socket.close();
  return found;
};
