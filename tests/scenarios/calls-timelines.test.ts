/** The worked timelines of the specification that have calls in them, row by row, and those of the issue. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  FAR,
  OFFER,
  QUIET,
  calls,
  ends,
  established,
  inviteResends,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { Site, decisions, registered, registers, resends } from "./helpers.js";

const MODE_3 = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };

describe("worked timelines with calls", () => {
  test("mode 0, A silent, call: every INVITE 7.5 s to A, then B", () => {
    const site = new Site();
    const phone = site.phone(QUIET);
    site.s.run(1000);
    site.a.silent();
    const starts = [10_000, 40_000, 70_000];
    for (const at of starts) {
      site.s.runUntil(at);
      const call = phone.call(FAR, OFFER);
      site.s.run(20_000);
      phone.hangUp(call);
    }
    assert.deepEqual(
      sentLines(phone, "INVITE"),
      starts.flatMap((at) => [...inviteResends(at, "A", 7500), `${String(at + 7500)} INVITE B`]),
    );
    assert.deepEqual(
      calls(phone).filter((line) => line.endsWith("established")),
      starts.map((at) => `${String(at + 7500)} established`),
    );
  });

  test("the same with probing, A is down: every INVITE to B at once", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, "sip.probe_max_lost": 2, "sip.probe_interval": 2 });
    site.s.runUntil(20_000);
    site.a.silent();
    site.s.runUntil(40_000);
    for (const at of [40_000, 50_000]) {
      site.s.runUntil(at);
      phone.call(FAR, OFFER);
    }
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["40000 INVITE B", "50000 INVITE B"]);
    assert.equal(calls(phone).at(-1), "50000 established");
  });

  test("register_on_enable 1, A dies, INVITE: to A until 7.5 s, REGISTER to B, 200, INVITE to B", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...MODE_3, "sip_server.1.register_on_enable": 1 });
    site.s.runUntil(10_000);
    site.a.silent();
    phone.call(FAR, OFFER);
    site.s.run(40_000);
    assert.deepEqual(sentLines(phone, "INVITE", "REGISTER", "ACK"), [
      "0 REGISTER A",
      ...inviteResends(10_000, "A", 7500),
      "17500 REGISTER B",
      "17500 INVITE B",
      "17500 ACK B",
    ]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    assert.deepEqual(calls(phone), [
      "10000 calling",
      "17500 proceeding",
      "17500 ringing",
      "17500 established",
    ]);
  });

  test("mode 3, timeout 60, a call from 50 s to 200 s: the trial at 200 s", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(MODE_3);
    site.s.runUntil(30_000);
    site.a.up();
    site.s.runUntil(50_000);
    const call = established(site, phone);
    site.s.runUntil(200_000);
    phone.hangUp(call);
    site.s.run(400_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "200000 A"]);
    assert.deepEqual(decisions(phone), [
      "7500 failover A B F2",
      "67500 failback-due B1",
      "67500 failback-due B2",
      "200000 failback B A B4",
    ]);
    assert.deepEqual(sentLines(phone, "INVITE", "BYE"), ["50000 INVITE B", "200000 BYE B"]);
    assert.deepEqual(ends(phone), ["200000 local 200"]);
  });

  test("the issue: the primary's port closed, invite_retry_counts 3: the secondary one round trip later", () => {
    const site = new Site({ latency: 10 });
    const phone = site.phone(QUIET);
    site.s.runUntil(10_000);
    site.a.refuse();
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10020 INVITE B"]);
    const [, second] = requestsOf(phone, "INVITE");
    assert.equal(second?.message.uri, FAR);
  });
});
