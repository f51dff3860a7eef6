import type { Paint } from "../paint.js";
import { printable } from "./words.js";

/** The number of a call before what there is to say of it. */
export const callLabel = (call: number, paint: Paint): string => paint.dim(`[${String(call)}]`);

/**
 * The far end as people want to see it: `Bob <sip:bob@example.com>`, or the URI alone. Quotes, parameters and control
 * characters of the From or To that it came from are left out.
 */
export const peerText = (peer: string): string => {
  const [, name = "", address] = /^\s*("(?:[^"\\]|\\.)*"|[^"<]*)\s*<([^>]*)>/.exec(peer) ?? [];
  if (address === undefined) return printable(peer.replace(/;.*$/, "").trim());
  const shown = name
    .trim()
    .replace(/^"(.*)"$/, "$1")
    .replaceAll(/\\(.)/g, "$1");
  return printable(shown === "" ? address : `${shown} <${address}>`);
};
