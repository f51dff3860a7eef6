import { endpointText, familyOf } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import { Random } from "./random.js";
import type { Scheduler } from "./scheduler.js";
import type { TlsOffer } from "./service.js";
import { StreamEnd } from "./streams.js";
import type { StreamHandler } from "./streams.js";

/** The line between a host and the network. It may be changed at any time, and counts for what is sent from then on. */
export interface Link {
  /** Milliseconds one way. */
  latency: number;
  /** Up to so many milliseconds more, at random: datagrams may overtake each other. */
  jitter: number;
  /** The share of datagrams that get lost, 0 to 1. */
  loss: number;
  /** The share of datagrams that arrive twice, 0 to 1. */
  duplicate: number;
  /** `down` swallows everything; `unreachable` swallows everything and the sender is told so by ICMP. */
  state: "up" | "down" | "unreachable";
}

/** What a UDP socket of the simulated network tells. */
export interface DatagramHandler {
  datagram(source: Endpoint, octets: Uint8Array): void;
  /** An ICMP error came back; only for connected sockets. */
  failed?(reason: FlowFailure): void;
}

/** What a client of TLS asks of the server's certificate. */
export interface TlsDemand {
  /** The name that it must be for. */
  readonly name: string;
  /** False: any certificate will do. */
  readonly verify: boolean;
}

const isAmong = (names: readonly string[], name: string): boolean =>
  names.some((each) => each.toLowerCase() === name.toLowerCase());

/** First of the ports that are given out where any will do (RFC 6335). */
const FIRST_FREE_PORT = 49152;

interface Port {
  listener?: UdpSocket;
  readonly connected: Map<string, UdpSocket>;
}

/** A UDP socket of the simulated network; connected where it has a remote end. */
export class UdpSocket {
  constructor(
    private readonly network: Network,
    readonly local: Endpoint,
    readonly remote: Endpoint | undefined,
    readonly handler: DatagramHandler,
  ) {}

  /** Sends to the remote end, or to `to`. The octets must stay as they are. */
  send(octets: Uint8Array, to = this.remote): void {
    if (to !== undefined) this.network.inject(this.local, to, octets, this);
  }

  close(): void {
    this.network.release(this);
  }
}

/**
 * A network in memory. A host is there once something of it was bound; a closed port of a host answers by ICMP, an
 * address without a host answers nothing.
 */
export class Network {
  /** Milliseconds one way between any two hosts, to which their links add. */
  latency = 0;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #links = new Map<string, Link>();
  readonly #ports = new Map<string, Port>();
  readonly #streams = new Map<string, (end: StreamEnd) => StreamHandler>();
  readonly #tlsOffers = new Map<string, () => TlsOffer | undefined>();
  readonly #nextFree = new Map<string, number>();

  /** @param seed of what gets lost, delayed and doubled */
  constructor(scheduler: Scheduler, seed = 1) {
    this.#scheduler = scheduler;
    this.#random = new Random(seed);
  }

  /** The link of a host, which it makes known to the network. */
  link(address: string): Link {
    let link = this.#links.get(address);
    if (link === undefined) {
      link = { latency: 0, jitter: 0, loss: 0, duplicate: 0, state: "up" };
      this.#links.set(address, link);
    }
    return link;
  }

  /** Opens an unconnected socket; `undefined` where the port is in use. */
  bind(local: Endpoint, handler: DatagramHandler): UdpSocket | undefined {
    const port = this.#port(local);
    if (port.listener !== undefined) return undefined;
    return (port.listener = new UdpSocket(this, local, undefined, handler));
  }

  /** Opens a connected socket, which may share its port with others. */
  connect(local: Endpoint, remote: Endpoint, handler: DatagramHandler): UdpSocket {
    const socket = new UdpSocket(this, local, remote, handler);
    this.#port(local).connected.set(endpointText(remote), socket);
    return socket;
  }

  /** Closes a socket; what is under way to it meets a closed port. */
  release(socket: UdpSocket): void {
    const key = endpointText(socket.local);
    const port = this.#ports.get(key);
    if (port === undefined) return;
    const remote = socket.remote === undefined ? "" : endpointText(socket.remote);
    if (port.listener === socket) delete port.listener;
    if (port.connected.get(remote) === socket) port.connected.delete(remote);
    if (port.listener === undefined && port.connected.size === 0) this.#ports.delete(key);
  }

  /** A port of the host that has not been given out for long. */
  freePort(address: string): number {
    const port = this.#nextFree.get(address) ?? FIRST_FREE_PORT;
    this.#nextFree.set(address, port === 65535 ? FIRST_FREE_PORT : port + 1);
    return port;
  }

