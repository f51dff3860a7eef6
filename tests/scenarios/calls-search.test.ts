/** Which target gets an INVITE, and what ends its search: F1, F4, F5, F12, F15 for calls. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import {
  FAR,
  OFFER,
  QUIET,
  callLines,
  calls,
  ends,
  identityOf,
  inviteResends,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, inTurn } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

/** A phone that has registered with A; it is 10 s. */
const ready = (settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

describe("F4: a provisional answer ends the search", () => {
  for (const status of [100, 180, 183, 199] as const) {
    test(`F4: A says ${String(status)} and no more: nothing is sent again, no other target is tried`, () => {
      const { site, phone } = ready();
      site.exchange.callee = [{ status }];
      phone.call(FAR, OFFER);
      site.s.run(600_000);
      assert.deepEqual(callLines(phone), ["10000 INVITE A"]);
      assert.deepEqual(ends(phone), []);
      const state = status === 180 ? "ringing" : "proceeding";
      assert.deepEqual(calls(phone), ["10000 calling", `10000 ${state}`]);
    });
  }

  test("F4: the later silence is the caller's: hanging up sends CANCEL, whose 487 is acknowledged", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 100 }];
    const call = phone.call(FAR, OFFER);
    site.s.runUntil(300_000);
    assert.equal(phone.hangUp(call), 0);
    site.s.run(100_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "300000 CANCEL A", "300000 ACK A"]);
    assert.deepEqual(ends(phone), ["300000 cancelled 0"]);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F4: A is sent the INVITE again until its late 100 comes, and B never gets it", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 100, delay: 5000 }];
    phone.call(FAR, OFFER);
    site.s.run(100_000);
    assert.deepEqual(callLines(phone), inviteResends(10_000, "A", 5000));
    assert.deepEqual(calls(phone), ["10000 calling", "15000 proceeding"]);
  });

  test("F4: A answers 100 and its port closes: the call ends, B does not get it", () => {
    const { site, phone } = ready({ "sip_server.1.transport_type": 1 });
    site.exchange.callee = [{ status: 100 }];
    phone.call(FAR, OFFER);
    site.s.run(1000);
    site.a.refuse();
    site.s.run(100_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
    assert.deepEqual(ends(phone), ["11000 target-failed 0"]);
  });
});

describe("F5: every try is a new transaction of the same request", () => {
  test("F5: a new branch, the same Call-ID and From tag, and CSeq + 1 at each target", () => {
    const { site, phone } = ready({}, { list: ["A", "B", "C"] });
    site.a.silent();
    site.b.answer(503);
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    const tries = requestsOf(phone, "INVITE");
    const of = (name: string) => tries.filter(({ peer }) => peer === name).map(identityOf);
    const [a, b, c] = [of("A"), of("B"), of("C")];
    assert.deepEqual([a.length, b.length, c.length], [4, 1, 1]);
    assert.deepEqual(new Set(a.map(({ branch }) => branch)).size, 1);
    const firsts = [a, b, c].flatMap((list) => list.slice(0, 1));
    const [first] = firsts;
    assert.ok(first);
    assert.equal(new Set(firsts.map(({ branch }) => branch)).size, 3);
    assert.deepEqual(
      firsts.map(({ callId, fromTag, cseq }) => [callId, fromTag, cseq]),
      [0, 1, 2].map((more) => [first.callId, first.fromTag, first.cseq + more]),
    );
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F5: the INVITE is the same to the octet at each target, but for Via and CSeq", () => {
    const { site, phone } = ready();
    site.a.refuse();
    phone.call(FAR, { ...OFFER, headers: "Subject: lunch\r\nAlert-Info: <urn:a>\r\n" });
    site.s.run(1000);
    const [one, other] = requestsOf(phone, "INVITE").map(({ message }) => ({
      uri: message.uri,
      body: message.body,
      fields: message.fields.filter(([name]) => name !== "Via" && name !== "CSeq"),
    }));
    assert.ok(one && other);
    assert.deepEqual(other, one);
    assert.equal(one.uri, FAR);
    assert.equal(one.body, OFFER.body);
    assert.ok(one.fields.some(([name, value]) => name === "Subject" && value === "lunch"));
    assert.ok(one.fields.some(([name, value]) => name === "Content-Type" && value === OFFER.type));
  });
});

