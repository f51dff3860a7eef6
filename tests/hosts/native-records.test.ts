import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { enumerations, events } from "../../host/abi/contract.js";
import type { EventName, FieldKind } from "../../host/abi/contract.js";
import { configure } from "../../host/abi/configure.js";
import { Core, SEED_OCTETS, desktopModule } from "../../host/abi/core.js";
import { diagnostics } from "../../host/abi/diagnostics.js";
import { decodeRecord } from "../../host/abi/record.js";
import { Random } from "../../host/simulated/random.js";
import { runNativeTest } from "./native-build.js";

interface Recorded {
  readonly t: number;
  readonly octets: Uint8Array;
}

const FILES = ["common.cfg", 'a "file" in Zoë\'s\\folder.cfg', "\u0001\u001f\u007f.cfg"];

/** What the native host writes for records: a line each. */
const written = (records: readonly Recorded[]): string[] => {
  const input = records.flatMap(({ t, octets }) => {
    const head = Buffer.alloc(12);
    head.writeBigInt64LE(BigInt(t));
    head.writeUInt32LE(octets.length, 8);
    return [head, octets];
  });
  const lines = runNativeTest("records", FILES, Buffer.concat(input)).toString("utf8").split("\n");
  assert.equal(lines.pop(), "");
  return lines;
};

/** What the Node host writes. */
const wanted = ({ t, octets }: Recorded): string => {
  try {
    return JSON.stringify(decodeRecord(octets, t, FILES));
  } catch (error) {
    assert.ok(error instanceof RangeError);
    return "none";
  }
};

const assertSame = (records: readonly Recorded[]): void => {
  assert.deepEqual(written(records), records.map(wanted));
};

/** Texts that are hard to write: octets of UTF-8 that is none, escapes, byte order marks, line ends. */
const texts: readonly Uint8Array[] = [
  ...["", "account.1.enable", "Zoë", "\u{1f4de} – 電話", '"\\/\b\f\n\r\t', "\u0000\u0001\u001f\u007f\u2028"],
  ...[
    "one\ntwo",
    "one\ntwo\nthree",
    "\n",
    "{key}{value}{detail}",
    "\ufeffmark",
    "\ufeff\ufeff",
    "a\ufeff\nb",
  ],
].map((text) => Buffer.from(text, "utf8"));
const spoilt: readonly Uint8Array[] = [
  [0x80],
  [0xc0, 0xaf],
  [0xc1, 0x81],
  [0xe0, 0x80, 0x80],
  [0xe0, 0xa0],
  [0xed, 0xa0, 0x80],
  [0xed, 0x9f, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x9f, 0x93],
  [0xf0, 0x9f, 0x22],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf5, 0x80],
  [0xff, 0xfe],
  [0x61, 0xe2, 0x82, 0x62, 0xe2, 0x82],
  [0xef, 0xbb],
  [0xef, 0xbb, 0xbf, 0xef, 0xbb],
].map((octets) => Uint8Array.from(octets));

/** Addresses whose text is not a matter of course (RFC 5952, and section 5 of it). */
const addresses = [
  "00000000000000000000000000000000",
  "00000000000000000000000000000001",
  "20010db8000000000000000000000001",
  "20010db8000000010000000000000001",
  "20010000000100000000000000000000",
  "00010002000300040005000600070008",
  "0000000000000000000000000000abcd",
  "00010000000200000003000000040000",
  "00010002000300040005000600000000",
  "00000000000000000000ffffc0000201",
  "00000000000000000000ffff00000000",
  "00000000000000000001ffffc0000201",
  "fe800000000000000000000000000001",
].map((text) => Buffer.from(text, "hex"));

const numbers = [0, 1, 9, 10, 65_535, 4_294_967_295];

/** Makes records of every event, with what is hard in their fields by turns and by chance. */
class Maker {
  readonly #random = new Random(20);

