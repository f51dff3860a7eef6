import type { Socket } from "node:net";
import type { Endpoint, Transport } from "../abi/address.js";
import type { TlsFiles } from "../abi/core.js";
import type { FlowFailure, SocketEvents, Sockets } from "../abi/engine.js";
import { StreamFlow, connectTcp, streamFailureOf } from "./stream.js";
import type { Connection } from "./stream.js";
import { StreamListener } from "./stream-listener.js";
import { tlsFailureOf } from "./tls.js";
import { TlsInUse } from "./tls-in-use.js";
import { TlsWatch } from "./tls-watch.js";
import { UdpFlow, UdpListener } from "./udp.js";
import { WayWatch } from "./way-watch.js";

/** The sockets of Node behind the flows of the core: UDP by dgram, TCP by net, TLS by tls. */
export class NodeSockets implements Sockets {
  readonly #events: SocketEvents;
  readonly #warn: (sentence: string) => void;
  readonly #flows = new Map<number, UdpFlow | StreamFlow>();
  readonly #listeners = new Map<number, UdpListener | StreamListener>();
  /** Connections of others that nobody has taken yet. */
  readonly #untaken = new Set<Socket>();
  readonly #tlsWatch = new TlsWatch();
  readonly #wayWatch = new WayWatch();
  readonly #tls: TlsInUse;

  /** @param warn is told, in sentences, what the core need not know */
  constructor(events: SocketEvents, warn: (sentence: string) => void) {
    this.#events = events;
    this.#warn = warn;
    this.#tls = new TlsInUse(warn);
  }

  open(flow: number, remote: Endpoint, localPort: number, name = ""): void {
    if (remote.transport === "udp") this.#openUdp(flow, remote, localPort);
    else if (remote.transport === "tcp") this.#openStream(flow, remote, connectTcp(remote));
    else this.#openTls(flow, remote, name);
  }

  listen(flow: number, transport: Transport, port: number): void {
    const events = {
      opened: (local: Endpoint): void => {
        this.#events.opened(flow, local);
      },
      failed: (reason: FlowFailure): void => {
        this.#listeners.delete(flow);
        this.#failed(flow, reason);
      },
    };
    const listener =
      transport === "udp"
        ? new UdpListener(port, {
            ...events,
            datagram: (source, octets) => {
              this.#events.incoming(flow, source, octets);
            },
          })
        : new StreamListener(
            { transport, port, tls: this.#tls.server },
            {
              ...events,
              accepted: (socket, source) => {
                this.#accepted(flow, socket, source);
              },
            },
          );
    this.#listeners.set(flow, listener);
    listener.open();
  }

  send(flow: number, octets: Uint8Array): void {
    this.#flows.get(flow)?.send(octets);
  }

  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void {
    const port = this.#listeners.get(listener);
    if (port instanceof UdpListener) port.send(remote, octets);
  }

  tls(files: TlsFiles): void {
    this.#tls.take(files);
  }

  close(flow: number): void {
    (this.#flows.get(flow) ?? this.#listeners.get(flow))?.close();
    this.#flows.delete(flow);
    this.#listeners.delete(flow);
  }

  closeAll(): void {
    for (const flow of [...this.#flows.keys(), ...this.#listeners.keys()]) this.close(flow);
    for (const socket of this.#untaken) socket.destroy();
    this.#untaken.clear();
  }

  #openUdp(flow: number, remote: Endpoint, localPort: number): void {
    const socket = new UdpFlow(remote, localPort, {
      opened: (local) => {
        this.#events.opened(flow, local);
      },
      failed: (reason) => {
        this.#unreached(flow, remote, reason);
      },
      datagram: (octets) => {
        this.#wayWatch.works(remote);
        this.#events.datagram(flow, octets);
      },
      stray: (source, octets) => {
        for (const [number, listener] of this.#listeners) {
          if (listener instanceof UdpListener) this.#events.incoming(number, source, octets);
        }
      },
    });
    this.#flows.set(flow, socket);
    socket.open();
  }

  #openTls(flow: number, remote: Endpoint, name: string): void {
    const { client } = this.#tls;
    if (client === undefined) {
      this.#failed(flow, "tls-certificate");
      return;
    }
    const connection = client.connect(remote, name, (trouble) => {
      const sentence = this.#tlsWatch.failed(remote, name, trouble);
      if (sentence !== undefined) this.#warn(sentence);
    });
    this.#openStream(flow, remote, connection, () => {
      this.#tlsWatch.works(remote);
    });
  }

  #openStream(
    flow: number,
    remote: Endpoint,
    connection: Connection,
    heard: () => void = () => undefined,
  ): void {
    const stream = new StreamFlow(connection, {
      opened: (local) => {
        this.#events.opened(flow, local);
      },
      failed: (reason) => {
        this.#unreached(flow, remote, reason);
      },
      stream: (octets) => {
        this.#wayWatch.works(remote);
        heard();
        this.#events.stream(flow, octets);
      },
    });
    this.#flows.set(flow, stream);
  }

  #accepted(listener: number, socket: Socket, source: Endpoint): void {
    this.#untaken.add(socket);
    this.#events.accepted(listener, source, (flow) => {
      this.#untaken.delete(socket);
      if (flow === 0) socket.destroy();
      else if (socket.destroyed) this.#failed(flow, "closed");
      else {
        const { transport } = source;
        const reasonOf = transport === "tls" ? tlsFailureOf : streamFailureOf;
        this.#openStream(flow, source, { socket, transport, opening: undefined, reasonOf });
      }
    });
  }

  #unreached(flow: number, remote: Endpoint, reason: FlowFailure): void {
    const sentence = this.#wayWatch.failed(remote, reason);
    if (sentence !== undefined) this.#warn(sentence);
    this.#failed(flow, reason);
  }

  #failed(flow: number, reason: FlowFailure): void {
    this.#flows.delete(flow);
    this.#events.failed(flow, reason);
  }
}