describe("F1: what fails a target, and what is an answer", () => {
  test("F1: 503: its ACK first, then B at the same instant (field report: the server resent its 503 for 32 s)", () => {
    const { site, phone } = ready();
    site.a.answer(503);
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 ACK A", "10000 INVITE B", "10000 ACK B"]);
    const [invite, ack] = requestsOf(phone, "INVITE", "ACK").map(({ message }) => message);
    // RFC 3261, 17.1.1.3: the ACK of a refusal has the INVITE's branch and CSeq.
    assert.equal(ack?.branch, invite?.branch);
    assert.equal(ack?.cseq, invite?.cseq);
    assert.deepEqual(calls(phone).at(-1), "10000 established");
  });

  test("F1: 503 of both targets: no-target-left, with the status behind it", () => {
    const { site, phone } = ready();
    site.a.answer(503);
    site.b.answer(503);
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 ACK A", "10000 INVITE B", "10000 ACK B"]);
    assert.equal(ends(phone).length, 1);
    assert.match(ends(phone)[0] ?? "", /^10000 no-target-left /);
  });

  for (const status of [300, 302, 404, 408, 480, 486, 488, 500, 504, 600, 603] as const) {
    test(`F1, F11: ${String(status)} is an answer: no other target gets the INVITE`, () => {
      const { site, phone } = ready();
      site.exchange.callee = [
        { status: 100 },
        { status, headers: status < 400 ? [["Contact", "<sip:other@192.0.2.9>"]] : [] },
      ];
      phone.call(FAR, OFFER);
      site.s.run(60_000);
      assert.deepEqual(callLines(phone), ["10000 INVITE A", "10000 ACK A"]);
      assert.deepEqual(ends(phone), [`10000 rejected ${String(status)}`]);
    });
  }

  test("F1: a 503 after 180 fails the call, no other target: F4 has ended the search", () => {
    const { site, phone } = ready();
    site.exchange.callee = answering({ ring: 100, answer: 1000, status: 503 });
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "11100 ACK A"]);
    assert.deepEqual(ends(phone), ["11100 rejected 503"]);
  });

  test("RFC 3261, 17.1.1.2: a refusal that comes again is acknowledged again", () => {
    const { site, phone } = ready();
    site.exchange.callee = [{ status: 486 }];
    site.s.network.link("192.0.2.1").duplicate = 1;
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    const lines = sentLines(phone, "ACK");
    assert.ok(lines.length >= 2);
    assert.deepEqual(ends(phone), ["10000 rejected 486"]);
  });
});

describe("F12: 503 with Retry-After", () => {
  test("F12: A is left out of new searches until then", () => {
    const { site, phone } = ready();
    site.a.mode = ({ request, t }) =>
      request.method === "INVITE" && t < 20_000 ? { status: 503, headers: [["Retry-After", "60"]] } : "up";
    site.exchange.callee = [{ status: 486 }];
    for (const at of [10_000, 30_000, 69_999, 70_000]) {
      site.s.runUntil(at);
      phone.call(FAR, OFFER);
    }
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), [
      "10000 INVITE A",
      "10000 INVITE B",
      "30000 INVITE B",
      "69999 INVITE B",
      "70000 INVITE A",
    ]);
  });

  test("F12: without Retry-After the next call starts at A", () => {
    const { site, phone } = ready();
    site.a.mode = inTurn([{ status: 503 }, { status: 503 }]);
    site.exchange.callee = [{ status: 486 }];
    phone.call(FAR, OFFER);
    site.s.run(1000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE B", "11000 INVITE A"]);
  });

  test("F12: the only target is asked all the same", () => {
    const { site, phone } = ready({}, { list: ["A"] });
    site.a.mode = inTurn([{ status: 503, headers: [["Retry-After", "3600"]] }]);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "11000 INVITE A"]);
    assert.equal(calls(phone).at(-1), "11000 established");
  });
});

describe("F15: an answer that comes too late", () => {
  test("F15: A's 486 after B has taken the call: acknowledged, and nothing changes", () => {
    const { site, phone } = ready();
    site.a.stop();
    phone.call(FAR, OFFER);
    site.s.runUntil(18_000);
    assert.equal(calls(phone).at(-1), "17500 established");
    site.exchange.callee = [{ status: 486 }];
    site.a.up();
    site.s.run(60_000);
    assert.equal(calls(phone).at(-1), "17500 established");
    // A has read four INVITEs and answered each (17.2.1).
    assert.deepEqual(sentLines(phone, "ACK"), ["17500 ACK B", ...Array<string>(4).fill("18000 ACK A")]);
  });
});
