/** A stream that says wrong lengths, or nothing useful, under a call. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SDP, callMessages, calls, ends } from "./call-helpers.js";
import { InCall } from "./in-call.js";
import { TCP } from "./tcp-helpers.js";
import { drops } from "./lookups.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";

/** A phone in a call over TCP; `change` may spoil what arrives at it, and answers the text as it is to be. */
class Spoiled extends InCall {
  change: (text: string) => string = (text) => text;

  constructor() {
    super({ ...TCP, "sip_server.1.failback_mode": 3 });
    const { core } = this.phone;
    const take = core.flowBytes.bind(core);
    core.flowBytes = (now, flow, octets) => {
      const text = this.change(Buffer.from(octets).toString("latin1"));
      return take(now, flow, Buffer.from(text, "latin1"));
    };
  }

  /** Spoils the next message of which `pattern` is part. */
  spoil(pattern: RegExp, how: (text: string) => string): void {
    this.change = (text) => {
      if (!pattern.test(text)) return text;
      this.change = (other) => other;
      return how(text);
    };
  }

  /** The connection was lost, and the registration came back at once (K3); the call goes on over the next connection. */
  assertMoved(at: number, cause: string): void {
    const { phone, site } = this;
    assert.deepEqual(
      phone.events("target-failed").map(({ t, cause: found }) => `${String(t)} ${found}`),
      [`${String(at)} ${cause}`],
    );
    assert.equal(phone.events("registered").at(-1)?.t, at);
    assert.deepEqual(this.registered, ["1.1 B"]);
    assert.equal(phone.requestInCall(this.call, "INFO", { type: "text/plain", body: "on" }), 0);
    site.s.run(ALL_OVER);
    assert.equal(phone.events("call-message").at(-1)?.status, 200);
    assert.equal(calls(phone, this.call).at(-1), "1000 established");
    assert.equal(phone.hangUp(this.call), 0);
    site.s.run(ALL_OVER);
    assert.equal(ends(phone).length, 1);
    assert.deepEqual(this.watch.problems, []);
    assert.deepEqual(roomOf(site, phone), ALL_FREE);
  }
}

const INFO = /^INFO /;

describe("over TCP, Content-Length is where the next message begins (RFC 3261, 18.3)", () => {
  test("it says more than there is: the rest is waited for, and taken from the next message", () => {
    const one = new Spoiled();
    one.spoil(INFO, (text) => text.replace(/^Content-Length: \d+/m, "Content-Length: 100"));
    one.dialog.info("five!");
    one.site.s.run(1000);
    assert.deepEqual(callMessages(one.phone).slice(1), []);
    assert.deepEqual(drops(one.phone), {});
    one.dialog.info("second");
    one.site.s.run(0);
    assert.equal(one.phone.events("call-message").at(-1)?.body.slice(0, 10), "five!INFO ");
    assert.equal(one.phone.events("call-message").at(-1)?.body.length, 100);
    // What is left of the second is the end of a head, which is no message.
    one.assertMoved(6000, "closed");
  });

  test("it says less: what is left is no message", () => {
    const one = new Spoiled();
    one.spoil(INFO, (text) => text.replace(/^Content-Length: \d+/m, "Content-Length: 2"));
    one.dialog.info("five!\r\n\r\nand more\r\n\r\n");
    one.site.s.run(0);
    assert.deepEqual(callMessages(one.phone).slice(1), ["5000 INFO 0"]);
    assert.equal(one.phone.events("call-message").at(-1)?.body, "fi");
    one.assertMoved(5000, "closed");
  });

  for (const [name, length] of [
    ["negative", "-1"],
    ["no number", "x"],
    ["beyond the limit of a message", "8193"],
    ["beyond all numbers", "99999999999999999999"],
  ] as const) {
    test(`it is ${name}: the connection is closed, the registration moves, the call goes on`, () => {
      const one = new Spoiled();
      one.spoil(INFO, (text) => text.replace(/^Content-Length: \d+/m, `Content-Length: ${length}`));
      one.dialog.info("five!");
      one.site.s.run(0);
      assert.deepEqual(callMessages(one.phone).slice(1), []);
      assert.deepEqual(drops(one.phone), { malformed: 1 });
      one.assertMoved(5000, "closed");
    });
  }

  test("a head that never ends: closed at the limit of a message", () => {
    const one = new Spoiled();
    one.spoil(INFO, (text) => `${text.slice(0, 40)}${"x".repeat(8000)}`);
    one.dialog.info("five!");
    one.site.s.run(0);
    assert.deepEqual(drops(one.phone), {});
    one.dialog.info("more of it");
    one.site.s.run(0);
    assert.deepEqual(drops(one.phone), { malformed: 1 });
    one.assertMoved(5000, "closed");
  });
});

