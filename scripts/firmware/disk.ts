/**
 * The disk of the board: a partition table, the two slots and the record of the slots. The record is read and written by
 * host/firmware/linux/shared/disks.sh, which says what it is.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { Trouble } from "../command.js";

const SECTOR = 512;
const MEBIBYTE = 1 << 20;

const SLOT_SIZE = 16 * MEBIBYTE;
const RECORD_SIZE = MEBIBYTE;

export type SlotName = "a" | "b";

/** The partitions by their number, beginning where every disk is aligned. */
const partitions = [
  { name: "a", start: MEBIBYTE, size: SLOT_SIZE, type: 0x83 },
  { name: "b", start: MEBIBYTE + SLOT_SIZE, size: SLOT_SIZE, type: 0x83 },
  { name: "record", start: MEBIBYTE + 2 * SLOT_SIZE, size: RECORD_SIZE, type: 0xda },
] as const;

const startOf = (name: SlotName | "record"): number =>
  partitions.find((partition) => partition.name === name)?.start ?? 0;

const DISK_SIZE = MEBIBYTE + 2 * SLOT_SIZE + RECORD_SIZE;

/** Sectors of the record's copies in its partition. */
const RECORD_SECTORS = [0, 8];

export interface SlotRecord {
  readonly slot: SlotName;
  /** How often it was begun since it last came up. */
  readonly boots: number;
  /** Whether it ever came up. */
  readonly confirmed: boolean;
  /** The one that was given up. */
  readonly refused: SlotName | undefined;
}

/** The first sector, by which the disk is divided (the MBR of PCs). */
function partitionTable(): Buffer {
  const FIRST_ENTRY = 446;
  const ENTRY = 16;
  const sector = Buffer.alloc(SECTOR);
  partitions.forEach(({ start, size, type }, index) => {
    const entry = sector.subarray(FIRST_ENTRY + index * ENTRY);
    entry.writeUInt8(type, 4);
    entry.writeUInt32LE(start / SECTOR, 8);
    entry.writeUInt32LE(size / SECTOR, 12);
  });
  sector.writeUInt16LE(0xaa55, SECTOR - 2);
  return sector;
}

const checksum = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const recordText = ({ slot, boots, confirmed, refused = "none" as SlotName }: SlotRecord): string =>
  `${slot} ${String(boots)} ${confirmed ? "yes" : "no"} ${refused}`;

/** The record's copies, from the beginning of its partition. */
export function recordOctets(record: SlotRecord): Buffer {
  const octets = Buffer.alloc((Math.max(...RECORD_SECTORS) + 1) * SECTOR);
  const text = recordText(record);
  for (const sector of RECORD_SECTORS) octets.write(`${text} ${checksum(text)}\n`, sector * SECTOR, "latin1");
  return octets;
}

/** The disk of a board as it is delivered: the same root in both slots. Throws `Trouble` where it is too large. */
export function deliveredDisk(root: Uint8Array): Buffer {
  if (root.length > SLOT_SIZE) {
    throw new Trouble(`The root has ${String(root.length)} octets, a slot ${String(SLOT_SIZE)}.`);
  }
  const disk = Buffer.alloc(DISK_SIZE);
  disk.set(partitionTable());
  disk.set(root, startOf("a"));
  disk.set(root, startOf("b"));
  disk.set(recordOctets({ slot: "a", boots: 0, confirmed: true, refused: undefined }), startOf("record"));
  return disk;
}

/** The record on a disk; `undefined` where both copies are damaged. */
export function readRecord(file: string): SlotRecord | undefined {
  const disk = openSync(file, "r");
  try {
    for (const sector of RECORD_SECTORS) {
      const octets = Buffer.alloc(SECTOR);
      readSync(disk, octets, 0, SECTOR, startOf("record") + sector * SECTOR);
      const line = /^(([ab]) (\d+) (yes|no) (a|b|none)) (\S+)\n/.exec(octets.toString("latin1"));
      const [, text = "", slot, boots, confirmed, refused, sum] = line ?? [];
      if (sum === undefined || sum !== checksum(text)) continue;
      return {
        slot: slot as SlotName,
        boots: Number(boots),
        confirmed: confirmed === "yes",
        refused: refused === "none" ? undefined : (refused as SlotName),
      };
    }
    return undefined;
  } finally {
    closeSync(disk);
  }
}

/** Writes octets over the beginning of a slot or of the record: damage, as a test wants it. */
export function overwrite(file: string, part: SlotName | "record", octets: Uint8Array): void {
  const disk = openSync(file, "r+");
  try {
    writeSync(disk, octets, 0, octets.length, startOf(part));
  } finally {
    closeSync(disk);
  }
}
