import { Socket } from "node:net";
import { canonicalAddress } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import { failureOf } from "./failures.js";

/** What a TCP flow tells. */
export interface TcpFlowEvents {
  opened(local: Endpoint): void;
  failed(reason: FlowFailure): void;
  stream(octets: Uint8Array): void;
}

/** A TCP connection. What is sent before it is made waits for it; its end, whoever ends it, is a failure `closed`. */
export class TcpFlow {
  readonly #socket: Socket;
  readonly #remote: Endpoint;
  #closed = false;

  constructor(remote: Endpoint, events: TcpFlowEvents) {
    const fail = (reason: FlowFailure): void => {
      if (this.#closed) return;
      this.close();
      events.failed(reason);
    };
    this.#remote = remote;
    this.#socket = new Socket();
    this.#socket.setNoDelay(true);
    this.#socket.on("connect", () => {
      const { localAddress = "", localPort = 0 } = this.#socket;
      const address = canonicalAddress(localAddress.replace(/%.*$/, ""));
      events.opened({ transport: "tcp", family: remote.family, address, port: localPort });
    });
    this.#socket.on("data", (octets) => {
      if (!this.#closed) events.stream(octets);
    });
    this.#socket.on("error", (error) => {
      fail(failureOf(error));
    });
    this.#socket.on("close", () => {
      fail("closed");
    });
  }

  /** Connects: `opened` or `failed` follows. */
  open(): void {
    const { address, family, port } = this.#remote;
    this.#socket.connect({ host: address, port, family });
  }

  send(octets: Uint8Array): void {
    if (!this.#closed) this.#socket.write(octets.slice());
  }

  /** Ends the connection at once; what has not been sent yet is lost. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }
}
