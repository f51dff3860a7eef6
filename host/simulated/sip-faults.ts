import { SipMessage, fullName, writeSip } from "./sip.js";
import type { HeaderField } from "./sip.js";

/** Ways in which an answer can be wrong. */
export const sipFaults = [
  "foreign-branch",
  "no-branch",
  "wrong-cseq",
  "wrong-cseq-method",
  "wrong-call-id",
  "wrong-from-tag",
  "two-vias",
  "no-via",
  "no-cseq",
  "no-colon",
  "bad-status",
  "body-missing",
  "cut-off-start",
  "cut-off-headers",
  "cut-off-end",
  "garbage",
  "empty",
  "zeros",
  "oversized",
] as const;

export type SipFault = (typeof sipFaults)[number];

/** Octets of an oversized answer: more than the 8 KiB that a phone must take. */
const OVERSIZE = 9000;

const withField = (message: SipMessage, name: string, change: (value: string) => string): Uint8Array =>
  writeSip(
    new SipMessage(
      message.start,
      message.fields.map(([field, value]): HeaderField => [
        field,
        fullName(field) === name ? change(value) : value,
      ]),
      message.body,
    ),
  );

const withFields = (message: SipMessage, fields: readonly HeaderField[]): Uint8Array =>
  writeSip(new SipMessage(message.start, fields, message.body));

const without = (message: SipMessage, name: string): Uint8Array =>
  withFields(
    message,
    message.fields.filter(([field]) => fullName(field) !== name),
  );

const edited = (message: SipMessage, change: (text: string) => string): Uint8Array =>
  Buffer.from(change(Buffer.from(writeSip(message)).toString("latin1")), "latin1");

const cut = (message: SipMessage, share: number): Uint8Array => {
  const octets = writeSip(message);
  return octets.subarray(0, Math.floor(octets.length * share));
};

const spoilers: Readonly<Record<SipFault, (message: SipMessage) => Uint8Array>> = {
  "foreign-branch": (message) =>
    withField(message, "via", (via) => via.replace(/branch=[^;,]*/, "branch=z9hG4bKof-somebody-else")),
  "no-branch": (message) => withField(message, "via", (via) => via.replace(/;branch=[^;,]*/, "")),
  "wrong-cseq": (message) =>
    withField(message, "cseq", (cseq) => cseq.replace(/^\d+/, (n) => String(Number(n) + 7))),
  "wrong-cseq-method": (message) => withField(message, "cseq", (cseq) => cseq.replace(/\S+$/, "BYE")),
  "wrong-call-id": (message) => withField(message, "call-id", (id) => `x${id}`),
  "wrong-from-tag": (message) => withField(message, "from", (from) => from.replace(/tag=/, "tag=x")),
  "two-vias": (message) =>
    withFields(message, [...message.fields, ["Via", "SIP/2.0/UDP 203.0.113.99:5060;branch=z9hG4bKsecond"]]),
  "no-via": (message) => without(message, "via"),
  "no-cseq": (message) => without(message, "cseq"),
  "no-colon": (message) =>
    edited(message, (text) => text.replace("\r\n\r\n", "\r\nA line without any\r\n\r\n")),
  "bad-status": (message) => edited(message, (text) => text.replace(/^SIP\/2\.0 \d+/, "SIP/2.0 2000")),
  "body-missing": (message) =>
    edited(message, (text) => text.replace(/Content-Length: \d+/, "Content-Length: 500")),
  "cut-off-start": (message) => cut(message, 0.02),
  "cut-off-headers": (message) => cut(message, 0.5),
  "cut-off-end": (message) => writeSip(message).subarray(0, -3),
  garbage: (message) => writeSip(message).map((octet, index) => octet ^ ((index * 37) % 251)),
  empty: () => new Uint8Array(0),
  zeros: () => new Uint8Array(64),
  oversized: (message) => withFields(message, [...message.fields, ["Subject", "x".repeat(OVERSIZE)]]),
};

/** An answer with a fault. */
export const spoiled = (message: SipMessage, fault: SipFault): Uint8Array => spoilers[fault](message);
