import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { parseEndpoint } from "../abi/address.js";

const LOOPBACK = "127.0.0.1";

/** An address of this machine by which others may reach it, where nothing is known of them. */
const anyAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? LOOPBACK;

/**
 * The address from which this machine sends to a target, `udp:192.0.2.1:5060`; an empty target is anywhere. Nothing is
 * sent to find out: a UDP socket that is connected has been given its address by the system's routes.
 */
export const localAddress = (target: string): Promise<string> => {
  if (target === "") return Promise.resolve(anyAddress());
  const { family, address, port } = parseEndpoint(target);
  return new Promise((resolve) => {
    const socket = createSocket(family === 4 ? "udp4" : "udp6");
    // Node's types leave out that the callback is given the error of a failure.
    const connected = (error?: Error): void => {
      const found = error === undefined ? socket.address().address.replace(/%.*$/, "") : anyAddress();
      socket.close();
      resolve(found);
    };
    socket.connect(port, address, connected);
  });
};
