import type { Endpoint, Transport } from "../abi/address.js";
import type { FlowFailure, SocketEvents, Sockets } from "../abi/engine.js";
import { TcpFlow } from "./tcp.js";
import { UdpFlow, UdpListener } from "./udp.js";

/** The sockets of Node behind the flows of the core: UDP by dgram, TCP by net. There is no TLS yet. */
export class NodeSockets implements Sockets {
  readonly #events: SocketEvents;
  readonly #flows = new Map<number, UdpFlow | TcpFlow>();
  readonly #listeners = new Map<number, UdpListener>();

  constructor(events: SocketEvents) {
    this.#events = events;
  }

  open(flow: number, remote: Endpoint, localPort: number): void {
    if (remote.transport === "udp") this.#openUdp(flow, remote, localPort);
    else if (remote.transport === "tcp") this.#openTcp(flow, remote);
    else this.#failed(flow, "not-permitted");
  }

  listen(flow: number, transport: Transport, port: number): void {
    if (transport !== "udp") {
      this.#failed(flow, "not-permitted");
      return;
    }
    const listener = new UdpListener(port, {
      opened: (local) => {
        this.#events.opened(flow, local);
      },
      failed: (reason) => {
        this.#listeners.delete(flow);
        this.#failed(flow, reason);
      },
      datagram: (source, octets) => {
        this.#events.incoming(flow, source, octets);
      },
    });
    this.#listeners.set(flow, listener);
    listener.open();
  }

  send(flow: number, octets: Uint8Array): void {
    this.#flows.get(flow)?.send(octets);
  }

  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void {
    this.#listeners.get(listener)?.send(remote, octets);
  }

  close(flow: number): void {
    (this.#flows.get(flow) ?? this.#listeners.get(flow))?.close();
    this.#flows.delete(flow);
    this.#listeners.delete(flow);
  }

  closeAll(): void {
    for (const flow of [...this.#flows.keys(), ...this.#listeners.keys()]) this.close(flow);
  }

  #openUdp(flow: number, remote: Endpoint, localPort: number): void {
    const socket = new UdpFlow(remote, localPort, {
      opened: (local) => {
        this.#events.opened(flow, local);
      },
      failed: (reason) => {
        this.#failed(flow, reason);
      },
      datagram: (octets) => {
        this.#events.datagram(flow, octets);
      },
      stray: (source, octets) => {
        for (const listener of this.#listeners.keys()) this.#events.incoming(listener, source, octets);
      },
    });
    this.#flows.set(flow, socket);
    socket.open();
  }

  #openTcp(flow: number, remote: Endpoint): void {
    const socket = new TcpFlow(remote, {
      opened: (local) => {
        this.#events.opened(flow, local);
      },
      failed: (reason) => {
        this.#failed(flow, reason);
      },
      stream: (octets) => {
        this.#events.stream(flow, octets);
      },
    });
    this.#flows.set(flow, socket);
    socket.open();
  }

  #failed(flow: number, reason: FlowFailure): void {
    this.#flows.delete(flow);
    this.#events.failed(flow, reason);
  }
}
