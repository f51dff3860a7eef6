import { Server } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { SecureContextOptions, Server as TlsServer } from "node:tls";
import { canonicalAddress } from "../abi/address.js";
import type { Endpoint, Family } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import { failureOf } from "./failures.js";
import { openPort } from "./families.js";

/** A handshake that takes longer is given up, in milliseconds. */
const HANDSHAKE_LIMIT = 10_000;

/** Connections of others at one time, in each address family: as many as the core has flows. */
const MOST_CONNECTIONS = 64;

/** What a listening port for connections tells. */
export interface StreamListenerEvents {
  /** The port is open, in every address family that the machine has. */
  opened(local: Endpoint): void;
  failed(reason: FlowFailure): void;
  /** Another end has connected; over TLS, the handshake is complete. Who takes the socket closes it. */
  accepted(socket: Socket, source: Endpoint): void;
}

/** Where a listening port is, and for which transport. */
export interface ListeningPort {
  readonly transport: "tcp" | "tls";
  /** 0: any free one. */
  readonly port: number;
  /** Certificate and key, for TLS. */
  readonly tls?: SecureContextOptions | undefined;
  /** Milliseconds that a handshake may take; 10 s where it is left out. */
  readonly handshakeLimit?: number | undefined;
}

/**
 * A listening port for connections, for IPv4 and IPv6 by a socket each. Over TLS no certificate is asked for, and only
 * connections with a complete handshake are told of; it has 10 s for that. A TLS port without a certificate of our own
 * fails as `tls-certificate`.
 */
export class StreamListener {
  readonly #port: ListeningPort;
  readonly #events: StreamListenerEvents;
  /** Connections that nobody has been told of, by where they come from. */
  readonly #shaking = new Map<string, Socket>();
  #servers: readonly Server[] = [];
  #closed = false;

  constructor(port: ListeningPort, events: StreamListenerEvents) {
    this.#port = port;
    this.#events = events;
  }

  /** Opens the port: `opened` or `failed` follows, which may come within the call. */
  open(): void {
    const { port, transport, tls } = this.#port;
    if (transport === "tls" && tls === undefined) {
      this.#fail("tls-certificate");
      return;
    }
    this.#listen(port).catch((error: unknown) => {
      this.#fail(error instanceof Error ? failureOf(error) : "other");
    });
  }

  /** Closes the port, and connections whose handshake is not complete. Those that were told of stay. */
  close(): void {
    this.#closed = true;
    for (const server of this.#servers) server.close();
    for (const socket of this.#shaking.values()) socket.destroy();
    this.#servers = [];
  }

  async #listen(port: number): Promise<void> {
    const servers = await openPort(port, {
      open: (family, free) => listening(this.#server(family), family, free),
      portOf,
      close: (server) => {
        server.close();
      },
    });
    if (this.#closed) {
      for (const server of servers) server.close();
      return;
    }
    this.#servers = servers;
    const [ipv4] = servers;
    if (ipv4 === undefined) return;
    const { transport } = this.#port;
    this.#events.opened({ transport, family: 4, address: "0.0.0.0", port: portOf(ipv4) });
  }

  #server(family: Family): Server {
    const { transport, tls, handshakeLimit = HANDSHAKE_LIMIT } = this.#port;
    if (transport === "tcp") {
      return limited(new Server()).on("connection", (socket) => {
        this.#accepted(socket, family);
      });
    }
    const server: TlsServer = createTlsServer({ ...tls, handshakeTimeout: handshakeLimit });
    server.on("connection", (socket: Socket) => {
      const key = keyOf(socket);
      this.#shaking.set(key, socket);
      socket.once("close", () => this.#shaking.delete(key));
    });
    server.on("secureConnection", (socket) => {
      this.#shaking.delete(keyOf(socket));
      this.#accepted(socket, family);
    });
    // Whoever does not get through the handshake is nobody to us.
    server.on("tlsClientError", (_, socket) => socket.destroy());
    return limited(server);
  }

  #accepted(socket: Socket, family: Family): void {
    // Until somebody takes it, an error has nobody else to go to.
    socket.on("error", () => undefined);
    const { remoteAddress, remotePort = 0 } = socket;
    if (this.#closed || remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const address = canonicalAddress(remoteAddress.replace(/%.*$/, ""));
    this.#events.accepted(socket, { transport: this.#port.transport, family, address, port: remotePort });
  }

  #fail(reason: FlowFailure): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(reason);
  }
}

const keyOf = ({ remoteAddress = "", remotePort = 0 }: Socket): string =>
  `${remoteAddress} ${String(remotePort)}`;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const limited = <S extends Server>(server: S): S => {
  server.maxConnections = MOST_CONNECTIONS;
  return server;
};

/** Opens the port of a server, which is closed where that fails. */
const listening = (server: Server, family: Family, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.once("listening", () => {
      server.off("error", reject);
      // Out of file descriptors, for example: the connection is lost, the port stays.
      server.on("error", () => undefined);
      resolve(server);
    });
    server.listen({ port, host: family === 4 ? "0.0.0.0" : "::", ipv6Only: family === 6, exclusive: true });
  });
