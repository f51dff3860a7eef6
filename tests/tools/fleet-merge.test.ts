import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Job, Shard } from "../../host/fleet/job.js";
import { mergeParts } from "../../host/fleet/merge.js";
import { PartError, parsePart, partOf, partText } from "../../host/fleet/part.js";
import { CONFIGURATION, jobOf, outage, playTally } from "./fleets.js";

const PHONES = 8;
const VERSION = "1.2.3";
/** Four cells of two phones. */
const job = jobOf(outage(", capacity: 5"), PHONES, { cell: 2 });

interface Made {
  readonly of?: Job;
  readonly version?: string;
}

/** What a shard writes. */
const written = (number: number, count: number, { of = job, version = VERSION }: Made = {}): string => {
  const shard: Shard = { number, of: count };
  return partText(partOf(of, version, shard, playTally(of, shard)));
};

/** What is said of files, by name, when they are to be put together. */
const refusalOf = (files: Readonly<Record<string, string>>): string => {
  try {
    mergeParts(Object.entries(files).map(([path, text]) => ({ path, part: parsePart(path, text) })));
    return "";
  } catch (error) {
    assert.ok(error instanceof PartError, String(error));
    return error.message;
  }
};

const a = written(1, 2);
const b = written(2, 2);

describe("shards of a fleet", () => {
  it("make the whole, in any order", () => {
    const tally = playTally(job);
    for (const texts of [
      [a, b],
      [b, a],
    ]) {
      const merged = mergeParts(
        texts.map((text, index) => ({ path: String(index), part: parsePart("", text) })),
      );
      assert.equal(partText(merged), partText(partOf(job, VERSION, undefined, tally)));
    }
  });

  it("are refused where they are not of one fleet, by what they differ in", () => {
    const others: Readonly<Record<string, Made>> = {
      "version of the program": { version: "1.2.4" },
      configuration: {
        of: jobOf(outage(", capacity: 5"), PHONES, { cell: 2, keys: "sip.failback_surge_prevention = 5\n" }),
      },
      scenario: { of: jobOf(outage(", capacity: 6"), PHONES, { cell: 2 }) },
      "number of phones": { of: jobOf(outage(", capacity: 5"), PHONES + 1, { cell: 2 }) },
      seed: { of: { ...job, seed: 2 } },
      "time within which phones start": { of: { ...job, spread: 1000 } },
      "size of cells": { of: { ...job, cell: 4 } },
    };
    for (const [words, made] of Object.entries(others)) {
      assert.equal(
        refusalOf({ "a.json": a, "b.json": written(2, 2, made) }),
        `a.json and b.json are of two fleets: they differ in the ${words}.`,
      );
    }
    const core = b.replace(/"core":"[^"]*"/, '"core":"another"');
    assert.equal(
      refusalOf({ "a.json": a, "b.json": core }),
      "a.json and b.json are of two fleets: they differ in the build of the core.",
    );
  });

  it("are one fleet whatever their files are called, and wherever a scenario has its lines", () => {
    const same = jobOf(`# a remark\n${outage(", capacity: 5")}`, PHONES, {
      cell: 2,
      files: [{ name: "elsewhere/phone.cfg", octets: new TextEncoder().encode(CONFIGURATION) }],
    });
    assert.equal(refusalOf({ "a.json": a, "b.json": written(2, 2, { of: same }) }), "");
  });

  it("are refused where one is missing, twice there, of another count, or a whole", () => {
    assert.equal(refusalOf({ "a.json": a }), "Shard 2/2 is missing.");
    assert.equal(refusalOf({ "a.json": written(2, 4) }), "Shards 1, 3, 4 of 4 are missing.");
    assert.equal(
      refusalOf({ "a.json": a, "copy.json": a }),
      "Shard 1/2 is there twice: a.json and copy.json.",
    );
    assert.equal(
      refusalOf({ "a.json": a, "c.json": written(1, 3) }),
      "a.json is one of 2 shards, c.json one of 3.",
    );
    const whole = partText(partOf(job, VERSION, undefined, playTally(job)));
    assert.equal(refusalOf({ "whole.json": whole }), "");
    for (const files of [
      { "a.json": a, "whole.json": whole },
      { "whole.json": whole, "a.json": a },
    ]) {
      assert.equal(refusalOf(files), "whole.json is a whole fleet, not a shard of one.");
    }
  });

  it("are refused where they are something else, or damaged", () => {
    const notOurs = 'x.json is not what "fleet --shard" writes.';
    const noJson = 'x.json is not what "fleet --shard" writes, or it is cut off.';
    const spoiled: readonly [text: string, sentence: string][] = [
      ["", noJson],
      [a.slice(0, a.length / 2), noJson],
      [CONFIGURATION, noJson],
      ["null", notOurs],
      ["[1]", notOurs],
      ["{}", notOurs],
      ['{"fleet":1,"tally":1,"identity":2,"outline":3}', "x.json is damaged."],
      [a.replace('"fleet":1', '"fleet":2'), "x.json has version 2 of the format; this program reads 1."],
      [a.replace(/"registers":"[^"]{4}/, '"registers":"AAAA'), "x.json is damaged."],
      [a.replace(/"duration":\d+/, '"duration":1e15'), "x.json is damaged."],
      [a.replace(/"duration":\d+/, '"duration":-1'), "x.json is damaged."],
      [a.replace(/"services":\[/, '"services":[7,'), "x.json is damaged."],
      [a.replace(/"shard":\{[^}]*\}/, '"shard":{"number":9,"of":2}'), "x.json is damaged."],
      [a.replace(/"phones":\d+,"unregistered"/, '"phones":"8","unregistered"'), "x.json is damaged."],
    ];
    for (const [text, sentence] of spoiled) {
      assert.notEqual(text, a);
      assert.equal(refusalOf({ "x.json": text }), sentence, text.slice(0, 200));
    }
  });
});
