import { exportsOfCore } from "../../host/abi/contract.js";
import { Random } from "../../host/simulated/index.js";
import { configuration } from "../scenarios/helpers.js";
import { drainStep, exportStep } from "./format.js";
import type { ExportName, Step } from "./format.js";

/** Numbers that are at an edge, or none of the core's. */
const EDGES = [
  0, 1, 2, 4, 6, 16, 53, 200, 5060, 65_535, 65_536, 65_537, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
];

/** Exports that a host may call at any time, whatever it has in hand. */
const callable = (Object.keys(exportsOfCore) as ExportName[]).filter(
  (name) => !["configure_begin", "configure_file", "configure_end", "next_action", "stop"].includes(name),
);

const MESSAGES = [
  "REGISTER sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\r\n",
  "SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContent-Length: 99999\r\n\r\n",
  "OPTIONS sip:1000@198.51.100.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2\r\nCall-ID: a\r\nCSeq: 1 OPTIONS\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\n\r\n",
  "sip:1001@example.comSubject: x\r\ntext/plainbody",
  "\r\n\r\n",
];

/**
 * Calls of the contract without any sense in them: numbers of flows and calls that are no more, lengths that are too
 * large, octets at random. The core answers each, with an error or without.
 */
export const misuse = (seed: number, count: number): Step[] => {
  const random = new Random(seed);
  const below = (bound: number): number => Math.floor(random.next() * bound);
  const text = new TextEncoder().encode(configuration({ "sip_server.1.address": "192.0.2.1" }));
  const steps = [
    exportStep("configure_begin", [], random.octets(32)),
    exportStep("configure_file"),
    exportStep("configure_text", [text.length], text),
    exportStep("configure_end"),
    exportStep("configure_end"),
    drainStep(0),
    exportStep("start", [0]),
  ];
  let now = 0;
  const number = (): number => {
    const kind = below(4);
    return kind === 0 ? below(0x1_0000_0000) : kind === 1 ? (EDGES[below(EDGES.length)] ?? 0) : below(70);
  };
  while (steps.length < count) {
    now += below(5) === 0 ? below(3000) : 0;
    const name = callable[below(callable.length)] ?? "start";
    const kinds = Object.values<"u32" | "time">(exportsOfCore[name].parameters);
    const octets =
      below(2) === 0 ? random.octets(below(200)) : Buffer.from(MESSAGES[below(MESSAGES.length)] ?? "");
    const values = kinds.map((kind) => (kind === "time" ? now : below(3) === 0 ? octets.length : number()));
    steps.push(exportStep(name, values, octets));
    if (below(2) === 0) steps.push(drainStep(now));
  }
  return steps;
};
