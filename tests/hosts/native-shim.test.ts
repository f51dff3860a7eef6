import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { command } from "../../scripts/command.js";

const native = "host/native";
const shim = join(native, "shim");
const sources = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(folder, name));

describe("the shim in C", () => {
  it("has fewer than 1,000 lines of code without TLS, neither comments nor blank lines counted", () => {
    const lines = sources(shim).map((path) => {
      // Comments and blank lines go, everything else stays as it is.
      const code = command("gcc", ["-fpreprocessed", "-dD", "-E", "-P", path]).toString("utf8");
      return code.split("\n").filter((line) => line.trim() !== "").length;
    });
    const total = lines.reduce((sum, each) => sum + each, 0);
    assert.ok(total > 500 && total < 1000, `${String(total)} lines`);
  });

  it("knows the contract, its own files and the TLS below it, and nothing of the program around it", () => {
    const known = new Set(
      ["sip_failover.h", ...readdirSync(shim), ...readdirSync(join(shim, "tls"))].filter((name) =>
        name.endsWith(".h"),
      ),
    );
    for (const path of [...sources(shim), ...sources(join(shim, "tls"))]) {
      const included = [...readFileSync(path, "utf8").matchAll(/^#include "(.*)"$/gm)].map(
        ([, name]) => name,
      );
      assert.deepEqual(
        included.filter((name = "") => !known.has(name)),
        [],
        path,
      );
    }
  });
});
