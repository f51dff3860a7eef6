import type { Endpoint, Family, Transport } from "../abi/address.js";
import type { TlsFiles } from "../abi/core.js";
import type { FlowFailure, SocketEvents, Sockets } from "../abi/engine.js";
import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_SYN, tcpPacket, udpPacket } from "./pcap.js";

/** Where packets go: a `PcapFile`, or whatever else takes them. */
export interface PacketSink {
  write(packet: Uint8Array, at: number): void;
}

interface Captured {
  readonly remote: Endpoint;
  /** Our end; unknown until the flow is open. */
  local?: Endpoint;
  /** What was sent before: it leaves when the flow opens. */
  readonly waiting: Uint8Array[];
  /** The next sequence numbers of a TCP connection, ours and theirs. */
  ours: number;
  theirs: number;
}

const NOTHING = new Uint8Array(0);

/** A stream may bring more at a time than an IP packet holds; so many octets go into a segment. */
const SEGMENT = 16 * 1024;

const segmentsOf = (octets: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(octets.length / SEGMENT) }, (_, index) =>
    octets.subarray(index * SEGMENT, (index + 1) * SEGMENT),
  );

const wildcards: Readonly<Record<Family, string>> = { 4: "0.0.0.0", 6: "::" };

/** Milliseconds of the wall clock, with their fractions. */
const wallClock = (): number => performance.timeOrigin + performance.now();

/**
 * Sockets with a tap: every datagram and every piece of a stream is given to `sink` as the IP packet that it (most
 * likely) was; the real headers are not to be had. What goes by TLS is given as it is before it is encrypted. The
 * sockets know nothing of the tap.
 */
export class CapturingSockets implements Sockets, SocketEvents {
  readonly #events: SocketEvents;
  readonly #sink: PacketSink;
  readonly #sockets: Sockets;
  readonly #clock: () => number;
  readonly #flows = new Map<number, Captured>();
  /** Transport and port of each listener; and the address that this machine was last seen to have. */
  readonly #listeners = new Map<number, { readonly transport: Transport; readonly port: number }>();
  readonly #addresses = { ...wildcards };

  /** @param clock when a packet is written, by the wall clock in milliseconds, with their fractions */
  constructor(
    events: SocketEvents,
    sink: PacketSink,
    sockets: (events: SocketEvents) => Sockets,
    clock: () => number = wallClock,
  ) {
    this.#events = events;
    this.#sink = sink;
    this.#clock = clock;
    this.#sockets = sockets(this);
  }

  open(flow: number, remote: Endpoint, localPort: number, name: string): void {
    this.#flows.set(flow, { remote, waiting: [], ours: 0, theirs: 0 });
    this.#sockets.open(flow, remote, localPort, name);
  }

  listen(flow: number, transport: Transport, port: number): void {
    this.#listeners.set(flow, { transport, port });
    this.#sockets.listen(flow, transport, port);
  }

  send(flow: number, octets: Uint8Array): void {
    const captured = this.#flows.get(flow);
    if (captured?.local !== undefined) this.#sent(captured, captured.local, octets);
    else captured?.waiting.push(octets.slice());
    this.#sockets.send(flow, octets);
  }

  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void {
    this.#write(udpPacket(this.#listenerEnd(listener, remote.family), remote, octets));
    this.#sockets.sendFrom(listener, remote, octets);
  }

  tls(files: TlsFiles): void {
    this.#sockets.tls(files);
  }

