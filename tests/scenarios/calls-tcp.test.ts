/** Calls over TCP, and messages too large for UDP (RFC 3261, 18). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  FAR,
  OFFER,
  QUIET,
  SDP,
  callMessages,
  calls,
  ends,
  established,
  lastOf,
  messagesOf,
  requestsOf,
  sentLines,
  taken,
} from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { TCP, connectionsOf } from "./tcp-helpers.js";

const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** Which request went to which target, with its transport: `["10000 INVITE tcp:192.0.2.1:5060"]`. */
const targets = (phone: ReturnType<typeof ready>["phone"], ...methods: string[]): string[] =>
  requestsOf(phone, ...methods).map(({ t, message, target }) => `${String(t)} ${message.method} ${target}`);

/** An offer that makes an INVITE of more than 1300 octets. */
const LARGE = {
  ...OFFER,
  body: `${SDP}${"a=candidate:1 1 UDP 2130706431 198.51.100.1 11780 typ host\r\n".repeat(20)}`,
};

describe("calls over TCP", () => {
  test("INVITE, ACK and BYE go by the registration's connection, Via and Contact say TCP", () => {
    const { site, phone } = ready(TCP);
    const call = established(site, phone);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "INVITE", "ACK", "BYE"), [
      "10000 INVITE tcp:192.0.2.1:5060",
      "10000 ACK tcp:192.0.2.1:5060",
      "10000 BYE tcp:192.0.2.1:5060",
    ]);
    const sources = new Set(site.a.received.map(({ source }) => source));
    assert.deepEqual(sources, connectionsOf(site.a));
    assert.equal(sources.size, 1);
    const invite = lastOf(phone, "INVITE");
    assert.match(invite.header("via") ?? "", /^SIP\/2\.0\/TCP /);
    assert.match(invite.header("contact") ?? "", /;transport=tcp/i);
    assert.deepEqual(ends(phone), ["10000 local 200"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("RFC 3261, 17.1.1.2: by TCP an INVITE is sent once; the call is given up at 64·T1", () => {
    const { site, phone } = ready(TCP, { list: ["A"] });
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
    assert.deepEqual(ends(phone), ["42000 no-target-left 0"]);
  });

  test("a call that comes in by the registration's connection: taken, and hung up by the same", () => {
    const { site, phone } = ready(TCP);
    const { number, call } = taken(site, phone, site.a);
    phone.hangUp(number);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "BYE"), ["10000 BYE tcp:192.0.2.1:5060"]);
    assert.equal(call.dialog.state, "ended");
    assert.equal(new Set(site.a.received.map(({ source }) => source)).size, 1);
  });

  test("RFC 3261, 13.3.1.4: by TCP too a 200 is sent again until its ACK", () => {
    const { site, phone } = ready(TCP);
    site.exchange.invite(site.a, { to: "1000", acknowledges: false });
    site.s.run(0);
    const call = phone.events("call").at(-1)?.call ?? 0;
    phone.respond(call, 200, OFFER);
    site.s.run(4000);
    const sent = messagesOf(phone).filter(
      ({ direction, message }) => direction === "out" && message.status === 200,
    );
    assert.deepEqual(
      sent.map(({ t }) => t),
      [10_000, 10_500, 11_500, 13_500],
    );
  });

  test("F1: A closes the connection while an INVITE waits: B at the same instant", () => {
    const { site, phone } = ready(TCP);
    site.exchange.callee = [];
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.exchange.callee = [{ status: 180 }];
    site.a.disconnect();
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "11000 INVITE B"]);
    assert.equal(calls(phone).at(-1), "11000 ringing");
  });

  test("a connection that A closes in mid-call is opened anew for the BYE: the call is not over", () => {
    const { site, phone } = ready(TCP);
    const call = established(site, phone);
    site.s.run(1000);
    site.a.disconnect();
    site.s.run(1000);
    assert.equal(calls(phone).at(-1), "10000 established");
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "BYE"), ["12000 BYE tcp:192.0.2.1:5060"]);
    assert.deepEqual(ends(phone), ["12000 local 200"]);
    assert.equal(site.exchange.calls[0]?.state, "ended");
  });

  test("K3: that loss moves the registration to B: what the far end sends by B's connection reaches the call", () => {
    const { site, phone } = ready(TCP);
    const { call } = taken(site, phone, site.a);
    site.a.disconnect();
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "REGISTER"), ["0 REGISTER A", "10000 REGISTER B"]);
    const [at] = connectionsOf(site.b);
    const info = call.info("Signal=1\r\n", { server: site.b, at });
    site.s.run(1000);
    assert.equal(info.status, 200);
    assert.equal(callMessages(phone).at(-1), "11000 INFO 0");
  });

  test("F13: the connection is refused for the BYE: the call is over at once", () => {
    const { site, phone } = ready(TCP);
    const call = established(site, phone);
    site.a.refuse();
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.equal(calls(phone).at(-1), "11000 ended");
  });
});

