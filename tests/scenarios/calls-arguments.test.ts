/** What the application may not ask for: an error of the contract, and nothing on the wire. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAR, OFFER, QUIET, calls, established, incomingOf } from "./call-helpers.js";
import { Site } from "./helpers.js";

const BAD_ARGUMENT = -6;
const POOL_FULL = -7;
const STALE_CALL = -9;
const CALL_STATE = -10;

const ready = () => {
  const site = new Site();
  const phone = site.phone(QUIET);
  site.s.runUntil(10_000);
  return { site, phone };
};

/** Header lines that would say something else than they seem to. */
const injections: readonly (readonly [string, string])[] = [
  ["no line end", "Subject: x"],
  ["a line feed only", "Subject: x\n"],
  ["a carriage return only", "Subject: x\r"],
  ["an empty line, and a body behind it", "Subject: x\r\n\r\nv=0\r\n"],
  ["an empty line first", "\r\nSubject: x\r\n"],
  ["a carriage return within", "Subject: x\ry\r\n"],
  ["a line feed within", "Subject: x\nVia: y\r\n"],
  ["a NUL", "Subject: x\0\r\n"],
];

const uris: readonly string[] = [
  "",
  "7000",
  "sip:",
  "sip:7000@",
  "sip:7000@sip.example.com>\r\nVia: x",
  "sip:7000@sip.example.com\r\nX: y",
  "sip:7000@sip.example.com SIP/2.0",
  "sip:70 00@sip.example.com",
  "<sip:7000@sip.example.com>",
];

describe("placing a call", () => {
  for (const [name, headers] of injections) {
    test(`headers: ${name}: bad-argument`, () => {
      const { site, phone } = ready();
      const before = phone.wire.length;
      assert.equal(phone.call(FAR, { ...OFFER, headers }), BAD_ARGUMENT);
      assert.equal(
        phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "x", headers }),
        BAD_ARGUMENT,
      );
      site.s.run(1000);
      assert.equal(phone.wire.length, before);
      assert.deepEqual(calls(phone), []);
    });
  }

  for (const uri of uris) {
    test(`URI ${JSON.stringify(uri)}: bad-argument`, () => {
      const { site, phone } = ready();
      const before = phone.wire.length;
      assert.equal(phone.call(uri, OFFER), BAD_ARGUMENT);
      assert.equal(phone.sendRequest("OPTIONS", uri), BAD_ARGUMENT);
      site.s.run(1000);
      assert.equal(phone.wire.length, before);
      assert.deepEqual(calls(phone), []);
    });
  }

  test("a body without a type, a type of two lines: bad-argument", () => {
    const { site, phone } = ready();
    const before = phone.wire.length;
    assert.equal(phone.call(FAR, { body: "v=0\r\n" }), BAD_ARGUMENT);
    assert.equal(phone.call(FAR, { type: "text/plain\r\nX: y", body: "x" }), BAD_ARGUMENT);
    assert.equal(phone.sendRequest("MESSAGE", FAR, { body: "x" }), BAD_ARGUMENT);
    site.s.run(1000);
    assert.equal(phone.wire.length, before);
  });

  test("an account that is not there, or not enabled: bad-argument", () => {
    const { site, phone } = ready();
    const before = phone.wire.length;
    for (const account of [0, 2, 16, 17, 0xffff_ffff]) {
      assert.equal(phone.call(FAR, { account, ...OFFER }), BAD_ARGUMENT);
      assert.equal(phone.sendRequest("OPTIONS", FAR, { account }), BAD_ARGUMENT);
    }
    site.s.run(1000);
    assert.equal(phone.wire.length, before);
  });

  test("well-formed lines are taken, a folded one too; tel URIs are the server's to understand", () => {
    const { site, phone } = ready();
    assert.ok(phone.call(FAR, { ...OFFER, headers: "Subject: a\r\n b\r\nX-One: 1\r\n" }) > 0);
    assert.ok(phone.call("tel:+15551234567", OFFER) > 0);
    assert.ok(phone.call("sips:7000@sip.example.com;user=phone", OFFER) > 0);
    site.s.run(1000);
    assert.equal(site.a.requests("INVITE")[0]?.request.header("subject"), "a b");
    assert.equal(site.a.malformed, 0);
  });

  test("more calls than there are: pool-full and its event; a number is free again after an end", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 100 }];
    const numbers: number[] = [];
    for (let count = 0; count < 40; count++) numbers.push(phone.call(FAR, OFFER));
    site.s.run(1000);
    const placed = numbers.filter((number) => number > 0);
    assert.equal(new Set(placed).size, placed.length);
    assert.ok(numbers.slice(placed.length).every((answer) => answer === POOL_FULL));
    assert.ok(phone.events("pool-full").some(({ pool }) => pool === "calls" || pool === "requests"));
    for (const number of placed) phone.hangUp(number);
    site.s.run(40_000);
    const again = phone.call(FAR, OFFER);
    assert.ok(again > 0);
    assert.ok(!placed.includes(again));
  });

  test("a request longer than the limit of a message fails the call, named too-long", () => {
    const { site, phone } = ready();
    const call = phone.call(FAR, { type: "text/plain", body: "x".repeat(4000) });
    assert.ok(call > 0);
    site.s.run(1000);
    assert.deepEqual(site.a.requests("INVITE"), []);
    const end = phone.events("call").at(-1);
    assert.deepEqual([end?.state, end?.reason], ["ended", "too-long"]);
  });
});

