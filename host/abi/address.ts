import { isIPv4, isIPv6 } from "node:net";
import type { enumerations } from "./contract.js";

/** A transport by its name in records. */
export type Transport = keyof (typeof enumerations)["transport"]["values"];

/** Address families as the contract counts them. */
export type Family = 4 | 6;

/** One end of a flow. */
export interface Endpoint {
  readonly transport: Transport;
  readonly family: Family;
  /** IPv4 dotted, IPv6 as RFC 5952 writes it, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Octets of an address field in the contract, whatever the family. */
export const ADDRESS_OCTETS = 16;

const transports: readonly Transport[] = ["udp", "tcp", "tls"];

const groupsOf = (text: string): number[] => {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
};

/**
 * The family of an address in text, without brackets; `undefined` where it is none. A zone index (`%eth0`) is not
 * part of an address here.
 */
export const familyOf = (text: string): Family | undefined => {
  if (isIPv4(text)) return 4;
  return isIPv6(text) && !text.includes("%") ? 6 : undefined;
};

/** The 16 octets of an address in text: IPv4 first in them, the rest 0. Throws a `RangeError` where it is none. */
export const addressOctets = (text: string): Uint8Array => {
  const octets = new Uint8Array(ADDRESS_OCTETS);
  const family = familyOf(text);
  if (family === undefined) throw new RangeError(`not an IP address: ${text}`);
  if (family === 4) {
    octets.set(text.split(".").map(Number));
    return octets;
  }
  const [head = "", tail] = text.split("::");
  const before = groupsOf(head);
  const after = groupsOf(tail ?? "");
  const groups = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
  groups.forEach((group, index) => {
    octets[index * 2] = group >> 8;
    octets[index * 2 + 1] = group & 0xff;
  });
  return octets;
};

const ipv6Text = (octets: Uint8Array, offset: number): string => {
  const groups: number[] = [];
  for (let i = 0; i < 8; i++)
    groups.push((octets[offset + i * 2] ?? 0) * 256 + (octets[offset + i * 2 + 1] ?? 0));
  // RFC 5952, section 5: addresses with an embedded IPv4 address show it.
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return `::ffff:${octets.subarray(offset + 12, offset + 16).join(".")}`;
  }
  // RFC 5952, section 4.2: the longest run of two groups or more is left out, the first of equals.
  let start = 8;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > length) {
      start = i;
      length = end - i;
    }
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(":");
  return start === 8
    ? text(groups)
    : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
};

/** An address in text from its octets at `offset`; IPv6 as RFC 5952 writes it. */
export const addressText = (family: number, octets: Uint8Array, offset = 0): string =>
  family === 6 ? ipv6Text(octets, offset) : octets.subarray(offset, offset + 4).join(".");

/** The canonical text of an address: RFC 5952 for IPv6. Throws a `RangeError` where it is none. */
export const canonicalAddress = (text: string): string =>
  addressText(familyOf(text) ?? 0, addressOctets(text));

/** `192.0.2.1:5060`, `[2001:db8::1]:5060`. */
export const hostPortText = (address: string, port: number): string =>
  address.includes(":") ? `[${address}]:${String(port)}` : `${address}:${String(port)}`;

/** A target as records have it: `udp:192.0.2.1:5060`, `tls:[2001:db8::1]:5061`. */
export const endpointText = ({ transport, address, port }: Endpoint): string =>
  `${transport}:${hostPortText(address, port)}`;

/** The name of a transport's number. */
export const transportName = (number: number): Transport => transports[number] ?? "udp";

/** The number of a transport. */
export const transportNumber = (name: Transport): number => transports.indexOf(name);

/**
 * Reads `[transport:]address[:port]`: `192.0.2.1`, `192.0.2.1:5060`, `udp:192.0.2.1:5060`, `2001:db8::1`,
 * `[2001:db8::1]:53`. Throws a `RangeError` where it is none of these.
 */
export const parseEndpoint = (
  text: string,
  defaultPort = 5060,
  defaultTransport: Transport = "udp",
): Endpoint => {
  const parts =
    /^(?:(udp|tcp|tls):)?(?:\[([^\]]+)\](?::(\d{1,5}))?|([\d.]+)(?::(\d{1,5}))?|([0-9a-f:.]+))$/i.exec(text);
  const address = parts?.[2] ?? parts?.[4] ?? parts?.[6] ?? "";
  const port = Number(parts?.[3] ?? parts?.[5] ?? defaultPort);
  const family = familyOf(address);
  if (family === undefined || port > 65535) throw new RangeError(`not an address and port: ${text}`);
  const transport = (parts?.[1]?.toLowerCase() as Transport | undefined) ?? defaultTransport;
  return { transport, family, address: canonicalAddress(address), port };
};