describe("RFC 3261, 18.1.1: messages too large for UDP", () => {
  test("an INVITE of more than 1300 octets goes by TCP to the same target, and says so", () => {
    const { site, phone } = ready();
    phone.call(FAR, LARGE);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "INVITE"), ["10000 INVITE tcp:192.0.2.1:5060"]);
    const [record] = phone.events("too-large");
    assert.ok(record);
    assert.deepEqual([record.method, record.target], ["INVITE", "udp:192.0.2.1:5060"]);
    const [invite] = requestsOf(phone, "INVITE");
    assert.ok(record.octets > 1300);
    assert.match(invite?.message.header("via") ?? "", /^SIP\/2\.0\/TCP /);
    assert.equal(invite?.message.body, LARGE.body);
    assert.equal(calls(phone).at(-1), "10000 established");
  });

  test("one of at most 1300 octets stays with UDP, and there is no record of it", () => {
    const { site, phone } = ready();
    // The same INVITE filled up: the limit is found from both sides.
    const size = (octets: number) => ({ ...OFFER, body: "x".repeat(octets) });
    phone.call(FAR, size(1));
    site.s.run(100);
    const [entry] = phone.wire.filter(({ octets }) =>
      Buffer.from(octets).toString("latin1").startsWith("INVITE"),
    );
    const bare = entry?.octets.length ?? 0;
    // Content-Length grows from one digit to three.
    phone.call(FAR, size(1300 - bare - 1));
    site.s.run(100);
    assert.deepEqual(phone.events("too-large"), []);
    phone.call(FAR, size(1300 - bare));
    site.s.run(100);
    assert.deepEqual(
      phone.events("too-large").map(({ octets }) => octets),
      [1301],
    );
    assert.deepEqual(
      targets(phone, "INVITE").map((line) => line.split(" ")[2]),
      ["udp:192.0.2.1:5060", "udp:192.0.2.1:5060", "tcp:192.0.2.1:5060"],
    );
  });

  test("TCP is refused: by UDP to the same target at the same instant, not to B", () => {
    const { site, phone } = ready();
    site.s.network.closeStream({ transport: "tcp", family: 4, address: "192.0.2.1", port: 5060 });
    phone.call(FAR, LARGE);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "INVITE"), ["10000 INVITE udp:192.0.2.1:5060"]);
    assert.equal(calls(phone).at(-1), "10000 established");
    assert.deepEqual(phone.events("target-failed"), []);
  });

  test("a re-INVITE of that size goes by TCP as well, its ACK by the same connection", () => {
    const { site, phone } = ready();
    const call = established(site, phone);
    phone.requestInCall(call, "INVITE", LARGE);
    site.s.run(1000);
    assert.deepEqual(targets(phone, "INVITE").slice(1), ["10000 INVITE tcp:192.0.2.1:5060"]);
    assert.equal(callMessages(phone).at(-1), "10000 INVITE 200");
    assert.equal(sentLines(phone, "ACK").length, 2);
    assert.equal(site.exchange.calls[0]?.isUnacknowledged, false);
  });

  test("A is silent over TCP: the budget of F2 counts from the start, then B, by TCP", () => {
    const { site, phone } = ready();
    site.a.silent();
    phone.call(FAR, LARGE);
    site.s.run(20_000);
    assert.deepEqual(targets(phone, "INVITE"), [
      "10000 INVITE tcp:192.0.2.1:5060",
      "17500 INVITE tcp:192.0.2.2:5060",
    ]);
  });

  test("a MESSAGE of that size too", () => {
    const { site, phone } = ready();
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x".repeat(1300) });
    site.s.run(1000);
    assert.deepEqual(targets(phone, "MESSAGE"), ["10000 MESSAGE tcp:192.0.2.1:5060"]);
    assert.deepEqual(
      phone.events("request-ended").map(({ status }) => status),
      [200],
    );
  });

  test("where TCP is the transport anyway the size says nothing", () => {
    const { site, phone } = ready(TCP);
    phone.call(FAR, LARGE);
    site.s.run(1000);
    assert.deepEqual(phone.events("too-large"), []);
    assert.deepEqual(targets(phone, "INVITE"), ["10000 INVITE tcp:192.0.2.1:5060"]);
  });
});
