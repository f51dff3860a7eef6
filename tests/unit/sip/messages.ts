import { Span } from "../../../assembly/bytes/span";
import { parseMessage } from "../../../assembly/sip/message";
import { put } from "../bytes/memory";

/** The text with line ends as SIP has them. */
export function crlf(lines: string): string {
  return lines.replaceAll("\n", "\r\n");
}

/** The message that these lines are, with the empty line behind its head. */
export function bytesOf(lines: string): Span {
  return put(crlf(lines) + "\r\n");
}

/** Brings a message into view. */
export function parse(lines: string): i32 {
  return parseMessage(bytesOf(lines));
}

/** A registrar's answer. */
export const OK: string = `SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK0123456789abcdef;rport=5060;received=192.0.2.10
From: <sip:1001@example.com>;tag=0011223344556677
To: <sip:1001@example.com>;tag=b27e1a1d33761e85846fc98f5f3a7e58.6f2c
Call-ID: 00112233445566778899aabbccddeeff
CSeq: 4711 REGISTER
Contact: <sip:1001@192.0.2.10:5060>;expires=60;received="sip:192.0.2.10:5060"
Server: kamailio (5.6.3 (x86_64/linux))
Content-Length: 0
`;

export const CHALLENGED: string = `SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK0123456789abcdef;rport=5060;received=192.0.2.10
From: <sip:1001@example.com>;tag=0011223344556677
To: <sip:1001@example.com>;tag=b27e1a1d
Call-ID: 00112233445566778899aabbccddeeff
CSeq: 4711 REGISTER
WWW-Authenticate: Digest realm="example.com", nonce="ZUYzzmVGMqLs4dlzsM7U", algorithm=MD5, qop="auth"
Content-Length: 0
`;

export const INVITE: string = `INVITE sip:1001@192.0.2.10:5060;transport=udp SIP/2.0
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77ef.1
Via: SIP/2.0/TCP client.example.org:50123;branch=z9hG4bKdeadbeef;alias
Max-Forwards: 69
Record-Route: <sip:192.0.2.1;lr;ftag=a73kszlfl>, <sip:198.51.100.7;lr>
From: "Alice \\"A\\" Example" <sip:alice@example.org>;tag=a73kszlfl
To: <sip:1001@example.com>
Call-ID: 1j9FpLxk3uxtm8tn@client.example.org
CSeq: 314159 INVITE
Contact: <sip:alice@client.example.org:50123;transport=tcp;ob>
Allow: INVITE, ACK, CANCEL, BYE
Supported: 100rel,timer
Content-Type: application/sdp
Content-Length: 29

v=0
s=-
c=IN IP4 192.0.2.9`;
