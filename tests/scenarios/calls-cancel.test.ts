/** A call that the user takes back moves nowhere, and leaves nothing behind: F11, F15. */
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
  inviteResends,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, inTurn } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

/** A phone that is registered with A and has placed a call at 10 s. */
const calling = (before: (site: Site) => void, settings: Settings = {}, options: SiteOptions = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  before(site);
  return { site, phone, call: phone.call(FAR, OFFER) };
};

describe("F11: a cancelled call", () => {
  test("F11, RFC 3261 9.1: before any answer: no CANCEL yet, and the INVITE is not sent again or elsewhere", () => {
    const { site, phone, call } = calling(({ a }) => {
      a.silent();
    });
    site.s.runUntil(11_000);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), inviteResends(10_000, "A", 1000));
    assert.deepEqual(calls(phone), ["10000 calling", "11000 ended"]);
    assert.deepEqual(ends(phone), ["11000 cancelled 0"]);
  });

  test("F11: after 100: CANCEL at the same target, in the INVITE's transaction, and the ACK of its 487", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 100 }];
    });
    site.s.runUntil(11_000);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "11000 CANCEL A", "11000 ACK A"]);
    const [invite, cancel, ack] = requestsOf(phone, "INVITE", "CANCEL", "ACK").map(({ message }) => message);
    assert.ok(invite && cancel && ack);
    // RFC 3261, 9.1: Request-URI, Call-ID, To, the number of CSeq and From are the INVITE's, and one Via with its branch.
    for (const name of ["call-id", "from", "to"]) assert.equal(cancel.header(name), invite.header(name));
    assert.equal(cancel.uri, invite.uri);
    assert.equal(cancel.header("cseq"), `${String(invite.cseq)} CANCEL`);
    assert.equal(cancel.branch, invite.branch);
    assert.equal(cancel.headers("via").length, 1);
    assert.equal(ack.branch, invite.branch);
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("F11: after 180: the same", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = answering({ ring: 200, answer: 60_000 });
    });
    site.s.runUntil(15_000);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "15000 CANCEL A", "15000 ACK A"]);
    assert.deepEqual(calls(phone), ["10000 calling", "10000 proceeding", "10200 ringing", "15000 ended"]);
    assert.ok(site.exchange.calls.every(({ state }) => state === "ended"));
  });

  test("F11: between two targets: A silent, B has it: B's late 100 gets the CANCEL, C gets nothing", () => {
    const { site, phone, call } = calling(
      ({ a, exchange }) => {
        a.silent();
        exchange.callee = [{ status: 100, delay: 2000 }];
      },
      {},
      { list: ["A", "B", "C"] },
    );
    site.s.runUntil(18_200);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), [
      ...inviteResends(10_000, "A", 7500),
      "17500 INVITE B",
      "18000 INVITE B",
      "19500 CANCEL B",
      "19500 ACK B",
    ]);
    assert.deepEqual(ends(phone), ["18200 cancelled 0"]);
  });

  test("F11: while the name is looked up: nothing is sent at all", () => {
    const site = new Site({ ttl: 5, latency: 10 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    const call = phone.call(FAR, OFFER);
    site.s.run(5);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), []);
    assert.deepEqual(ends(phone), ["10005 cancelled 0"]);
  });

  test("F11, F7: while B is registered with: the INVITE does not follow", () => {
    const { site, phone, call } = calling(
      (one) => {
        one.a.refuse();
        one.b.delay = 1000;
      },
      { "sip_server.1.failback_mode": 3, "sip_server.1.register_on_enable": 1 },
    );
    site.s.run(500);
    phone.hangUp(call);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A"]);
  });

  test("F11: field report: a cancelled INVITE is revived on no server, though A answers the CANCEL 503", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 100 }];
    });
    site.s.run(1000);
    site.a.mode = inTurn([{ status: 503 }]);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
    assert.equal(site.b.requests("INVITE").length, 0);
  });

  test("F11: field report: the INVITE that is cancelled is answered 503: acknowledged, and no other target", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.heedsCancel = false;
      exchange.callee = [{ status: 100 }, { status: 503, delay: 2000 }];
    });
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "11000 CANCEL A", "12000 ACK A"]);
    assert.deepEqual(ends(phone), ["11000 cancelled 0"]);
  });

  test("F11: the user cancels while the INVITE is not answered, then A refuses it with 503: ACK, and no more", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 503, delay: 2000 }];
    });
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(120_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10500 INVITE A", "12000 ACK A"]);
  });

  test("F11: a CANCEL is sent again by timer E until its 200", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 100 }];
    });
    site.s.run(1000);
    site.a.silent();
    phone.hangUp(call);
    site.s.run(3000);
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), [
      "10000 INVITE A",
      "11000 CANCEL A",
      "11500 CANCEL A",
      "12500 CANCEL A",
      "14500 CANCEL A",
      "14500 ACK A",
    ]);
  });
});

