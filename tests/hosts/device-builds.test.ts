/** What `npm run build:device` leaves for each target: for the right machine, of bounded size, the same each time. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { command } from "../../scripts/command.js";
import { buildDevice } from "../../scripts/device/build.js";
import { measureDevice } from "../../scripts/device/report.js";
import { targetNames, targetOf } from "../../scripts/device/targets.js";
import type { TargetName } from "../../scripts/device/targets.js";
import { deviceOf, runnerOf } from "./device-prefix.js";
import { Daemon } from "./native-daemon.js";
import { WELL, file, server } from "./native-site.js";

const KIBIBYTE = 1024;

/** What readelf says of the library's objects, or of the program. */
const made: Readonly<Record<TargetName, readonly RegExp[]>> = {
  armv7: [
    /Machine:\s+ARM$/m,
    /Tag_CPU_arch: v7$/m,
    /Tag_CPU_arch_profile: Application$/m,
    /Tag_THUMB_ISA_use: Thumb-2$/m,
    /Tag_ABI_VFP_args: VFP registers$/m,
  ],
  aarch64: [/Machine:\s+AArch64$/m],
  "cortex-m4": [/Machine:\s+ARM$/m, /Tag_CPU_arch: v7E-M$/m, /Tag_CPU_arch_profile: Microcontroller$/m],
  "x86-64": [/Machine:\s+Advanced Micro Devices X86-64$/m],
};

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();

for (const name of targetNames) {
  describe(`the build for ${name}`, () => {
    it("has a library, its headers and its packages, for that machine", async () => {
      const { prefix } = await deviceOf(name);
      for (const path of [
        "lib/libsipfailover.a",
        "lib/pkgconfig/sip-failover.pc",
        "lib/cmake/SipFailover/SipFailoverConfig.cmake",
        "include/sip_failover.h",
        "include/sip_failover_contract.h",
      ]) {
        assert.ok(existsSync(join(prefix, path)), path);
      }
      const told = command("readelf", ["-h", "-A", join(prefix, "lib", "libsipfailover.a")]).toString();
      for (const expected of made[name]) assert.match(told, expected);
    });

    it("takes 96 KiB of RAM at most with one account", async () => {
      const own = measureDevice(await deviceOf(name));
      const other = measureDevice(
        await buildDevice(name, {
          profile: own.profile === "small" ? "default" : "small",
          libraryOnly: true,
        }),
      );
      const [small, large] = own.profile === "small" ? [own, other] : [other, own];
      assert.equal(small.accounts, 1);
      assert.equal(large.accounts, 16);
      assert.ok(small.ram <= 96 * KIBIBYTE, JSON.stringify(small));
      assert.ok(small.stack > 1 * KIBIBYTE && small.stack < 8 * KIBIBYTE, JSON.stringify(small));
      assert.ok(small.bss >= small.memory && small.bss < small.memory + 1 * KIBIBYTE, JSON.stringify(small));
      assert.ok(large.memory <= 512 * KIBIBYTE && small.memory * 2 < large.memory, JSON.stringify(large));
      assert.ok(Math.abs(small.core - large.core) < 2 * KIBIBYTE);
    });

    it("is the same, octet for octet, when it is built anew elsewhere", async () => {
      const { prefix } = await deviceOf(name);
      const folder = mkdtempSync(join(tmpdir(), "sip-failover-device-"));
      try {
        const again = (await buildDevice(name, { folder })).prefix;
        assert.deepEqual(filesBelow(again), filesBelow(prefix));
        for (const path of filesBelow(prefix)) {
          assert.equal(readFileSync(join(again, path)).compare(readFileSync(join(prefix, path))), 0, path);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

describe("the core's code", () => {
  it("has 160 KiB at most on ARMv7", async () => {
    const { core, text, rodata } = measureDevice(await deviceOf("armv7"));
    assert.ok(core <= 160 * KIBIBYTE, String(core));
    assert.ok(text + rodata <= 160 * KIBIBYTE, String(text + rodata));
    assert.ok(core > 32 * KIBIBYTE, String(core));
  });
});

for (const name of ["armv7", "aarch64", "x86-64"] as const) {
  describe(`sip-failoverd for ${name}`, () => {
    it("is static, and fails over and stops in good order", async () => {
      const { prefix } = await deviceOf(name);
      const program = join(prefix, "bin", "sip-failoverd");
      assert.match(command("readelf", ["-d", program]).toString(), /There is no dynamic section/);
      const first = await server();
      const second = await server(undefined, "127.0.0.2", first.port);
      first.registrar.refuse();
      const phone = new Daemon([file(first.port)], runnerOf(name), program);
      await phone.hears("registered");
      assert.equal(phone.records("target-failed")[0]?.cause, "refused");
      assert.equal(second.registrar.bound(0).length, 1);
      assert.deepEqual(await phone.stop(), WELL);
      assert.deepEqual(second.registrar.bound(0), []);
      assert.equal(phone.words, "");
    });
  });
}

describe("a target", () => {
  it("has its program where it has mbedTLS for it", async () => {
    for (const name of targetNames) {
      const { prefix } = await deviceOf(name);
      assert.equal(existsSync(join(prefix, "bin", "sip-failoverd")), "tls" in targetOf(name), name);
    }
  });
});
