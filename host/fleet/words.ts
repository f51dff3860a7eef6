import { counted, shortTime } from "../cli/render/words.js";
import { instantText, lengthText } from "../scenario/times.js";
import type { Peak, Report, ServerReport, Storm } from "./report.js";

/** Rows of a table, the head first. */
export type Rows = readonly (readonly string[])[];

/** An instant to the second: that is as precise as a series. */
export const clock = (t: number): string => instantText(t).replace(/\.000$/, "");

/** A number a second, to a tenth where it is small. */
export const rateText = (rate: number): string => {
  if (rate > 0 && rate < 0.1) return "< 0.1";
  return rate < 10 ? String(Math.round(rate * 10) / 10) : String(Math.round(rate));
};

/** What was played: `An outage: 1000 phones, 2 h, seed 1`. */
export const headText = ({ title, phones, duration, identity }: Report): string =>
  `${title === "" ? "" : `${title}: `}${counted(phones, "phone")}, ${lengthText(duration)}, seed ${String(identity.seed)}`;

/** What phones had to do with each other, in a sentence. */
export const cellsText = ({ cells, phones, servers }: Report): string => {
  if (servers.every(({ capacity }) => capacity === null)) return "No server has a capacity: nobody waits.";
  if (cells <= 1) return "All phones share the queues of the servers.";
  const each = `${counted(Math.ceil(phones / cells), "phone")} at most`;
  return `${counted(cells, "cell")} of ${each}, each with its share of the capacities.`;
};

/** What there is to say of times without service beside the table. */
export const serviceText = ({ service }: Report): string => {
  const { mean, from, untouched } = service;
  return `${shortTime(mean)} on average, from ${clock(from)} on; ${counted(untouched, "phone")} never without service.`;
};

/** How long the best half of the phones, and more of them, were without service at most. */
export const serviceRows = ({ service: { p50, p95, p99, last } }: Report): Rows => [
  ["phones", "without service at most"],
  ["50 %", shortTime(p50)],
  ["95 %", shortTime(p95)],
  ["99 %", shortTime(p99)],
  ["all", shortTime(last)],
];

const peakCells = (peak: Peak | null): string[] =>
  peak === null
    ? ["-", "", "", ""]
    : [peak.server, rateText(peak.registers), clock(peak.t), rateText(peak.usual)];

const rowsOfStorm = (storm: Storm): string[][] => {
  const { server, from, to, failover, failback, failovers, failbacks } = storm;
  const outage = `${server}, ${clock(from)} to ${clock(to)}`;
  return [
    [outage, "failover", ...peakCells(failover), String(failovers)],
    ["", "failback", ...peakCells(failback), String(failbacks)],
  ];
};

/** The storms of each outage. */
export const stormRows = ({ storms }: Report): Rows =>
  storms.length === 0
    ? []
    : [
        ["outage of", "storm", "at", "REGISTERs/s", "when", "before", "moves"],
        ...storms.flatMap(rowsOfStorm),
      ];

const serverCells = ({
  name,
  capacity,
  registers,
  others,
  peak,
  longestWait,
  rejected,
}: ServerReport): string[] => [
  name,
  capacity === null ? "-" : `${rateText(capacity.registrations)}/s`,
  String(registers),
  String(others),
  `${rateText(peak.registers)}/s`,
  capacity === null ? "-" : shortTime(longestWait),
  capacity === null ? "-" : String(rejected),
];

/** What came to each server. */
export const serverRows = ({ servers }: Report): Rows => [
  ["server", "capacity", "REGISTERs", "others", "peak", "longest wait", "turned away"],
  ...servers.map(serverCells),
];
