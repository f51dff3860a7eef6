import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WireCapture } from "../../host/native/wire.js";
import type { WireLine } from "../../host/native/wire.js";

const UDP = 17;
const TCP = 6;

const flagNames = ["FIN", "SYN", "RST", "PSH", "ACK"];

/** A packet in words: the time, both ends, the flags of TCP, and the octets as text. */
const described = (packet: Uint8Array, at: number): string => {
  const octets = Buffer.from(packet);
  const ends = [12, 16].map(
    (address, index) =>
      `${[...octets.subarray(address, address + 4)].join(".")}:${String(octets.readUInt16BE(20 + 2 * index))}`,
  );
  const protocol = octets[9];
  assert.ok(protocol === UDP || protocol === TCP);
  const flags = protocol === UDP ? [] : flagNames.filter((_, bit) => ((octets[33] ?? 0) & (1 << bit)) !== 0);
  const body = octets.toString("latin1", protocol === UDP ? 28 : 40);
  return [String(at), ends.join(" > "), flags.join("+"), body].filter((part) => part !== "").join(" ");
};

const packetsOf = (lines: readonly WireLine[]): string[] => {
  const packets: string[] = [];
  const capture = new WireCapture({ write: (packet, at) => packets.push(described(packet, at)) });
  for (const line of lines) capture.add(line);
  return packets;
};

const hex = (text: string): string => Buffer.from(text, "latin1").toString("hex");

const PHONE = "192.0.2.10";
const SERVER = "192.0.2.1:5060";

describe("what a program tells of its sockets", () => {
  it("becomes datagrams, those that wait for the flow to open too", () => {
    const packets = packetsOf([
      { wire: "open", at: 1.25, flow: 7, remote: `udp:${SERVER}`, port: 5060 },
      { wire: "sent", at: 1.5, flow: 7, octets: hex("REGISTER") },
      { wire: "opened", at: 2, flow: 7, local: `udp:${PHONE}:5060` },
      { wire: "received", at: 3, flow: 7, octets: hex("200") },
      { wire: "closed", at: 4, flow: 7 },
      { wire: "received", at: 5, flow: 7, octets: hex("late") },
    ]);
    assert.deepEqual(packets, [`2 ${PHONE}:5060 > ${SERVER} REGISTER`, `3 ${SERVER} > ${PHONE}:5060 200`]);
  });

  it("becomes datagrams of strangers at the listening port", () => {
    const stranger = "192.0.2.99:1024";
    const packets = packetsOf([
      { wire: "listen", at: 0, flow: 1, transport: "udp", port: 0 },
      { wire: "opened", at: 0, flow: 1, local: "udp:0.0.0.0:5070" },
      { wire: "incoming", at: 1, flow: 1, source: `udp:${stranger}`, octets: hex("OPTIONS") },
      { wire: "answered", at: 2, flow: 1, remote: `udp:${stranger}`, octets: hex("200") },
    ]);
    assert.deepEqual(packets, [`1 ${stranger} > 0.0.0.0:5070 OPTIONS`, `2 0.0.0.0:5070 > ${stranger} 200`]);
  });

  it("becomes connections with their beginning and end", () => {
    const packets = packetsOf([
      { wire: "open", at: 0, flow: 7, remote: `tcp:${SERVER}`, port: 0 },
      { wire: "opened", at: 1, flow: 7, local: `tcp:${PHONE}:40000` },
      { wire: "sent", at: 2, flow: 7, octets: hex("REGISTER") },
      { wire: "received", at: 3, flow: 7, octets: hex("200") },
      { wire: "failed", at: 4, flow: 7, reason: "closed" },
    ]);
    assert.deepEqual(packets, [
      `1 ${PHONE}:40000 > ${SERVER} SYN`,
      `1 ${SERVER} > ${PHONE}:40000 SYN+ACK`,
      `1 ${PHONE}:40000 > ${SERVER} ACK`,
      `2 ${PHONE}:40000 > ${SERVER} PSH+ACK REGISTER`,
      `3 ${SERVER} > ${PHONE}:40000 PSH+ACK 200`,
      `4 ${SERVER} > ${PHONE}:40000 FIN+ACK`,
    ]);
  });

  it("becomes connections that others have made", () => {
    const packets = packetsOf([
      { wire: "listen", at: 0, flow: 2, transport: "tcp", port: 5060 },
      { wire: "opened", at: 0, flow: 2, local: "tcp:0.0.0.0:5060" },
      { wire: "accepted", at: 1, flow: 9, listener: 2, source: `tcp:${SERVER}` },
      { wire: "received", at: 2, flow: 9, octets: hex("OPTIONS") },
      { wire: "sent", at: 3, flow: 9, octets: hex("200") },
      { wire: "closed", at: 4, flow: 9 },
    ]);
    assert.deepEqual(packets, [
      `1 ${SERVER} > 0.0.0.0:5060 SYN`,
      `1 0.0.0.0:5060 > ${SERVER} SYN+ACK`,
      `1 ${SERVER} > 0.0.0.0:5060 ACK`,
      `2 ${SERVER} > 0.0.0.0:5060 PSH+ACK OPTIONS`,
      `3 0.0.0.0:5060 > ${SERVER} PSH+ACK 200`,
      `4 0.0.0.0:5060 > ${SERVER} FIN+ACK`,
    ]);
  });
});
