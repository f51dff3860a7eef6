/** `sip-failover explain` from the command line: streams, formats, exit status. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configuration } from "../scenarios/helpers.js";
import { start, testFolder, writeFile } from "../hosts/cli-harness.js";
import type { Finished } from "../hosts/cli-harness.js";

const folder = testFolder();
const good = writeFile(folder, "good.cfg", configuration());
const SERVER = "sip.example.com=192.0.2.1,192.0.2.2";

const run = (...words: readonly string[]): Promise<Finished> => start(["explain", ...words]).finished;

describe("sip-failover explain", () => {
  test("text", async () => {
    const { status, out, err } = await run(good, "--server", SERVER);
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /1\/2 {3}7\.5 s/);
    assert.match(out, /no 39\.5 s/);
  });

  test("--json: one object of a known shape", async () => {
    const { status, out, err } = await run(good, "--server", SERVER, "--json");
    assert.deepEqual([status, err], [0, ""]);
    const found = JSON.parse(out) as {
      explanation: number;
      accounts: { account: number; targets: unknown[] }[];
    };
    assert.deepEqual(Object.keys(found), [
      "explanation",
      "files",
      "names",
      "diagnostics",
      "unfound",
      "accounts",
    ]);
    assert.equal(found.explanation, 1);
    assert.deepEqual(Object.keys(found.accounts[0] ?? {}), [
      "account",
      "label",
      "same",
      "slots",
      "targets",
      "firstAnswers",
      "noticed",
      "calls",
      "subscriptions",
      "returns",
      "advice",
    ]);
    assert.doesNotMatch(out, /secret/);
  });

  test("--html, from a zone file and standard input", async () => {
    const zone = writeFile(folder, "zone.yaml", "- {name: sip.example.com, type: A, data: 192.0.2.1}\n");
    const { status, out, err } = await start(["explain", "-", "--zone", zone, "--html"], {
      input: configuration(),
    }).finished;
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^<!doctype html>/);
    assert.match(out, /<td class="no">no 32 s<\/td>/);
    assert.doesNotMatch(out, /secret/);
  });

  test("errors in the file: 1, and nothing on standard output", async () => {
    const bad = writeFile(folder, "bad.cfg", configuration({ "sip_server.1.failback_mode": 9 }));
    const wrong = await run(bad, "--server", SERVER);
    assert.deepEqual([wrong.status, wrong.out], [1, ""]);
    assert.match(wrong.err, /bad\.cfg:\d+:\d+: error out-of-range/);
    const missing = await run(`${folder}/none.cfg`, "--server", SERVER);
    assert.deepEqual([missing.status, missing.out], [1, ""]);
    assert.match(missing.err, /there is no such file/);
  });

  test("a name that leads nowhere: 1, and it is said", async () => {
    const { status, out } = await run(good, "--server", "other.example=192.0.2.1");
    assert.equal(status, 1);
    assert.match(out, /sip\.example\.com does not exist/);
    const silent = await run(good, "--dns", "127.0.0.1:1");
    assert.equal(silent.status, 1);
    assert.match(silent.out, /DNS did not answer for sip\.example\.com/);
  });

  test("bad usage: 2", async () => {
    for (const words of [
      [],
      [good, "--server", "a=b"],
      [good, "--json", "--html"],
      [good, "--zone", `${folder}/none.yaml`],
      [good, "--zone", writeFile(folder, "bad.yaml", "- 1\n")],
      [good, "--dns", "192.0.2.1", "--server", SERVER],
      [good, "--nonsense"],
    ]) {
      const { status, out, err } = await run(...words);
      assert.deepEqual([status, out], [2, ""], words.join(" "));
      assert.notEqual(err, "");
    }
  });

  test("--help has examples", async () => {
    const { status, out } = await run("--help");
    assert.equal(status, 0);
    assert.match(out, /sip-failover explain \S+\.cfg --server sip\.example\.com=192\.0\.2\.1/);
    assert.ok(out.split("\n").every((line) => line.length <= 80));
  });
});
