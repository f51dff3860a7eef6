import type { Family } from "../abi/address.js";
import { failureOf } from "./failures.js";

/** How often a free port is looked for that both address families have. */
const PORT_TRIES = 16;

/** How sockets of one kind are opened and closed. */
export interface PortKind<S> {
  /** Opens a socket of one family at a port, 0 being any free one; rejects with the system's error. */
  open(family: Family, port: number): Promise<S>;
  portOf(socket: S): number;
  close(socket: S): void;
}

/** Opens a socket; `undefined` where the machine does not have the address family. */
const openWhereSupported = async <S>(
  kind: PortKind<S>,
  family: Family,
  port: number,
): Promise<S | undefined> => {
  try {
    return await kind.open(family, port);
  } catch (error) {
    if (error instanceof Error && failureOf(error) === "address-not-available") return undefined;
    throw error;
  }
};

/**
 * Opens one port for IPv4 and, where the machine has it, for IPv6: the sockets, that of IPv4 first. With port 0, one
 * that is free in both.
 *
 * @throws an error of the system; then nothing is left open
 */
export const openPort = async <S>(port: number, kind: PortKind<S>): Promise<S[]> => {
  for (let tries = 1; ; tries++) {
    const ipv4 = await kind.open(4, port);
    try {
      const ipv6 = await openWhereSupported(kind, 6, kind.portOf(ipv4));
      return ipv6 === undefined ? [ipv4] : [ipv4, ipv6];
    } catch (error) {
      kind.close(ipv4);
      if (port !== 0 || tries === PORT_TRIES) throw error;
    }
  }
};
