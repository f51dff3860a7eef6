import { endpointText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import { Conversation } from "./conversation.js";
import type { Network, UdpSocket } from "./network.js";
import type { Scheduler } from "./scheduler.js";
import { endBy } from "./service.js";
import type { FramingName, Service } from "./service.js";
import type { StreamEnd, StreamHandler } from "./streams.js";

/**
 * Carries a service on the simulated network, at one address and port: UDP, and TCP where the service has streams; TLS
 * on the port after that where the service offers it.
 */
export class SimulatedServer {
  #socket: UdpSocket | undefined;
  #hasStreams = false;
  #hasTls = false;
  readonly #connections = new Set<StreamEnd>();
  /** By the remote end. */
  readonly #conversations = new Map<string, Conversation>();
  /** What has come while the service was stopped, in order. */
  readonly #held: (() => void)[] = [];

  /** @throws Error where the port is in use */
  constructor(
    private readonly network: Network,
    private readonly scheduler: Scheduler,
    private readonly local: Endpoint,
    private readonly service: Service,
  ) {
    this.#adapt();
    service.onChange(() => {
      this.#adapt();
    });
    service.onDisconnect?.(() => {
      this.disconnect();
    });
    service.attach?.({
      local,
      now: () => scheduler.now,
      after: (milliseconds, action) => {
        scheduler.after(milliseconds, action);
      },
      isConnected: (to) => this.#conversations.has(endpointText(to)),
      send: (octets, to) => {
        if (to.transport === "udp") this.#socket?.send(octets, to);
        else this.#conversationWith(to)?.send(octets);
      },
    });
  }

  /** Closes all connections; new ones are accepted. */
  disconnect(): void {
    for (const end of this.#connections) end.close();
    this.#connections.clear();
    this.#conversations.clear();
  }

  /** Opens and closes the port as the service wants it, and hands over what has waited for it. */
  #adapt(): void {
    const isOpen = !this.service.isRefusing;
    if (!isOpen) this.#held.length = 0;
    if (!this.service.isHolding) {
      for (const take of this.#held.splice(0)) take();
    }
    if (!isOpen) {
      this.#socket?.close();
      this.#socket = undefined;
    } else if (this.#socket === undefined) this.#socket = this.#bind();
    const { framing } = this.service;
    if (framing !== undefined) this.#adaptTls(isOpen && this.service.tls !== undefined, framing);
    if (framing === undefined || isOpen === this.#hasStreams) return;
    const local = { ...this.local, transport: "tcp" } as const;
    this.#hasStreams = isOpen;
    if (isOpen) this.#listen(local, framing);
    else {
      this.network.closeStream(local);
      this.disconnect();
    }
  }

  #adaptTls(isOpen: boolean, framing: FramingName): void {
    if (isOpen === this.#hasTls) return;
    const local = endBy(this.local, "tls");
    this.#hasTls = isOpen;
    if (!isOpen) {
      this.network.closeStream(local);
      return;
    }
    this.#listen(local, framing);
    // A process that is stopped has its connections made by the system, but no handshake.
    this.network.offerTls(local, () => (this.service.isHolding ? "stalls" : this.service.tls));
  }

  #bind(): UdpSocket {
    const socket = this.network.bind(this.local, {
      datagram: (source, octets) => {
        this.#whenRunning(() => {
          this.#serve(octets, source);
        });
      },
    });
    if (socket === undefined)
      throw new Error(`${this.local.address} port ${String(this.local.port)} is in use`);
    return socket;
  }

  #whenRunning(take: () => void): void {
    if (this.service.isHolding) this.#held.push(take);
    else take();
  }

  #serve(octets: Uint8Array, source: Endpoint): void {
    for (const reply of this.service.receive(octets, source, this.scheduler.now, this.local)) {
      this.scheduler.after(reply.delay, () => {
        this.#socket?.send(reply.octets, source);
      });
    }
  }

  #listen(local: Endpoint, framing: FramingName): void {
    this.network.listenStream(local, (end) => this.#converse(end, framing));
  }

  /** The conversation with a remote end; begun by a connection of the server's own where there is none. */
  #conversationWith(to: Endpoint): Conversation | undefined {
    const { framing } = this.service;
    const known = this.#conversations.get(endpointText(to));
    if (known !== undefined || framing === undefined || !this.#hasStreams) return known;
    const local = { ...to, address: this.local.address, port: this.network.freePort(this.local.address) };
    const end = this.network.connectStream(local, to, {
      stream: (octets) => {
        handler.stream(octets);
      },
      failed: (reason) => handler.failed?.(reason),
    });
    const handler = this.#converse(end, framing);
    return this.#conversations.get(endpointText(to));
  }

  #converse(end: StreamEnd, framing: FramingName): StreamHandler {
    const conversation = new Conversation(this.service, framing, end.remote, {
      local: this.local,
      now: () => this.scheduler.now,
      after: (milliseconds, action) => {
        this.scheduler.after(milliseconds, action);
      },
      soon: (action) => {
        this.scheduler.after(0, action);
      },
      write: (octets) => {
        end.send(octets);
      },
    });
    const remote = endpointText(end.remote);
    this.#connections.add(end);
    this.#conversations.set(remote, conversation);
    return {
      stream: (octets) => {
        this.#whenRunning(() => {
          conversation.receive(octets);
        });
      },
      failed: () => {
        this.#connections.delete(end);
        if (this.#conversations.get(remote) === conversation) this.#conversations.delete(remote);
      },
    };
  }
}
