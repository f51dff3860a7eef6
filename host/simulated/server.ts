import type { Endpoint } from "../abi/address.js";
import type { Network, UdpSocket } from "./network.js";
import type { Scheduler } from "./scheduler.js";
import { DnsFraming } from "./service.js";
import type { Service } from "./service.js";

/** Carries a service on the simulated network, at one address and port. */
export class SimulatedServer {
  #socket: UdpSocket | undefined;
  #hasStreams = false;

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

  /** Opens and closes the port as the service wants it. */
  #adapt(): void {
    const isOpen = !this.service.isRefusing;
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
        for (const reply of this.service.receive(octets, source, this.scheduler.now)) {
          this.scheduler.after(reply.delay, () => {
            this.#socket?.send(reply.octets, source);
          });
        }
      },
    });
    if (socket === undefined)
      throw new Error(`${this.local.address} port ${String(this.local.port)} is in use`);
    return socket;
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
