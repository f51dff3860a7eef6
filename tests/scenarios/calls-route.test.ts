/** Where requests within a call go: F13, with names, literal addresses, strict routers and outbound proxies. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import type { RecordRoute } from "../../host/simulated/index.js";
import {
  BY_NAME,
  FAR,
  OFFER,
  QUIET,
  callMessages,
  calls,
  ends,
  established,
  identityOf,
  inviteResends,
  lastOf,
  messagesOf,
  requestsOf,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site, resends } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

/** A phone with a call through A; it is 10 s. */
const inCall = (recordRoute: RecordRoute, settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site({ recordRoute, ...options });
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone, call: established(site, phone) };
};

const of = (method: string, lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(" ", ` ${method} `));

describe("F13: the next hop is a name of the account's slots", () => {
  test("F13: A silent: the BYE fails over to B and reaches the far end", () => {
    const { site, phone, call } = inCall(BY_NAME);
    site.a.silent();
    phone.hangUp(call);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "BYE"), of("BYE", [...resends(10_000, "A"), "17500 B"]));
    assert.deepEqual(ends(phone), ["17500 local 200"]);
    assert.equal(site.exchange.calls[0]?.state, "ended");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F13, F5: each try in the dialog has a new branch, the same tags, and a CSeq that has grown", () => {
    const { site, phone, call } = inCall(BY_NAME);
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(1000);
    const [one, other] = requestsOf(phone, "BYE");
    assert.ok(one && other);
    assert.deepEqual([one.peer, other.peer], ["A", "B"]);
    assert.notEqual(identityOf(one).branch, identityOf(other).branch);
    assert.equal(other.message.cseq, one.message.cseq + 1);
    assert.equal(other.message.callId, one.message.callId);
    assert.equal(other.message.header("to"), one.message.header("to"));
    assert.equal(other.message.header("from"), one.message.header("from"));
    assert.equal(other.message.header("route"), `<${BY_NAME}>`);
    assert.equal(other.message.uri, site.exchange.contact);
  });

  for (const method of ["INFO", "UPDATE", "REFER"] as const) {
    test(`F13: ${method} fails over as well`, () => {
      const { site, phone, call } = inCall(BY_NAME);
      site.a.silent();
      phone.requestInCall(
        call,
        method,
        method === "REFER" ? { headers: "Refer-To: <sip:x@example.com>\r\n" } : OFFER,
      );
      site.s.run(20_000);
      assert.deepEqual(sentLines(phone, method), of(method, [...resends(10_000, "A"), "17500 B"]));
      assert.deepEqual(callMessages(phone).slice(1), [
        `17500 ${method} ${method === "REFER" ? "202" : "200"}`,
      ]);
    });
  }

  test("F13: a re-INVITE fails over with the budget of INVITE, and its ACK goes the way of its 200", () => {
    const { site, phone, call } = inCall(BY_NAME, { "sip_server.1.invite_retry_counts": 4 });
    site.a.silent();
    phone.requestInCall(call, "INVITE", OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE", "ACK").slice(2), [
      ...inviteResends(10_000, "A", 15_500),
      "25500 INVITE B",
      "25500 ACK B",
    ]);
    assert.deepEqual(callMessages(phone).slice(-1), ["25500 INVITE 200"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("F13: 503 to a re-INVITE: ACK, then B; the call goes on", () => {
    const { site, phone, call } = inCall(BY_NAME);
    site.a.answer(503);
    phone.requestInCall(call, "INVITE", OFFER);
    site.s.run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE", "ACK").slice(2), [
      "10000 INVITE A",
      "10000 ACK A",
      "10000 INVITE B",
      "10000 ACK B",
    ]);
  });

  test("F13: nobody answers a BYE: A until 7.5 s, B 64·T1, then the call is over all the same", () => {
    const { site, phone, call } = inCall(BY_NAME);
    site.a.silent();
    site.b.silent();
    phone.hangUp(call);
    site.s.run(100_000);
    assert.deepEqual(
      sentLines(phone, "BYE"),
      of("BYE", [...resends(10_000, "A"), ...resends(17_500, "B", 32_000)]),
    );
    assert.deepEqual(calls(phone).slice(-1), ["49500 ended"]);
  });

  test("F13: the far end's call too: its Record-Route by name lets our BYE fail over", () => {
    const site = new Site({ recordRoute: BY_NAME });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const { number } = taken(site, phone, site.a);
    site.a.refuse();
    phone.hangUp(number);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10000 BYE B"]);
    assert.equal(site.exchange.calls[0]?.state, "ended");
  });
});

