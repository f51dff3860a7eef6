/** A core that cannot be used: the command says what is wrong with it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { CONTRACT_VERSION } from "../../host/abi/contract.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { coreModule, coreWithout, cutCore, otherContract } from "./wasmtime-modules.js";

const folder = testFolder();
const modules = testFolder();
const root = fileURLToPath(new URL("../../../../", import.meta.url));
const core = join(folder, "build", "sip-failover-desktop.wasm");

const configuration = [
  "#!version:1.0.0.1",
  "account.1.enable = 1",
  "account.1.user_name = 1001",
  "account.1.sip_server.1.address = 127.0.0.1",
  "sip.listen_port = 0",
  "",
].join("\n");

/** An installation of the command whose core can be exchanged. */
before(() => {
  cpSync(join(root, "build", "js", "host"), join(folder, "build", "js", "host"), { recursive: true });
  copyFileSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFile(folder, "phone.cfg", configuration);
});

/** Runs the command with a module for its core: its standard error and its exit status. */
const runWith = (module: string): { said: string; status: number | null } => {
  rmSync(core, { force: true });
  if (module !== "") copyFileSync(module, core);
  const command = join(folder, "build", "js", "host", "cli", "main.js");
  const words = [command, "run", join(folder, "phone.cfg"), "--duration", "0.2"];
  const { stderr, status } = spawnSync(process.execPath, words, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { said: stderr, status };
};

const useless: readonly (readonly [what: string, make: () => string, sentence: RegExp])[] = [
  [
    "is not there",
    () => "",
    /^sip-failover: .*sip-failover-desktop\.wasm cannot be read .*"npm run build" makes it\n$/,
  ],
  [
    "is cut off",
    () => cutCore(modules, 30_000),
    /^sip-failover: .*sip-failover-desktop\.wasm is not a whole WebAssembly module \(.*\): build it anew\n$/,
  ],
  [
    "is none",
    () => writeFile(modules, "text.wasm", "#!version:1.0.0.1\n"),
    /^sip-failover: .*sip-failover-desktop\.wasm is not a whole WebAssembly module \(.*\): build it anew\n$/,
  ],
  [
    "is of another version of the contract",
    () => otherContract(modules, 99),
    new RegExp(
      `^sip-failover: the core speaks version 99 .* this host ${String(CONTRACT_VERSION)}: build both anew\n$`,
    ),
  ],
  [
    "lacks an export",
    () => coreWithout(modules, "call_place"),
    /^sip-failover: this is not a core of sip-failover: it lacks call_place\n$/,
  ],
];

describe("the command on Node with a core that", () => {
  for (const [what, make, sentence] of useless) {
    it(what, () => {
      const { said, status } = runWith(make());
      assert.match(said, sentence);
      assert.equal(status, 1);
    });
  }

  it("is as it should be works", () => {
    assert.equal(runWith(coreModule).said, "Never registered: account 1.\n");
  });
});
