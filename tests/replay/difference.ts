import { addressText } from "../../host/abi/address.js";
import { enumerations } from "../../host/abi/contract.js";
import { decodeRecord } from "../../host/abi/record.js";
import { DRAIN, describeStep } from "./format.js";
import type { Step } from "./format.js";

const actionNames = new Map<number, string>(
  Object.entries(enumerations.action.values).map(([name, value]) => [value, name]),
);

/** Steps that are shown before the one that differs. */
const BEFORE = 3;

/** Octets shown of what cannot be read. */
const MOST_OCTETS = 200;

const isOf = (octets: Buffer, kind: keyof typeof enumerations.action.values): boolean =>
  octets.readUInt16LE() === enumerations.action.values[kind];

/** An action in words. */
const describeAction = (octets: Buffer): string => {
  const name = actionNames.get(octets.readUInt16LE()) ?? "action that is none";
  try {
    if (isOf(octets, "event")) return `event ${JSON.stringify(decodeRecord(octets.subarray(4), 0))}`;
    const flow = octets.length < 8 ? "" : ` ${String(octets.readUInt32LE(4))}`;
    if (isOf(octets, "send")) return `send${flow} ${JSON.stringify(octets.subarray(8).toString("latin1"))}`;
    if (isOf(octets, "open")) {
      const to = addressText(octets.readUInt8(9), octets, 12);
      return `open${flow} ${to} port ${String(octets.readUInt16LE(10))}`;
    }
    return `${name}${flow}`;
  } catch {
    return `${name} ${octets.subarray(0, MOST_OCTETS).toString("hex")}`;
  }
};

/** What has come out of a step, in words, a line each. */
const describeResult = ({ kind }: Step, octets: Buffer): string[] => {
  if (kind !== DRAIN) return octets.length < 8 ? ["nothing"] : [`answer ${String(octets.readBigInt64LE())}`];
  const lines: string[] = [];
  let at = 0;
  while (at + 4 <= octets.length) {
    const size = octets.readUInt16LE(at + 2);
    if (size < 4 || at + size > octets.length) break;
    lines.push(describeAction(octets.subarray(at, at + size)));
    at += size;
  }
  const rest = octets.subarray(at);
  if (rest.length === 12) return [...lines, `next deadline ${String(rest.readBigInt64LE(4))}`];
  return [...lines, `cut off: ${rest.subarray(0, MOST_OCTETS).toString("hex")}`];
};

/** Where two pieces of memory differ first. */
const describeMemory = (expected: Buffer, actual: Buffer): string => {
  if (actual.length !== expected.length) {
    return `the memory has ${String(actual.length - 4)} octets, expected ${String(expected.length - 4)}`;
  }
  const at = expected.findIndex((octet, index) => octet !== actual[index]);
  return `the memory differs at ${String(at - 4)}: ${String(actual[at])}, expected ${String(expected[at])}`;
};

/**
 * The first difference between what came out of a core elsewhere and what was expected of each step, in words;
 * `undefined` where there is none.
 */
export const firstDifference = (
  steps: readonly Step[],
  expected: readonly Buffer[],
  actual: Buffer,
): string | undefined => {
  let at = 0;
  for (const [index, one] of expected.entries()) {
    const step = steps[index];
    const found = actual.subarray(at, at + one.length);
    at += one.length;
    if (found.equals(one)) continue;
    if (step === undefined) return describeMemory(one, actual.subarray(at - one.length));
    // Of another length, it ends elsewhere: as much is read as there is.
    const there = describeResult(step, step.kind === DRAIN ? drainedFrom(actual, at - one.length) : found);
    const wanted = describeResult(step, one);
    const line = Math.max(
      0,
      wanted.findIndex((text, number) => text !== there[number]),
    );
    const first = Math.max(0, index - BEFORE);
    const before = steps.slice(first, index + 1).map((each, number) => describeStep(each, first + number));
    return [
      ...before,
      `  line ${String(line + 1)} of ${String(wanted.length)}`,
      `  expected: ${wanted[line] ?? "no more"}`,
      `  actual:   ${there[line] ?? "no more"}`,
    ].join("\n");
  }
  return actual.length === at ? undefined : `${String(actual.length - at)} octets too many at the end`;
};

/** What a drain at `at` has written: up to the 0 after its actions, and the deadline. */
const drainedFrom = (octets: Buffer, at: number): Buffer => {
  let end = at;
  while (end + 4 <= octets.length) {
    const size = octets.readUInt16LE(end + 2);
    if (size < 4) break;
    end += size;
  }
  return octets.subarray(at, end + 12);
};
