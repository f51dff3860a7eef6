/** Failback of an account that does not register (B3): its trial is OPTIONS, and its other requests are what moves it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, requestsOf, sentLines } from "./call-helpers.js";
import { Site, decisions, inTurn, registers } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { LAMPS, QUIET, resentSubscribes, subscribes } from "./subscription-helpers.js";

/** No user, and so nothing to register. */
const GUEST: Settings = { ...QUIET, user_name: "", password: "" };

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

interface Course {
  readonly site: Site;
  readonly phone: SimulatedPhone;
}

/** A's port is closed until `upAt`; a call at 1 s, refused by the far end, that makes B the current target. */
const course = (settings: Settings, options: SiteOptions = {}, upAt = 10_000): Course => {
  const site = new Site(options);
  site.exchange.callee = answering({ status: 486 });
  site.a.refuse();
  const phone = site.phone({ ...GUEST, ...settings });
  site.s
    .at(1000, () => call(phone))
    .at(upAt, () => {
      site.a.up();
    });
  return { site, phone };
};

const MODE_3: Settings = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };

describe("B3: an account that does not register", () => {
  test("B3: sends no REGISTER, nor anything else, until it has something to say", () => {
    const site = new Site();
    const phone = site.phone({ ...GUEST, ...MODE_3 });
    site.s.run(200_000);
    assert.deepEqual(requestsOf(phone), []);
    assert.deepEqual(phone.events("failed"), []);
  });

  test("B3, mode 3: the trial is OPTIONS at A, failback_timeout after B became current; requests go to A from then on", () => {
    const { site, phone } = course(MODE_3);
    site.s
      .at(50_000, () => call(phone))
      .at(70_000, () => call(phone))
      .run(200_000);
    assert.deepEqual(registers(phone), []);
    assert.deepEqual(sentLines(phone, "INVITE", "OPTIONS"), [
      "1000 INVITE A",
      "1000 INVITE B",
      "50000 INVITE B",
      "61000 OPTIONS A",
      "70000 INVITE A",
    ]);
    assert.deepEqual(decisions(phone), ["61000 failback-due B1", "61000 failback B A B4"]);
  });

  test("B3, mode 1: the trial is OPTIONS when the address records' TTL is over", () => {
    const { site, phone } = course({ "sip_server.1.failback_mode": 1 }, { ttl: 90 });
    site.s.run(95_000);
    // The name was asked for with the call, at 1 s.
    const [asked] = site.s.zone.queries("sip.example.com");
    assert.equal(asked?.t, 1000);
    assert.deepEqual(sentLines(phone, "OPTIONS"), ["91000 OPTIONS A"]);
    assert.deepEqual(decisions(phone).slice(-1), ["91000 failback B A B4"]);
  });

  test("B3, mode 2: there is no refresh to wait for: never, as long as B answers", () => {
    const { site, phone } = course({ "sip_server.1.failback_mode": 2 }, { ttl: 60 });
    site.s.at(9_000_000, () => call(phone)).run(10_000_000);
    assert.deepEqual(sentLines(phone), [
      "1000 INVITE A",
      "1000 INVITE B",
      "1000 ACK B",
      "9000000 INVITE B",
      "9000000 ACK B",
    ]);
  });

  test("B7, mode 0: no trial either: the next request is one", () => {
    const { site, phone } = course({ "sip_server.1.failback_mode": 0 });
    site.s.at(100_000, () => call(phone)).run(200_000);
    assert.deepEqual(sentLines(phone, "INVITE", "OPTIONS"), [
      "1000 INVITE A",
      "1000 INVITE B",
      "100000 INVITE A",
    ]);
  });

  test("B5: the trial fails: nothing changes, and the next one is a full failback_timeout after the failure", () => {
    const { site, phone } = course(MODE_3, {}, 100_000);
    site.a.silent();
    site.s.run(250_000);
    // B is current at 8.5 s; the trial of 68.5 s is silent for 7.5 s, and the next one is at 136 s.
    assert.deepEqual(sentLines(phone, "OPTIONS"), [
      "68500 OPTIONS A",
      "69000 OPTIONS A",
      "70000 OPTIONS A",
      "72000 OPTIONS A",
      "136000 OPTIONS A",
    ]);
    assert.deepEqual(decisions(phone), [
      "68500 failback-due B1",
      "76000 failback-failed A",
      "136000 failback-due B1",
      "136000 failback B A B4",
    ]);
  });

  for (const status of [200, 404, 405, 486, 500] as const) {
    test(`F1: an OPTIONS answered ${String(status)} is answered: A serves`, () => {
      const { site, phone } = course(MODE_3);
      site.s
        .at(20_000, () => {
          site.a.mode = ({ request }) => (request.method === "OPTIONS" ? { status } : "up");
        })
        .at(70_000, () => call(phone))
        .run(80_000);
      assert.equal(sentLines(phone, "INVITE").at(-1), "70000 INVITE A");
    });
  }

  test("F1: one answered 503 is a trial that has failed", () => {
    const { site, phone } = course(MODE_3);
    site.s
      .at(20_000, () => {
        site.a.mode = inTurn([{ status: 503 }]);
      })
      .at(70_000, () => call(phone))
      .run(130_000);
    assert.deepEqual(sentLines(phone, "INVITE", "OPTIONS").slice(2), [
      "61000 OPTIONS A",
      "70000 INVITE B",
      "121000 OPTIONS A",
    ]);
  });

  test("B3: a third target is asked as well: the trial goes through those ahead of the current one, from the top", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.exchange.callee = answering({ status: 486 });
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone({ ...GUEST, ...MODE_3 });
    site.s
      .at(1000, () => call(phone))
      .at(10_000, () => {
        site.b.up();
      })
      .at(70_000, () => call(phone))
      .run(80_000);
    assert.deepEqual(sentLines(phone, "INVITE", "OPTIONS"), [
      "1000 INVITE A",
      "1000 INVITE B",
      "1000 INVITE C",
      "61000 OPTIONS A",
      "61000 OPTIONS B",
      "70000 INVITE B",
    ]);
  });

  test("B2: a call in hand puts the trial off until it ends", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone({ ...GUEST, ...MODE_3 });
    let number = 0;
    site.s
      .at(1000, () => {
        number = call(phone);
      })
      .at(10_000, () => {
        site.a.up();
      })
      .at(100_000, () => {
        phone.hangUp(number);
      })
      .run(110_000);
    assert.deepEqual(sentLines(phone, "OPTIONS"), ["100000 OPTIONS A"]);
  });

  test("S1: its subscriptions are what it has to say: they find B, and go on in their dialog", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ ...GUEST, ...MODE_3, ...LAMPS });
    site.s
      .at(20_000, () => {
        site.a.up();
      })
      .run(120_000);
    assert.deepEqual(subscribes(phone), [
      ...resentSubscribes(0, "A dialog new 200"),
      "7500 B dialog new 200",
      "107500 B dialog again 200",
    ]);
    assert.deepEqual(sentLines(phone, "OPTIONS"), ["67500 OPTIONS A"]);
    assert.deepEqual(decisions(phone).slice(-1), ["67500 failback B A B4"]);
  });
});
