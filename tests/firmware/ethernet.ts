import { createSocket } from "node:dgram";
import type { Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** An end of UDP on the segment. */
export interface End {
  readonly address: string;
  readonly port: number;
}

/** The MAC address of everybody on the segment but the board. */
const OURS = Buffer.from("020000000001", "hex");

const TYPE_IPV4 = 0x0800;
const TYPE_ARP = 0x0806;
const ETHERNET_HEADER = 14;
const IP_HEADER = 20;
const UDP_HEADER = 8;
const PROTOCOL_ICMP = 1;
const PROTOCOL_UDP = 17;
const TTL = 64;

/** ICMP "destination unreachable", of the port (RFC 792). */
const PORT_UNREACHABLE = Buffer.from([3, 3, 0, 0, 0, 0, 0, 0]);

const octetsOf = (address: string): Buffer => Buffer.from(address.split(".").map(Number));
const textOf = (octets: Uint8Array): string => octets.join(".");
const endText = ({ address, port }: End): string => `${address}:${String(port)}`;

/** A datagram of the board's on its way to a port of this machine. */
interface Forwarded {
  readonly boardPort: number;
  readonly to: End;
  readonly loopbackPort: number;
  readonly octets: Buffer;
  /** Its header and the first octets of what follows, by which the board knows it again. */
  readonly cited: Buffer;
}

/** The checksum of the Internet (RFC 1071). */
function checksum(octets: Buffer): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) sum += (octets[at] ?? 0) * 256 + (octets[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A packet of IPv4 (RFC 791) without options. */
function packet(protocol: number, source: Buffer, destination: Buffer, content: Buffer): Buffer {
  const header = Buffer.alloc(IP_HEADER);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(IP_HEADER + content.length, 2);
  header.writeUInt8(TTL, 8);
  header.writeUInt8(protocol, 9);
  source.copy(header, 12);
  destination.copy(header, 16);
  header.writeUInt16BE(checksum(header), 10);
  return Buffer.concat([header, content]);
}

/**
 * The segment that a board is plugged into: QEMU's frames over a socket. Every address but the board's answers on it;
 * ends of UDP that were placed are ports of this machine's loopback, and where such a port is closed, or no end was
 * placed, the board gets the ICMP error that QEMU's user network keeps to itself.
 */
export class Ethernet {
  readonly #server: Server;
  readonly #ports = new Map<string, number>();
  /** By the board's port and the end that it sends to. */
  readonly #flows = new Map<string, DatagramSocket>();
  /** What the board has sent that was for nobody placed: the ends and contents. */
  readonly strangers: { readonly to: End; readonly octets: Buffer }[] = [];
  #board: Socket | undefined;
  #boardMac = Buffer.alloc(6, 0xff);
  #boardAddress = Buffer.alloc(4);
  #pending = Buffer.alloc(0);

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#board = socket;
      socket.on("error", () => undefined);
      socket.on("data", (octets) => {
        this.#take(octets);
      });
    });
  }

  static async open(): Promise<Ethernet> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Ethernet(server);
  }

  /** QEMU's words for a network interface that is plugged in here. */
  words(model: string): string[] {
    const { port } = this.#server.address() as AddressInfo;
    return [
      "-netdev",
      `socket,id=network,connect=127.0.0.1:${String(port)}`,
      "-net",
      `nic,netdev=network,model=${model}`,
    ];
  }

  /** Places an end: what is sent to it arrives at a port of this machine. */
  place(end: End, loopbackPort: number): void {
    this.#ports.set(endText(end), loopbackPort);
  }

  /** Sends the board a datagram from an end that need not be placed. */
  send(from: End, boardPort: number, octets: Uint8Array): void {
    const datagram = Buffer.alloc(UDP_HEADER + octets.length);
    datagram.writeUInt16BE(from.port, 0);
    datagram.writeUInt16BE(boardPort, 2);
    // Without a checksum, which UDP over IPv4 allows (RFC 768).
    datagram.writeUInt16BE(datagram.length, 4);
    datagram.set(octets, UDP_HEADER);
    this.#sendPacket(packet(PROTOCOL_UDP, octetsOf(from.address), this.#boardAddress, datagram));
  }

  close(): void {
    for (const socket of this.#flows.values()) socket.close();
    this.#board?.destroy();
    this.#server.close();
  }

  /** QEMU puts four octets with its length before each frame. */
  #take(octets: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, octets]);
    for (;;) {
      if (this.#pending.length < 4) return;
      const length = this.#pending.readUInt32BE();
      if (this.#pending.length < 4 + length) return;
      this.#frame(this.#pending.subarray(4, 4 + length));
      this.#pending = this.#pending.subarray(4 + length);
    }
  }

  #frame(frame: Buffer): void {
    this.#boardMac = Buffer.from(frame.subarray(6, 12));
    const content = frame.subarray(ETHERNET_HEADER);
    const type = frame.readUInt16BE(12);
    if (type === TYPE_ARP) this.#arp(content);
    else if (type === TYPE_IPV4 && content.readUInt8(9) === PROTOCOL_UDP) this.#datagram(content);
  }

  #sendFrame(type: number, content: Buffer): void {
    const frame = Buffer.alloc(4 + ETHERNET_HEADER + Math.max(content.length, 46));
    frame.writeUInt32BE(frame.length - 4);
    this.#boardMac.copy(frame, 4);
    OURS.copy(frame, 10);
    frame.writeUInt16BE(type, 16);
    content.copy(frame, 4 + ETHERNET_HEADER);
    this.#board?.write(frame);
  }

  #sendPacket(content: Buffer): void {
    this.#sendFrame(TYPE_IPV4, content);
  }

  /** Every address but the board's own is ours (RFC 826). */
  #arp(request: Buffer): void {
    const REQUEST = 1;
    const REPLY = 2;
    const sender = request.subarray(14, 18);
    const target = request.subarray(24, 28);
    if (request.readUInt16BE(6) !== REQUEST || sender.equals(target) || sender.equals(Buffer.alloc(4)))
      return;
    const reply = Buffer.from(request.subarray(0, 28));
    reply.writeUInt16BE(REPLY, 6);
    OURS.copy(reply, 8);
    target.copy(reply, 14);
    this.#boardMac.copy(reply, 18);
    sender.copy(reply, 24);
    this.#sendFrame(TYPE_ARP, reply);
  }

  #datagram(content: Buffer): void {
    const header = (content.readUInt8() & 0xf) * 4;
    const udp = content.subarray(header, content.readUInt16BE(2));
    const to = { address: textOf(content.subarray(16, 20)), port: udp.readUInt16BE(2) };
    this.#boardAddress = Buffer.from(content.subarray(12, 16));
    const octets = Buffer.from(udp.subarray(UDP_HEADER));
    const cited = Buffer.from(content.subarray(0, header + UDP_HEADER));
    const loopbackPort = this.#ports.get(endText(to));
    if (loopbackPort === undefined) {
      this.strangers.push({ to, octets });
      return;
    }
    this.#forward({ boardPort: udp.readUInt16BE(0), to, loopbackPort, octets, cited });
  }

  /** Passes a datagram on by the connected socket of its flow: only such a one hears of a closed port. */
  #forward({ boardPort, to, loopbackPort, octets, cited }: Forwarded): void {
    const key = `${String(boardPort)} ${endText(to)}`;
    const unreachable = (): void => {
      const icmp = Buffer.concat([PORT_UNREACHABLE, cited]);
      icmp.writeUInt16BE(checksum(icmp), 2);
      this.#sendPacket(packet(PROTOCOL_ICMP, octetsOf(to.address), this.#boardAddress, icmp));
    };
    const send = (socket: DatagramSocket): void => {
      socket.removeAllListeners("error").on("error", unreachable);
      socket.send(octets, (error) => {
        if (error !== null) unreachable();
      });
    };
    const known = this.#flows.get(key);
    if (known !== undefined) {
      send(known);
      return;
    }
    const socket = createSocket("udp4");
    this.#flows.set(key, socket);
    socket.on("message", (answer) => {
      this.send(to, boardPort, answer);
    });
    socket.connect(loopbackPort, "127.0.0.1", () => {
      send(socket);
    });
  }
}
