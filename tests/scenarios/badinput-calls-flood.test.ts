/** A stranger sends a thousand requests in a second to a phone in a call. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint } from "../../host/simulated/index.js";
import { FAR, SDP, calls, ends, messagesOf } from "./call-helpers.js";
import { registered, registers } from "./helpers.js";
import { InCall, STRANGER } from "./in-call.js";
import { ALL_FREE, ALL_OVER, roomOf } from "./recovery.js";

const COUNT = 1000;

const PHONE = parseEndpoint("198.51.100.1:5060", 5060);

/** Where the n-th comes from: one stranger, or another each time. */
type Source = (n: number) => string;

const one: Source = () => STRANGER;
const many: Source = (n) => `203.0.113.${String(n % 250)}:${String(1024 + n)}`;

const request = (method: string, n: number, fields: readonly string[] = []): Buffer =>
  Buffer.from(
    [
      `${method} sip:1000@198.51.100.1:5060 SIP/2.0`,
      `Via: SIP/2.0/UDP 203.0.113.9:5060;branch=z9hG4bKflood${String(n)}`,
      "Max-Forwards: 70",
      `From: <sip:flood@example.net>;tag=f${String(n)}`,
      `To: <sip:1000@sip.example.com>${method === "BYE" ? ";tag=1" : ""}`,
      `Call-ID: flood${String(n)}@example.net`,
      `CSeq: 1 ${method}`,
      "Contact: <sip:flood@203.0.113.9>",
      ...fields,
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );

/** Sends a thousand of them, one each millisecond. */
const flood = (phone: InCall, source: Source, make: (n: number) => Buffer): void => {
  const { s } = phone.site;
  for (let n = 0; n < COUNT; n++) {
    s.at(s.now + n, () => {
      s.network.inject(parseEndpoint(source(n), 5060), PHONE, make(n));
    });
  }
  s.run(COUNT);
};

/** How many requests of a method have had which final answer. */
const counted = (phone: InCall, method: string): Record<number, number> => {
  const statuses = new Map<string, number>();
  for (const { direction, message } of messagesOf(phone.phone)) {
    if (direction === "out" && message.status >= 200 && message.method === method)
      statuses.set(message.callId, message.status);
  }
  const found: Record<number, number> = {};
  for (const status of statuses.values()) found[status] = (found[status] ?? 0) + 1;
  return found;
};

const fullPools = (phone: InCall): string[] => [
  ...new Set(phone.phone.events("pool-full").map(({ pool }) => pool)),
];

/** Nothing of it is left: the call goes on, the registration was refreshed as ever, and all pools are free. */
const assertRecovered = (phone: InCall): void => {
  phone.site.s.run(400_000);
  phone.assertUnharmed();
  assert.equal(phone.phone.hangUp(phone.call), 0);
  phone.site.s.run(ALL_OVER);
  assert.deepEqual(roomOf(phone.site, phone.phone), ALL_FREE);
  assert.ok(registers(phone.phone).length > 3);
  assert.deepEqual(phone.phone.events("failover"), []);
  assert.deepEqual(phone.phone.events("unregistered"), []);
};

const EXPIRES = { "sip_server.1.expires": 120 };

for (const [name, source] of [
  ["a stranger", one],
  ["a thousand strangers", many],
] as const) {
  describe(`from ${name}`, () => {
    test("NOTIFY of a package that nobody asked for: 481 to each", () => {
      const phone = new InCall(EXPIRES);
      flood(phone, source, (n) => request("NOTIFY", n, ["Event: dialog", "Subscription-State: active"]));
      assert.deepEqual(counted(phone, "NOTIFY"), { 481: COUNT });
      assertRecovered(phone);
    });

    test("S3: NOTIFY of waiting messages: 200 to each", () => {
      const phone = new InCall(EXPIRES);
      flood(phone, source, (n) => request("NOTIFY", n, ["Event: message-summary"]));
      assert.deepEqual(counted(phone, "NOTIFY"), { 200: COUNT });
      assertRecovered(phone);
    });

    test("BYE of no call: 481 to each, and no pool takes part in it", () => {
      const phone = new InCall(EXPIRES);
      flood(phone, source, (n) => request("BYE", n));
      assert.deepEqual(counted(phone, "BYE"), { 481: COUNT });
      assert.deepEqual(fullPools(phone), []);
      assertRecovered(phone);
    });

    test("INVITE: as many calls as there is room for, and the rest is refused", () => {
      const phone = new InCall(EXPIRES);
      flood(phone, source, (n) => request("INVITE", n));
      const offered = phone.phone.events("call").filter(({ state }) => state === "incoming");
      const refused = counted(phone, "INVITE");
      // 32 calls, one of which is the phone's own.
      assert.ok(offered.length <= 31 && offered.length >= 28, String(offered.length));
      assert.equal(offered.length + (refused[486] ?? 0) + (refused[500] ?? 0), COUNT);
      assert.ok(fullPools(phone).includes("calls") || fullPools(phone).includes("server-transactions"));
      phone.site.s.run(300_000);
      // Nobody takes them.
      assert.deepEqual(
        ends(phone.phone).map((line) => line.replace(/^\d+ /, "")),
        offered.map(() => "timed-out 480"),
      );
      assertRecovered(phone);
    });

    test("INVITE and its CANCEL: each of them ends, and the next has room", () => {
      const phone = new InCall(EXPIRES);
      flood(phone, source, (n) => request(n % 2 === 0 ? "INVITE" : "CANCEL", n - (n % 2)));
      const over = ends(phone.phone).filter((line) => line.endsWith("cancelled 487"));
      assert.ok(over.length > 0);
      assertRecovered(phone);
    });
  });
}

describe("during a flood", () => {
  test("the phone's own call can be used: INFO either way, and hanging up", () => {
    const phone = new InCall(EXPIRES);
    const { s } = phone.site;
    const heard = [200, 500, 800].map((after) => {
      const found = { status: 0 };
      s.at(s.now + after, () => {
        const request = phone.dialog.info(`at ${String(after)}`);
        s.scheduler.after(100, () => (found.status = request.status));
      });
      return found;
    });
    s.at(s.now + 600, () => {
      assert.equal(phone.phone.requestInCall(phone.call, "INFO", { type: "text/plain", body: "x" }), 0);
    });
    s.at(s.now + 950, () => {
      assert.equal(phone.phone.hangUp(phone.call), 0);
    });
    flood(phone, many, (n) => request("NOTIFY", n, ["Event: dialog"]));
    assert.deepEqual(
      heard.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.equal(phone.phone.events("call-message").filter(({ status }) => status === 200).length, 2);
    assert.deepEqual(ends(phone.phone), ["5950 local 200"]);
  });

  test("a call that the far end changes: 500, and again after the flood", () => {
    const phone = new InCall(EXPIRES);
    flood(phone, many, (n) => request("NOTIFY", n, ["Event: dialog"]));
    const first = phone.dialog.reinvite(SDP);
    phone.site.s.run(100);
    assert.equal(first.status, 500);
    phone.site.s.run(40_000);
    const second = phone.dialog.reinvite(SDP);
    phone.site.s.run(100);
    assert.equal(phone.phone.respond(phone.call, 200, { type: "application/sdp", body: SDP }), 0);
    phone.site.s.run(100);
    assert.equal(second.status, 200);
    assertRecovered(phone);
  });

  test("a call that is placed in it is established", () => {
    const phone = new InCall(EXPIRES);
    const { s } = phone.site;
    let second = 0;
    s.at(s.now + 500, () => {
      second = phone.phone.call(FAR, { type: "application/sdp", body: SDP });
    });
    flood(phone, many, (n) => request("NOTIFY", n, ["Event: dialog"]));
    assert.equal(calls(phone.phone, second).at(-1), "5500 established");
    assert.deepEqual(registered(phone.phone), ["1.1 A"]);
  });
});
