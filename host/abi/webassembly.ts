/**
 * The part of WebAssembly's interface that the hosts use. TypeScript has it only together with the whole of the
 * browser's, which has no place here.
 */

/** A compiled module, opaque. */
export interface WebAssemblyModule {
  readonly [Symbol.toStringTag]: string;
}

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
}

interface WebAssemblyInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

interface WebAssemblyInterface {
  readonly Module: new (octets: Uint8Array) => WebAssemblyModule;
  readonly Instance: new (module: WebAssemblyModule, imports: object) => WebAssemblyInstance;
  readonly Memory: new (limits: { initial: number }) => WebAssemblyMemory;
}

export const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface };
