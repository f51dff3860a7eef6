import { Span, span, spanLength, spanStart } from "../bytes/span";
import { BODY_CUT_OFF, PARSED, headLength, message, parseMessage } from "./message";

/*
 * Messages in a stream (RFC 3261, 18.3): told apart by Content-Length; without one there is no body.
 */

/** The message is not complete yet. */
export const INCOMPLETE: i32 = 0;
/** What comes is none, or does not say how long it is: nobody can tell where the next one begins. */
export const BROKEN: i32 = -1;

/**
 * Octets of the message at the beginning of `bytes`, line ends before it taken off; INCOMPLETE, or BROKEN. A message
 * longer than `limit` is BROKEN as soon as it says so. The message in view is none afterwards.
 */
export function messageLength(bytes: Span, limit: i32): i32 {
  const head = headLength(bytes, 0);
  if (head == 0) return spanLength(bytes) < limit ? INCOMPLETE : BROKEN;
  const error = parseMessage(span(spanStart(bytes), head));
  if (error != PARSED && error != BODY_CUT_OFF) return BROKEN;
  const body = error == PARSED ? 0 : message.contentLength;
  if (body > limit - head) return BROKEN;
  return head + body <= spanLength(bytes) ? head + body : INCOMPLETE;
}
