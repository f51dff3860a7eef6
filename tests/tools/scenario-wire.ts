/** What goes over the wire of a phone while a scenario is played in a test. */
import * as dns from "dns-packet";
import { CapturingSockets } from "../../host/node/capture.js";
import { Play } from "../../host/scenario/play.js";
import { parseScenario } from "../../host/scenario/read.js";
import { parseSip } from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/index.js";

/** Octets of the headers of IPv4 and UDP. */
const [IP_HEADER, UDP_HEADER] = [20, 8];

/** A datagram. */
export interface Datagram {
  /** Milliseconds. */
  readonly t: number;
  /** `192.0.2.1:5060` */
  readonly from: string;
  readonly to: string;
  readonly octets: Buffer;
}

const endOf = (packet: Buffer, address: number, port: number): string =>
  `${[...packet.subarray(address, address + 4)].join(".")}:${String(packet.readUInt16BE(port))}`;

const datagramOf = (packet: Buffer, t: number): Datagram => ({
  t,
  from: endOf(packet, 12, IP_HEADER),
  to: endOf(packet, 16, IP_HEADER + 2),
  octets: packet.subarray(IP_HEADER + UDP_HEADER),
});

/** Plays a scenario and captures the phone's datagrams. */
export const playWire = (yaml: string, configuration: string): Datagram[] => {
  const datagrams: Datagram[] = [];
  const sink = {
    write: (packet: Uint8Array, at: number): void => {
      datagrams.push(datagramOf(Buffer.from(packet), at));
    },
  };
  const play: Play = new Play(parseScenario("test.yaml", yaml), {
    files: [{ name: "phone.cfg", octets: new TextEncoder().encode(configuration) }],
    tap: (events, make) => new CapturingSockets(events, sink, make, () => play.now),
  });
  play.run();
  return datagrams;
};

/** A message of SIP with the instant at which it passed. */
export interface Passed {
  readonly t: number;
  readonly message: SipMessage;
}

/** What a server said: its answers and requests, in order. */
export const saidBy = (datagrams: readonly Datagram[], server: string): Passed[] =>
  datagrams.flatMap(({ t, from, octets }) => {
    const message = from === server ? parseSip(octets) : undefined;
    return message === undefined ? [] : [{ t, message }];
  });

/** What a server was told. */
export const toldTo = (datagrams: readonly Datagram[], server: string): Passed[] =>
  datagrams.flatMap(({ t, to, octets }) => {
    const message = to === server ? parseSip(octets) : undefined;
    return message === undefined ? [] : [{ t, message }];
  });

/** What DNS at an address answered. */
export const dnsAnswers = (
  datagrams: readonly Datagram[],
  server = "192.0.2.53:53",
): { readonly t: number; readonly packet: dns.DecodedPacket }[] =>
  datagrams.filter(({ from }) => from === server).map(({ t, octets }) => ({ t, packet: dns.decode(octets) }));

/** How long each answer of a server was on its way, beside what it took to answer: of those sent once. */
export const roundTrips = (datagrams: readonly Datagram[], server: string): number[] => {
  const asked = new Map<string, number>();
  const trips: number[] = [];
  for (const { t, from, to, octets } of datagrams) {
    const message = parseSip(octets);
    if (message === undefined) continue;
    const key = `${message.branch} ${message.method}`;
    if (to === server) asked.set(key, t);
    const began = from === server ? asked.get(key) : undefined;
    if (began !== undefined) trips.push(t - began);
  }
  return trips;
};
