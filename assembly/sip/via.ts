import { isLiteralIgnoreCase } from "../bytes/literal";
import { Span, spanBetween, spanEnd, spanStart } from "../bytes/span";
import { SEMICOLON, parameter, skipLws, tokenEnd } from "./text";
import { HostPort, readHostPort } from "./uri";

/*
 * One value of the Via header field (RFC 3261, 20.42):
 *
 *   SIP/2.0/UDP host:port;branch=z9hG4bK…;rport=5060;received=192.0.2.1
 */

/** What the branch of a request begins with that keeps RFC 3261 (8.1.1.7). */
export const BRANCH_COOKIE: string = "z9hG4bK";

/** Its host and port are the sent-by. */
@unmanaged
export class Via extends HostPort {
  /** As written, such as `UDP`. */
  transport: Span;
  /** Empty where there are none. */
  parameters: Span;
}

/** Reads one Via value into `to`, whose views lie in it; false where it is none of SIP/2.0 (RFC 3261, 18.1.2). */
export function parseVia(value: Span, to: Via): bool {
  const end = spanEnd(value);
  let at = spanStart(value);
  // protocol-name, protocol-version and transport; white space may stand around the slashes.
  for (let part = 0; part < 3; part++) {
    at = skipLws(at, end);
    const stop = tokenEnd(at, end);
    const token = spanBetween(at, stop);
    if (stop == at) return false;
    if (part == 0 && !isLiteralIgnoreCase(token, "sip")) return false;
    if (part == 1 && !isLiteralIgnoreCase(token, "2.0")) return false;
    to.transport = token;
    at = skipLws(stop, end);
    if (part < 2 && (at == end || load<u8>(at++) != 0x2f)) return false;
    if (part == 2 && at == stop) return false;
  }
  at = readHostPort(at, end, to);
  if (at == 0) return false;
  at = skipLws(at, end);
  to.parameters = spanBetween(at, end);
  return at == end || load<u8>(at) == SEMICOLON;
}

/** A parameter by a literal in lower case: NO_SPAN where it is not there, empty where it has no value. */
export function viaParameter(via: Via, name: string): Span {
  return parameter(via.parameters, name);
}
