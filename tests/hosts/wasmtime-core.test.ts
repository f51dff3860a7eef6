import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { CONTRACT_VERSION } from "../../host/abi/contract.js";
import type { EventName } from "../../host/abi/contract.js";
import type { RecordOf } from "../../host/abi/record.js";
import { NativePhone } from "../../host/native/phone.js";
import { nativePrograms } from "../../host/native/program.js";
import { buildWasmtime } from "../../scripts/wasmtime.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { openSite } from "./cli-site.js";
import type { CliSite } from "./cli-site.js";
import {
  coreWithOther,
  coreWithout,
  cutCore,
  endlessCore,
  importingCore,
  largeCore,
  otherContract,
} from "./wasmtime-modules.js";

const folder = testFolder();
let site: CliSite;
before(async () => {
  buildWasmtime();
  site = await openSite(folder);
});
after(() => site.close());

/** A datagram of so many octets is what the endless core is never done with. */
const FATAL = 3;

/** So often it is given one. */
const TRAPS = 3;

/** Longer than anything here takes, in milliseconds. */
const PATIENCE = 10_000;

const phones: NativePhone[] = [];
afterEach(async () => {
  for (const phone of phones.splice(0)) await phone.stop();
});

const phoneWith = (module: string): NativePhone => {
  const phone = new NativePhone({ ...nativePrograms.wasmtime, module }, { files: [site.phone()] });
  phones.push(phone);
  return phone;
};

/** The next event of a name; an error where it does not come. */
const heard = async <Name extends EventName>(phone: NativePhone, name: Name): Promise<RecordOf<Name>> => {
  const [record] = (await once(phone, name, { signal: AbortSignal.timeout(PATIENCE) })) as [RecordOf<Name>];
  return record;
};

/** Modules that are not what the program can use, and what it says of them. */
const useless: readonly (readonly [what: string, make: () => string, sentence: RegExp])[] = [
  [
    "that is cut off",
    () => cutCore(folder, 30_000),
    /cut\.wasm is not a whole WebAssembly module: unexpected end-of-file/,
  ],
  [
    "that is none",
    () => writeFile(folder, "text.wasm", "#!version:1.0.0.1\n"),
    /text\.wasm is not a WebAssembly module\.$/,
  ],
  [
    "that is not there",
    () => join(folder, "no.wasm"),
    /no\.wasm cannot be read: No such file or directory\.$/,
  ],
  [
    "of another version of the contract",
    () => otherContract(folder, 99),
    new RegExp(`contract\\.wasm .*99.*${String(CONTRACT_VERSION)}`),
  ],
  [
    "that lacks an export",
    () => coreWithout(folder, "call_place"),
    /lacking\.wasm .*: it lacks call_place\.$/,
  ],
  [
    "with an export of other types",
    () => coreWithOther(folder, "stop"),
    /parameters\.wasm .*: its export stop takes other values\.$/,
  ],
  ["that wants imports", () => importingCore(folder), /importing\.wasm .*: it imports env\.clock\.$/],
  [
    "that wants much memory",
    () => largeCore(folder, 100),
    /large\.wasm .*: it does not start \(memory minimum size of 100 pages exceeds memory limits\)\.$/,
  ],
];

describe("the program with wasmtime", () => {
  for (const [what, make, sentence] of useless) {
    it(`says what is wrong with a module ${what}`, async () => {
      await assert.rejects(phoneWith(make()).start(), (error: Error) => {
        assert.equal(error.name, "StartError");
        assert.match(error.message, sentence);
        return true;
      });
    });
  }

  it("names its version and wasmtime's", () => {
    const { stdout, status } = spawnSync(nativePrograms.wasmtime.path, ["--version"], { encoding: "utf8" });
    assert.equal(status, 0);
    assert.match(stdout, /\d+\.\d+\.\d+.*wasmtime \d+\.\d+\.\d+/);
  });

  it("ends an input that the core is never done with, and starts the core anew within a second", async () => {
    const phone = phoneWith(endlessCore(folder, FATAL));
    const warnings: string[] = [];
    let trapped = 0;
    phone.on("warning", (sentence) => {
      trapped = performance.now();
      warnings.push(sentence);
    });
    let port = 0;
    phone.on("listening", (record) => (port = record.port));
    const registered = heard(phone, "registered");
    await phone.start();
    let { t } = await registered;
    const socket = createSocket("udp4");
    const runsFor: number[] = [];
    const isDownFor: number[] = [];
    for (let trap = 1; trap <= TRAPS; trap++) {
      const again = heard(phone, "registered");
      const begun = performance.now();
      socket.send(Buffer.alloc(FATAL, "x"), port, "127.0.0.1");
      const record = await again;
      runsFor.push(trapped - begun);
      isDownFor.push(performance.now() - trapped);
      assert.ok(record.t > t, "time goes on");
      ({ t } = record);
      assert.equal(warnings.length, trap);
      assert.match(warnings.at(-1) ?? "", /trapped \(a call that does not come to an end\)/);
    }
    socket.close();
    // A machine may be busy once; the fastest says what the host takes.
    const [run, down] = [Math.min(...runsFor), Math.min(...isDownFor)];
    assert.ok(run > 200 && run < 1000, `it ran for ${run.toFixed(0)} ms: it gets 200 to 250`);
    assert.ok(down < 1000, `it was down for ${down.toFixed(0)} ms`);
    await phone.stop();
    assert.deepEqual(site.registrar.bound(Infinity), []);
  });
});
