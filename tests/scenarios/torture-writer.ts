/** How the messages after RFC 4475 are written, and what has to come of them. */

/** What a message has to lead to. `rings`: a call comes in; a status: the answer; otherwise what it is dropped as. */
export type Fate = "rings" | number | "malformed" | "cut-off" | "not-sip" | "no-transaction";

export interface Torture {
  readonly name: string;
  /** The section of RFC 4475. */
  readonly section: string;
  readonly fate: Fate;
  readonly text: string;
}

export const USER = "sip:1000@sip.example.com";
const VIA = "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=";
const FROM = "From: <sip:caller@example.net>;tag=";
export const SDP_TYPE = "Content-Type: application/sdp";

export const BODY = [
  "v=0",
  "o=mhandley 29739 7272939 IN IP4 192.0.2.3",
  "s=-",
  "c=IN IP4 192.0.2.4",
  "t=0 0",
  "m=audio 49217 RTP/AVP 0 12",
  "m=video 3227 RTP/AVP 31",
  "a=rtpmap:31 LPC",
  "",
].join("\r\n");

export const lines = (...all: readonly string[]): string => `${all.join("\r\n")}\r\n\r\n`;

/** A request with the fields that every one has, so that only what is special about it has to be said. */
export const request = (
  name: string,
  method: string,
  fields: readonly string[] = [],
  { uri = USER, version = "SIP/2.0", body = "", cseq = `8 ${method}`, from = `${FROM}${name}` } = {},
): string =>
  lines(
    `${method} ${uri} ${version}`,
    ...(fields.some((field) => /^v(ia)?\s*:/i.test(field)) ? [] : [`${VIA}z9hG4bK${name}`]),
    "Max-Forwards: 70",
    ...(fields.some((field) => /^from\s*:/i.test(field)) ? [] : [from]),
    ...(fields.some((field) => /^t(o)?\s*:/i.test(field)) ? [] : [`To: <${USER}>`]),
    `Call-ID: ${name}.torture@example.net`,
    `CSeq: ${cseq}`,
    ...(method === "INVITE" && !fields.some((field) => /^contact\s*:/i.test(field))
      ? ["Contact: <sip:caller@192.0.2.1:5060>"]
      : []),
    ...fields,
    ...(fields.some((field) => /^(l|content-length)\s*:/i.test(field))
      ? []
      : [`Content-Length: ${String(Buffer.byteLength(body, "latin1"))}`]),
  ) + body;

export const invite = (name: string, fields: readonly string[] = [], options = {}): string =>
  request(name, "INVITE", [...fields, SDP_TYPE], { body: BODY, ...options });

/** A value that is `long` 20 times. */
export const long = (text: string): string => text + "long".repeat(20);

export const response = (
  name: string,
  status: string,
  fields: readonly string[] = [],
  cseq = "35 INVITE",
): string =>
  lines(
    `SIP/2.0 ${status}`,
    `${VIA}z9hG4bK${name}`,
    `Call-ID: ${name}.torture@example.net`,
    `CSeq: ${cseq}`,
    `${FROM}${name}`,
    `To: <${USER}>;tag=2229`,
    "Content-Length: 0",
    ...fields,
  );
