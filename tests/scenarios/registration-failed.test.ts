/** R5: what follows a REGISTER that failed for good; and 423. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site, inTurn, only, registered, registers, sent } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

/** The waits between REGISTERs to one server that turns each of them away at once, in milliseconds. */
const waitsOf = (settings: Readonly<Record<string, number>>, seed = 1, hours = 1): number[] => {
  const site = new Site({ list: ["A"] });
  site.a.answer(403);
  site.phone({ ...QUIET, ...settings }, { seed, keepWire: false, keepRecords: false });
  site.s.run(hours * 3_600_000);
  const times = site.a.requests("REGISTER").map(({ t }) => t);
  return times.slice(1).map((t, index) => t - (times[index] ?? 0));
};

describe("R5: the wait after a failure", () => {
  for (const seconds of [30, 7, 1800]) {
    test(`R5: both back-off keys 0: reg_fail_retry_interval, ${String(seconds)} s`, () => {
      const waits = waitsOf({ reg_fail_retry_interval: seconds, reg_failed_retry_max_time: 0 }, 1, 10);
      assert.ok(waits.length >= 19);
      assert.deepEqual([...new Set(waits)], [seconds * 1000]);
    });
  }

  test("R5: the back-off: half to all of min(max, base · 2^failures)", () => {
    const uppers = [20_000, 40_000, 80_000, 160_000, 200_000, 200_000, 200_000];
    const perStep = uppers.map((): number[] => []);
    for (let seed = 1; seed <= 30; seed++) {
      const waits = waitsOf({ reg_failed_retry_min_time: 10, reg_failed_retry_max_time: 200 }, seed);
      uppers.forEach((upper, index) => {
        const wait = waits[index] ?? NaN;
        assert.ok(wait >= upper / 2 && wait <= upper, `failure ${String(index + 1)}: ${String(wait)}`);
        perStep[index]?.push(wait / upper);
      });
    }
    // Uniform between 50 % and 100 %: thirty draws come near both ends.
    for (const shares of perStep) {
      assert.ok(Math.min(...shares) < 0.58 && Math.max(...shares) > 0.92, shares.join(" "));
    }
  });

  test("R5: by default the base is 30 s and the ceiling 60 s", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const waits = waitsOf({ reg_failed_retry_max_time: 60 }, seed);
      assert.ok(waits.every((wait) => wait >= 30_000 && wait <= 60_000));
    }
  });

  test("R5: a base alone has no lower ceiling than itself, and reg_fail_retry_interval does not count", () => {
    const waits = waitsOf({
      reg_failed_retry_min_time: 100,
      reg_failed_retry_max_time: 100,
      reg_fail_retry_interval: 5,
    });
    assert.ok(waits.every((wait) => wait >= 50_000 && wait <= 100_000));
  });

  test("R5: a success begins the back-off anew", () => {
    const site = new Site({ list: ["A"], maxExpires: 60 });
    site.a.mode = inTurn([403, 403, 403, 403].map((status) => ({ status })));
    site.phone({ ...QUIET, reg_failed_retry_min_time: 10, reg_failed_retry_max_time: 600 });
    site.s.run(400_000);
    site.a.answer(403);
    site.s.run(200_000);
    const times = site.a.requests("REGISTER").map(({ t }) => t);
    const failure = times.findIndex((t) => t > 400_000);
    const wait = (times[failure + 1] ?? NaN) - (times[failure] ?? NaN);
    assert.ok(wait >= 10_000 && wait <= 20_000, String(wait));
  });

  test("R5: there is no for ever: after a week of refusals the next REGISTER is still to come", () => {
    const waits = waitsOf({ reg_failed_retry_min_time: 30, reg_failed_retry_max_time: 1800 }, 3, 7 * 24);
    assert.ok(waits.length > 7 * 24 * 2);
    assert.ok(Math.max(...waits) <= 1_800_000);
    assert.ok(waits.slice(-50).every((wait) => wait >= 900_000));
  });

  test("R5: phones that failed together do not come back together", () => {
    const site = new Site({ list: ["A"] });
    site.a.answer(500);
    for (let i = 0; i < 40; i++) {
      site.phone(
        { user_name: 1000 + i, reg_failed_retry_min_time: 30, reg_failed_retry_max_time: 600 },
        { seed: 50 + i, keepWire: false },
      );
    }
    site.s.run(61_000);
    const again = site.a.requests("REGISTER").flatMap(({ t }) => (t > 0 ? [t] : []));
    assert.equal(again.length, 40);
    assert.ok(new Set(again).size > 35);
    assert.ok(Math.min(...again) >= 30_000 && Math.max(...again) <= 60_000);
  });

  for (const status of [404, 480, 486, 500, 600, 603]) {
    test(`R5: never before the Retry-After of a ${String(status)}`, () => {
      const site = new Site({ list: ["A"] });
      site.a.mode = inTurn([{ status, headers: [["Retry-After", "90"]] }]);
      const phone = site.phone(QUIET);
      site.s.run(200_000);
      assert.deepEqual(registers(phone), ["0 A", "90000 A"]);
      assert.equal(only(phone.events("failed")).retry, 90_000);
    });
  }

  const retryAfters: readonly [string, number][] = [
    ["10", 30],
    ["31", 31],
    ["120 (in a meeting)", 120],
    ["120;duration=60", 120],
    ["3601", 3600],
    ["57600", 3600],
    ["4294967297", 3600],
    ["949302838503028349304023988", 3600],
    ["-5", 30],
    ["soon", 30],
    ["", 30],
  ];
  for (const [value, wait] of retryAfters) {
    test(`R5: Retry-After: ${value}: the next REGISTER after ${String(wait)} s`, () => {
      const site = new Site({ list: ["A"] });
      site.a.mode = inTurn([{ status: 500, headers: [["Retry-After", value]] }]);
      const phone = site.phone(QUIET);
      site.s.run(4_000_000);
      assert.equal(registers(phone)[1], `${String(wait * 1000)} A`);
    });
  }

  test("R5: a Retry-After counts once, not for failures that come later", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([{ status: 500, headers: [["Retry-After", "90"]] }, { status: 500 }]);
    const phone = site.phone(QUIET);
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "90000 A", "120000 A"]);
  });

  test("R5: a refresh that is turned away comes again after the same wait", () => {
    const site = new Site({ list: ["A"], maxExpires: 100 });
    const phone = site.phone(QUIET);
    site.s.at(40_000, () => {
      site.a.mode = inTurn([{ status: 500 }]);
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "50000 A", "80000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });
});

describe("R3: 423", () => {
  const expiresOf = (phone: ReturnType<Site["phone"]>): string[] =>
    sent(phone).map(({ t, target, message }) => `${String(t)} ${target} ${message.header("expires") ?? ""}`);

  test("R3: 423: again with Min-Expires, at the same server at once, and from then on", () => {
    const site = new Site({ minExpires: 300 });
    const phone = site.phone({ ...QUIET, "sip_server.1.expires": 60 });
    site.s.run(200_000);
    assert.deepEqual(expiresOf(phone), ["0 A 60", "0 A 300", "150000 A 300"]);
    const [first, second] = sent(phone).map(({ message }) => message);
    assert.equal(second?.cseq, (first?.cseq ?? NaN) + 1);
    assert.notEqual(second.branch, first?.branch);
  });

  test("R3: 423 after a challenge: the credentials go along", () => {
    const site = new Site({ minExpires: 300, digest: { users: { 1000: "secret" } } });
    const phone = site.phone({ ...QUIET, "sip_server.1.expires": 60 });
    site.s.run(10_000);
    assert.deepEqual(expiresOf(phone), ["0 A 60", "0 A 60", "0 A 300"]);
    assert.deepEqual(
      site.a.requests("REGISTER").map(({ credentials }) => credentials),
      ["none", "accepted", "accepted"],
    );
  });

  for (const [what, headers] of [
    ["without Min-Expires", []],
    ["with a Min-Expires that is no number", [["Min-Expires", "long"]]],
    ["with a Min-Expires below what was asked", [["Min-Expires", "30"]]],
  ] as const) {
    test(`R3: 423 ${what} is a rejection: R5's wait`, () => {
      const site = new Site();
      site.a.answer(423, headers);
      const phone = site.phone({ ...QUIET, "sip_server.1.expires": 60 });
      site.s.run(31_000);
      assert.deepEqual(expiresOf(phone), ["0 A 60", "30000 A 60"]);
    });
  }

  test("R3: a server that always wants more is not followed for ever", () => {
    const site = new Site();
    site.a.mode = ({ request }) => ({
      status: 423,
      headers: [["Min-Expires", String(Number(request.header("expires")) + 1)]],
    });
    const phone = site.phone({ ...QUIET, "sip_server.1.expires": 60 });
    site.s.run(29_000);
    assert.ok(registers(phone).length <= 5, registers(phone).join(" "));
    assert.equal(phone.events("failed").length, 1);
  });

  test("R3: a Min-Expires beyond all reason does no harm", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 423, headers: [["Min-Expires", "949302838503028349304023988"]] }]);
    site.a.maxExpires = 100;
    const phone = site.phone({ ...QUIET, "sip_server.1.expires": 60 });
    site.s.run(60_000);
    assert.deepEqual(
      registers(phone).filter((line) => line.startsWith("50000")),
      ["50000 A"],
    );
    assert.ok(sent(phone).every(({ message }) => /^\d{1,10}$/.test(message.header("expires") ?? "")));
  });
});
