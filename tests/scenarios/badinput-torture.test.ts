/** The torture test messages of RFC 4475 (SIP) reach a phone in a call. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { splitList } from "../../host/simulated/index.js";
import { messagesOf } from "./call-helpers.js";
import { InCall } from "./in-call.js";
import { drops } from "./lookups.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";
import { torture } from "./torture.js";
import type { Fate } from "./torture-writer.js";

/** Refuses the call that a message has brought, by the 415 of RFC 3261, 21.4.13, and has the far end acknowledge that. */
const refuse = (one: InCall): void => {
  const headers = "Accept: application/sdp\r\n";
  assert.equal(one.phone.respond(latestIncoming(one.phone), 415, { headers }), 0);
  one.site.s.run(0);
  const answer = messagesOf(one.phone).at(-1)?.message;
  assert.equal(answer?.status, 415);
  const fields = ["via", "from", "to", "call-id"].map((name) => `${name}: ${answer.header(name) ?? ""}`);
  const start = "ACK sip:1000@198.51.100.1 SIP/2.0";
  const ack = [start, ...fields, `CSeq: ${String(answer.cseq)} ACK`, "Content-Length: 0", "", ""];
  assert.deepEqual(one.receive(ack.join("\r\n")), []);
};

const titleOf = (fate: Fate): string => {
  if (fate === "rings") return "a call comes in";
  return typeof fate === "number" ? String(fate) : `dropped as ${fate}`;
};

describe("RFC 4475 in the middle of a call", () => {
  for (const { name, section, fate, text } of torture) {
    test(`${section} ${name}: ${titleOf(fate)}`, () => {
      const one = new InCall();
      const answers = one.receive(text);
      const statuses = answers.map(({ message }) => message.status);
      if (typeof fate === "string" && fate !== "rings") {
        assert.deepEqual(statuses, []);
        assert.deepEqual(drops(one.phone), { [fate]: 1 });
      } else {
        assert.deepEqual(statuses, [fate === "rings" ? 100 : fate]);
        assert.deepEqual(drops(one.phone), {});
        // RFC 3261, 18.2.2 and RFC 3581: to where the request came from, whatever its Via says.
        assert.deepEqual(
          answers.map(({ to }) => to),
          ["udp:192.0.2.1:5060"],
        );
      }
      const rang = one.phone.events("call").filter(({ state }) => state === "incoming");
      assert.equal(rang.length, fate === "rings" ? 1 : 0);
      if (fate === "rings") refuse(one);
      one.assertUnharmed();
    });
  }

  test("RFC 3261, 8.2.6.2: an answer has every Via, From and Call-ID as they came", () => {
    const { text } = torture.find(({ name }) => name === "transports") ?? { text: "" };
    const [answer] = new InCall().receive(text);
    const vias = (message: string): string[] =>
      [...message.matchAll(/^Via: (.*)$/gm)].flatMap(([, value = ""]) => splitList(value.trim()));
    assert.deepEqual(answer?.message.elements("via").slice(1), vias(text).slice(1));
    assert.equal(answer.message.callId, "transports.torture@example.net");
  });

  test("RFC 3261, 8.2.2.3: 420 names what is not supported, and leaves what concerns proxies to them", () => {
    const { text } = torture.find(({ name }) => name === "bext01") ?? { text: "" };
    const [answer] = new InCall().receive(text);
    assert.deepEqual(answer?.message.elements("unsupported"), [
      "nothingSupportsThis",
      "nothingSupportsThisEither",
    ]);
  });

  test("RFC 3261, 8.1.1.5: no answer is made of numbers that were cut", () => {
    const { text } = torture.find(({ name }) => name.startsWith("wsinv, without")) ?? { text: "" };
    const [answer] = new InCall().receive(text);
    assert.match(answer?.message.header("cseq") ?? "", /^0*9\s+INVITE$/);
  });

  test("all of them, three times over: nothing is used up", () => {
    const one = new InCall();
    for (let round = 0; round < 3; round++) {
      for (const { text, fate } of torture) {
        const before = latestIncoming(one.phone);
        one.receive(text);
        // The second time around an INVITE may be taken for the first one's repetition (RFC 3261, 17.2.3).
        if (fate === "rings" && latestIncoming(one.phone) !== before) refuse(one);
        one.site.s.run(3000);
      }
    }
    one.assertUnharmed();
    assert.deepEqual(one.phone.events("pool-full"), []);
    one.phone.hangUp(one.call);
    one.site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
  });
});
