/** Bodies that are not as long as their message says, over UDP. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { writeSip } from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/index.js";
import { callMessages } from "./call-helpers.js";
import { InCall, again } from "./in-call.js";
import { drops } from "./lookups.js";

/** The text of a message whose Content-Length says something else. */
const ofLength = (message: SipMessage, length: number): string =>
  Buffer.from(writeSip(message))
    .toString("latin1")
    .replace(/^Content-Length: \d+/m, `Content-Length: ${String(length)}`);

describe("a body of another length than Content-Length says, over UDP", () => {
  test("RFC 3261, 18.3: shorter: the message was cut off, and is dropped", () => {
    const one = new InCall();
    one.dialog.info("first");
    one.site.s.run(100);
    const request = again(one, { CSeq: "50 INFO" });
    for (const length of [6, 7, 1000, 65_536, 2 ** 31 - 1])
      assert.deepEqual(one.answersTo(ofLength(request, length)), []);
    assert.deepEqual(drops(one.phone), { "cut-off": 5 });
    assert.deepEqual(callMessages(one.phone).slice(1), ["5000 INFO 0"]);
    one.assertUnharmed();
  });

  test("longer: what is behind it is none of it", () => {
    const one = new InCall();
    one.dialog.info("first");
    one.site.s.run(100);
    assert.deepEqual(one.answersTo(ofLength(again(one, { CSeq: "50 INFO" }), 3)), [200]);
    assert.equal(one.phone.events("call-message").at(-1)?.body, "fir");
    one.assertUnharmed();
  });

  test("an answer with too short a body is none: the request is sent again, and has another", () => {
    const one = new InCall();
    let isFirst = true;
    const { network } = one.site.s;
    const inject = network.inject.bind(network);
    network.inject = (from, to, octets, sender) => {
      const text = Buffer.from(octets).toString("latin1");
      const spoils = isFirst && text.startsWith("SIP/2.0 200") && /^CSeq: \d+ INFO/m.test(text);
      if (spoils) isFirst = false;
      const sent = spoils
        ? Buffer.from(text.replace(/^Content-Length: \d+/m, "Content-Length: 9"), "latin1")
        : octets;
      inject(from, to, sent, sender);
    };
    one.phone.requestInCall(one.call, "INFO", { type: "text/plain", body: "x" });
    one.site.s.run(1000);
    assert.deepEqual(drops(one.phone), { "cut-off": 1 });
    assert.deepEqual(callMessages(one.phone).slice(1), ["5500 INFO 200"]);
    one.assertUnharmed();
  });

  test("and without any Content-Length: all of the datagram is its body", () => {
    const one = new InCall();
    one.dialog.info("first");
    one.site.s.run(100);
    const text = Buffer.from(writeSip(again(one, { CSeq: "50 INFO" }))).toString("latin1");
    assert.deepEqual(one.answersTo(text.replace(/^Content-Length: \d+\r\n/m, "")), [200]);
    assert.equal(one.phone.events("call-message").at(-1)?.body, "first");
  });
});