  accepted(listener: number, source: Endpoint, take: (flow: number) => void): void {
    this.#events.accepted(listener, source, (flow) => {
      if (flow !== 0) this.#begun(flow, source, this.#listenerEnd(listener, source.family));
      take(flow);
    });
  }

  close(flow: number): void {
    this.#closed(flow, "ours");
    this.#listeners.delete(flow);
    this.#sockets.close(flow);
  }

  closeAll(): void {
    for (const flow of [...this.#flows.keys()]) this.#closed(flow, "ours");
    this.#sockets.closeAll();
  }

  opened(flow: number, local: Endpoint): void {
    const captured = this.#flows.get(flow);
    if (captured !== undefined) {
      captured.local = local;
      this.#addresses[local.family] = local.address;
      if (local.transport !== "udp") this.#handshake(captured, local);
      for (const octets of captured.waiting.splice(0)) this.#sent(captured, local, octets);
    } else if (this.#listeners.has(flow)) {
      this.#listeners.set(flow, { transport: local.transport, port: local.port });
    }
    this.#events.opened(flow, local);
  }

  failed(flow: number, reason: FlowFailure): void {
    this.#closed(flow, "theirs");
    this.#listeners.delete(flow);
    this.#events.failed(flow, reason);
  }

  datagram(flow: number, octets: Uint8Array): void {
    const captured = this.#flows.get(flow);
    if (captured?.local !== undefined) this.#write(udpPacket(captured.remote, captured.local, octets));
    this.#events.datagram(flow, octets);
  }

  stream(flow: number, octets: Uint8Array): void {
    const captured = this.#flows.get(flow);
    if (captured?.local !== undefined) {
      for (const segment of segmentsOf(octets)) {
        this.#received(captured, captured.local, TCP_PSH | TCP_ACK, segment);
      }
    }
    this.#events.stream(flow, octets);
  }

  incoming(listener: number, source: Endpoint, octets: Uint8Array): void {
    this.#write(udpPacket(source, this.#listenerEnd(listener, source.family), octets));
    this.#events.incoming(listener, source, octets);
  }

  #listenerEnd(listener: number, family: Family): Endpoint {
    const { transport, port } = this.#listeners.get(listener) ?? { transport: "udp", port: 0 };
    return { transport, family, address: this.#addresses[family], port };
  }

  #sent(captured: Captured, local: Endpoint, octets: Uint8Array): void {
    if (local.transport === "udp") {
      this.#write(udpPacket(local, captured.remote, octets));
      return;
    }
    for (const segment of segmentsOf(octets)) this.#segment(captured, local, TCP_PSH | TCP_ACK, segment);
  }

  /** A segment of ours. SYN and FIN count as an octet (RFC 9293, section 3.4). */
  #segment(captured: Captured, local: Endpoint, flags: number, octets: Uint8Array): void {
    const state = { sequence: captured.ours, acknowledgement: captured.theirs, flags };
    this.#write(tcpPacket(local, captured.remote, state, octets));
    captured.ours += octets.length + ((flags & (TCP_SYN | TCP_FIN)) === 0 ? 0 : 1);
  }

  #received(captured: Captured, local: Endpoint, flags: number, octets: Uint8Array): void {
    const state = { sequence: captured.theirs, acknowledgement: captured.ours, flags };
    this.#write(tcpPacket(captured.remote, local, state, octets));
    captured.theirs += octets.length + ((flags & (TCP_SYN | TCP_FIN)) === 0 ? 0 : 1);
  }

  /** A connection that the other end has made. */
  #begun(flow: number, remote: Endpoint, local: Endpoint): void {
    const captured = { remote, local, waiting: [], ours: 0, theirs: 0 };
    this.#flows.set(flow, captured);
    this.#received(captured, local, TCP_SYN, NOTHING);
    this.#segment(captured, local, TCP_SYN | TCP_ACK, NOTHING);
    this.#received(captured, local, TCP_ACK, NOTHING);
  }

  #handshake(captured: Captured, local: Endpoint): void {
    this.#segment(captured, local, TCP_SYN, NOTHING);
    this.#received(captured, local, TCP_SYN | TCP_ACK, NOTHING);
    this.#segment(captured, local, TCP_ACK, NOTHING);
  }

  #closed(flow: number, end: "ours" | "theirs"): void {
    const captured = this.#flows.get(flow);
    this.#flows.delete(flow);
    if (captured?.local === undefined || captured.local.transport === "udp") return;
    if (end === "ours") this.#segment(captured, captured.local, TCP_FIN | TCP_ACK, NOTHING);
    else this.#received(captured, captured.local, TCP_FIN | TCP_ACK, NOTHING);
  }

  #write(packet: Uint8Array): void {
    this.#sink.write(packet, this.#clock());
  }
}
