/** F12: servers that ask to be left alone for a while. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site, decisions, inTurn, registered, registers } from "./helpers.js";

const leaveMe = (
  seconds: number | string,
  status = 503,
): { status: number; headers: [string, string][] } => ({
  status,
  headers: [["Retry-After", String(seconds)]],
});

const QUIET = { "nat.udp_update_enable": 0 };

describe("F12: 503 with Retry-After", () => {
  test("F12: new searches leave the target out until then", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.mode = inTurn([leaveMe(100)]);
    const phone = site.phone(QUIET);
    site.s.run(130_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "30000 B", "60000 B", "90000 B", "120000 A"]);
  });

  test("F12: without Retry-After, or with 0, it is asked again by the next search", () => {
    for (const answer of [{ status: 503 }, leaveMe(0), leaveMe("soon")]) {
      const site = new Site({ maxExpires: 60 });
      site.a.mode = inTurn([answer]);
      const phone = site.phone(QUIET);
      site.s.run(31_000);
      assert.deepEqual(registers(phone), ["0 A", "0 B", "30000 A"]);
    }
  });

  test("F12: the rest of the field does not matter", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.mode = inTurn([leaveMe("100 (maintenance; back at noon);duration=3600")]);
    const phone = site.phone(QUIET);
    site.s.run(121_000);
    assert.deepEqual(registers(phone, 80_000), ["90000 B", "120000 A"]);
  });

  test("F12: a number beyond all reason is an hour", () => {
    const site = new Site({ maxExpires: 600 });
    site.a.mode = inTurn([leaveMe("949302838503028349304023988")]);
    const phone = site.phone(QUIET);
    site.s.run(3_901_000);
    const times = Array.from({ length: 11 }, (_, i) => `${String((i + 1) * 300_000)} B`);
    assert.deepEqual(registers(phone), ["0 A", "0 B", ...times, "3600000 A", "3900000 A"]);
  });

  test("F12: the only target is asked again when the time has come, not before (R5)", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([leaveMe(100)]);
    const phone = site.phone(QUIET);
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "100000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("F12: the only target's Retry-After does not shorten R5's wait", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([leaveMe(10)]);
    const phone = site.phone(QUIET);
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "30000 A"]);
  });

  test("F12: with every target's, the next search begins when the first is free, and leaves the others out", () => {
    const site = new Site();
    site.a.answer(503, [["Retry-After", "100"]]);
    site.b.answer(503, [["Retry-After", "50"]]);
    const phone = site.phone(QUIET);
    site.s
      .at(10_000, () => {
        site.a.up();
        site.b.up();
      })
      .run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "50000 B"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("F12: other accounts leave the server alone as well", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.mode = inTurn([leaveMe(100)]);
    const phone = site.phone({
      ...QUIET,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "other.example.com",
    });
    // Account 2's name resolves half a second later, when the server has said it.
    site.name(["A", "B"], 3600, "other.example.com");
    site.s.zone.mode = ({ name, t }) => (name.startsWith("other") && t < 500 ? "silent" : "up");
    site.s.run(20_000);
    const [first, ...others] = registers(phone);
    assert.equal(first, "0 A");
    assert.deepEqual(
      others.map((line) => line.split(" ")[1]),
      ["B", "B"],
    );
  });

  for (const [mode, due] of [
    [1, 60_000],
    [3, 67_500],
  ] as const) {
    test(`F12: a trial of mode ${String(mode)} does not go there before`, () => {
      const site = new Site({ ttl: 60 });
      site.a.silent();
      const phone = site.phone({
        ...QUIET,
        "sip_server.1.failback_mode": mode,
        "sip_server.1.failback_timeout": 60,
      });
      site.s.at(20_000, () => {
        site.a.mode = inTurn([leaveMe(600)]);
      });
      site.s.run(1_000_000);
      const trials = registers(phone, 20_000);
      assert.equal(trials[0], `${String(due)} A`);
      const second = Number(trials[1]?.split(" ")[0]);
      assert.ok(second >= due + 600_000, `the next trial came at ${String(second)}`);
      assert.ok(second <= due + 720_000, `the next trial came at ${String(second)}`);
      assert.deepEqual(decisions(phone).at(-1), `${String(second)} failback B A B4`);
    });
  }

  test("F12: nor does one of mode 2: the refresh goes to the current target", () => {
    const site = new Site({ maxExpires: 120 });
    site.a.silent();
    const phone = site.phone({ ...QUIET, "sip_server.1.failback_mode": 2 });
    site.s.at(20_000, () => {
      site.a.mode = inTurn([leaveMe(100)]);
    });
    site.s.run(200_000);
    assert.deepEqual(registers(phone, 20_000), ["67500 A", "67500 B", "127500 B", "187500 A"]);
  });

  test("F12: nor does a trial of slot 1 while slot 2 works", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([leaveMe(600)]);
    const phone = site.phone({
      ...QUIET,
      "sip_server.2.address": "192.0.2.4",
      "fallback.redundancy_type": 1,
      "fallback.timeout": 110,
    });
    site.s.run(1_000_000);
    const [first, second, third] = registers(phone);
    assert.deepEqual([first, second], ["0 A", "0 D"]);
    const trial = Number(third?.split(" ")[0]);
    assert.ok(trial >= 600_000 && trial <= 600_000 + 110_000, String(trial));
  });
});