describe("F13: the next hop is a literal address", () => {
  test("F13: A silent: it is the only target, 64·T1 in full; B does not get the BYE", () => {
    const { site, phone, call } = inCall("address");
    site.a.silent();
    phone.hangUp(call);
    site.s.run(100_000);
    assert.deepEqual(sentLines(phone, "BYE"), of("BYE", resends(10_000, "A", 32_000)));
    assert.deepEqual(calls(phone).slice(-2), ["10000 ending", "42000 ended"]);
  });

  test("F13: A refused: the call is over at once", () => {
    const { site, phone, call } = inCall("address");
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(100_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A"]);
    assert.equal(calls(phone).at(-1), "10000 ended");
  });

  test("F13: wherever the call was set up: B's literal address gets the BYE, not the primary", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    site.a.refuse();
    const call = established(site, phone);
    site.a.up();
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE B"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F13: silence to INFO: the application hears 408 and the call goes on", () => {
    const { site, phone, call } = inCall("address");
    site.a.silent();
    phone.requestInCall(call, "INFO", { type: "application/dtmf-relay", body: "Signal=1\r\n" });
    site.s.run(100_000);
    assert.deepEqual(callMessages(phone).slice(1), ["42000 INFO 408"]);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("RFC 3261, 14.1: silence to a re-INVITE ends the call", () => {
    const { site, phone, call } = inCall("address");
    site.a.silent();
    phone.requestInCall(call, "INVITE", OFFER);
    site.s.run(100_000);
    assert.deepEqual(sentLines(phone, "INVITE").slice(1), inviteResends(10_000, "A"));
    assert.match(ends(phone)[0] ?? "", /^42000 no-target-left /);
  });

  test("F13: without Record-Route the requests go to the far end's Contact", () => {
    const site = new Site({ recordRoute: "none" });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    // D stands for the far end itself.
    site.exchange.contact = "sip:far@192.0.2.4:5060";
    const call = established(site, phone);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "ACK", "BYE"), ["10000 ACK D", "10000 BYE D"]);
    assert.equal(lastOf(phone, "BYE").uri, "sip:far@192.0.2.4:5060");
    assert.equal(lastOf(phone, "BYE").header("route"), undefined);
    assert.deepEqual(ends(phone), ["10000 local 200"]);
  });

  test("RFC 3261, 12.2.1.1: a strict router: its URI is the Request-URI, the far end's comes last in Route", () => {
    const { site, phone, call } = inCall("sip:192.0.2.1:5060");
    phone.hangUp(call);
    site.s.run(1000);
    const bye = lastOf(phone, "BYE");
    assert.equal(bye.uri, "sip:192.0.2.1:5060");
    assert.deepEqual(bye.elements("route"), [`<${site.exchange.contact}>`]);
    assert.deepEqual(sentLines(phone, "BYE")[0], "10000 BYE A");
  });

  test("RFC 3261, 12.1.2: a route of several proxies is gone through in reverse", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    site.exchange.callee = [
      { status: 200, headers: [["Record-Route", "<sip:p2.example.net;lr>, <sip:p1.example.net;lr>"]] },
    ];
    const call = phone.call(FAR, OFFER);
    site.s.run(100);
    phone.hangUp(call);
    site.s.run(100);
    const answer = messagesOf(phone).find(
      ({ message }) => message.status === 200 && message.method === "INVITE",
    );
    const recorded = answer?.message.elements("record-route") ?? [];
    assert.equal(recorded.length, 3);
    assert.deepEqual(lastOf(phone, "BYE").elements("route"), recorded.reverse());
  });
});

