import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { encode } from "dns-packet";
import { parseEndpoint } from "../../host/abi/address.js";
import type { SocketEvents, Sockets } from "../../host/abi/engine.js";
import { CapturingSockets } from "../../host/node/capture.js";
import { PcapFile, TCP_ACK, TCP_PSH, tcpPacket, udpPacket } from "../../host/node/pcap.js";

const folder = mkdtempSync(join(tmpdir(), "sip-failover-pcap-"));
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The one's complement sum of RFC 1071; of a whole with its right checksum it is 0xffff. */
const sum = (octets: Uint8Array): number => {
  let total = 0;
  for (let i = 0; i < octets.length; i += 2) total += (octets[i] ?? 0) * 256 + (octets[i + 1] ?? 0);
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
};

/** Whether the checksums of a packet hold. */
const isSound = (packet: Buffer): boolean => {
  const isIpv4 = (packet[0] ?? 0) >> 4 === 4;
  const header = isIpv4 ? 20 : 40;
  const addresses = isIpv4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
  const segment = packet.subarray(header);
  const protocol = packet[isIpv4 ? 9 : 6] ?? 0;
  const pseudo = Buffer.alloc(8);
  pseudo.writeUInt32BE(segment.length, 0);
  pseudo.writeUInt32BE(protocol, 4);
  const padded = Buffer.concat([segment, Buffer.alloc(segment.length % 2)]);
  return (
    (!isIpv4 || sum(packet.subarray(0, 20)) === 0xffff) &&
    sum(Buffer.concat([addresses, pseudo, padded])) === 0xffff
  );
};

const a4 = parseEndpoint("198.51.100.1:5060");
const b4 = parseEndpoint("192.0.2.1:5060");
const a6 = parseEndpoint("[2001:db8::1]:5060");
const b6 = parseEndpoint("[2001:db8::2]:53");

describe("packets", () => {
  for (const [name, from, to] of [
    ["IPv4", a4, b4],
    ["IPv6", a6, b6],
  ] as const) {
    for (const payload of ["", "odd", "even", "x".repeat(2000)]) {
      it(`UDP over ${name}, ${String(payload.length)} octets`, () => {
        const packet = udpPacket(from, to, Buffer.from(payload));
        assert.ok(isSound(packet));
        assert.equal(packet.subarray(-payload.length || packet.length).toString(), payload);
      });

      it(`TCP over ${name}, ${String(payload.length)} octets`, () => {
        const state = { sequence: 4_294_967_295, acknowledgement: 1, flags: TCP_PSH | TCP_ACK };
        assert.ok(isSound(tcpPacket(from, to, state, Buffer.from(payload))));
      });
    }
  }

  it("a UDP checksum of 0 is written as all ones (RFC 768)", () => {
    // The payload makes the sum of everything else all ones.
    const bare = udpPacket(a4, b4, Buffer.alloc(2)).readUInt16BE(26);
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(bare);
    assert.equal(udpPacket(a4, b4, payload).readUInt16BE(26), 0xffff);
  });
});

/** Sockets that do nothing; what they are told is told by the test. */
const noSockets: Sockets = {
  open: () => undefined,
  listen: () => undefined,
  send: () => undefined,
  sendFrom: () => undefined,
  close: () => undefined,
  closeAll: () => undefined,
  tls: () => undefined,
};

const noEvents: SocketEvents = {
  opened: () => undefined,
  failed: () => undefined,
  datagram: () => undefined,
  stream: () => undefined,
  incoming: () => undefined,
  accepted: (_listener, _source, take) => {
    take(6);
  },
};

const message = Buffer.from(
  "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n" +
    "From: <sip:a@example.com>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
);

/** A capture with something of everything: flows that open late, answers, strangers, a TCP connection, IPv6. */
const capture = (): string => {
  const path = join(folder, "everything.pcap");
  const file = new PcapFile(path);
  const sockets = new CapturingSockets(noEvents, file, () => noSockets);
  const stream = { ...b4, transport: "tcp", port: 53 } as const;
  sockets.listen(1, "udp", 0);
  sockets.opened(1, parseEndpoint("0.0.0.0:5070"));
  sockets.open(2, b4, 5070, "");
  sockets.send(2, message);
  sockets.opened(2, { ...a4, port: 5070 });
  sockets.datagram(2, message);
  sockets.incoming(1, parseEndpoint("203.0.113.9:5060"), message);
  sockets.sendFrom(1, parseEndpoint("203.0.113.9:5060"), message);
  sockets.open(3, stream, 0, "");
  sockets.send(3, Buffer.from("question"));
  sockets.opened(3, { ...a4, transport: "tcp", port: 40000 });
  sockets.stream(3, Buffer.from("answer"));
  sockets.failed(3, "closed");
  sockets.open(4, b6, 0, "");
  sockets.opened(4, { ...a6, port: 40001 });
  sockets.send(4, encode({ type: "query", id: 1, questions: [{ type: "A", name: "example.com" }] }));
  sockets.close(4);
  sockets.open(5, { ...stream, port: 54 }, 0, "");
  sockets.send(5, Buffer.from("never sent"));
  sockets.failed(5, "refused");
  sockets.listen(7, "tcp", 5070);
  sockets.accepted(7, { ...b4, transport: "tcp", port: 40002 }, () => undefined);
  sockets.stream(6, message);
  sockets.send(6, message);
  sockets.failed(6, "closed");
  file.close();
  return path;
};

