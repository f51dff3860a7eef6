import type { Endpoint } from "../abi/address.js";
import type { Network, UdpSocket } from "./network.js";
import type { Scheduler } from "./scheduler.js";
import { DnsFraming } from "./service.js";
import type { HeldDatagram, Service } from "./service.js";

/** Carries a service on the simulated network, at one address and port. */
export class SimulatedServer {
  #socket: UdpSocket | undefined;
  #hasStreams = false;
  readonly #held: HeldDatagram[] = [];

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
  }

  /** Opens and closes the port as the service wants it, and hands over what has waited for it. */
  #adapt(): void {
    const isOpen = !this.service.isRefusing;
    if (!isOpen) this.#held.length = 0;
    if (!this.service.isHolding) {
      for (const { octets, source } of this.#held.splice(0)) this.#serve(octets, source);
    }
    if (!isOpen) {
      this.#socket?.close();
      this.#socket = undefined;
    } else if (this.#socket === undefined) this.#socket = this.#bind();
    if (this.service.framing === undefined || isOpen === this.#hasStreams) return;
    const local = { ...this.local, transport: "tcp" } as const;
    this.#hasStreams = isOpen;
    if (isOpen) this.#listen(local);
    else this.network.closeStream(local);
  }

  #bind(): UdpSocket {
    const socket = this.network.bind(this.local, {
      datagram: (source, octets) => {
        if (this.service.isHolding) this.#held.push({ octets, source });
        else this.#serve(octets, source);
      },
    });
    if (socket === undefined)
      throw new Error(`${this.local.address} port ${String(this.local.port)} is in use`);
    return socket;
  }

  #serve(octets: Uint8Array, source: Endpoint): void {
    for (const reply of this.service.receive(octets, source, this.scheduler.now)) {
      this.scheduler.after(reply.delay, () => {
        this.#socket?.send(reply.octets, source);
      });
    }
  }

  #listen(local: Endpoint): void {
    this.network.listenStream(local, (end) => {
      const framing = new DnsFraming();
      return {
        stream: (octets) => {
          for (const message of framing.take(octets)) {
            for (const reply of this.service.receive(message, end.remote, this.scheduler.now)) {
              this.scheduler.after(reply.delay, () => {
                end.send(DnsFraming.frame(reply.octets));
              });
            }
          }
        },
      };
    });
  }
}
