/** What the library is built for. */

export interface Target {
  readonly what: string;
  /** Below host/native/toolchains; none: this machine's own compiler. */
  readonly toolchain?: string;
  /** What the names of its compiler and its tools begin with. */
  readonly prefix: string;
  /** Tools and Debian's packages that have them. */
  readonly tools: Readonly<Record<string, string>>;
  /** What runs its programs on another machine, and Debian's package. */
  readonly runner?: readonly [program: string, inPackage: string];
  /** The profile of the pools that its prefix has. */
  readonly profile: string;
  /**
   * The mbedTLS that its program sip-failoverd is linked with: that of Debian's architecture of this name, or what is
   * installed on this machine; none: there is no program.
   */
  readonly tls?: "armhf" | "arm64" | "installed";
}

const common = { cmake: "cmake", make: "make", wasm2c: "wabt" };

export const targets = {
  armv7: {
    what: "ARMv7, Thumb-2, hard float, Linux",
    toolchain: "armv7.cmake",
    prefix: "arm-linux-gnueabihf-",
    tools: { ...common, "arm-linux-gnueabihf-gcc": "gcc-arm-linux-gnueabihf" },
    runner: ["qemu-arm", "qemu-user"],
    profile: "default",
    tls: "armhf",
  },
  aarch64: {
    what: "AArch64, Linux",
    toolchain: "aarch64.cmake",
    prefix: "aarch64-linux-gnu-",
    tools: { ...common, "aarch64-linux-gnu-gcc": "gcc-aarch64-linux-gnu" },
    runner: ["qemu-aarch64", "qemu-user"],
    profile: "default",
    tls: "arm64",
  },
  "cortex-m4": {
    what: "Cortex-M4, no operating system",
    toolchain: "cortex-m4.cmake",
    prefix: "arm-none-eabi-",
    tools: { ...common, "arm-none-eabi-gcc": "gcc-arm-none-eabi" },
    profile: "small",
  },
  "x86-64": {
    what: "x86-64, Linux",
    prefix: "",
    tools: { ...common, gcc: "gcc" },
    profile: "default",
    tls: "installed",
  },
} as const satisfies Record<string, Target>;

export type TargetName = keyof typeof targets;

export const targetNames = Object.keys(targets) as TargetName[];

export const targetOf = (name: TargetName): Target => targets[name];
