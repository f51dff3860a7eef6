/** Builds that processes want at the same time: one after the other. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { locked, lockedSync } from "../../scripts/lock.js";

const folder = mkdtempSync(join(tmpdir(), "sip-failover-lock-"));
after(() => {
  rmSync(folder, { recursive: true });
});

const module = JSON.stringify(new URL("../../scripts/lock.js", import.meta.url).href);

/** A process that does something with the functions of the lock. */
const other = (script: string): ChildProcess =>
  spawn(
    process.execPath,
    ["--input-type=module", "-e", `const { locked, lockedSync } = await import(${module});\n${script}`],
    { stdio: ["ignore", "pipe", "inherit"] },
  );

/** Milliseconds in which whoever does not wait would be done. */
const MOMENT = 300;

describe("a lock", () => {
  it("is held by one process at a time, however it takes it", async () => {
    const path = join(folder, "many");
    const log = join(folder, "many.log");
    const work = `
      const log = (word) => appendFileSync(${JSON.stringify(log)}, word + "\\n");
      const nap = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);`;
    const script = (call: string): string => `
      import { appendFileSync } from "node:fs";${work}
      for (let round = 0; round < 3; round++) await ${call}(${JSON.stringify(path)}, () => {
        log("in");
        nap();
        log("out");
        return Promise.resolve();
      });`;
    const children = ["locked", "lockedSync", "locked", "lockedSync"].map((call) => other(script(call)));
    const ends = await Promise.all(children.map((child) => once(child, "exit")));
    assert.deepEqual(
      ends.map(([status]: unknown[]) => status),
      [0, 0, 0, 0],
    );
    assert.equal(readFileSync(log, "utf8"), "in\nout\n".repeat(12));
  });

  it("is held by one of those who want it in a process", async () => {
    const path = join(folder, "one");
    const log = join(folder, "one.log");
    const turn = (name: string): Promise<void> =>
      locked(path, async () => {
        appendFileSync(log, `${name} `);
        await wait(20);
        appendFileSync(log, `${name} `);
      });
    await Promise.all([turn("a"), turn("b"), turn("c")]);
    assert.match(readFileSync(log, "utf8"), /^(\w) \1 (\w) \2 (\w) \3 $/);
  });

  it("ends with the process that holds it", async () => {
    const path = join(folder, "killed");
    const holder = other(`
      lockedSync(${JSON.stringify(path)}, () => {
        process.stdout.write("held");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
      });`);
    if (holder.stdout === null) assert.fail("it says nothing");
    await once(holder.stdout, "data");
    let done = false;
    const waiting = locked(path, () => Promise.resolve((done = true)));
    await wait(MOMENT);
    assert.equal(done, false, "it is not there while the other holds it");
    holder.kill("SIGKILL");
    assert.equal(await waiting, true);
  });

  it("ends with work that fails, and answers what work answers", async () => {
    const path = join(folder, "failing");
    await assert.rejects(
      locked(path, () => Promise.reject(new Error("no room"))),
      /no room/,
    );
    assert.throws(
      () =>
        lockedSync(path, () => {
          throw new Error("no time");
        }),
      /no time/,
    );
    assert.equal(
      lockedSync(path, () => 7),
      7,
    );
    assert.equal(await locked(path, () => Promise.resolve(8)), 8);
  });

  it("of another path is another one", async () => {
    const inner = await locked(join(folder, "outer"), () =>
      locked(join(folder, "inner"), () => Promise.resolve("both")),
    );
    assert.equal(inner, "both");
  });
});
