/** Calls that come in and are taken: RFC 3261, sections 13.3 and 17.2.1, and RFC 6026. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR_SDP } from "../../host/simulated/index.js";
import {
  OFFER,
  QUIET,
  SDP,
  answerLines,
  calls,
  ends,
  heardLines,
  incomingOf,
  messagesOf,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site, only } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

/** A phone that is registered with A; it is 10 s. */
const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

describe("a call that comes in", () => {
  test("RFC 3261, 8.2.6.1: 100 at once; the application hears of it, with the offer", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(5000);
    assert.deepEqual(answerLines(phone, "INVITE"), ["10000 100 A"]);
    assert.deepEqual(call.statuses, [100]);
    const record = only(phone.events("call"));
    assert.equal(record.state, "incoming");
    assert.equal(record.account, 1);
    assert.match(record.peer, /<sip:far@example\.com>;tag=/);
    const message = only(phone.events("call-message"));
    assert.deepEqual(
      [message.call, message.method, message.status, message.answer, message.type, message.body],
      [record.call, "INVITE", 0, 1, "application/sdp", FAR_SDP],
    );
  });

  test("180, then 200 with a body, its ACK, and the far end's BYE", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(200);
    const number = incomingOf(phone);
    assert.equal(phone.respond(number, 180), 0);
    site.s.run(2800);
    assert.equal(phone.respond(number, 200, OFFER), 0);
    site.s.run(7000);
    const bye = call.bye();
    site.s.run(1000);
    assert.deepEqual(answerLines(phone, "INVITE"), ["10000 100 A", "10200 180 A", "13000 200 A"]);
    assert.equal(call.invite.final?.body, SDP);
    assert.equal(bye.status, 200);
    assert.deepEqual(calls(phone), ["10000 incoming", "13000 accepted", "13000 established", "20000 ended"]);
    assert.deepEqual(ends(phone), ["20000 remote 0"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("RFC 3261, 12.1.1: the answers from 180 on have one tag, our Contact, and the Record-Route as it came", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, {
      to: "1000",
      headers: [["Record-Route", "<sip:p1.example.net;lr>, <sip:p2.example.net;lr>"]],
    });
    site.s.run(0);
    const number = incomingOf(phone);
    phone.respond(number, 180);
    phone.respond(number, 200, OFFER);
    site.s.run(0);
    const [ringing, answer] = call.answers.slice(-2).map(({ message }) => message);
    assert.ok(ringing && answer);
    assert.equal(answer.toTag, ringing.toTag);
    assert.match(answer.toTag, /^[0-9a-f]{8}$/);
    for (const message of [ringing, answer]) {
      assert.deepEqual(
        message.headers("record-route").join(", "),
        call.invite.message.headers("record-route").join(", "),
      );
      assert.match(message.header("contact") ?? "", /^<sip:1000@198\.51\.100\.1:5060/);
    }
    for (const method of [
      "INVITE",
      "ACK",
      "BYE",
      "CANCEL",
      "OPTIONS",
      "PRACK",
      "UPDATE",
      "INFO",
      "REFER",
      "NOTIFY",
    ]) {
      assert.ok(answer.elements("allow").includes(method), method);
    }
    assert.ok(answer.elements("supported").includes("100rel"));
  });

  test("headers of the application are in its answers: Subject in the 180, Server in the 200", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    phone.respond(incomingOf(phone), 183, { ...OFFER, headers: "Alert-Info: <urn:x>\r\n" });
    phone.respond(incomingOf(phone), 200, { ...OFFER, headers: "Server: desk\r\n" });
    site.s.run(0);
    const [progress, answer] = call.answers.slice(-2).map(({ message }) => message);
    assert.ok(progress && answer);
    assert.equal(progress.header("alert-info"), "<urn:x>");
    assert.equal(progress.body, SDP);
    assert.equal(answer.header("server"), "desk");
  });

  test("we hang up a call that came in: BYE to where its route leads, with the tags turned round", () => {
    const { site, phone } = ready();
    const { number, call } = taken(site, phone, site.a);
    phone.hangUp(number);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A"]);
    const bye = messagesOf(phone).find(
      ({ message: { method, status } }) => method === "BYE" && status === 0,
    )?.message;
    assert.ok(bye);
    assert.equal(bye.fromTag, call.dialog.remoteTag);
    assert.equal(bye.toTag, call.dialog.localTag);
    assert.equal(bye.callId, call.dialog.callId);
    assert.equal(bye.uri, site.exchange.contact);
    assert.deepEqual(site.exchange.complaints, []);
    assert.deepEqual(ends(phone), ["10000 local 200"]);
  });

  test("hanging up a call that rings refuses it with 603", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    phone.hangUp(incomingOf(phone));
    site.s.run(1000);
    assert.equal(call.status, 603);
    assert.deepEqual(ends(phone), ["10000 local 603"]);
  });

  test("two calls at the same time have a number each, and each its own answer", () => {
    const { site, phone } = ready();
    const one = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    const first = incomingOf(phone);
    const other = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    const second = incomingOf(phone);
    assert.notEqual(first, second);
    phone.respond(second, 486);
    phone.respond(first, 200, OFFER);
    site.s.run(1000);
    assert.deepEqual([one.status, other.status], [200, 486]);
  });

  test("a call through B while the phone is registered with A: answered the way it came", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.b, { to: "1000" });
    site.s.run(0);
    phone.respond(incomingOf(phone), 200, OFFER);
    site.s.run(1000);
    assert.deepEqual(answerLines(phone, "INVITE"), ["10000 100 B", "10000 200 B"]);
    assert.equal(call.status, 200);
    assert.deepEqual(heardLines(phone, "ACK"), ["10000 ACK B"]);
    assert.match(call.invite.final?.header("contact") ?? "", /^<sip:1000@198\.51\.100\.1:5060/);
  });

  test("the user of the Request-URI says which account is called, whatever server it comes by", () => {
    const { site, phone } = ready({
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.3",
    });
    const one = site.exchange.invite(site.c, { to: "2000" });
    const other = site.exchange.invite(site.c, { to: "1000" });
    site.s.run(0);
    assert.deepEqual(
      phone.events("call").map(({ account }) => account),
      [2, 1],
    );
    assert.deepEqual([one.statuses, other.statuses], [[100], [100]]);
  });

  test("over IPv6: taken and hung up, its Contact and route are in brackets", () => {
    const site = new Site();
    site.s.zone.remove("sip.example.com").address("sip.example.com", ["2001:db8::1"]);
    const phone = site.phone({ ...QUIET, "static.network.ip_address_mode": 1 });
    site.s.runUntil(10_000);
    const { number, call } = taken(site, phone, site.a);
    assert.match(call.invite.final?.header("contact") ?? "", /^<sip:1000@\[2001:db8:ffff::1\]:5060/);
    phone.hangUp(number);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A6"]);
    assert.deepEqual(ends(phone), ["10000 local 200"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("nobody takes or refuses the call: after 300 s it is refused with 480", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(400_000);
    assert.equal(call.status, 480);
    assert.deepEqual(ends(phone), ["310000 timed-out 480"]);
  });
});
