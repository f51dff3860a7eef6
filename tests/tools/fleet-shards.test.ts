import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { Report } from "../../host/fleet/report.js";
import { run, testFolder, writeFile } from "../hosts/cli-harness.js";
import type { Finished } from "../hosts/cli-harness.js";
import { CONFIGURATION, outage } from "./fleets.js";

const folder = testFolder();
const configuration = writeFile(folder, "phone.cfg", CONFIGURATION);
const scenario = writeFile(folder, "outage.yaml", outage(", capacity: { registrations: 4, queue: 1s }"));
const PHONES = "24";

const cli = (...words: string[]): Promise<Finished> => run(words, { folder });
const fleet = (...words: string[]): Promise<Finished> =>
  cli(
    "fleet",
    configuration,
    "--scenario",
    scenario,
    "--phones",
    PHONES,
    "--cell",
    "6",
    "--start-spread",
    "2s",
    ...words,
  );
const textOf = (name: string): string => readFileSync(join(folder, name), "utf8");

/** Plays a fleet in shards, and puts them together: what that wrote. */
const inShards = async (count: number): Promise<Finished> => {
  const shards = Array.from({ length: count }, (_, index) => index + 1);
  const names = shards.map((number) => `part-${String(count)}-${String(number)}.json`);
  for (const [index, number] of shards.entries()) {
    // Shards are of different speed, and so are machines.
    const threads = ["--threads", String((number % 2) + 1)];
    const shard = ["--shard", `${String(number)}/${String(count)}`, "-o", names[index] ?? ""];
    const { status, out, err } = await fleet(...shard, ...threads);
    assert.deepEqual([status, out, err], [0, "", ""]);
  }
  return cli("fleet", "merge", ...names.reverse(), "-o", `whole-${String(count)}.json`, "--json");
};

describe("a fleet in shards", () => {
  it("comes to the same as in one piece, octet by octet, in 1, 3 and 4 shards", async () => {
    const one = await fleet("--json", "-o", "one.json", "--threads", "1");
    assert.deepEqual([one.status, one.err], [0, ""]);
    const { servers } = JSON.parse(one.out) as Report;
    assert.ok(
      servers.some(({ rejected }) => rejected > 0),
      "the servers have more to do than they can",
    );
    for (const count of [1, 3, 4]) {
      const merged = await inShards(count);
      assert.deepEqual([merged.status, merged.err], [0, ""]);
      assert.equal(merged.out, one.out);
      assert.equal(textOf(`whole-${String(count)}.json`), textOf("one.json"));
    }
  });

  it("does not depend on the threads", async () => {
    const outputs = new Set<string>();
    for (const threads of ["1", "2", "4"]) {
      const { status, out } = await fleet("--json", "--threads", threads);
      assert.equal(status, 0);
      outputs.add(out);
    }
    assert.equal(outputs.size, 1);
  });

  it("depends on the seed", async () => {
    const [one, other] = await Promise.all([fleet("--json"), fleet("--json", "--seed", "2")]);
    assert.equal(other.status, 0);
    assert.notEqual(one.out, other.out);
  });

  it("is written to standard output where no file is named", async () => {
    const { status, out } = await fleet("--shard", "2/4");
    assert.equal(status, 0);
    writeFileSync(join(folder, "printed.json"), out);
    const merged = await cli("fleet", "merge", "printed.json");
    assert.deepEqual([merged.status, merged.out], [1, ""]);
    assert.equal(merged.err, "sip-failover: Shards 1, 3, 4 of 4 are missing.\n");
  });

  it("may have shards without phones", async () => {
    const shards = ["1/5", "2/5", "3/5", "4/5", "5/5"];
    const names = shards.map((_, index) => `small-${String(index)}.json`);
    for (const [index, shard] of shards.entries()) {
      const { status, err } = await fleet("--phones", "2", "--shard", shard, "-o", names[index] ?? "");
      assert.deepEqual([status, err], [0, ""]);
    }
    const { status, out } = await cli("fleet", "merge", ...names);
    assert.equal(status, 0);
    assert.match(out, /^A short outage: 2 phones/);
  });
});
