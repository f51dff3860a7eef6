import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { Call, asked, registeredPhone, session } from "./calls.js";
import { ask, optionsRequest, uniqueText } from "./datagrams.js";
import { LATE, assertTime } from "./expect.js";
import { Sipp } from "./sipp.js";
import { Site } from "./site.js";

/** One resend of an INVITE: a silent target fails after 1.5 s (F2). */
const quick = { "sip_server.1.invite_retry_counts": 1 };

describe("calls to SIPp through Kamailio", { concurrency: true }, () => {
  test("rings, is answered, hung up here: BYE, and the far end has seen each request once", async (t) => {
    const far = await Sipp.start(t, "answer");
    const site = await Site.open(t, { closed: ["secondary"], servers: { digest: true, far: far.endpoint } });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    await call.until("established");
    const [answer] = phone.records.of("call-message", ({ status }) => status === 200);
    assert.match(answer?.body ?? "", /^m=audio 40000/m, "the far end's session is the application's");
    await call.hangUp();
    const ended = await call.until("ended");
    assert.equal(ended.reason, "local", phone.records.text);
    assert.deepEqual(call.states, ["calling", "proceeding", "ringing", "established", "ending", "ended"]);
    await far.finished();
    assert.equal(far.story, ">INVITE 180 200 >ACK >BYE 200");
  });

  test("hung up at the far end: its BYE is answered, the call ended by it", async (t) => {
    const far = await Sipp.start(t, "hang-up");
    const site = await Site.open(t, { closed: ["secondary"], servers: { far: far.endpoint } });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    const ended = await call.until("ended");
    assert.equal(ended.reason, "remote", phone.records.text);
    await far.finished();
    assert.equal(far.story, ">INVITE 180 200 >ACK BYE >200");
    assert.deepEqual(
      phone.records.of("answered").map(({ method, status }) => `${method} ${String(status)}`),
      ["BYE 200"],
    );
  });

  test("F1, F12: 503, Retry-After 20: ACK, the call at the secondary at once, and so is the next call", async (t) => {
    const dead = await Sipp.start(t, "unavailable");
    const far = await Sipp.start(t, "answer", { calls: 2 });
    const site = await Site.open(t, {
      servers: { stateless: true },
      primary: { far: dead.endpoint },
      secondary: { far: far.endpoint },
    });
    const phone = await registeredPhone(site);
    for (const which of ["first", "second"]) {
      const call = await Call.place(phone);
      await call.until("established");
      await call.hangUp();
      assert.equal((await call.until("ended")).reason, "local", `${which} call\n${phone.records.text}`);
    }
    await dead.finished();
    await far.finished();
    assert.equal(dead.story, ">INVITE 503 >ACK");
    assert.equal(asked(site, phone, "INVITE"), "primary secondary secondary", phone.records.text);
    assert.equal(phone.records.of("target-failed")[0]?.cause, "503", phone.records.text);
    const [refused] = phone.records.of("response", ({ status }) => status === 503);
    const [, next] = phone.records.of("request", ({ method }) => method === "INVITE");
    assert.ok(refused && next && next.t - refused.t < LATE, phone.records.text);
  });

  test("F4: 100 and silence for longer than the budget: no other target; hung up: CANCEL", async (t) => {
    const silent = await Sipp.start(t, "trying");
    const far = await Sipp.start(t, "answer");
    const site = await Site.open(t, {
      servers: { stateless: true },
      primary: { far: silent.endpoint },
      secondary: { far: far.endpoint },
    });
    const phone = await registeredPhone(site, { account: quick });
    const call = await Call.place(phone);
    await call.until("proceeding");
    await wait(3000);
    assert.deepEqual(call.states, ["calling", "proceeding"]);
    await call.hangUp();
    const ended = await call.until("ended");
    assert.equal(ended.reason, "cancelled", phone.records.text);
    await silent.finished();
    assert.equal(silent.story, ">INVITE 100 >CANCEL 200 487 >ACK");
    assert.equal(asked(site, phone, "INVITE"), "primary", phone.records.text);
    assert.deepEqual(far.messages, []);
  });

  test("CANCEL and 200 cross: ACK and BYE, nobody is left in a call", async (t) => {
    const far = await Sipp.start(t, "crossing");
    const site = await Site.open(t, {
      closed: ["secondary"],
      servers: { stateless: true, far: far.endpoint },
    });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    await call.until("ringing");
    await call.hangUp();
    const ended = await call.until("ended");
    assert.equal(ended.reason, "cancelled", phone.records.text);
    await far.finished();
    assert.equal(far.story, ">INVITE 180 >CANCEL 200 200 >ACK >BYE 200");
    assert.ok(!call.states.includes("established"), phone.records.text);
  });

  test("F13: held after the primary fell silent: the re-INVITE reaches the far end through the secondary, so does BYE", async (t) => {
    const far = await Sipp.start(t, "reinvited");
    const site = await Site.open(t, { servers: { far: far.endpoint, recordRoute: "name" } });
    const phone = await registeredPhone(site, { account: { ...quick, "sip_server.1.failback_mode": 3 } });
    const call = await Call.place(phone);
    await call.until("established");
    await far.has("ACK");
    site.primary.freeze();
    const known = phone.records.count;
    await phone.phone.requestInCall(call.number, "INVITE", session("sendonly"));
    const held = await phone.records.waitFor("call-message", ({ method }) => method === "INVITE", {
      after: known,
    });
    assert.equal(held.status, 200, phone.records.text);
    assert.match(held.body, /^a=recvonly/m);
    assert.equal(asked(site, phone, "INVITE"), "primary primary primary secondary", phone.records.text);
    const [, first, , moved] = phone.records.of("request", ({ method }) => method === "INVITE");
    assert.ok(first && moved);
    assertTime(moved.t - first.t, 1500, LATE, "the re-INVITE at the secondary");
    await call.hangUp();
    await call.until("ended");
    await far.finished();
    assert.equal(far.story, ">INVITE 180 200 >ACK >INVITE 200 >ACK >BYE 200");
    assert.equal(asked(site, phone, "BYE"), "secondary", phone.records.text);
  });

  test("the far end holds the call: the application answers its re-INVITE, the call goes on", async (t) => {
    const far = await Sipp.start(t, "reinvite");
    const site = await Site.open(t, { closed: ["secondary"], servers: { far: far.endpoint } });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    const asks = await phone.records.waitFor("call-message", ({ answer }) => answer === 1);
    assert.equal(asks.method, "INVITE");
    assert.match(asks.body, /^a=sendonly/m);
    await phone.phone.respond(call.number, 200, session("recvonly"));
    await wait(200);
    assert.equal(call.states.at(-1), "established", phone.records.text);
    await call.hangUp();
    await call.until("ended");
    await far.finished();
    assert.equal(far.story, ">INVITE 180 200 >ACK INVITE >100 >200 ACK >BYE 200");
  });

  test("100rel demanded: PRACK, and the call is set up (RFC 3262)", async (t) => {
    const far = await Sipp.start(t, "reliable");
    const site = await Site.open(t, { closed: ["secondary"], servers: { far: far.endpoint } });
    const phone = await registeredPhone(site);
    const call = await Call.place(phone);
    await call.until("established");
    await call.hangUp();
    await call.until("ended");
    await far.finished();
    assert.equal(far.story, ">INVITE 183 >PRACK 200 200 >ACK >BYE 200");
    assert.match(far.received("INVITE")[0]?.text ?? "", /^Supported:.*\b100rel\b/m);
    assert.match(far.received("PRACK")[0]?.text ?? "", /^RAck: 71 \d+ INVITE/m);
  });

  test("the far end itself: says so where a call does not go as its scenario has it", async (t) => {
    const far = await Sipp.start(t, "answer");
    await ask(far.address, 5060, optionsRequest(far.address, 5060, uniqueText()), 200);
    await assert.rejects(far.finished(), /SIPp: status 1; >OPTIONS[^]*unexpected/i);
  });
});
