import type { Endpoint } from "../abi/address.js";
import { Conversation } from "./conversation.js";
import type { Network, UdpSocket } from "./network.js";
import type { Scheduler } from "./scheduler.js";
import type { FramingName, Service } from "./service.js";
import type { StreamEnd } from "./streams.js";

/** Carries a service on the simulated network, at one address and port: UDP, and TCP where the service has streams. */
export class SimulatedServer {
  #socket: UdpSocket | undefined;
  #hasStreams = false;
  readonly #connections = new Set<StreamEnd>();
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
  }

  /** Closes all connections; new ones are accepted. */
  disconnect(): void {
    for (const end of this.#connections) end.close();
    this.#connections.clear();
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
    if (framing === undefined || isOpen === this.#hasStreams) return;
    const local = { ...this.local, transport: "tcp" } as const;
    this.#hasStreams = isOpen;
    if (isOpen) this.#listen(local, framing);
    else {
      this.network.closeStream(local);
      this.disconnect();
    }
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
    for (const reply of this.service.receive(octets, source, this.scheduler.now)) {
      this.scheduler.after(reply.delay, () => {
        this.#socket?.send(reply.octets, source);
      });
    }
  }

  #listen(local: Endpoint, framing: FramingName): void {
    this.network.listenStream(local, (end) => {
      const conversation = new Conversation(this.service, framing, end.remote, {
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
      this.#connections.add(end);
      return {
        stream: (octets) => {
          this.#whenRunning(() => {
            conversation.receive(octets);
          });
        },
        failed: () => {
          this.#connections.delete(end);
        },
      };
    });
  }
}
