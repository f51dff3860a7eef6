import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { connect, createServer } from "node:net";
import type { Server, Socket as Connection } from "node:net";
import { canonicalAddress, endpointText, familyOf } from "../abi/address.js";
import type { Endpoint, Transport } from "../abi/address.js";
import { Conversation } from "../simulated/conversation.js";
import type { FramingName, Service } from "../simulated/service.js";

/** Where a service is to be found. */
export interface ServerOptions {
  /** An IP address of this machine. */
  readonly address: string;
  /** 0: a free port. */
  readonly port: number;
  /** The clock of what the service records, in milliseconds; since it was opened where it is left out. */
  readonly now?: () => number;
}

/** How often a free port is looked for that UDP and TCP both have. */
const PORT_TRIES = 16;

const opened = (socket: Socket | Server): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("listening", () => {
      socket.off("error", reject);
      resolve();
    });
  });

/**
 * Carries a service of the simulated network on real sockets: UDP, and TCP where the service has streams. While the
 * service refuses, its sockets are closed, so that the system answers by ICMP.
 */
export class RealServer {
  readonly #service: Service;
  readonly #address: string;
  readonly #now: () => number;
  readonly #connections = new Set<Connection>();
  /** By the remote end. */
  readonly #conversations = new Map<string, Conversation>();
  /** What has come while the service was stopped, in order. */
  readonly #held: (() => void)[] = [];
  /** Answers that wait. */
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What the service itself waits for; a closed port does not end that. */
  readonly #serviceTimers = new Set<NodeJS.Timeout>();
  #port: number;
  #udp: Socket | undefined;
  #tcp: Server | undefined;
  #isClosed = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(service: Service, { address, port, now }: ServerOptions) {
    const origin = performance.now();
    this.#service = service;
    this.#address = address;
    this.#port = port;
    this.#now = now ?? ((): number => Math.floor(performance.now() - origin));
  }

  /**
   * Opens the sockets of a service.
   *
   * @throws an error of the system where the port cannot be had
   */
  static async open(service: Service, options: ServerOptions): Promise<RealServer> {
    const server = new RealServer(service, options);
    service.onChange(() => {
      server.#adapt();
    });
    service.onDisconnect?.(() => {
      server.disconnect();
    });
    server.#attach();
    server.#adapt();
    await server.settled();
    return server;
  }

  get address(): string {
    return this.#address;
  }

  get port(): number {
    return this.#port;
  }

  /** Waits until the port is as the service wants it; throws where it could not be opened again. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Closes all connections; new ones are accepted. */
  disconnect(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#conversations.clear();
  }

  /** Closes everything for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#serviceTimers) clearTimeout(timer);
    this.#serviceTimers.clear();
    this.#adapt();
    await this.settled();
  }

  #attach(): void {
    const local = (): Endpoint => this.#end("udp", this.#address, this.#port);
    this.#service.attach?.({
      get local() {
        return local();
      },
      now: this.#now,
      after: (milliseconds, action) => {
        if (!this.#isClosed) this.#schedule(this.#serviceTimers, milliseconds, action);
      },
      isConnected: (to) => this.#conversations.has(endpointText(to)),
      send: (octets, to) => {
        if (to.transport === "udp") this.#udp?.send(octets, to.port, to.address, () => undefined);
        else this.#conversationWith(to)?.send(octets);
      },
    });
  }

  #adapt(): void {
    if (!this.#service.isHolding) {
      for (const take of this.#held.splice(0)) take();
    }
    this.#work = this.#work.then(async () => {
      if (this.#isClosed || this.#service.isRefusing) await this.#shut();
      else if (this.#udp === undefined) await this.#open();
    });
    // Whoever waits by `settled` hears of it; nobody may be waiting.
    this.#work.catch(() => undefined);
  }

  async #open(): Promise<void> {
    const wanted = this.#port;
    for (let tries = 1; ; tries++) {
      try {
        await this.#openUdp();
        const { framing } = this.#service;
        if (framing !== undefined) await this.#openTcp(framing);
        return;
      } catch (error) {
        await this.#shut();
        this.#port = wanted;
        if (wanted !== 0 || tries === PORT_TRIES) throw error;
      }
    }
  }

  async #openUdp(): Promise<void> {
    const family = familyOf(this.#address) ?? 4;
    const socket = createSocket({ type: family === 4 ? "udp4" : "udp6", ipv6Only: family === 6 });
    this.#udp = socket;
    socket.on("message", (octets, { address, port }) => {
      this.#whenRunning(() => {
        this.#serveDatagram(octets, this.#end("udp", address, port));
      });
    });
    const ready = opened(socket);
    socket.bind(this.#port, this.#address);
    await ready;
    socket.on("error", () => undefined);
    this.#port = socket.address().port;
  }

  async #openTcp(framing: FramingName): Promise<void> {
    const server = createServer((connection) => {
      const { remoteAddress = "", remotePort = 0 } = connection;
      this.#converse(connection, framing, this.#end("tcp", remoteAddress, remotePort));
    });
    this.#tcp = server;
    const ready = opened(server);
    server.listen(this.#port, this.#address);
    await ready;
  }

  /** The conversation with a remote end; begun by a connection of the server's own where there is none. */
  #conversationWith(to: Endpoint): Conversation | undefined {
    const { framing } = this.#service;
    const known = this.#conversations.get(endpointText(to));
    if (known !== undefined || framing === undefined || this.#tcp === undefined) return known;
    const { address: host, port } = to;
    return this.#converse(connect({ host, port, localAddress: this.#address }), framing, to);
  }

  #converse(connection: Connection, framing: FramingName, source: Endpoint): Conversation {
    const conversation = new Conversation(this.#service, framing, source, {
      local: this.#end("udp", this.#address, this.#port),
      now: this.#now,
      after: (milliseconds, action) => {
        this.#after(milliseconds, action);
      },
      soon: (action) => {
        setImmediate(action);
      },
      write: (octets) => {
        connection.write(octets);
      },
    });
    const remote = endpointText(source);
    connection.setNoDelay(true);
    this.#connections.add(connection);
    this.#conversations.set(remote, conversation);
    connection.on("error", () => undefined);
    connection.on("close", () => {
      this.#connections.delete(connection);
      if (this.#conversations.get(remote) === conversation) this.#conversations.delete(remote);
    });
    connection.on("data", (octets) => {
      this.#whenRunning(() => {
        conversation.receive(octets);
      });
    });
    return conversation;
  }

  #whenRunning(take: () => void): void {
    if (this.#service.isHolding) this.#held.push(take);
    else take();
  }

  #serveDatagram(octets: Uint8Array, source: Endpoint): void {
    const local = this.#end("udp", this.#address, this.#port);
    for (const reply of this.#service.receive(octets, source, this.#now(), local)) {
      this.#after(reply.delay, () => {
        this.#udp?.send(reply.octets, source.port, source.address, () => undefined);
      });
    }
  }

  #after(milliseconds: number, action: () => void): void {
    if (milliseconds === 0) action();
    else this.#schedule(this.#timers, milliseconds, action);
  }

  #schedule(timers: Set<NodeJS.Timeout>, milliseconds: number, action: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, milliseconds);
    timers.add(timer);
  }

  #end(transport: Transport, address: string, port: number): Endpoint {
    const bare = address.replace(/%.*$/, "");
    return { transport, family: familyOf(bare) ?? 4, address: canonicalAddress(bare), port };
  }

  async #shut(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.disconnect();
    const closing: Promise<void>[] = [];
    for (const socket of [this.#udp, this.#tcp]) {
      if (socket !== undefined) closing.push(closed(socket));
    }
    this.#udp = undefined;
    this.#tcp = undefined;
    await Promise.all(closing);
  }
}

/** Closes a socket; one that was never opened is closed already. */
const closed = (socket: Socket | Server): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      resolve();
    };
    if ("listening" in socket && !socket.listening) done();
    else socket.close(done);
  });
