import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { Baresip } from "./baresip.js";
import { Call, NOBODY, registeredPhone, session } from "./calls.js";
import type { LibraryPhone } from "./phone.js";
import { Site } from "./site.js";

/** A phone and a baresip, registered with the same Kamailio. */
const both = async (t: TestContext): Promise<{ phone: LibraryPhone; baresip: Baresip }> => {
  const site = await Site.open(t, { closed: ["secondary"], servers: { digest: true, far: NOBODY } });
  const phone = await registeredPhone(site);
  const baresip = await Baresip.start(t, "bare", site.dns.endpoint);
  return { phone, baresip };
};

describe("baresip", { concurrency: true }, () => {
  test("called: rings, answers, hangs up", async (t) => {
    const { phone, baresip } = await both(t);
    const call = await Call.place(phone, baresip.uri);
    await call.until("ringing");
    await baresip.tell("accept");
    await call.until("established");
    const [answer] = phone.records.of("call-message", ({ status }) => status === 200);
    assert.match(answer?.body ?? "", /^m=audio \d+ RTP\/AVP 0/m, "it takes the one codec that was offered");
    await baresip.has("CALL_ESTABLISHED");
    await baresip.tell("hangup");
    const ended = await call.until("ended");
    assert.equal(ended.reason, "remote", phone.records.text);
    assert.equal(baresip.story, "CALL_INCOMING CALL_ESTABLISHED CALL_CLOSED");
  });

  test("called, refuses: 486 ends the search", async (t) => {
    const { phone, baresip } = await both(t);
    const call = await Call.place(phone, baresip.uri);
    await call.until("ringing");
    await baresip.tell("hangup");
    const ended = await call.until("ended");
    assert.equal(ended.reason, "rejected", phone.records.text);
    assert.equal(ended.status, 486);
    assert.equal(baresip.story, "CALL_INCOMING CALL_CLOSED");
  });

  test("calls: the phone rings, answers and hangs up", async (t) => {
    const { phone, baresip } = await both(t);
    await baresip.tell("dial", "sip:user1@example.test");
    const call = await Call.incoming(phone);
    await phone.phone.respond(call.number, 180);
    await baresip.has("CALL_RINGING");
    await phone.phone.respond(call.number, 200, session());
    await call.until("established");
    await baresip.has("CALL_ESTABLISHED");
    await call.hangUp();
    await baresip.has("CALL_CLOSED");
    assert.equal((await call.until("ended")).reason, "local", phone.records.text);
    assert.equal(baresip.story, "CALL_RINGING CALL_ESTABLISHED CALL_CLOSED");
  });

  test("calls, holds: the phone answers its re-INVITE, the call goes on", async (t) => {
    const { phone, baresip } = await both(t);
    await baresip.tell("dial", "sip:user1@example.test");
    const call = await Call.incoming(phone);
    await phone.phone.respond(call.number, 200, session());
    await baresip.has("CALL_ESTABLISHED");
    await call.until("established");
    const known = phone.records.count;
    await baresip.tell("hold");
    const held = await phone.records.waitFor("call-message", ({ answer }) => answer === 1, { after: known });
    assert.equal(held.method, "INVITE");
    assert.match(held.body, /^a=sendonly/m);
    await phone.phone.respond(call.number, 200, session("recvonly"));
    await baresip.tell("hangup");
    assert.equal((await call.until("ended")).reason, "remote", phone.records.text);
    assert.deepEqual(call.states, ["incoming", "accepted", "established", "ended"]);
  });
});
