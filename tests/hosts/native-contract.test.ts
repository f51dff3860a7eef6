import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { CONTRACT_VERSION, enumerations } from "../../host/abi/contract.js";
import { requireTools } from "../../scripts/command.js";
import { runNativeTest } from "./native-build.js";

const NOTHING = new Uint8Array(0);
const TRAPPED = -128;

/** The functions of `sip_failover.h` that answer errors, `ask_all` of `tests/native/contract.c`. */
const FUNCTIONS = 22;

/** What the functions of sip_failover.h make of a core that does something odd. */
const answers = (act: string): string[] =>
  runNativeTest("contract", [act], NOTHING).toString("utf8").trimEnd().split("\n");

const allTrapped = new Array<number>(FUNCTIONS).fill(TRAPPED).join(" ");

describe("sip_failover.h", () => {
  it("refuses a core of another version of the contract, and names both", () => {
    assert.deepEqual(answers("version"), [
      `the module speaks version 99 of the contract, this host ${String(CONTRACT_VERSION)}: build both anew.`,
    ]);
  });

  it("says why there is no core", () => {
    assert.deepEqual(answers("no-core"), ["There is no core in the module."]);
    assert.deepEqual(answers("trap-at-once"), ["the module has trapped before it was used: a trap."]);
    assert.deepEqual(answers("input"), [
      "the module has its input area outside of its memory: build it anew.",
    ]);
  });

  it("opens one phone in a process", () => {
    assert.deepEqual(answers("second"), ["none There is one phone in a process, and it is open already."]);
  });

  it("answers a trap to every call after one, says its reason, and can be opened anew", () => {
    assert.deepEqual(answers("trap"), [String(TRAPPED), allTrapped, "a trap", "0"]);
  });

  for (const act of [
    ...["outside", "far-outside", "too-small", "too-large", "unknown", "short-close", "short-listen"],
    ...["short-open", "long-name", "short-tls", "long-tls"],
  ]) {
    it(`takes an action that cannot be (${act}) for a trap`, () => {
      assert.deepEqual(answers(act), [`${String(TRAPPED)} an action that cannot be read`, allTrapped]);
    });
  }

  it("decodes actions", () => {
    const { action, transport } = enumerations;
    const none = "local 0 name  files 0   ";
    assert.deepEqual(answers("nothing"), ["0"]);
    assert.deepEqual(answers("open"), [
      `1 kind ${String(action.values.open)} flow 7 transport ${String(transport.values.tls)} family 6 port 50195 local 0 name nam files 0   `.trimEnd(),
    ]);
    assert.deepEqual(answers("tls"), [
      `1 kind ${String(action.values.tls)} flow 0 transport 0 family 0 port 0 local 0 name  files 1 a  bc`,
    ]);
    const close = `1 kind ${String(action.values.close)} flow 7 transport 0 family 0 port 0 ${none}`;
    assert.deepEqual(answers("last"), [close.trimEnd()]);
  });

  it("refuses texts that do not fit into the input area; a datagram is told of with its length", () => {
    const long = String(enumerations.error.values["too-long"]);
    assert.deepEqual(answers("too-long"), [`${long} ${long} ${long} 0`]);
  });

  for (const [language, compiler, options] of [
    ["C11", "cc", ["-std=c11", "-x", "c"]],
    ["C++11", "c++", ["-std=c++11", "-x", "c++"]],
  ] as const) {
    it(`is ${language} without a warning`, () => {
      requireTools("compiling a header", { cc: "gcc", "c++": "g++" });
      const warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-fsyntax-only"];
      const folders = ["-Ihost/native/include", "-Ihost/abi/generated"];
      const source = '#include "sip_failover.h"\nint main() { return sip_failover_backend() == 0; }\n';
      const words = [...options, ...warnings, ...folders, "-"];
      const { status, stderr } = spawnSync(compiler, words, { input: source, encoding: "utf8" });
      assert.equal(status, 0, stderr);
    });
  }
});

describe("the core as wasm2c has it", () => {
  it("calls nothing indirectly, and no function calls itself: its stack has a bound", () => {
    requireTools("looking into a module", { "wasm-objdump": "wabt" });
    const { stdout } = spawnSync("wasm-objdump", ["-d", "build/sip-failover.wasm"], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const calls = new Map<number, Set<number>>();
    let current = new Set<number>();
    for (const line of stdout.split("\n")) {
      const begun = /func\[(\d+)\].*:$/.exec(line)?.[1];
      const called = /\| call (\d+)/.exec(line)?.[1];
      assert.doesNotMatch(line, /call_indirect/);
      if (begun !== undefined) calls.set(Number(begun), (current = new Set()));
      else if (called !== undefined) current.add(Number(called));
    }
    assert.ok(calls.size > 100);
    const depths = new Map<number, number>();
    const depthOf = (from: number, above: ReadonlySet<number>): number => {
      assert.ok(!above.has(from), `function ${String(from)} comes to call itself`);
      const known = depths.get(from);
      if (known !== undefined) return known;
      const within = new Set([...above, from]);
      const depth = 1 + Math.max(0, ...[...(calls.get(from) ?? [])].map((to) => depthOf(to, within)));
      depths.set(from, depth);
      return depth;
    };
    const deepest = Math.max(...[...calls.keys()].map((from) => depthOf(from, new Set())));
    assert.ok(deepest < 32, String(deepest));
  });
});
