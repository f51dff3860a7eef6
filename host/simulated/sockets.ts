import type { Endpoint, Family, Transport } from "../abi/address.js";
import type { TlsFiles } from "../abi/core.js";
import type { SocketEvents, Sockets } from "../abi/engine.js";
import type { Network, UdpSocket } from "./network.js";
import type { StreamEnd, StreamHandler } from "./streams.js";

/** What went over a phone's wire. */
export interface WireEntry {
  readonly t: number;
  readonly direction: "out" | "in";
  /** `udp:192.0.2.1:5060` */
  readonly from: string;
  readonly to: string;
  readonly octets: Uint8Array;
}

/** Hears of everything that is sent and received. */
export type WireTap = (direction: "out" | "in", from: Endpoint, to: Endpoint, octets: Uint8Array) => void;

/** The addresses that a host has. */
export type HostAddresses = Readonly<Partial<Record<Family, string>>>;

const wildcard = (transport: Transport, port: number): Endpoint => ({
  transport,
  family: 4,
  address: "0.0.0.0",
  port,
});

/** The sockets of a phone on the simulated network. They behave as those of Node do. */
export class SimulatedSockets implements Sockets {
  readonly #datagrams = new Map<number, UdpSocket>();
  readonly #streams = new Map<number, StreamEnd>();
  readonly #listeners = new Map<number, readonly UdpSocket[]>();
  /** Where connections are waited for. */
  readonly #ports = new Map<number, readonly Endpoint[]>();
  #tlsFiles: TlsFiles | undefined;

  /**
   * @param addresses of the phone
   */
  constructor(
    private readonly events: SocketEvents,
    private readonly network: Network,
    private readonly addresses: HostAddresses,
    private readonly tap: WireTap | undefined,
  ) {}

  open(flow: number, remote: Endpoint, localPort: number, name: string): void {
    const address = this.addresses[remote.family];
    if (address === undefined) this.events.failed(flow, "unreachable");
    else {
      const port = localPort === 0 ? this.network.freePort(address) : localPort;
      const local = { transport: remote.transport, family: remote.family, address, port };
      if (remote.transport === "udp") this.#openUdp(flow, local, remote);
      else this.#openStream(flow, local, remote, name);
    }
  }

  listen(flow: number, transport: Transport, port: number): void {
    if (transport !== "udp") {
      this.#listenForStreams(flow, transport, port);
      return;
    }
    const addresses = Object.values(this.addresses);
    const wanted = port === 0 ? this.network.freePort(addresses[0] ?? "") : port;
    const sockets = addresses.map((address) => this.#bind(flow, address, wanted));
    const bound = sockets.filter((socket) => socket !== undefined);
    if (bound.length < sockets.length) {
      for (const socket of bound) socket.close();
      this.events.failed(flow, "address-in-use");
      return;
    }
    this.#listeners.set(flow, bound);
    this.events.opened(flow, wildcard("udp", wanted));
  }

  send(flow: number, octets: Uint8Array): void {
    const socket = this.#datagrams.get(flow) ?? this.#streams.get(flow);
    if (socket?.remote === undefined) return;
    const copy = octets.slice();
    this.tap?.("out", socket.local, socket.remote, copy);
    socket.send(copy);
  }

  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void {
    const socket = this.#listeners.get(listener)?.find(({ local }) => local.family === remote.family);
    if (socket === undefined) return;
    const copy = octets.slice();
    this.tap?.("out", socket.local, remote, copy);
    socket.send(copy, remote);
  }

  tls(files: TlsFiles): void {
    this.#tlsFiles = files;
  }

  close(flow: number): void {
    this.#datagrams.get(flow)?.close();
    this.#streams.get(flow)?.close();
    for (const socket of this.#listeners.get(flow) ?? []) socket.close();
    for (const local of this.#ports.get(flow) ?? []) this.network.closeStream(local);
    this.#forget(flow);
  }

  closeAll(): void {
    for (const flows of [this.#datagrams, this.#streams, this.#listeners, this.#ports]) {
      for (const flow of [...flows.keys()]) this.close(flow);
    }
  }

  #openUdp(flow: number, local: Endpoint, remote: Endpoint): void {
    const socket = this.network.connect(local, remote, {
      datagram: (source, octets) => {
        this.tap?.("in", source, local, octets);
        this.events.datagram(flow, octets);
      },
      failed: (reason) => {
        socket.close();
        this.#forget(flow);
        this.events.failed(flow, reason);
      },
    });
    this.#datagrams.set(flow, socket);
    this.events.opened(flow, local);
  }

  #openStream(flow: number, local: Endpoint, remote: Endpoint, name: string): void {
    const handler = {
      ...this.#streamHandler(flow, local, remote),
      opened: (): void => {
        this.events.opened(flow, local);
      },
    };
    const verify = this.#tlsFiles?.verify ?? true;
    this.#streams.set(flow, this.network.connectStream(local, remote, handler, { name, verify }));
  }

  #streamHandler(flow: number, local: Endpoint, remote: Endpoint): StreamHandler {
    return {
      stream: (octets) => {
        this.tap?.("in", remote, local, octets);
        this.events.stream(flow, octets);
      },
      failed: (reason) => {
        this.#forget(flow);
        this.events.failed(flow, reason);
      },
    };
  }

  #listenForStreams(flow: number, transport: "tcp" | "tls", port: number): void {
    if (transport === "tls" && (this.#tlsFiles?.certificate ?? "") === "") {
      this.events.failed(flow, "tls-certificate");
      return;
    }
    const addresses = Object.entries(this.addresses);
    const wanted = port === 0 ? this.network.freePort(addresses[0]?.[1] ?? "") : port;
    const bound: Endpoint[] = [];
    for (const [family, address] of addresses) {
      const local: Endpoint = { transport, family: family === "6" ? 6 : 4, address, port: wanted };
      if (this.network.listenStream(local, (end) => this.#accept(flow, end))) bound.push(local);
    }
    if (bound.length < addresses.length) {
      for (const local of bound) this.network.closeStream(local);
      this.events.failed(flow, "address-in-use");
      return;
    }
    this.#ports.set(flow, bound);
    this.events.opened(flow, wildcard(transport, wanted));
  }

  /** Another end has connected. Time stands still until the core has said whether it wants the connection. */
  #accept(listener: number, end: StreamEnd): StreamHandler {
    let handler: StreamHandler = { stream: () => undefined };
    this.events.accepted(listener, end.remote, (flow) => {
      if (flow === 0) {
        end.close();
        return;
      }
      this.#streams.set(flow, end);
      handler = this.#streamHandler(flow, end.local, end.remote);
    });
    return {
      stream: (octets) => {
        handler.stream(octets);
      },
      failed: (reason) => {
        handler.failed?.(reason);
      },
    };
  }

  #bind(flow: number, address: string, port: number): UdpSocket | undefined {
    const family = address.includes(":") ? 6 : 4;
    const local: Endpoint = { transport: "udp", family, address, port };
    return this.network.bind(local, {
      datagram: (source, octets) => {
        this.tap?.("in", source, local, octets);
        this.events.incoming(flow, source, octets);
      },
    });
  }

  #forget(flow: number): void {
    this.#datagrams.delete(flow);
    this.#streams.delete(flow);
    this.#listeners.delete(flow);
    this.#ports.delete(flow);
  }
}
