/** Calls of an account with two slots: concurrent (G1) and successive (G2). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, callLines, calls, ends, requestsOf, sentLines } from "./call-helpers.js";
import { Site, decisions, registered, registers, resends } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { QUIET } from "./subscription-helpers.js";

/** Slot 2 is D. */
const CONCURRENT: Settings = { ...QUIET, "sip_server.2.address": "192.0.2.4" };
const SUCCESSIVE: Settings = { ...CONCURRENT, "fallback.redundancy_type": 1, "fallback.timeout": 120 };
const KINDS = [
  ["G1", CONCURRENT],
  ["G2", SUCCESSIVE],
] as const;

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

const invites = (from: number, target: string): string[] =>
  [0, 500, 1500, 3500].map((after) => `${String(from + after)} INVITE ${target}`);

const fromOf = (phone: SimulatedPhone, index: number): string =>
  parameterised(requestsOf(phone, "INVITE")[index]?.message.header("from") ?? "").value;

describe("calls while slot 1 works", () => {
  for (const [rule, settings] of KINDS) {
    test(`${rule}: a call uses slot 1; slot 2 hears nothing of it`, () => {
      const site = new Site({ list: ["A"] });
      const phone = site.phone(settings);
      site.s.at(10_000, () => call(phone)).run(30_000);
      assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
      assert.equal(fromOf(phone, 0), "sip:1000@sip.example.com");
    });

    test(`${rule}, F10: slot 1 dies unnoticed: the call goes through its list with the short budget, then to slot 2`, () => {
      const site = new Site();
      const phone = site.phone(settings);
      site.s
        .at(5000, () => {
          site.a.silent();
          site.b.silent();
        })
        .at(10_000, () => call(phone))
        .run(40_000);
      assert.deepEqual(sentLines(phone, "INVITE"), [
        ...invites(10_000, "A"),
        ...invites(17_500, "B"),
        "25000 INVITE D",
      ]);
      // Slot 2 is another server with another domain.
      assert.equal(fromOf(phone, -1 + requestsOf(phone, "INVITE").length), "sip:1000@192.0.2.4");
      assert.ok(calls(phone).some((line) => line.endsWith(" established")));
    });

    test(`${rule}, F6: the next call asks slot 1 first all the same, as long as that holds its registration`, () => {
      const site = new Site({ list: ["A"] });
      const phone = site.phone(settings);
      site.s
        .at(5000, () => {
          site.a.silent();
        })
        .at(10_000, () => call(phone))
        .at(20_000, () => {
          site.a.up();
          call(phone);
        })
        .run(30_000);
      assert.deepEqual(sentLines(phone, "INVITE"), [
        ...invites(10_000, "A"),
        "17500 INVITE D",
        "20000 INVITE A",
      ]);
    });

    test(`${rule}, K3: slot 1's port is closed, and the call finds out: the next one is at D at once`, () => {
      const site = new Site({ list: ["A"] });
      const phone = site.phone(settings);
      site.s
        .at(5000, () => {
          site.a.refuse();
        })
        .at(10_000, () => call(phone))
        .at(20_000, () => call(phone))
        .run(30_000);
      assert.deepEqual(sentLines(phone, "INVITE"), [
        "10000 INVITE A",
        "10000 INVITE D",
        // The slots of concurrent registrations are each on its own: slot 1's search comes first.
        ...(rule === "G1" ? ["20000 INVITE A"] : []),
        "20000 INVITE D",
      ]);
      assert.deepEqual(registered(phone), ["1.2 D"]);
    });

    test(`${rule}, F10: both slots dead: no-target-left, slot 2's last target in full`, () => {
      const site = new Site({ list: ["A"] });
      const phone = site.phone(settings);
      site.s
        .at(5000, () => {
          site.a.silent();
          site.d.silent();
        })
        .at(10_000, () => call(phone))
        .run(60_000);
      assert.deepEqual(ends(phone), ["49500 no-target-left 0"]);
      assert.deepEqual(sentLines(phone, "INVITE").slice(0, 6), [
        ...invites(10_000, "A"),
        "17500 INVITE D",
        "18000 INVITE D",
      ]);
    });
  }

  test("G1: a call that slot 1 has answered with a refusal is not offered to slot 2", () => {
    const site = new Site({ list: ["A"] });
    site.exchange.callee = [{ status: 486 }];
    const phone = site.phone(CONCURRENT);
    site.s.at(10_000, () => call(phone)).run(30_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A"]);
    assert.deepEqual(ends(phone), ["10000 rejected 486"]);
  });

  test("G2, F7: register_on_enable 1: REGISTER at D before the INVITE; slot 2 works from then on", () => {
    const site = new Site({ list: ["A"] });
    const phone = site.phone({
      ...SUCCESSIVE,
      "sip_server.1.register_on_enable": 1,
      "sip_server.2.register_on_enable": 1,
    });
    site.s
      .at(5000, () => {
        site.a.silent();
      })
      .at(10_000, () => call(phone))
      .at(60_000, () => call(phone))
      .at(90_000, () => {
        site.a.up();
      })
      .run(140_000);
    assert.deepEqual(sentLines(phone, "REGISTER", "INVITE"), [
      "0 REGISTER A",
      ...invites(10_000, "A"),
      "17500 REGISTER D",
      "17500 INVITE D",
      "60000 INVITE D",
      "137500 REGISTER A",
    ]);
    assert.deepEqual(decisions(phone), ["17500 fallback A D G2", "137500 fallback D A G2"]);
  });
});

describe("calls while slot 2 works", () => {
  test("G2: a call goes to slot 2 straight away, by its domain", () => {
    const site = new Site();
    site.a.silent();
    site.b.silent();
    const phone = site.phone(SUCCESSIVE);
    site.s.at(30_000, () => call(phone)).run(60_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), ...resends(7500, "B"), "15000 D"]);
    assert.deepEqual(sentLines(phone, "INVITE"), ["30000 INVITE D"]);
    assert.equal(fromOf(phone, 0), "sip:1000@192.0.2.4");
  });

  test("G1: without a registration of slot 1 a call asks its targets first, for the slots are each on its own", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(CONCURRENT);
    site.s.at(10_000, () => call(phone)).run(20_000);
    assert.deepEqual(sentLines(phone, "INVITE"), ["10000 INVITE A", "10000 INVITE D"]);
    assert.deepEqual(registered(phone), ["1.2 D"]);
  });

  test("G2: slot 1 returns during a call: the call stays with D in all that it sends, new requests use slot 1", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    let first = 0;
    site.s
      .at(10_000, () => {
        first = call(phone);
        site.a.up();
      })
      .at(130_000, () => {
        phone.requestInCall(first, "INVITE", { type: "application/sdp", body: SDP });
      })
      .at(135_000, () => {
        call(phone);
      })
      .at(140_000, () => {
        phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "hello" });
      })
      .at(150_000, () => {
        phone.hangUp(first);
      })
      .run(160_000);
    assert.deepEqual(registers(phone), ["0 A", "0 D", "120000 A"]);
    assert.deepEqual(sentLines(phone, "INVITE", "MESSAGE", "BYE"), [
      "10000 INVITE D",
      "130000 INVITE D",
      "135000 INVITE A",
      "140000 MESSAGE A",
      "150000 BYE D",
    ]);
    assert.equal(fromOf(phone, 1), "sip:1000@192.0.2.4");
    assert.equal(fromOf(phone, 2), "sip:1000@sip.example.com");
    assert.deepEqual(calls(phone, first).at(-1), "150000 ended");
    assert.deepEqual(site.exchange.complaints, []);
  });

  test("G2: the far end's requests in that call are answered, by whichever server they come", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s
      .at(10_000, () => {
        call(phone);
        site.a.up();
      })
      .run(130_000);
    const [dialog] = site.exchange.calls;
    assert.ok(dialog);
    const reinvite = dialog.reinvite();
    site.s.run(1000);
    const bye = dialog.bye();
    site.s.run(1000);
    assert.equal(reinvite.status >= 200, true);
    assert.equal(bye.status, 200);
    assert.deepEqual(ends(phone), ["131000 remote 0"]);
  });

  test("G2: a call from D while D serves; and from A when slot 1 is back", () => {
    const site = new Site({ list: ["A"] });
    site.a.refuse();
    const phone = site.phone(SUCCESSIVE);
    site.s
      .at(10_000, () => {
        site.a.up();
      })
      .run(20_000);
    const one = site.exchange.invite(site.d, { to: "1000" });
    site.s.run(110_000);
    const other = site.exchange.invite(site.a, { to: "1000" });
    site.s.run(1000);
    assert.ok(one.statuses.every((status) => status < 300));
    assert.ok(other.statuses.every((status) => status < 300));
    assert.equal(calls(phone).filter((line) => line.endsWith(" incoming")).length, 2);
  });

  test("F13: a call made by slot 1 stays with it when slot 2 takes over: its route leads there", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    const phone = site.phone(SUCCESSIVE);
    let first = 0;
    site.s
      .at(1000, () => {
        first = call(phone);
      })
      .at(20_000, () => {
        site.a.silent();
      })
      .at(50_000, () => {
        phone.hangUp(first);
      })
      .run(100_000);
    assert.deepEqual(registers(phone, 30_000, 40_000), [...resends(30_000, "A"), "37500 D"]);
    const byes = callLines(phone, 50_000);
    assert.equal(byes.length, 11);
    assert.ok(byes.every((line) => line.endsWith(" BYE A")));
    assert.equal(calls(phone, first).at(-1), "82000 ended");
  });
});
