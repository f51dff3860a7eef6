import { createSocket } from "node:dgram";
import { once } from "node:events";

/** The last address given out in this process. */
let last = 9;

/**
 * A loopback address of its own, so that a server can have SIP's own port and tests can run at the same time: the
 * middle octets are the process's. Linux answers on all of 127.0.0.0/8.
 */
export const loopbackAddress = (): string => {
  if (last === 254) throw new Error("this process has used its loopback addresses up");
  last++;
  return `127.${String(1 + ((process.pid >> 8) % 254))}.${String(process.pid & 255)}.${String(last)}`;
};

/** A UDP port that is free on an address. */
export const freePort = async (address: string): Promise<number> => {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.bind(0, address);
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
};

export type Transport = "udp" | "tcp" | "tls";

/** `udp:192.0.2.1:5060` or `udp:[2001:db8::1]:5060`, as in records. */
export const targetText = (address: string, port: number, transport: Transport = "udp"): string =>
  address.includes(":")
    ? `${transport}:[${address}]:${String(port)}`
    : `${transport}:${address}:${String(port)}`;