describe("numbers and states", () => {
  test("a number that never was, and one of a call that is over: stale-call", () => {
    const { site, phone } = ready();
    const over = established(site, phone);
    phone.hangUp(over);
    site.s.run(1000);
    const before = phone.wire.length;
    for (const number of [0, 1, 4711, -1, 0x7fff_ffff, over]) {
      assert.equal(phone.hangUp(number), STALE_CALL);
      assert.equal(phone.respond(number, 200, OFFER), STALE_CALL);
      assert.equal(phone.requestInCall(number, "INFO", {}), STALE_CALL);
    }
    site.s.run(1000);
    assert.equal(phone.wire.length, before);
  });

  test("a stale number is not the next call's in the same place", () => {
    const { site, phone } = ready();
    const over = established(site, phone);
    phone.hangUp(over);
    site.s.run(1000);
    const next = established(site, phone);
    assert.equal(phone.hangUp(over), STALE_CALL);
    assert.equal(calls(phone, next).at(-1), "11000 established");
  });

  test("answering a call of ours, or one that has been answered: call-state", () => {
    const { site, phone } = ready();
    assert.equal(phone.respond(established(site, phone), 200, OFFER), CALL_STATE);
    site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    const incoming = incomingOf(phone);
    phone.respond(incoming, 200, OFFER);
    assert.equal(phone.respond(incoming, 200, OFFER), CALL_STATE);
    site.s.run(1000);
    assert.equal(phone.respond(incoming, 486), CALL_STATE);
  });

  test("statuses that are none: bad-argument; the call waits on", () => {
    const { site, phone } = ready();
    const call = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    const incoming = incomingOf(phone);
    for (const status of [0, 99, 100, 700, 999, -1]) {
      assert.equal(phone.respond(incoming, status), BAD_ARGUMENT);
    }
    site.s.run(1000);
    assert.deepEqual(call.statuses, [100]);
    assert.equal(phone.respond(incoming, 486), 0);
  });

  for (const [name, headers] of injections) {
    test(`answer and request in a call: ${name}: bad-argument, and nothing is sent`, () => {
      const { site, phone } = ready();
      const call = established(site, phone);
      site.exchange.invite(site.a, { to: "1000" });
      site.s.run(0);
      const incoming = incomingOf(phone);
      const before = phone.wire.length;
      assert.equal(phone.respond(incoming, 180, { headers }), BAD_ARGUMENT);
      assert.equal(phone.requestInCall(call, "INFO", { headers }), BAD_ARGUMENT);
      site.s.run(100);
      assert.equal(phone.wire.length, before);
    });
  }

  test("methods that have an input of their own are none of call_request's and request_send's", () => {
    const { site, phone } = ready();
    const call = established(site, phone);
    const before = phone.wire.length;
    for (const method of ["REGISTER", "ACK", "CANCEL", "BYE", "SUBSCRIBE", "PRACK", "PUBLISH"] as const) {
      assert.equal(phone.requestInCall(call, method, {}), BAD_ARGUMENT, method);
    }
    for (const method of ["REGISTER", "INVITE", "ACK", "CANCEL", "BYE", "SUBSCRIBE", "PRACK"] as const) {
      assert.equal(phone.sendRequest(method, FAR), BAD_ARGUMENT, method);
    }
    site.s.run(1000);
    assert.equal(phone.wire.length, before);
  });

  test("a call that rings cannot be held or asked: call-state", () => {
    const { site, phone } = ready();
    site.exchange.invite(site.a, { to: "1000" });
    site.s.run(0);
    assert.equal(phone.requestInCall(incomingOf(phone), "INFO", {}), CALL_STATE);
  });
});
