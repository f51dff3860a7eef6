import { Writer } from "../../../assembly/bytes/writer";
import {
  KIND_OVERLAP,
  KIND_TIMEOUT,
  KeyName,
  inherits,
  keyAt,
  keyCount,
  keyOf,
  writeName,
} from "../../../assembly/config/keys";
import { cellOf } from "../../../assembly/config/settings";
import { FIRST_RECORD_KEY } from "../../../assembly/config/table";
import { errors, finish, readOctets, reset, stringOf, told } from "./fixture";

/* Text from a fixed seed: nothing traps, every number stays in its range, every place exists. */

let state: u32 = 1;

function random(bound: i32): i32 {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return (state % bound) as i32;
}

const writer = changetype<Writer>(memory.data(offsetof<Writer>()));
const block = memory.data(256);
const name = changetype<KeyName>(memory.data(offsetof<KeyName>()));

const VALUES = [
  "0",
  "1",
  "-1",
  "3",
  "60",
  "59",
  "65535",
  "65536",
  "2147483647",
  "2147483648",
  "0.5",
  "",
  " ",
  "%NULL%",
  "%EMPTY%",
  "192.0.2.1",
  "2001:db8::1",
  "sip.example.com",
  "x y",
  "ä",
  "=",
  "\0",
];

function randomKey(): string {
  keyAt(random(keyCount()), name);
  writer.begin(block, 256);
  writeName(writer, name.scope, name.key, random(18), random(14));
  return stringOf(writer.written());
}

function randomLine(): string {
  switch (random(12)) {
    case 0:
      return "";
    case 1:
      return "# " + randomKey();
    case 2:
      return randomKey();
    case 3:
      return "include:config x";
    case 4:
      return randomKey() + "=" + "v".repeat(random(1200));
    case 5:
      return randomKey().substring(0, random(30)) + "=1";
    default:
      return randomKey() + " = " + VALUES[random(VALUES.length)];
  }
}

/** Changes some octets of the text. */
function damaged(text: string, changes: i32): ArrayBuffer {
  const octets = String.UTF8.encode(text);
  if (octets.byteLength == 0) return octets;
  for (let i = 0; i < changes; i++) {
    store<u8>(changetype<usize>(octets) + random(octets.byteLength), random(256) as u8);
  }
  return octets;
}

/** Numbers outside of their ranges. */
function settingsOutOfRange(): i32 {
  let outside = 0;
  for (let index = 0; index < keyCount(); index++) {
    keyAt(index, name);
    const key = keyOf(name.key);
    if (key.isText || name.key >= FIRST_RECORD_KEY) continue;
    for (let account = 1; account <= 16; account++) {
      for (let slot = 1; slot <= 2; slot++) {
        const value = cellOf(name.storage, account, slot, name.key).value;
        const special =
          value == -1
            ? key.kind == KIND_OVERLAP || inherits(name.storage, name.key)
            : value == 0 && key.kind == KIND_TIMEOUT;
        if (!special && (value < key.minimum || value > key.maximum)) outside++;
      }
    }
  }
  return outside;
}

/** Diagnostics whose place, level or account does not exist. */
function impossible(lines: i32): i32 {
  let wrong = 0;
  for (let i = 0; i < told.length; i++) {
    const one = told[i];
    const placed = one.line >= 1 && one.line <= lines && one.column >= 1 && one.column <= 1025;
    if (!placed || one.level > 2 || one.account > 16 || one.key.length > 128) wrong++;
  }
  return wrong;
}

function toldErrors(): i32 {
  let wrong = 0;
  for (let i = 0; i < told.length; i++) if (told[i].level == 0) wrong++;
  return wrong;
}

describe("random text", () => {
  it("of lines like those of a file", () => {
    state = 0x5eed;
    for (let round = 0; round < 60; round++) {
      reset();
      let text = "#!version:1.0.0.1\n";
      const lines = random(80);
      for (let i = 0; i < lines; i++) text += randomLine() + "\n";
      readOctets(round & 15, damaged(text, round % 3 == 0 ? 20 : 0), 1 + random(300));
      finish();
      expect(impossible(lines + 22)).toBe(0);
      expect(settingsOutOfRange()).toBe(0);
      expect(toldErrors()).toBe(errors());
    }
  });

  it("of any octets", () => {
    state = 0xfeed;
    for (let round = 0; round < 100; round++) {
      reset();
      const octets = new ArrayBuffer(random(4000));
      for (let i = 0; i < octets.byteLength; i++) store<u8>(changetype<usize>(octets) + i, random(256) as u8);
      readOctets(0, octets, 1 + random(1000));
      finish();
      expect(impossible(octets.byteLength + 1)).toBe(0);
      expect(toldErrors()).toBe(errors());
    }
  });
});