describe("F11, F15: what comes for a call that is over", () => {
  test("RFC 3261, 9.1 and 15: the 200 crosses the CANCEL: ACK and BYE", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.heedsCancel = false;
      exchange.callee = answering({ answer: 2000 });
    });
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "11000 CANCEL A", "12000 ACK A", "12000 BYE A"]);
    assert.deepEqual(ends(phone), ["11000 cancelled 0"]);
    assert.deepEqual(site.exchange.complaints, []);
    assert.ok(site.exchange.calls.every(({ state }) => state === "ended"));
  });

  test("a late 200 where nothing had come before the user gave up: ACK and BYE", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 200, delay: 4000 }];
    });
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(60_000);
    assert.deepEqual(callLines(phone), ["10000 INVITE A", "10500 INVITE A", "14000 ACK A", "14000 BYE A"]);
    assert.deepEqual(calls(phone), ["10000 calling", "11000 ended"]);
  });

  test("F15: A goes on after the call has moved to B: its 180 is answered by CANCEL, its 487 by ACK", () => {
    const { site, phone } = calling((one) => {
      one.a.stop();
    });
    site.s.runUntil(18_000);
    assert.equal(calls(phone).at(-1), "17500 established");
    site.exchange.callee = [{ status: 180 }];
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(
      callLines(phone, 18_000)
        .filter((line) => !line.endsWith("B"))
        .slice(0, 1),
      ["18000 CANCEL A"],
    );
    assert.equal(sentLines(phone, "CANCEL").length, 1);
    assert.ok(sentLines(phone, "ACK").includes("18000 ACK A"));
    assert.equal(calls(phone).at(-1), "17500 established");
    assert.deepEqual(
      site.exchange.calls.map(({ state }) => state),
      ["confirmed", "ended"],
    );
  });

  test("F15: A takes the call after B has: ACK and BYE at A, no second call", () => {
    const { site, phone } = calling((one) => {
      one.a.stop();
    });
    site.s.runUntil(18_000);
    site.exchange.callee = [{ status: 200 }];
    site.a.up();
    site.s.run(60_000);
    assert.deepEqual(sentLines(phone, "BYE"), ["18000 BYE A"]);
    assert.ok(sentLines(phone, "ACK").includes("18000 ACK A"));
    assert.equal(calls(phone).at(-1), "17500 established");
  });

  test("F15: 64·T1 after its start an abandoned INVITE is forgotten: a later answer is dropped", () => {
    const { site, phone } = calling((one) => {
      one.a.stop();
    });
    site.s.runUntil(10_000 + 33_000);
    site.exchange.callee = [{ status: 200 }];
    site.a.up();
    site.s.run(500);
    assert.deepEqual(callLines(phone, 43_000), []);
    assert.ok(phone.events("dropped").some(({ reason }) => reason === "no-transaction"));
  });
});

describe("what a hang-up may not", () => {
  test("a call that is over has no number any more: stale-call", () => {
    const { site, phone, call } = calling(({ exchange }) => {
      exchange.callee = [{ status: 486 }];
    });
    site.s.run(1000);
    assert.equal(phone.hangUp(call), -9);
  });

  test("hanging up twice: the second is refused while the BYE is under way", () => {
    const { site, phone, call } = calling(() => undefined);
    site.s.run(1000);
    site.exchange.answers = { BYE: { status: 200, delay: 1000 } };
    assert.equal(phone.hangUp(call), 0);
    assert.equal(phone.hangUp(call), -10);
    site.s.run(5000);
    assert.equal(phone.hangUp(call), -9);
    assert.deepEqual(sentLines(phone, "BYE"), ["11000 BYE A", "11500 BYE A"]);
    assert.deepEqual(ends(phone), ["12000 local 200"]);
  });
});
