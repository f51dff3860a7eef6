import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint, parseSip } from "../../host/simulated/index.js";
import type { SimulatedPhone, SipMessage } from "../../host/simulated/index.js";
import { Site } from "./helpers.js";

interface Request {
  readonly method: string;
  readonly to?: string;
  readonly via?: string;
  readonly headers?: readonly string[];
}

const request = ({ method, to = "<sip:bob@198.51.100.1>", via, headers = [] }: Request): Buffer =>
  Buffer.from(
    [
      `${method} sip:bob@198.51.100.1:5060 SIP/2.0`,
      `Via: ${via ?? "SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKone"}`,
      "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKtwo",
      "From: <sip:server@example.com>;tag=s1",
      `To: ${to}`,
      "Call-ID: asked@example.com",
      `CSeq: 7 ${method}`,
      ...headers,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );

/** A registered phone that is asked something from `source`: its answers, parsed. */
class Asked {
  readonly site = new Site();
  readonly phone: SimulatedPhone = this.site.phone();
  constructor() {
    this.site.s.run(1000);
  }

  ask(octets: Uint8Array, source = "192.0.2.1:5060"): readonly SipMessage[] {
    const before = this.phone.wire.length;
    this.site.s.network.inject(parseEndpoint(source), parseEndpoint("198.51.100.1:5060"), octets);
    this.site.s.run(1);
    return this.phone.wire
      .slice(before)
      .filter(({ direction, to }) => direction === "out" && to.includes(source))
      .flatMap(({ octets: sent }) => parseSip(sent) ?? []);
  }
}

describe("requests that come in", () => {
  const cases: readonly (readonly [string, Request, number])[] = [
    ["OPTIONS: the phone is there", { method: "OPTIONS" }, 200],
    [
      "S3: NOTIFY of waiting messages, out of any dialog",
      { method: "NOTIFY", headers: ["Event: message-summary"] },
      200,
    ],
    ["S3: NOTIFY without a subscription", { method: "NOTIFY", headers: ["Event: dialog"] }, 481],
    [
      "NOTIFY in a dialog that is not there",
      { method: "NOTIFY", to: "<sip:bob@x>;tag=1", headers: ["o: message-summary"] },
      481,
    ],
    ["BYE of a call that is not there", { method: "BYE", to: "<sip:bob@x>;tag=1" }, 481],
    ["CANCEL of a transaction that is not there", { method: "CANCEL" }, 481],
    ["RFC 3261, 8.2.2.1: INVITE for a user that nobody here is", { method: "INVITE" }, 404],
    ["INVITE in a dialog that is not there", { method: "INVITE", to: "<sip:bob@x>;tag=1" }, 481],
    ["REGISTER, which is a server's to answer", { method: "REGISTER" }, 405],
    ["a method that nobody knows", { method: "DANCE" }, 405],
  ];
  for (const [name, asked, status] of cases) {
    test(`${name}: ${String(status)}`, () => {
      const one = new Asked();
      for (const source of ["192.0.2.1:5060", "203.0.113.9:7777"]) {
        // With the same branch it would be the same request (RFC 3261, 17.2.3).
        const via = `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK-${source.replace(":", "-")}`;
        const answers = one.ask(request({ ...asked, via }), source);
        assert.deepEqual(
          answers.map((answer) => answer.status),
          [status],
        );
        assert.equal(one.phone.events("answered").at(-1)?.status, status);
      }
      assert.equal(one.site.a.bound(one.site.s.now).length, 1);
    });
  }

  test("RFC 3261, 8.2.6: the answer has the request's Vias, From, Call-ID and CSeq, and a tag in To", () => {
    const [answer] = new Asked().ask(request({ method: "OPTIONS" }), "192.0.2.1:5099");
    assert.ok(answer);
    assert.deepEqual(answer.headers("via"), [
      "SIP/2.0/UDP 192.0.2.1:5060;rport=5099;branch=z9hG4bKone;received=192.0.2.1",
      "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKtwo",
    ]);
    assert.equal(answer.header("from"), "<sip:server@example.com>;tag=s1");
    assert.match(answer.header("to") ?? "", /^<sip:bob@198\.51\.100\.1>;tag=[0-9a-f]{8}$/);
    assert.equal(answer.header("call-id"), "asked@example.com");
    assert.equal(answer.header("cseq"), "7 OPTIONS");
    const allowed = answer.elements("allow");
    for (const method of ["INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "NOTIFY", "INFO", "UPDATE", "PRACK"]) {
      assert.ok(allowed.includes(method), method);
    }
    assert.ok(!allowed.includes("REGISTER"));
  });

  test("RFC 3261, 8.2.7: a request that is sent again has the same answer, another one another tag", () => {
    const one = new Asked();
    const first = one.ask(request({ method: "OPTIONS" }))[0]?.header("to");
    assert.equal(one.ask(request({ method: "OPTIONS" }))[0]?.header("to"), first);
    const other = request({ method: "OPTIONS", via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKother" });
    assert.notEqual(one.ask(other)[0]?.header("to"), first);
  });

  test("RFC 3261, 17.2.3: the same request from another source is a repetition: answered where the first came from", () => {
    const one = new Asked();
    const asked = request({ method: "NOTIFY", headers: ["Event: message-summary"] });
    assert.equal(one.ask(asked)[0]?.status, 200);
    assert.deepEqual(one.ask(asked, "203.0.113.9:7777"), []);
    assert.equal(one.phone.events("notify").length, 1);
  });

  test("ACK, and a request whose Via is none, are dropped and counted", () => {
    const one = new Asked();
    assert.deepEqual(one.ask(request({ method: "ACK" })), []);
    assert.deepEqual(one.ask(request({ method: "OPTIONS", via: "nonsense" })), []);
    assert.deepEqual(
      one.phone.events("dropped").map(({ reason }) => reason),
      ["unsupported-request", "malformed"],
    );
  });

  test("an answer that would exceed the limit of a message is not sent", () => {
    const one = new Asked();
    const vias = Array.from(
      { length: 80 },
      (_, hop) => `Via: SIP/2.0/UDP 10.0.0.${String(hop)};branch=${"b".repeat(50)}`,
    );
    assert.deepEqual(one.ask(request({ method: "OPTIONS", headers: vias })), []);
    assert.equal(one.phone.events("dropped").at(-1)?.reason, "too-long");
  });
});
