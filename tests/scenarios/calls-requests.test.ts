/** What the application sends: within calls by call_request, and outside of them by request_send. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  FAR,
  OFFER,
  QUIET,
  SDP,
  callLines,
  callMessages,
  calls,
  established,
  identityOf,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, resends } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

const inCall = (settings: Settings = {}) => {
  const { site, phone } = ready(settings);
  return { site, phone, call: established(site, phone) };
};

const HOLD = { ...OFFER, body: SDP.replace("a=sendrecv", "a=sendonly") };

/** How the application's requests ended: `["10000 1 MESSAGE 200 none"]`. */
const outcomes = (phone: ReturnType<typeof ready>["phone"]): string[] =>
  phone
    .events("request-ended")
    .map(({ t, method, status, reason }) => `${String(t)} ${method} ${String(status)} ${reason}`);

describe("requests of the application within a call", () => {
  test("hold: a re-INVITE with the new offer; its answer is handed over, its ACK sent, the call stands", () => {
    const { site, phone, call } = inCall();
    assert.equal(phone.requestInCall(call, "INVITE", HOLD), 0);
    site.s.run(1000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 ACK A", "10000 INVITE A", "10000 ACK A"]);
    const [first, hold] = requestsOf(phone, "INVITE");
    assert.ok(first && hold);
    assert.equal(hold.message.body, HOLD.body);
    assert.equal(hold.message.callId, first.message.callId);
    assert.equal(hold.message.fromTag, first.message.fromTag);
    assert.equal(hold.message.cseq, first.message.cseq + 1);
    assert.notEqual(hold.message.toTag, "");
    assert.notEqual(identityOf(hold).branch, identityOf(first).branch);
    assert.equal(lastOf(phone, "ACK").cseq, hold.message.cseq);
    const answer = phone.events("call-message").at(-1);
    assert.deepEqual([answer?.method, answer?.status, answer?.answer], ["INVITE", 200, 0]);
    assert.equal(answer?.body, site.exchange.body);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("a hold that is refused with 488: handed over, acknowledged, and the call stands", () => {
    const { site, phone, call } = inCall();
    site.exchange.reinvited = [{ status: 100 }, { status: 488, delay: 500 }];
    phone.requestInCall(call, "INVITE", HOLD);
    site.s.run(1000);
    assert.deepEqual(callMessages(phone).slice(1), ["10500 INVITE 488"]);
    assert.deepEqual(sentLines(phone, "ACK").slice(1), ["10500 ACK A"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("RFC 3261, 14.1: one re-INVITE at a time: the second is refused by call-state until the first's answer", () => {
    const { site, phone, call } = inCall();
    site.exchange.reinvited = [{ status: 100 }, { status: 200, delay: 1000 }];
    assert.equal(phone.requestInCall(call, "INVITE", HOLD), 0);
    assert.equal(phone.requestInCall(call, "INVITE", OFFER), -10);
    site.s.run(2000);
    assert.equal(phone.requestInCall(call, "INVITE", OFFER), 0);
  });

  for (const [method, content, status] of [
    ["INFO", { type: "application/dtmf-relay", body: "Signal=1\r\nDuration=160\r\n" }, 200],
    ["UPDATE", OFFER, 200],
    [
      "REFER",
      { headers: "Refer-To: <sip:8000@example.com>\r\nReferred-By: <sip:1000@example.com>\r\n" },
      202,
    ],
    ["MESSAGE", { type: "text/plain", body: "hello" }, 200],
    ["NOTIFY", { headers: "Event: talk\r\nSubscription-State: active\r\n" }, 200],
    ["OPTIONS", {}, 200],
  ] as const) {
    test(`${method} in the dialog: its content and headers go out, ${String(status)} is handed over`, () => {
      const { site, phone, call } = inCall();
      assert.equal(phone.requestInCall(call, method, content), 0);
      site.s.run(1000);
      assert.deepEqual(sentLines(phone, method).slice(-1), [`10000 ${method} A`]);
      const message = lastOf(phone, method);
      assert.equal(message.body, "body" in content ? content.body : "");
      if ("type" in content) assert.equal(message.header("content-type"), content.type);
      if (method === "REFER") {
        assert.equal(message.header("refer-to"), "<sip:8000@example.com>");
        assert.equal(message.header("referred-by"), "<sip:1000@example.com>");
      }
      assert.deepEqual(callMessages(phone).slice(1, 2), [`10000 ${method} ${String(status)}`]);
      assert.deepEqual(site.exchange.complaints, []);
    });
  }

  test("a request in the call is sent again by timer E until its answer", () => {
    const { site, phone, call } = inCall();
    site.a.silent();
    phone.requestInCall(call, "INFO", { type: "text/plain", body: "x" });
    site.s.run(1000);
    site.a.up();
    site.s.run(5000);
    assert.deepEqual(sentLines(phone, "INFO"), ["10000 INFO A", "10500 INFO A", "11500 INFO A"]);
    assert.deepEqual(callMessages(phone).slice(1), ["11500 INFO 200"]);
  });

  test("before the call is established there is nothing to send within it: call-state", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 180 }];
    const call = phone.call(FAR, OFFER);
    site.s.run(100);
    assert.equal(phone.requestInCall(call, "INFO", {}), -10);
    assert.deepEqual(sentLines(phone, "INFO"), []);
  });
});

describe("requests of the application outside of calls", () => {
  for (const [method, content] of [
    ["MESSAGE", { type: "text/plain", body: "hello" }],
    ["OPTIONS", {}],
    ["INFO", { type: "text/plain", body: "x" }],
    [
      "PUBLISH",
      { headers: "Event: presence\r\nExpires: 60\r\n", type: "application/pidf+xml", body: "<presence/>" },
    ],
  ] as const) {
    test(`${method}: sent by F, and request-ended says how it went`, () => {
      const { site, phone } = ready();
      const number = phone.sendRequest(method, FAR, content);
      assert.ok(number > 0);
      site.s.run(1000);
      assert.deepEqual(sentLines(phone, method), [`10000 ${method} A`]);
      assert.deepEqual(outcomes(phone), [`10000 ${method} 200 none`]);
      assert.equal(phone.events("request-ended")[0]?.request, number);
      const message = lastOf(phone, method);
      assert.equal(message.uri, FAR);
      assert.equal(message.toTag, "");
      assert.equal(message.body, "body" in content ? content.body : "");
    });
  }

  test("F2, F5: A silent: by timer E with retry_counts, then B: Call-ID and From tag kept, CSeq + 1", () => {
    const { site, phone } = ready();
    site.a.silent();
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    site.s.run(20_000);
    assert.deepEqual(
      sentLines(phone, "MESSAGE"),
      [...resends(10_000, "A"), "17500 B"].map((line) => line.replace(" ", " MESSAGE ")),
    );
    const [first] = requestsOf(phone, "MESSAGE").map(identityOf);
    const last = requestsOf(phone, "MESSAGE").map(identityOf).at(-1);
    assert.ok(first && last);
    assert.deepEqual([last.callId, last.fromTag, last.cseq], [first.callId, first.fromTag, first.cseq + 1]);
    assert.deepEqual(outcomes(phone), ["17500 MESSAGE 200 none"]);
  });

  test("F1: a refusal ends it: rejected, with the status", () => {
    const { site, phone } = ready();
    site.exchange.answers = { MESSAGE: { status: 415 } };
    phone.sendRequest("MESSAGE", FAR, { type: "text/odd", body: "x" });
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "MESSAGE"), ["10000 MESSAGE A"]);
    assert.deepEqual(outcomes(phone), ["10000 MESSAGE 415 rejected"]);
  });

  test("F10: nobody answers: no-target-left", () => {
    const { site, phone } = ready();
    site.a.refuse();
    site.b.refuse();
    phone.sendRequest("OPTIONS", FAR);
    site.s.run(1000);
    assert.deepEqual(outcomes(phone), ["10000 OPTIONS 0 no-target-left"]);
  });

  test("F9: no registration: not-registered at once", () => {
    const site = new Site();
    for (const server of [site.a, site.b]) server.answer(403);
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.register_on_enable": 1,
      "sip_server.1.only_signal_with_registered": 1,
    });
    site.s.runUntil(10_000);
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    site.s.run(1000);
    assert.deepEqual(outcomes(phone), ["10000 MESSAGE 0 not-registered"]);
    assert.deepEqual(sentLines(phone, "MESSAGE"), []);
  });

  test("F7: register_on_enable: REGISTER with B before the MESSAGE goes there", () => {
    const { site, phone } = ready({ "sip_server.1.register_on_enable": 1 });
    site.a.silent();
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "REGISTER", "MESSAGE").slice(-2), [
      "17500 REGISTER B",
      "17500 MESSAGE B",
    ]);
  });

  test("R3: its 401 is answered at the same target", () => {
    const { site, phone } = ready({}, { digest: { users: { 1000: "secret" }, challenges: "all" } });
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "MESSAGE"), ["10000 MESSAGE A", "10000 MESSAGE A"]);
    assert.deepEqual(outcomes(phone), ["10000 MESSAGE 200 none"]);
  });

  test("the body of an answer is handed over", () => {
    const { site, phone } = ready();
    site.exchange.answers = { MESSAGE: { status: 200, type: "text/plain", body: "read" } };
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x" });
    site.s.run(1000);
    const [ended] = phone.events("request-ended");
    assert.deepEqual([ended?.type, ended?.body], ["text/plain", "read"]);
  });

  test("account 2 sends by its own server and in its own name", () => {
    const { site, phone } = ready({
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.3",
    });
    phone.sendRequest("MESSAGE", FAR, { account: 2, type: "text/plain", body: "x" });
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "MESSAGE"), ["10000 MESSAGE C"]);
    assert.match(lastOf(phone, "MESSAGE").header("from") ?? "", /<sip:2000@192\.0\.2\.3>;tag=/);
  });
});
