/** The worked timelines of the specification that concern REGISTER, row by row. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site, decisions, keepAlives, registered, registers, resends } from "./helpers.js";

const MODE_3 = { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 };

describe("worked timelines", () => {
  test("A silent, B up: A at 0, 0.5, 1.5 and 3.5 s, B at 7.5 s", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A", "500 A", "1500 A", "3500 A", "7500 B"]);
    assert.deepEqual(
      site.a.requests("REGISTER").map(({ t }) => t),
      [0, 500, 1500, 3500],
    );
    assert.deepEqual(
      site.b.requests("REGISTER").map(({ t }) => t),
      [7500],
    );
    assert.deepEqual(decisions(phone), ["7500 failover A B F2"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("A refused, B up: B at the same instant", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B"]);
    assert.deepEqual(decisions(phone), ["0 failover A B F3"]);
  });

  test("A, B silent, C up: A until 7.5, B until 15, C at 15 s", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.silent();
    site.b.silent();
    const phone = site.phone();
    site.s.run(60_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), ...resends(7500, "B"), "15000 C"]);
    assert.deepEqual(decisions(phone), ["15000 failover A C F2"]);
  });

  test("A, B silent, no more: A until 7.5, B until 39.5 s, then the wait of R5", () => {
    const site = new Site();
    site.a.silent();
    site.b.silent();
    const phone = site.phone();
    site.s.run(72_000);
    assert.deepEqual(registers(phone), [
      ...resends(0, "A"),
      ...resends(7500, "B", 32_000),
      ...resends(69_500, "A").slice(0, 3),
    ]);
    assert.deepEqual(decisions(phone), ["39500 failed no-target-left"]);
    assert.equal(phone.events("failed")[0]?.retry, 30_000);
  });

  test("registered with A, A's port closes, keep-alive every 30 s: B within 30 s, a round trip after the keep-alive", () => {
    const site = new Site({ latency: 10 });
    const phone = site.phone();
    site.s.at(45_000, () => {
      site.a.refuse();
    });
    site.s.run(100_000);
    // The DNS answer takes 20 ms, the REGISTER's another 20: keep-alives are counted from there.
    assert.deepEqual(keepAlives(phone).slice(0, 2), ["30040 A", "60040 A"]);
    assert.deepEqual(registers(phone), ["20 A", "60060 B"]);
    assert.deepEqual(decisions(phone), ["60080 failover A B K3"]);
  });

  test("mode 3, timeout 60, A comes back at 30 s: B from 7.5 s, the trial at 67.5 s", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(MODE_3);
    site.s.at(30_000, () => {
      site.a.up();
    });
    site.s.run(600_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "67500 A"]);
    assert.deepEqual(decisions(phone), [
      "7500 failover A B F2",
      "67500 failback-due B1",
      "67500 failback B A B4",
    ]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("mode 3, timeout 60, a call from 50 s to 200 s: the trial at 200 s", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(MODE_3);
    site.s
      .at(30_000, () => {
        site.a.up();
      })
      .at(50_000, () => {
        phone.setBusy(1);
      })
      .at(200_000, () => {
        phone.setBusy(0);
      });
    site.s.run(600_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "200000 A"]);
    assert.deepEqual(decisions(phone), [
      "7500 failover A B F2",
      "67500 failback-due B1",
      "67500 failback-due B2",
      "200000 failback B A B4",
    ]);
  });

  test("mode 1, address TTL 30, answer at 0 s: B from 7.5 s, the trial at 30 s", () => {
    const site = new Site({ ttl: 30 });
    site.a.silent();
    const phone = site.phone({ "sip_server.1.failback_mode": 1 });
    site.s.at(20_000, () => {
      site.a.up();
    });
    site.s.run(600_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "30000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("mode 2, lifetime 60 granted at 7.5 s, A is back: the refresh at 37.5 s goes to A", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.silent();
    const phone = site.phone({ "sip_server.1.failback_mode": 2 });
    site.s.at(20_000, () => {
      site.a.up();
    });
    site.s.run(50_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "37500 A"]);
  });

  test("mode 2, lifetime 60 granted at 7.5 s, A still dead: the refresh at 37.5 s goes to A first, then to B", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.silent();
    const phone = site.phone({ "sip_server.1.failback_mode": 2 });
    site.s.run(50_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", ...resends(37_500, "A"), "45000 B"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("successive, A dead, fallback.timeout 120: D at 7.5 s, trials to A at 127.5 s and every 120 s after", () => {
    const site = new Site({ list: ["A"] });
    site.a.silent();
    const phone = site.phone({
      "fallback.redundancy_type": 1,
      "fallback.timeout": 120,
      "sip_server.2.address": "192.0.2.4",
    });
    site.s.run(400_000);
    assert.deepEqual(registers(phone), [
      ...resends(0, "A"),
      "7500 D",
      ...resends(127_500, "A"),
      ...resends(247_500, "A"),
      ...resends(367_500, "A"),
    ]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });
});

describe("what is seen when it is done", () => {
  test("mode 1 with an address TTL of 20 s: the next REGISTER at the primary 20 s after the answer came", () => {
    const site = new Site({ ttl: 20, latency: 5 });
    site.a.silent();
    const phone = site.phone({ "sip_server.1.failback_mode": 1 });
    site.s.at(15_000, () => {
      site.a.up();
    });
    site.s.run(60_000);
    const [asked] = site.s.zone.queries("sip.example.com", "A");
    // The question reaches the server after 5 ms, the answer comes after 5 more; then the name is asked for anew.
    const answered = (asked?.t ?? NaN) + 5;
    assert.deepEqual(registers(phone, 15_000), [`${String(answered + 20_000 + 10)} A`]);
  });

  test("mode 3 with 60 s: the next REGISTER at the primary 60 s after the move", () => {
    const site = new Site({ latency: 5 });
    site.a.refuse();
    const phone = site.phone(MODE_3);
    site.s.at(15_000, () => {
      site.a.up();
    });
    site.s.run(100_000);
    const moved = phone.events("failover")[0]?.t ?? NaN;
    assert.deepEqual(registers(phone, 15_000), [`${String(moved + 60_000)} A`]);
  });
});
