/** Suites of files that need other things than those beside them: programs that build hosts, or the clock. */

import type { Lane } from "../runner/suite.js";

/** Test files whose paths begin alike, and the programs that they need on the machine. */
export interface BuiltSuite {
  readonly name: string;
  readonly lane: Lane;
  /** What the paths of its files begin with. */
  readonly begins: readonly string[];
  readonly needs: readonly string[];
}

const NATIVE = ["cmake", "make", "gcc", "wasm2c"] as const;
const CROSS = [
  ...NATIVE,
  "arm-linux-gnueabihf-gcc",
  "aarch64-linux-gnu-gcc",
  "qemu-arm",
  "qemu-aarch64",
] as const;

export const builtSuites: readonly BuiltSuite[] = [
  { name: "tools on real sockets", lane: "clock", begins: ["tests/tools/scenario-loopback"], needs: [] },
  {
    name: "the native host",
    lane: "clock",
    begins: ["tests/hosts/native-", "tests/hosts/fuzz"],
    needs: NATIVE,
  },
  {
    name: "the host under wasmtime",
    lane: "clock",
    begins: ["tests/hosts/wasmtime-"],
    needs: [...NATIVE, "cargo"],
  },
  {
    name: "builds for devices",
    lane: "compute",
    begins: ["tests/hosts/device"],
    needs: [...CROSS, "arm-none-eabi-gcc", "pkg-config", "g++"],
  },
  {
    name: "the same on every host",
    lane: "clock",
    begins: ["tests/hosts/every/", "tests/hosts/lockstep", "tests/hosts/cable", "tests/hosts/clock"],
    needs: [...CROSS, "cargo", "ip"],
  },
  {
    name: "the bench",
    lane: "compute",
    begins: ["tests/hosts/bench"],
    needs: [...CROSS, "arm-none-eabi-gcc", "cargo", "pkg-config", "valgrind"],
  },
  {
    name: "firmware",
    lane: "compute",
    begins: ["tests/firmware/"],
    needs: [...CROSS, "arm-none-eabi-gcc", "qemu-system-arm", "mksquashfs", "cpio"],
  },
];

/** The suite of them that a test file belongs to. */
export const builtSuiteOf = (path: string): BuiltSuite | undefined =>
  builtSuites.find(({ begins }) => begins.some((beginning) => path.startsWith(beginning)));
