/** Failover inside a target list: what fails a target, how long it may be silent, and where the request goes next. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site, decisions, inTurn, only, registered, registers, resends, sent } from "./helpers.js";

describe("F1: what fails a target", () => {
  test("F1: a port that is closed", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone();
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B"]);
    assert.equal(only(phone.events("target-failed")).cause, "refused");
  });

  test("F1: a host that routers cannot reach", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").state = "unreachable";
    const phone = site.phone();
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B"]);
  });

  test("F1: silence past the budget", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").state = "down";
    const phone = site.phone();
    site.s.run(10_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B"]);
    assert.equal(only(phone.events("target-failed")).cause, "silent");
  });

  test("F1: 503", () => {
    const site = new Site();
    site.a.answer(503);
    const phone = site.phone();
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B"]);
    assert.equal(only(phone.events("target-failed")).cause, "503");
    assert.deepEqual(decisions(phone), ["0 failover A B F1"]);
  });

  for (const status of [302, 400, 403, 404, 405, 408, 423, 480, 486, 500, 502, 504, 600, 603]) {
    test(`F1: ${String(status)} is an answer: the search ends, the next REGISTER comes after R5's wait`, () => {
      const site = new Site();
      site.a.mode = inTurn([{ status }]);
      const phone = site.phone();
      site.s.run(60_000);
      assert.deepEqual(registers(phone), ["0 A", "30000 A"]);
      const failed = only(phone.events("failed"));
      assert.deepEqual([failed.reason, failed.status, failed.retry], ["rejected", status, 30_000]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });
  }

  for (const status of [400, 403, 404, 408, 480, 500, 502, 504, 600, 603]) {
    test(`F1: redundancy_with_reg_fail.enable: ${String(status)} moves on to the next target`, () => {
      const site = new Site();
      site.a.answer(status);
      const phone = site.phone({ "redundancy_with_reg_fail.enable": 1 });
      site.s.run(20_000);
      assert.deepEqual(registers(phone), ["0 A", "0 B"]);
      assert.equal(only(phone.events("target-failed")).cause, "rejected");
    });
  }

  for (const status of [301, 302, 401, 407, 423]) {
    test(`F1: redundancy_with_reg_fail.enable: ${String(status)} does not`, () => {
      const site = new Site();
      site.a.answer(status);
      const phone = site.phone({ "redundancy_with_reg_fail.enable": 1 });
      site.s.run(20_000);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.equal(only(phone.events("failed")).status, status);
    });
  }

  test("F1: one that answers again and again is asked at each new REGISTER, though it was left for a 503", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.answer(503);
    const phone = site.phone();
    site.s.run(70_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "30000 A", "30000 B", "60000 A", "60000 B"]);
  });
});

describe("F2: the budget of a silent target", () => {
  const budgets = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500, 32_000, 32_000];
  for (const [resend, budget] of budgets.entries()) {
    test(`F2: retry_counts ${String(resend)}: the next target after ${String(budget / 1000)} s`, () => {
      const site = new Site();
      site.a.silent();
      const phone = site.phone({ "sip_server.1.retry_counts": resend });
      site.s.run(40_000);
      assert.deepEqual(registers(phone), [...resends(0, "A", budget), `${String(budget)} B`]);
    });
  }

  test("F2: the intervals are those of T1 and T2 as configured", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({ "sip.timer_t1": 1, "sip.timer_t2": 3, "sip_server.1.retry_counts": 4 });
    site.s.run(30_000);
    assert.deepEqual(registers(phone), ["0 A", "1000 A", "3000 A", "6000 A", "9000 A", "12000 B"]);
  });

  test("F2: the last target left has 64·T1 in full", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), resends(0, "A", 32_000));
    assert.deepEqual(decisions(phone), ["32000 failed no-target-left"]);
  });

  test("F2: with slot 2 left to it, the last of slot 1 has the short budget, the last of slot 2 the full one", () => {
    const site = new Site();
    for (const server of [site.a, site.b, site.d]) server.silent();
    const phone = site.phone({ "fallback.redundancy_type": 1, "sip_server.2.address": "192.0.2.4" });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), [
      ...resends(0, "A"),
      ...resends(7500, "B"),
      ...resends(15_000, "D", 32_000),
    ]);
    assert.deepEqual(decisions(phone), ["47000 failed no-target-left"]);
  });

  test("F2: with concurrent slots nothing is left to a REGISTER beyond its slot's list", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone({ "sip_server.2.address": "192.0.2.4" });
    site.s.run(40_000);
    assert.deepEqual(
      registers(phone).filter((line) => line.endsWith("A")),
      resends(0, "A", 32_000),
    );
  });

  test("F2: an answer to a later send is an answer", () => {
    const site = new Site();
    site.a.mode = inTurn(["silent", "silent", "silent"]);
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A", "500 A", "1500 A", "3500 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("F2: an answer that comes within the last interval is in time", () => {
    const site = new Site({ delay: 7499 });
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), resends(0, "A"));
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("F2: a provisional answer is no silence: timer F counts, and resends are T2 apart", () => {
    const site = new Site();
    site.a.answer(100);
    const phone = site.phone();
    site.s.run(40_000);
    const sends = [0, 4000, 8000, 12_000, 16_000, 20_000, 24_000, 28_000];
    assert.deepEqual(registers(phone), [...sends.map((t) => `${String(t)} A`), "32000 B"]);
  });

  test("F4: ends the search of an INVITE only: a REGISTER that has no more than a 100 moves on after 64·T1", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.answer(100);
    site.b.answer(183);
    const phone = site.phone();
    site.s.run(70_000);
    assert.deepEqual(
      registers(phone).filter((line, index, lines) => line.slice(-1) !== lines[index - 1]?.slice(-1)),
      ["0 A", "32000 B", "64000 C"],
    );
    assert.deepEqual(registered(phone), ["1.1 C"]);
  });
});

describe("F3: a refusal moves on at once", () => {
  test("F3: one round trip after the REGISTER, without a timer", () => {
    const site = new Site({ latency: 15 });
    site.a.refuse();
    const phone = site.phone();
    site.s.run(10_000);
    // 30 ms for DNS, 30 ms for the ICMP error.
    assert.deepEqual(registers(phone), ["30 A", "60 B"]);
  });

  test("F3: also between two sends of a target that was silent before", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone();
    site.s.at(1000, () => {
      site.a.refuse();
    });
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "500 A", "1500 A", "1500 B"]);
  });

  test("F3: a whole list that refuses is through at one instant", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    for (const server of [site.a, site.b, site.c]) server.refuse();
    const phone = site.phone();
    site.s.run(29_999);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C"]);
    assert.deepEqual(decisions(phone), ["0 failed no-target-left"]);
  });
});

describe("F5: each try is a new transaction", () => {
  test("F5: new branch, same Call-ID, same From tag, CSeq one higher", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.refuse();
    site.b.answer(503);
    const phone = site.phone();
    site.s.run(10_000);
    const messages = sent(phone).map(({ message }) => message);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "0 C"]);
    assert.equal(new Set(messages.map(({ branch }) => branch)).size, 3);
    assert.ok(messages.every(({ branch }) => branch.startsWith("z9hG4bK")));
    assert.equal(new Set(messages.map(({ callId }) => callId)).size, 1);
    assert.equal(new Set(messages.map(({ fromTag }) => fromTag)).size, 1);
    const first = messages[0]?.cseq ?? NaN;
    assert.deepEqual(
      messages.map(({ cseq }) => cseq),
      [first, first + 1, first + 2],
    );
  });

  test("F5: a resend is the same request, octet for octet", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone();
    site.s.run(20_000);
    const texts = new Set(sent(phone).map(({ octets }) => Buffer.from(octets).toString("latin1")));
    assert.equal(sent(phone).length, 8);
    assert.equal(texts.size, 1);
  });

  test("F5: the answer to a resend whose first answer was lost registers once", () => {
    const site = new Site({ delay: 100 });
    const link = site.s.network.link("192.0.2.1");
    const phone = site.phone();
    site.s
      .at(50, () => {
        link.state = "down";
      })
      .at(400, () => {
        link.state = "up";
      });
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "500 A"]);
    assert.equal(site.a.bound(10_000).length, 1);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });
});
