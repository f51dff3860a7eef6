/** Products in C and C++ find the installed library by CMake and by pkg-config, and run with it. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { command, requireTools } from "../../scripts/command.js";
import { targetOf } from "../../scripts/device/targets.js";
import type { TargetName } from "../../scripts/device/targets.js";
import { deviceOf, root, runFor, toolchainOf } from "./device-prefix.js";

const sources = join(root, "tests", "native", "consumer");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** What both consumers say of a phone with the default profile. */
const SAID = "wasm2c, input 8192, errors 0, records 0\nlisten udp 5060\n";

/** A product without an operating system: every function of the library that it can call, it does. */
const bare = `#include "sip_failover.h"
static void nothing(void *context, const char *text, size_t size) { (void)context, (void)text, (void)size; }
int main(void) {
  struct sip_failover_action action;
  struct sip_failover_configuration settings = {0};
  struct sip_failover *phone = sip_failover_open(NULL, NULL, 0);
  sip_failover_configure(phone, &settings, NULL, NULL);
  sip_failover_start(phone, 0);
  sip_failover_flow_bytes(phone, 0, 0, "", 0);
  sip_failover_call_place(phone, 0, 1, "sip:x", NULL);
  while (sip_failover_next_action(phone, 0, &action) > 0)
    sip_failover_record(action.octets.at, action.octets.size, 0, NULL, 0, nothing, NULL);
  return (int)sip_failover_next_deadline(phone);
}
`;

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "sip-failover-products-"));
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** Configures the consumers with CMake in a folder of their own. */
const configure = (name: TargetName, prefix: string, wanted: string): string => {
  const build = join(folder, `${name}-${wanted}`);
  command("cmake", [
    ...["-S", sources, "-B", build],
    ...toolchainOf(name),
    `-DCMAKE_PREFIX_PATH=${prefix}`,
    // So that it runs here whatever libraries this machine has.
    "-DCMAKE_EXE_LINKER_FLAGS=-static",
    `-DWANTED_VERSION=${wanted}`,
  ]);
  return build;
};

/** What pkg-config says of the library, in words. */
const packageConfig = (prefix: string, ...options: string[]): string[] =>
  command("pkg-config", [...options, "sip-failover"], {
    env: { PKG_CONFIG_LIBDIR: join(prefix, "lib", "pkgconfig"), PKG_CONFIG_PATH: "" },
  })
    .toString()
    .trim()
    .split(/\s+/);

for (const name of ["x86-64", "armv7", "aarch64"] as const) {
  describe(`products for ${name}`, () => {
    const { prefix: compilers } = targetOf(name);
    before(() => {
      requireTools("A product's build", {
        "pkg-config": "pkg-config",
        [`${compilers}g++`]: name === "x86-64" ? "g++" : `g++-${compilers.slice(0, -1)}`,
      });
    });

    it("find the CMake package, in C and in C++", async () => {
      const { prefix } = await deviceOf(name);
      const build = configure(name, prefix, version);
      command("cmake", ["--build", build]);
      assert.equal(runFor(name, join(build, "in_c")), SAID);
      assert.equal(runFor(name, join(build, "in_cpp")), SAID);
    });

    it("find it by pkg-config, in C and in C++, wherever the prefix has gone", async () => {
      const { prefix } = await deviceOf(name);
      const moved = join(folder, `${name}-moved`);
      cpSync(prefix, moved, { recursive: true });
      const flags = packageConfig(moved, "--cflags");
      const libraries = packageConfig(moved, "--libs");
      assert.deepEqual(packageConfig(moved, "--modversion"), [version]);
      assert.ok(flags.some((flag) => flag.startsWith("-I") && flag.includes(`${name}-moved`)));
      for (const [compiler, source, standard] of [
        ["gcc", "consumer.c", "-std=c11"],
        ["g++", "consumer.cpp", "-std=c++11"],
      ] as const) {
        const program = join(folder, `${name}-${compiler}`);
        const words = [standard, "-static", ...flags, join(sources, source), "-o", program, ...libraries];
        command(`${compilers}${compiler}`, words);
        assert.equal(runFor(name, program), SAID);
      }
    });
  });
}

describe("another version of the CMake package", () => {
  it("is not taken for the one that is wanted", async () => {
    const { prefix } = await deviceOf("x86-64");
    assert.throws(() => configure("x86-64", prefix, "9.0"), /requested version "9\.0"/);
  });
});

describe("a product for Cortex-M4", () => {
  it("is linked without an operating system, and without an allocator", async () => {
    const { prefix } = await deviceOf("cortex-m4");
    const program = join(folder, "product.elf");
    const product = join(folder, "product.c");
    writeFileSync(product, bare);
    command("arm-none-eabi-gcc", [
      ...[
        "-mcpu=cortex-m4",
        "-mthumb",
        "-Os",
        "--specs=nano.specs",
        "-nostartfiles",
        "-Wl,-e,main",
        "-Wl,--gc-sections",
      ],
      ...packageConfig(prefix, "--cflags"),
      product,
      ...["-o", program],
      ...packageConfig(prefix, "--libs"),
    ]);
    const symbols = command("arm-none-eabi-nm", [program]).toString();
    assert.match(symbols, / T sip_failover_flow_bytes$/m);
    assert.doesNotMatch(symbols, /malloc|_sbrk|printf/);
  });
});