/** Packets of a capture file, with their times. */
const packetsOf = (path: string): { at: number; packet: Buffer }[] => {
  const octets = readFileSync(path);
  assert.equal(octets.readUInt32LE(0), 0xa1b2c3d4);
  assert.equal(octets.readUInt32LE(20), 101);
  const packets: { at: number; packet: Buffer }[] = [];
  for (let at = 24; at < octets.length;) {
    const length = octets.readUInt32LE(at + 8);
    assert.equal(octets.readUInt32LE(at + 12), length);
    packets.push({
      at: octets.readUInt32LE(at) * 1000 + octets.readUInt32LE(at + 4) / 1000,
      packet: octets.subarray(at + 16, at + 16 + length),
    });
    at += 16 + length;
  }
  return packets;
};

describe("a capture", () => {
  it("has everything that went over the wire, with sound checksums and the time of the wall clock", () => {
    const packets = packetsOf(capture());
    assert.equal(packets.length, 17);
    assert.ok(packets.every(({ packet }) => isSound(packet)));
    assert.ok(packets.every(({ at }) => Math.abs(at - Date.now()) < 5000));
  });

  it("holds a stream's piece that is larger than an IP packet in several segments", () => {
    const path = join(folder, "large.pcap");
    const file = new PcapFile(path);
    const sockets = new CapturingSockets(noEvents, file, () => noSockets);
    sockets.open(1, { ...b4, transport: "tls", port: 5061 }, 0, "");
    sockets.opened(1, { ...a4, transport: "tls", port: 40000 });
    sockets.stream(1, Buffer.alloc(70_000));
    sockets.send(1, Buffer.alloc(70_000));
    file.close();
    const packets = packetsOf(path).slice(3);
    assert.equal(packets.length, 10);
    assert.ok(packets.every(({ packet }) => isSound(packet)));
    const octets = packets.reduce((sum, { packet }) => sum + packet.length - 40, 0);
    assert.equal(octets, 140_000);
  });

  it("can be read while it is written", () => {
    const path = join(folder, "live.pcap");
    const file = new PcapFile(path);
    for (let count = 1; count <= 3; count++) {
      file.write(udpPacket(a4, b4, message), Date.now());
      assert.equal(packetsOf(path).length, count);
    }
    file.close();
  });

  it("that cannot be opened says so", () => {
    assert.throws(() => new PcapFile(join(folder, "no", "such.pcap")), /ENOENT/);
  });

  const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

  it("is understood by Wireshark", { skip: !hasTshark && "tshark is not installed" }, () => {
    const checks = ["ip", "udp", "tcp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
    const shown = ["_ws.col.Protocol", "ip.src", "udp.srcport", "sip.Method", "tcp.flags.str", "tcp.len"];
    const fields = shown.flatMap((field) => ["-e", field]);
    const { stdout } = spawnSync("tshark", [
      "-r",
      capture(),
      ...checks,
      "-T",
      "fields",
      "-E",
      "separator=,",
      ...fields,
    ]);
    const lines = stdout
      .toString()
      .trim()
      .split("\n")
      .map((line) => line.replaceAll("\u00b7", ""));
    assert.deepEqual(lines, [
      "SIP,198.51.100.1,5070,OPTIONS,,",
      "SIP,192.0.2.1,5060,OPTIONS,,",
      "SIP,203.0.113.9,5060,OPTIONS,,",
      "SIP,198.51.100.1,5070,OPTIONS,,",
      "TCP,198.51.100.1,,,S,0",
      "TCP,192.0.2.1,,,AS,0",
      "TCP,198.51.100.1,,,A,0",
      "TCP,198.51.100.1,,,AP,8",
      "TCP,192.0.2.1,,,AP,6",
      "TCP,192.0.2.1,,,AF,0",
      "DNS,,40001,,,",
      "TCP,192.0.2.1,,,S,0",
      "TCP,198.51.100.1,,,AS,0",
      "TCP,192.0.2.1,,,A,0",
      `SIP,192.0.2.1,,OPTIONS,AP,${String(message.length)}`,
      `SIP,198.51.100.1,,OPTIONS,AP,${String(message.length)}`,
      "TCP,192.0.2.1,,,AF,0",
    ]);
    const bad = spawnSync("tshark", [
      "-r",
      capture(),
      ...checks,
      "-Y",
      'udp.checksum.status == "Bad" || tcp.checksum.status == "Bad" || ip.checksum.status == "Bad" || tcp.analysis.flags',
    ]);
    assert.equal(bad.stdout.toString(), "");
  });
});
