import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** A datagram that arrived. `at`: milliseconds of `performance.now()`. */
export interface Datagram {
  readonly at: number;
  readonly text: string;
  readonly source: { readonly address: string; readonly port: number };
}

const socketFor = (address: string): Socket => createSocket(address.includes(":") ? "udp6" : "udp4");

/**
 * Sends a datagram and waits for the answer.
 *
 * @returns the answer's text; `undefined` where the port is closed or nothing came in time
 */
export const ask = async (
  address: string,
  port: number,
  text: string,
  milliseconds = 500,
): Promise<string | undefined> => {
  const socket = socketFor(address);
  try {
    socket.connect(port, address);
    await once(socket, "connect");
    return await new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds, undefined);
      socket.once("message", (octets) => {
        clearTimeout(timer);
        resolve(octets.toString());
      });
      socket.on("error", () => {
        clearTimeout(timer);
        resolve(undefined);
      });
      socket.send(text);
    });
  } finally {
    socket.close();
  }
};

/** Whether somebody has a UDP port of an IPv4 address: by the system's list, since asking or binding would disturb. */
export const isOpen = (address: string, port: number): boolean => {
  const octets = address.split(".").reverse();
  const hexadecimal = octets.map((octet) => Number(octet).toString(16).padStart(2, "0")).join("");
  const name = `${hexadecimal}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
  return readFileSync("/proc/net/udp", "latin1").includes(` ${name} `);
};

let texts = 0;

/** A text that no other call gives, in no process on this machine. */
export const uniqueText = (): string => `${String(process.pid)}-${String(++texts)}`;

/** An OPTIONS request, for asking whether a server is there. */
export const optionsRequest = (address: string, port: number, callId: string): string => {
  const host = address.includes(":") ? `[${address}]` : address;
  return [
    `OPTIONS sip:${host}:${String(port)} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:9;rport;branch=z9hG4bK${callId}`,
    `From: <sip:test@example.test>;tag=${callId}`,
    `To: <sip:test@example.test>`,
    `Call-ID: ${callId}`,
    `CSeq: 1 OPTIONS`,
    `Max-Forwards: 70`,
    `Content-Length: 0`,
    ``,
    ``,
  ].join("\r\n");
};

/** A server that never answers, and notes what arrives. */
export class SilentServer {
  readonly datagrams: Datagram[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (octets, { address, port }) => {
      this.datagrams.push({ at: performance.now(), text: octets.toString(), source: { address, port } });
    });
  }

  static async start(address: string, port: number): Promise<SilentServer> {
    const socket = socketFor(address);
    const server = new SilentServer(socket);
    socket.bind(port, address);
    await once(socket, "listening");
    return server;
  }

  stop(): void {
    this.#socket.close();
  }
}
