/** What the scenarios of full pools share. */
import { parseEndpoint } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { SDP, ends } from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";

export const POOL_FULL = -7;
export const OFFER = { type: "application/sdp", body: SDP } as const;
const PHONE = parseEndpoint("198.51.100.1:5060", 5060);

export const ready = (settings: Settings = {}): { site: Site; phone: SimulatedPhone } => {
  const site = new Site();
  const phone = site.phone({ "nat.udp_update_enable": 0, ...settings });
  site.s.runUntil(1000);
  return { site, phone };
};

/** The pools that a phone has called full so far. */
export const full = (phone: SimulatedPhone): string[] => [
  ...new Set(phone.events("pool-full").map(({ pool }) => pool)),
];

/** Of the latest of a phone's calls. */
export const lastEnd = (phone: SimulatedPhone): string => ends(phone).at(-1) ?? "";

/** A request of a stranger, the n-th of all. */
export const strange = (method: string, n: number, fields: readonly string[] = []): Buffer =>
  Buffer.from(
    [
      `${method} sip:1000@198.51.100.1:5060 SIP/2.0`,
      `Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bK${method}${String(n)}`,
      `From: <sip:stranger@example.net>;tag=s${String(n)}`,
      "To: <sip:1000@sip.example.com>",
      `Call-ID: ${String(n)}.strange@example.net`,
      `CSeq: 1 ${method}`,
      "Contact: <sip:stranger@203.0.113.9>",
      ...fields,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );

/** Has a request reach the phone from a stranger of its own: the final answer, 0 for none. */
export const ask = (site: Site, phone: SimulatedPhone, octets: Buffer, from = "203.0.113.9:5060"): number => {
  const before = phone.wire.length;
  site.s.network.inject(parseEndpoint(from, 5060), PHONE, octets);
  site.s.run(1);
  const answers = phone.wire
    .slice(before)
    .filter(({ direction, to }) => direction === "out" && to.includes(from));
  return Number(
    /^SIP\/2\.0 (\d+)/.exec(Buffer.from(answers.at(-1)?.octets ?? "").toString("latin1"))?.[1] ?? 0,
  );
};