describe("the connection is gone", () => {
  const cutOff = (one: Spoiled): void => {
    one.site.a.refuse();
    one.site.s.run(1000);
    one.site.a.up();
  };

  test("of a call that rings: nobody can be answered any more, and the call ends", () => {
    const one = new Spoiled();
    const far = one.site.exchange.invite(one.site.a, { to: "1000" });
    one.site.s.run(10);
    const call = latestIncoming(one.phone);
    cutOff(one);
    one.phone.hangUp(call);
    one.site.s.run(400_000);
    assert.equal(calls(one.phone, call).at(-1)?.split(" ")[1], "ended");
    assert.ok(!far.statuses.includes(200));
    one.phone.hangUp(one.call);
    one.site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
  });

  test("of a call that was taken, before its ACK: it ends at 64·T1 at the latest (RFC 3261, 13.3.1.4)", () => {
    const one = new Spoiled();
    one.site.exchange.invite(one.site.a, { to: "1000", acknowledges: false });
    one.site.s.run(10);
    const call = latestIncoming(one.phone);
    assert.equal(one.phone.respond(call, 200, { type: "application/sdp", body: SDP }), 0);
    cutOff(one);
    one.site.s.run(2 * ALL_OVER);
    assert.equal(calls(one.phone, call).at(-1)?.split(" ")[1], "ended");
  });

  test("of a request that waits for the application: the call goes on without it", () => {
    const one = new Spoiled();
    one.dialog.reinvite(SDP);
    one.site.s.run(10);
    cutOff(one);
    assert.ok(one.phone.respond(one.call, 200, { type: "application/sdp", body: SDP }) <= 0);
    one.site.s.run(ALL_OVER);
    assert.equal(calls(one.phone, one.call).at(-1), "1000 established");
    assert.equal(one.phone.requestInCall(one.call, "INFO", { type: "text/plain", body: "on" }), 0);
    one.site.s.run(ALL_OVER);
    assert.equal(one.phone.events("call-message").at(-1)?.status, 200);
    one.phone.hangUp(one.call);
    one.site.s.run(ALL_OVER);
    assert.deepEqual(roomOf(one.site, one.phone), ALL_FREE);
  });
});

describe("over TCP, pieces", () => {
  test("every message comes octet by octet: the call is as ever", () => {
    const one = new Spoiled();
    const { core } = one.phone;
    const take = core.flowBytes.bind(core);
    core.flowBytes = (now, flow, octets) => {
      let answer = 0;
      for (let at = 0; at < octets.length && answer === 0; at++)
        answer = take(now, flow, octets.subarray(at, at + 1));
      return answer;
    };
    one.dialog.info("one");
    one.dialog.info("two");
    one.site.s.run(0);
    assert.deepEqual(
      one.phone
        .events("call-message")
        .slice(1)
        .map(({ body }) => body),
      ["one", "two"],
    );
    one.assertUnharmed();
  });

  test("several requests in one piece: each is answered, in order", () => {
    const one = new Spoiled();
    const { core } = one.phone;
    const take = core.flowBytes.bind(core);
    const held: Uint8Array[] = [];
    let flowOfCall = 0;
    core.flowBytes = (now, flow, octets) => {
      if (!Buffer.from(octets).toString("latin1").startsWith("INFO ")) return take(now, flow, octets);
      held.push(octets.slice());
      flowOfCall = flow;
      if (held.length < 5) return 0;
      return take(now, flowOfCall, Buffer.concat(held.splice(0)));
    };
    const requests = ["a", "b", "c", "d", "e"].map((body) => one.dialog.info(body));
    one.site.s.run(0);
    assert.deepEqual(
      one.phone
        .events("call-message")
        .slice(1)
        .map(({ body }) => body),
      ["a", "b", "c", "d", "e"],
    );
    assert.ok(requests.every(({ statuses }) => statuses.join() === "200"));
  });
});
