import { fileURLToPath } from "node:url";

/** A program that is a phone and speaks the control protocol, `daemon/control.c`. */
export interface NativeProgram {
  readonly path: string;
  /** What runs it, where this machine cannot by itself: an emulator and its options. */
  readonly runner?: readonly string[] | undefined;
  /** The module to load, where the core is not compiled in. */
  readonly module?: string | undefined;
  /** The script of npm that builds it. */
  readonly script: string;
}

/** A file of the build, two folders above the compiled hosts. */
const built = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The programs of the build for this machine. */
export const nativePrograms = {
  wasmtime: {
    path: built("wasmtime/sip-failover-wasmtime"),
    module: built("profiles/default-fast/sip-failover.wasm"),
    script: "build:wasmtime",
  },
  native: { path: built("native/sip-failoverd"), script: "build:native" },
} as const satisfies Record<string, NativeProgram>;
