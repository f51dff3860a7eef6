import { Trace } from "../trace.js";
import type { PackedTrace } from "../trace.js";

const octetsOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64);
  const octets = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) octets[index] = binary.charCodeAt(index);
  return octets;
};

/** What a page carries: JSON, compressed (RFC 1952), in base64. */
export const unpackJson = async (base64: string): Promise<unknown> => {
  const stream = new Blob([octetsOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as unknown;
};

/** The trace that a page carries. */
export const carriedTrace = async (base64: string): Promise<Trace> =>
  Trace.unpack((await unpackJson(base64)) as PackedTrace);