describe("F13: outbound proxies", () => {
  const PROXIED: Settings = {
    outbound_proxy_enable: 1,
    "outbound_proxy.1.address": "proxy.example.com",
    "sip_server.1.address": "example.com",
  };
  const proxied = (recordRoute: RecordRoute, keeps: number) => {
    const site = new Site({ recordRoute });
    site.name(["A", "B"], 86_400, "proxy.example.com");
    const phone = site.phone({ ...QUIET, ...PROXIED, "sip.use_out_bound_in_dialog": keeps });
    site.s.runUntil(10_000);
    return { site, phone, call: established(site, phone, { uri: "sip:7000@example.com" }) };
  };

  test("the INVITE's Route is the proxy's; From and Request-URI keep the server's domain", () => {
    const { phone } = proxied("none", 1);
    const invite = lastOf(phone, "INVITE");
    assert.deepEqual(invite.elements("route"), ["<sip:proxy.example.com:5060;lr>"]);
    assert.equal(invite.uri, "sip:7000@example.com");
    assert.match(invite.header("from") ?? "", /<sip:1000@example\.com>;tag=/);
  });

  test("use_out_bound_in_dialog 1, no Record-Route: the BYE goes by the proxy's list, which fails over", () => {
    const { site, phone, call } = proxied("none", 1);
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10000 BYE B"]);
    assert.deepEqual(lastOf(phone, "BYE").elements("route"), ["<sip:proxy.example.com:5060;lr>"]);
  });

  test("use_out_bound_in_dialog 1, a Record-Route by the proxy's name: it is not there twice", () => {
    const { site, phone, call } = proxied("sip:proxy.example.com;lr", 1);
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10000 BYE B"]);
    assert.deepEqual(lastOf(phone, "BYE").elements("route"), ["<sip:proxy.example.com;lr>"]);
  });

  test("use_out_bound_in_dialog 0, no Record-Route: the BYE goes to the Contact, without a Route", () => {
    const site = new Site({ recordRoute: "none" });
    site.exchange.contact = "sip:far@192.0.2.4:5060";
    const phone = site.phone({
      ...QUIET,
      ...PROXIED,
      "outbound_proxy.1.address": "sip.example.com",
      "sip.use_out_bound_in_dialog": 0,
    });
    site.s.runUntil(10_000);
    const call = established(site, phone, { uri: "sip:7000@example.com" });
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE D"]);
    assert.equal(lastOf(phone, "BYE").header("route"), undefined);
  });

  test("use_out_bound_in_dialog 0, a literal Record-Route: that one target only", () => {
    const { site, phone, call } = proxied("address", 0);
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A"]);
    assert.deepEqual(lastOf(phone, "BYE").elements("route"), ["<sip:192.0.2.1:5060;lr>"]);
  });

  test("use_out_bound_in_dialog 0, a Record-Route by the proxy's name: it fails over by F13", () => {
    const { site, phone, call } = proxied("sip:proxy.example.com;lr", 0);
    site.a.refuse();
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "BYE"), ["10000 BYE A", "10000 BYE B"]);
  });

  test("the far end rings before it answers: the ACK goes by the route of the 200", () => {
    const { site, phone } = proxied("sip:proxy.example.com;lr", 1);
    site.exchange.callee = answering({ ring: 100, answer: 1000 });
    phone.call("sip:7000@example.com", OFFER);
    site.s.run(5000);
    assert.equal(sentLines(phone, "ACK").at(-1), "11100 ACK A");
    assert.deepEqual(lastOf(phone, "ACK").elements("route"), ["<sip:proxy.example.com;lr>"]);
  });
});