  record(name: EventName): Uint8Array {
    const fields = Object.values<FieldKind>(events[name].fields);
    return Uint8Array.from([
      events[name].id,
      this.#below(17),
      ...fields.flatMap((kind) => this.#field(kind)),
    ]);
  }

  #below(limit: number): number {
    return Math.floor(this.#random.next() * limit);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T;
  }

  #field(kind: FieldKind): number[] {
    if (kind === "u32") {
      const octets = Buffer.alloc(4);
      octets.writeUInt32LE(this.#pick([...numbers, this.#below(3)]));
      return [...octets];
    }
    if (kind === "target") return this.#target();
    if (kind === "targets") {
      const count = this.#pick([0, 1, 2, 16]);
      return [count, ...Array.from({ length: count }, () => this.#target()).flat()];
    }
    if (kind === "text") {
      const octets = this.#pick([...texts, ...spoilt]);
      return [octets.length & 0xff, octets.length >> 8, ...octets];
    }
    const known = Object.values<number>(enumerations[kind.enumeration].values).map((value) => value & 0xff);
    return [this.#pick([...known, 255])];
  }

  #target(): number[] {
    const port = this.#pick([0, 5060, 65_535]);
    const head = [this.#below(3), this.#pick([0, 4, 6]), port & 0xff, port >> 8];
    return [...head, ...this.#pick(addresses)];
  }
}

describe("records of the native host are those of the Node host, octet by octet", () => {
  const maker = new Maker();

  for (const name of Object.keys(events) as EventName[]) {
    it(`${name}, with every kind of value`, () => {
      assertSame(Array.from({ length: 300 }, (_, t) => ({ t, octets: maker.record(name) })));
    });
  }

  it("cut off anywhere, they are none", () => {
    const whole = (Object.keys(events) as EventName[]).map((name) => maker.record(name));
    const cut = whole.flatMap((octets) =>
      Array.from({ length: octets.length }, (_, length) => ({ t: 0, octets: octets.subarray(0, length) })),
    );
    assertSame(cut);
    assert.ok(cut.every((record) => wanted(record) === "none"));
  });

  it("of events that nobody knows, they are none", () => {
    assert.deepEqual(
      written([0, 29, 255].map((id) => ({ t: 0, octets: Uint8Array.of(id, 1, 0, 0, 0, 0) }))),
      ["none", "none", "none"],
    );
  });

  it("at any time", () => {
    const octets = maker.record("pool-full");
    assertSame([0, 1, 999, 4_294_967_296, Number.MAX_SAFE_INTEGER].map((t) => ({ t, octets })));
  });

  it("each diagnostic has its sentence, with whatever fills it in", () => {
    const filling = [...texts, ...spoilt];
    const records = diagnostics.flatMap(({ code }) =>
      filling.map((key, index) => {
        const detail = filling[(index * 7 + code) % filling.length] ?? key;
        const fields = [key, detail].flatMap((text) => [text.length & 0xff, text.length >> 8, ...text]);
        const place = [index % 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0];
        return { t: 0, octets: Uint8Array.from([events.config.id, 0, 0, code, ...fields, ...place]) };
      }),
    );
    assertSame(records);
  });

  it("what a core says of a bad file", () => {
    const core = new Core(desktopModule());
    const text = ["#!version:1.0.0", "account.1.enable = yes", "account.99.enable = 1", "nonsense", "=", ""];
    const records: Recorded[] = [];
    const drain = core.drain.bind(core);
    core.drain = (now, handler) => {
      drain(now, {
        ...handler,
        event: (octets) => {
          records.push({ t: now, octets: octets.slice() });
        },
      });
    };
    // `configure` reads with a linter of its own, and then with this core.
    const files = [{ name: FILES[0] ?? "", octets: Buffer.from(text.join("\n")) }];
    configure(core, { files, seed: new Uint8Array(SEED_OCTETS) });
    assert.ok(records.length > 3);
    assertSame(records);
  });
});
