import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressOctets, parseEndpoint, transportNumber } from "../../host/abi/address.js";
import { diagnostics } from "../../host/abi/diagnostics.js";
import { enumerations, events } from "../../host/abi/contract.js";
import type { EventName, FieldKind } from "../../host/abi/contract.js";
import { decodeRecord, diagnosticSentence, eventNameOf } from "../../host/abi/record.js";

const u16 = (value: number): number[] => [value & 0xff, value >> 8];
const u32 = (value: number): number[] => [...u16(value % 0x10000), ...u16(Math.floor(value / 0x10000))];

const target = (text: string): number[] => {
  if (text === "") return new Array<number>(20).fill(0);
  const { transport, family, port, address } = parseEndpoint(text);
  return [transportNumber(transport), family, ...u16(port), ...addressOctets(address)];
};

/** Writes a field as the contract lays it out. */
const field = (kind: FieldKind, value: unknown): number[] => {
  if (kind === "u32") return u32(value as number);
  if (kind === "target") return target(value as string);
  if (kind === "targets") return [(value as string[]).length, ...(value as string[]).flatMap(target)];
  if (kind === "text") {
    const octets = [...Buffer.from(value as string)];
    return [...u16(octets.length), ...octets];
  }
  const values: Readonly<Record<string, number>> = enumerations[kind.enumeration].values;
  return [values[value as string] ?? 255];
};

/** Values for a kind of field, the extreme ones among them. */
const samples = (kind: FieldKind): readonly unknown[] => {
  if (kind === "u32") return [0, 1, 4_294_967_295];
  if (kind === "target") return ["udp:192.0.2.1:5060", "tls:[2001:db8::1]:5061", ""];
  if (kind === "targets") return [[], ["udp:192.0.2.1:5060"], ["udp:192.0.2.1:5060", "tcp:[::1]:65535"]];
  if (kind === "text") return ["", "account.1.enable", "Zoë"];
  return Object.keys(enumerations[kind.enumeration].values);
};

const encoded = (name: EventName, account: number, values: Readonly<Record<string, unknown>>): Uint8Array => {
  const fields = Object.entries(events[name].fields as Record<string, FieldKind>);
  return Uint8Array.from([
    events[name].id,
    account,
    ...fields.flatMap(([key, kind]) => field(kind, values[key])),
  ]);
};

/** A diagnostic's record as it is read: without a list of files it has no file, and it has its sentence. */
const diagnostic = (record: Record<string, unknown>): Record<string, unknown> => ({
  ...record,
  file: "",
  ...diagnosticSentence(record["code"] as string, record["key"] as string, record["detail"] as string),
});

describe("event records", () => {
  for (const name of Object.keys(events) as EventName[]) {
    const fields = Object.entries(events[name].fields as Record<string, FieldKind>);
    const rounds = Math.max(1, ...fields.map(([, kind]) => samples(kind).length));
    const valuesOf = (round: number): Record<string, unknown> =>
      Object.fromEntries(fields.map(([key, kind]) => [key, samples(kind)[round % samples(kind).length]]));

    it(`${name}: what is written is read`, () => {
      for (let round = 0; round < rounds; round++) {
        const values = valuesOf(round);
        const octets = encoded(name, round % 17, values);
        const wanted = { t: 1234, account: round % 17, event: name, ...values };
        assert.deepEqual(decodeRecord(octets, 1234), name === "config" ? diagnostic(wanted) : wanted);
        assert.equal(eventNameOf(octets), name);
      }
    });

    it(`${name}: cut off anywhere, it is an error`, () => {
      const octets = encoded(name, 1, valuesOf(1));
      for (let length = 0; length < octets.length; length++) {
        assert.throws(() => decodeRecord(octets.subarray(0, length), 0), RangeError);
      }
    });
  }

  it("an unknown event is an error", () => {
    assert.throws(() => decodeRecord(Uint8Array.of(200, 0), 0), /unknown event 200/);
  });

  it("the name of the file takes the place of its number", () => {
    const values = {
      level: "error",
      code: "out-of-range",
      key: "sip.timer_t1",
      detail: "99\n0.5..10",
      file: 1,
      line: 7,
      column: 3,
    };
    const record = decodeRecord(encoded("config", 0, values), 0, ["a.cfg", "b.cfg"]);
    assert.ok(record.event === "config");
    assert.equal(record.file, "b.cfg");
  });
});

describe("sentences of diagnostics", () => {
  it("key, value and detail are filled in", () => {
    assert.deepEqual(diagnosticSentence("out-of-range", "sip.timer_t1", "99\n0.5..10"), {
      message: "sip.timer_t1 = 99 is out of range; the key keeps its default.",
      hint: "Allowed: 0.5..10.",
    });
  });

  it("a detail of one part serves for both", () => {
    assert.match(diagnosticSentence("unreadable-file", "", "permission denied").message, /permission denied/);
  });

  it("what is filled in is not filled in again", () => {
    assert.match(diagnosticSentence("bad-address", "account.1.label", "{key}").message, /\{key\}/);
  });

  for (const { id } of diagnostics) {
    it(`${id} leaves no gap`, () => {
      const { message, hint } = diagnosticSentence(id, "KEY", "VALUE\nDETAIL");
      assert.doesNotMatch(message + hint, /[{}]/);
    });
  }
});
