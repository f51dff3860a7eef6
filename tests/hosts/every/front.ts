import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { pemOf } from "../certificates.js";
import type { Certificate } from "../certificates.js";

/**
 * What stands before a server's port for TCP: connections come in here, over TLS where it has a certificate, and go on
 * to that port. To the server a phone has another address than its own then, as behind a NAT: the firmware image is
 * behind one, and is to see what all others see.
 */
export class Front {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(certificate: Certificate | undefined, address: string, port: number) {
    const take = (near: Socket): void => {
      const far = connect({ host: address, port, noDelay: true });
      near.setNoDelay(true);
      near.pipe(far).pipe(near);
      this.#keep(near, far);
    };
    if (certificate === undefined) {
      this.#server = createServer(take);
      return;
    }
    this.#server = createTlsServer(pemOf(certificate), take);
    this.#server.on("connection", (socket: Socket) => {
      this.#keep(socket);
    });
    this.#server.on("tlsClientError", () => undefined);
  }

  /** Opens a front before a port, at the same address. */
  static async open(certificate: Certificate | undefined, address: string, port: number): Promise<Front> {
    const front = new Front(certificate, address, port);
    front.#server.listen(0, address);
    await once(front.#server, "listening");
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Closes all connections; new ones are accepted. */
  disconnect(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.#server.close();
    this.disconnect();
    await once(this.#server, "close");
  }

  /** Sockets that end together. */
  #keep(...sockets: readonly Socket[]): void {
    for (const socket of sockets) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        for (const other of sockets) other.destroy();
      });
    }
  }
}