  /** Puts a datagram into the network as if `from` had sent it; `sender` hears of ICMP errors. */
  inject(from: Endpoint, to: Endpoint, octets: Uint8Array, sender?: UdpSocket): void {
    const blocked = this.#blocked(from, to);
    if (blocked === "unreachable") this.#report(to, from, sender, "unreachable");
    if (blocked !== undefined || this.#isLost(from, to)) return;
    const copies = this.#chance((link) => link.duplicate, from, to) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.#scheduler.after(this.delay(from, to), () => {
        this.#deliver(from, to, octets, sender);
      });
    }
  }

  /** Waits for connections by TCP or TLS, as `local` says; false where the port is in use. */
  listenStream(local: Endpoint, accept: (end: StreamEnd) => StreamHandler): boolean {
    const key = endpointText(local);
    if (this.#streams.has(key)) return false;
    this.link(local.address);
    this.#streams.set(key, accept);
    return true;
  }

  /** Says what a port for TLS offers whenever somebody connects; without it, every certificate fits. */
  offerTls(local: Endpoint, offer: () => TlsOffer | undefined): void {
    this.#tlsOffers.set(endpointText(local), offer);
  }

  /** Stops to wait for connections; those that there are go on. */
  closeStream(local: Endpoint): void {
    this.#streams.delete(endpointText(local));
    this.#tlsOffers.delete(endpointText(local));
  }

  /**
   * Connects by TCP, or by TLS where the remote end says so. `handler.opened` follows after a round trip, by TLS after
   * two of them (RFC 8446, section 2); or `failed`, or nothing.
   */
  connectStream(
    local: Endpoint,
    remote: Endpoint,
    handler: StreamHandler,
    demand: TlsDemand = { name: "", verify: false },
  ): StreamEnd {
    this.link(local.address);
    const end = new StreamEnd(this, this.#scheduler, local, remote, handler);
    const blocked = this.#blocked(local, remote);
    if (blocked === "unreachable") {
      this.#scheduler.after(this.delay(local, remote), () => {
        end.fail("unreachable");
      });
    }
    if (blocked !== undefined || !this.#links.has(remote.address)) return end;
    this.#leg(local, remote, () => {
      const accept = this.#streams.get(endpointText(remote));
      const isTls = remote.transport === "tls";
      if (accept !== undefined && !isTls) end.acceptedBy(accept);
      this.#leg(remote, local, () => {
        if (accept === undefined) end.fail("refused");
        else if (isTls) this.#shakeHands(end, demand);
        else end.open();
      });
    });
    return end;
  }

  /** Milliseconds that the next packet from one host to another takes. */
  delay(from: Endpoint, to: Endpoint): number {
    const source = this.link(from.address);
    const destination = this.link(to.address);
    const jitter = source.jitter + destination.jitter;
    const random = jitter === 0 ? 0 : Math.floor(this.#random.next() * (jitter + 1));
    return this.latency + source.latency + destination.latency + random;
  }

  /** Whether nothing gets from one host to another now. */
  isBlocked(from: Endpoint, to: Endpoint): boolean {
    return this.#blocked(from, to) !== undefined;
  }

  /** The second round trip of TLS. The other end hears of the connection when its certificate fits. */
  #shakeHands(end: StreamEnd, { name, verify }: TlsDemand): void {
    const { local, remote } = end;
    this.#leg(local, remote, () => {
      const accept = this.#streams.get(endpointText(remote));
      const ask = this.#tlsOffers.get(endpointText(remote)) ?? ((): TlsOffer => ({ names: [name] }));
      const offer = ask();
      if (offer === "stalls") return;
      const isGone = accept === undefined || offer === undefined;
      const fits = !isGone && (!verify || (offer !== "untrusted" && isAmong(offer.names, name)));
      if (fits) end.acceptedBy(accept);
      this.#leg(remote, local, () => {
        if (fits) end.open();
        else end.fail(isGone ? "tls-handshake" : "tls-certificate");
      });
    });
  }

  /** A part of a connection's making: done at the other end, unless nothing gets there. */
  #leg(from: Endpoint, to: Endpoint, action: () => void): void {
    if (this.#blocked(from, to) === undefined) this.#scheduler.after(this.delay(from, to), action);
  }

  #blocked(from: Endpoint, to: Endpoint): "down" | "unreachable" | undefined {
    const source = this.link(from.address).state;
    const destination = this.#links.get(to.address)?.state ?? "up";
    if (source === "up" && destination === "up") return undefined;
    return source === "unreachable" || (source === "up" && destination === "unreachable")
      ? "unreachable"
      : "down";
  }

  #isLost(from: Endpoint, to: Endpoint): boolean {
    return !this.#links.has(to.address) || this.#chance((link) => link.loss, from, to);
  }

  #chance(share: (link: Link) => number, from: Endpoint, to: Endpoint): boolean {
    return [this.link(from.address), this.link(to.address)].some((link) => {
      const chance = share(link);
      return chance > 0 && this.#random.next() < chance;
    });
  }

  #deliver(from: Endpoint, to: Endpoint, octets: Uint8Array, sender: UdpSocket | undefined): void {
    const port = this.#ports.get(endpointText(to));
    const socket = port?.connected.get(endpointText(from)) ?? port?.listener;
    if (socket !== undefined) socket.handler.datagram(from, octets);
    else if (this.#blocked(to, from) === undefined) this.#report(to, from, sender, "refused");
  }

  /** Takes an ICMP error back to the socket that the datagram came from. */
  #report(from: Endpoint, to: Endpoint, sender: UdpSocket | undefined, reason: FlowFailure): void {
    if (sender?.remote === undefined) return;
    const remote = endpointText(sender.remote);
    this.#scheduler.after(this.delay(from, to), () => {
      const isOpen = this.#ports.get(endpointText(sender.local))?.connected.get(remote) === sender;
      if (isOpen) sender.handler.failed?.(reason);
    });
  }

  #port(local: Endpoint): Port {
    if (familyOf(local.address) === undefined) throw new RangeError(`not an IP address: ${local.address}`);
    this.link(local.address);
    const key = endpointText(local);
    let port = this.#ports.get(key);
    if (port === undefined) this.#ports.set(key, (port = { connected: new Map() }));
    return port;
  }
}
