import { closeSync, openSync, writeSync } from "node:fs";
import { addressOctets } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";

/** Little-endian, times in microseconds. */
const MAGIC = 0xa1b2c3d4;
/** Packets begin with their IPv4 or IPv6 header. */
const LINKTYPE_RAW = 101;
const SNAPSHOT_LENGTH = 65535;

const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const HOP_LIMIT = 64;

export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;

/** The Internet checksum (RFC 1071) over parts that all but the last have an even length. */
const checksum = (...parts: readonly Uint8Array[]): number => {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 2) sum += (part[i] ?? 0) * 0x100 + (part[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return 0xffff - sum;
};

const ipv4Header = (from: Uint8Array, to: Uint8Array, protocol: number, length: number): Buffer => {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + length, 2);
  header.writeUInt16BE(0x4000, 6); // Do not fragment.
  header.writeUInt8(HOP_LIMIT, 8);
  header.writeUInt8(protocol, 9);
  header.set(from, 12);
  header.set(to, 16);
  header.writeUInt16BE(checksum(header), 10);
  return header;
};

const ipv6Header = (from: Uint8Array, to: Uint8Array, protocol: number, length: number): Buffer => {
  const header = Buffer.alloc(40);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(HOP_LIMIT, 7);
  header.set(from, 8);
  header.set(to, 24);
  return header;
};

/** Puts an IP header before a segment and the checksum of both (RFC 768, 9293) into it, at `checksumAt`. */
const packet = (
  from: Endpoint,
  to: Endpoint,
  protocol: number,
  segment: Buffer,
  checksumAt: number,
): Buffer => {
  const octets = to.family === 6 ? 16 : 4;
  const source = addressOctets(from.address).subarray(0, octets);
  const destination = addressOctets(to.address).subarray(0, octets);
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo.writeUInt32BE(protocol, 4);
  const sum = checksum(source, destination, pseudo, segment);
  // RFC 768: 0 says that there is none.
  segment.writeUInt16BE(sum === 0 && protocol === PROTOCOL_UDP ? 0xffff : sum, checksumAt);
  const header = to.family === 6 ? ipv6Header : ipv4Header;
  return Buffer.concat([header(source, destination, protocol, segment.length), segment]);
};

/** An IP packet with a datagram in it. Both ends are of the same family. */
export const udpPacket = (from: Endpoint, to: Endpoint, octets: Uint8Array): Buffer => {
  const segment = Buffer.alloc(8 + octets.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt16BE(segment.length, 4);
  segment.set(octets, 8);
  return packet(from, to, PROTOCOL_UDP, segment, 6);
};

/** Where a TCP segment stands in its connection. */
export interface TcpState {
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
}

/** An IP packet with a TCP segment in it. */
export const tcpPacket = (from: Endpoint, to: Endpoint, state: TcpState, octets: Uint8Array): Buffer => {
  const segment = Buffer.alloc(20 + octets.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt32BE(state.sequence >>> 0, 4);
  segment.writeUInt32BE(state.acknowledgement >>> 0, 8);
  segment.writeUInt8(0x50, 12);
  segment.writeUInt8(state.flags, 13);
  segment.writeUInt16BE(0xffff, 14);
  segment.set(octets, 20);
  return packet(from, to, PROTOCOL_TCP, segment, 16);
};

/**
 * A capture file of the classic pcap format, written as it happens: each packet is in the file when `write` returns.
 * A disk that is full ends the capture, not the phone.
 */
export class PcapFile {
  readonly #failed: (error: Error) => void;
  #file: number | undefined;

  /**
   * @param path is overwritten
   * @param failed hears of the first error of writing, after which nothing is written any more
   * @throws an error of the system where the file cannot be opened
   */
  constructor(path: string, failed: (error: Error) => void = () => undefined) {
    this.#failed = failed;
    this.#file = openSync(path, "w");
    const header = Buffer.alloc(24);
    header.writeUInt32LE(MAGIC, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(SNAPSHOT_LENGTH, 16);
    header.writeUInt32LE(LINKTYPE_RAW, 20);
    this.#append(header);
  }

  /** Adds an IP packet. `at`: milliseconds of the wall clock, fractions count. */
  write(octets: Uint8Array, at: number): void {
    const header = Buffer.alloc(16);
    const microseconds = Math.floor(at * 1000);
    header.writeUInt32LE(Math.floor(microseconds / 1e6), 0);
    header.writeUInt32LE(microseconds % 1e6, 4);
    header.writeUInt32LE(Math.min(octets.length, SNAPSHOT_LENGTH), 8);
    header.writeUInt32LE(octets.length, 12);
    this.#append(Buffer.concat([header, octets.subarray(0, SNAPSHOT_LENGTH)]));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(octets: Uint8Array): void {
    if (this.#file === undefined) return;
    try {
      for (let at = 0; at < octets.length;) at += writeSync(this.#file, octets, at);
    } catch (error) {
      this.close();
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
