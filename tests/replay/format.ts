/**
 * Recorded inputs of a core, to be played to it again wherever it is held. All numbers are little-endian.
 *
 * A file is `SFREPLAY`, u32 version of the format, u32 version of the contract, and steps. A step is: kind u8, count of
 * arguments u8, length u16; the arguments, an i64 each; so many octets. Its kind is the number of an export, which is
 * called with the arguments after the octets were put into the input area; or one of those below.
 *
 * What comes out of a step of an export is its result, an i64. Out of `DRAIN` come the actions as they lie in memory, an
 * u32 of 0, and the next deadline, an i64. After the last step come the size of memory, an u32, and all of the memory.
 */
import { CONTRACT_VERSION, exportsOfCore } from "../../host/abi/contract.js";

export type ExportName = keyof typeof exportsOfCore;

/** Exports by their numbers. */
export const exportNames = Object.keys(exportsOfCore) as ExportName[];

/** All actions at the time of its one argument, and the deadline after them. */
export const DRAIN = 0xfe;

/** The name of what follows, for those who take the time; nothing comes out of it. */
export const MARK = 0xff;

const MAGIC = Buffer.from("SFREPLAY");
const FORMAT = 1;
const HEADER = MAGIC.length + 8;
const STEP_HEADER = 4;
const ARGUMENT = 8;

export interface Step {
  readonly kind: number;
  readonly values: readonly bigint[];
  readonly octets: Uint8Array;
}

const NONE = new Uint8Array();

export const exportStep = (
  name: ExportName,
  values: readonly (number | bigint)[] = [],
  octets: Uint8Array = NONE,
): Step => ({ kind: exportNames.indexOf(name), values: values.map(BigInt), octets });

export const drainStep = (now: number): Step => ({ kind: DRAIN, values: [BigInt(now)], octets: NONE });

export const markStep = (name: string): Step => ({ kind: MARK, values: [], octets: Buffer.from(name) });

const header = (): Buffer => {
  const octets = Buffer.alloc(HEADER);
  MAGIC.copy(octets);
  octets.writeUInt32LE(FORMAT, MAGIC.length);
  octets.writeUInt32LE(CONTRACT_VERSION, MAGIC.length + 4);
  return octets;
};

const stepOctets = ({ kind, values, octets }: Step): Buffer => {
  const written = Buffer.alloc(STEP_HEADER + ARGUMENT * values.length + octets.length);
  written.writeUInt8(kind);
  written.writeUInt8(values.length, 1);
  written.writeUInt16LE(octets.length, 2);
  values.forEach((value, index) => {
    written.writeBigInt64LE(BigInt.asIntN(64, value), STEP_HEADER + ARGUMENT * index);
  });
  written.set(octets, STEP_HEADER + ARGUMENT * values.length);
  return written;
};

/** The octets of a file. */
export const encode = (steps: readonly Step[]): Buffer => Buffer.concat([header(), ...steps.map(stepOctets)]);

/** The steps of a file that `encode` has made. */
export const decode = (file: Buffer): Step[] => {
  const steps: Step[] = [];
  for (let at = HEADER; at < file.length;) {
    const count = file.readUInt8(at + 1);
    const from = at + STEP_HEADER + ARGUMENT * count;
    const end = from + file.readUInt16LE(at + 2);
    const first = at + STEP_HEADER;
    const values = Array.from({ length: count }, (_, index) => file.readBigInt64LE(first + ARGUMENT * index));
    steps.push({ kind: file.readUInt8(at), values, octets: file.subarray(from, end) });
    at = end;
  }
  return steps;
};

/** A step in words: `#17 flow_bytes(1200, 65537, 312)`. */
export const describeStep = ({ kind, values }: Step, index: number): string => {
  const name = kind === DRAIN ? "next_action" : kind === MARK ? "mark" : (exportNames[kind] ?? "?");
  return `#${String(index)} ${name}(${values.map(String).join(", ")})`;
};
