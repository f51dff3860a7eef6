import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { recordsOf, run, start, testFolder } from "./cli-harness.js";

describe("demo", () => {
  it("shows failover and failback within 40 seconds, with a timeline at the end, and leaves nothing behind", async () => {
    const folder = testFolder();
    const begun = performance.now();
    const { status, out, err } = await run(["demo"], { environment: { TMPDIR: folder } });
    assert.equal(err, "");
    assert.equal(status, 0, out);
    assert.ok(performance.now() - begun < 40_000);
    const story = [
      /account\.1\.password = \*{8}\n/,
      /Registered with the primary\./,
      /The primary falls silent\./,
      /The primary has failed: 4 sends, 7\.[5-9] s, no answer \(F2\)\./,
      /Failover: the phone has moved to the secondary \(F2\)\./,
      /The primary answers again\./,
      /Time to try the primary: the 20 s of the DNS answer are over \(B1\)\./,
      /Failback: the primary has the phone again \(B4\)\./,
      /\n {2}primary {4}#+%+\.+-+#+/,
      /\n {2}secondary {2}-+#+-+\n/,
      /Nobody could reach it for \d+(\.\d)? s: [12](\.\d)? s\s+until\s+its next REGISTER/,
    ];
    let rest = out;
    for (const pattern of story) {
      const found = pattern.exec(rest);
      assert.ok(found !== null, `${String(pattern)} is not in what is left of the story:\n${rest}`);
      rest = rest.slice(found.index);
    }
    assert.match(out, /^[\n -~]*$/, "a pipe gets plain ASCII");
    assert.deepEqual(readdirSync(folder), []);
  });

  it("writes the records with --json, and exits with 130 when it is interrupted", async () => {
    const folder = testFolder();
    const running = start(["demo", "--json"], { environment: { TMPDIR: folder } });
    await running.says(/"event":"registered"/);
    running.process.kill("SIGINT");
    const { status, out } = await running.finished;
    assert.equal(status, 130);
    const events = recordsOf(out).map(({ event }) => event);
    assert.equal(events.at(-1), "unregistered");
    assert.ok(!events.includes("dns-query"));
    assert.deepEqual(readdirSync(folder), []);
  });
});
