import { Trace } from "../trace.js";
import type { PackedTrace } from "../trace.js";

const octetsOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const binary = atob(base64);
  const octets = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index++) octets[index] = binary.charCodeAt(index);
  return octets;
};

/** The trace that a page carries: a packed one as JSON, compressed (RFC 1952), in base64. */
export const carriedTrace = async (base64: string): Promise<Trace> => {
  const stream = new Blob([octetsOf(base64)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return Trace.unpack((await new Response(stream).json()) as PackedTrace);
};
