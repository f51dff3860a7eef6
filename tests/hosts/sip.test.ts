import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answerTo,
  challengeParameters,
  parameterised,
  parseSip,
  splitList,
  writeSip,
} from "../../host/simulated/sip.js";
import { sipFaults, spoiled } from "../../host/simulated/sip-faults.js";
import type { SipFault } from "../../host/simulated/sip-faults.js";

const text = (lines: readonly string[]): Uint8Array => Buffer.from(lines.join("\r\n"), "latin1");

export const register = text([
  "REGISTER sip:example.com SIP/2.0",
  "Via: SIP/2.0/UDP 198.51.100.1:5060;rport;branch=z9hG4bK1",
  "Max-Forwards: 70",
  "f: <sip:1000@example.com>;tag=abc",
  "To: <sip:1000@example.com>",
  "i: one@198.51.100.1",
  "CSeq: 7 REGISTER",
  'Contact: "A, B" <sip:1000@198.51.100.1;transport=udp>;expires=60, <sip:1000@198.51.100.2>',
  "Subject: folded",
  " over two lines",
  "Content-Length: 0",
  "",
  "",
]);

const source = { address: "203.0.113.5", port: 40000 };

describe("SIP messages", () => {
  it("a request is read", () => {
    const message = parseSip(register);
    assert.ok(message);
    assert.equal(message.method, "REGISTER");
    assert.equal(message.uri, "sip:example.com");
    assert.equal(message.status, 0);
    assert.equal(message.branch, "z9hG4bK1");
    assert.equal(message.callId, "one@198.51.100.1");
    assert.equal(message.cseq, 7);
    assert.equal(message.fromTag, "abc");
    assert.equal(message.header("subject"), "folded over two lines");
    assert.deepEqual(
      message.list("contact").map(({ value, parameters }) => [value, parameters.get("expires")]),
      [
        ["sip:1000@198.51.100.1;transport=udp", "60"],
        ["sip:1000@198.51.100.2", undefined],
      ],
    );
  });

  it("cut off anywhere it is none", () => {
    for (let length = 0; length < register.length; length++) {
      assert.equal(parseSip(register.subarray(0, length)), undefined);
    }
  });

  it("an answer has the request's Via, From, To, Call-ID and CSeq, and says where it saw the request come from", () => {
    const request = parseSip(register);
    assert.ok(request);
    const written = writeSip(
      answerTo(request, source, { status: 200, toTag: "t1", headers: [["Expires", "60"]] }),
    );
    const answer = parseSip(written);
    assert.ok(answer);
    assert.equal(answer.status, 200);
    assert.equal(answer.method, "REGISTER");
    assert.equal(
      answer.header("via"),
      "SIP/2.0/UDP 198.51.100.1:5060;rport=40000;branch=z9hG4bK1;received=203.0.113.5",
    );
    assert.equal(answer.header("from"), "<sip:1000@example.com>;tag=abc");
    assert.equal(answer.header("to"), "<sip:1000@example.com>;tag=t1");
    assert.equal(answer.callId, request.callId);
    assert.equal(answer.cseq, 7);
    assert.equal(answer.header("expires"), "60");
  });

  it("lists are split outside of quotes and brackets only", () => {
    assert.deepEqual(splitList('a, "b, \\" c" <x,y>;z=1 ,, d'), ["a", '"b, \\" c" <x,y>;z=1', "d"]);
  });

  it("challenges are read", () => {
    const { scheme, parameters } = challengeParameters('Digest realm="a, \\"b\\"", nonce=x, stale=TRUE');
    assert.equal(scheme, "digest");
    assert.deepEqual(
      [...parameters],
      [
        ["realm", 'a, "b"'],
        ["nonce", "x"],
        ["stale", "TRUE"],
      ],
    );
  });

  it("a value without brackets has its parameters too", () => {
    assert.equal(parameterised("sip:a@b;tag=1").parameters.get("tag"), "1");
  });
});

describe("faults of answers", () => {
  const request = parseSip(register);
  assert.ok(request);
  const answer = answerTo(request, source, { status: 200, toTag: "t1" });
  /** Those that are SIP all the same, and wrong only in what they say. */
  const readable: readonly SipFault[] = [
    "foreign-branch",
    "no-branch",
    "wrong-cseq",
    "wrong-cseq-method",
    "wrong-call-id",
    "wrong-from-tag",
    "two-vias",
    "oversized",
  ];

  for (const fault of sipFaults) {
    it(`${fault}: differs from the right answer${readable.includes(fault) ? "" : ", and is not SIP"}`, () => {
      const octets = spoiled(answer, fault);
      assert.notDeepEqual(Buffer.from(octets), Buffer.from(writeSip(answer)));
      assert.equal(parseSip(octets) !== undefined, readable.includes(fault));
    });
  }
});
