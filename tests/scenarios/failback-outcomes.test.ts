/** What comes of a trial of failback, mode by mode and outcome by outcome. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RegistrarMode } from "../../host/simulated/index.js";
import { Site, decisions, inTurn, registered, registers, resends } from "./helpers.js";
import type { Settings } from "./helpers.js";

const USERS = { digest: { users: { 1000: "secret" } } };

/**
 * Each mode with the primary silent at the start: B is current from 7.5 s. `due` is the first trial; `next` and
 * `nextAfterSilence` are the second one where the first failed at once, or after 7.5 s of silence (B5).
 *
 * Mode 1, TTL 30: due at 30 s; anew when the answer of 30 s has run out, at 60 s, but not before 30 + 32 s, or
 * 37.5 + 32 s. Mode 2, lifetime 60: due at each refresh, every 30 s from 37.5 s on (from 45 s after a silence), and
 * not within 32 s of a failure: every other refresh. Mode 3: 60 s after the move, and again after each failure.
 */
const modes = [
  { failback: 1, lifetime: 86_400, due: 30_000, next: 62_000, nextAfterSilence: 69_500 },
  { failback: 2, lifetime: 60, due: 37_500, next: 97_500, nextAfterSilence: 105_000 },
  { failback: 3, lifetime: 86_400, due: 67_500, next: 127_500, nextAfterSilence: 135_000 },
] as const;

const settingsOf = (failback: number): Settings => ({
  "nat.udp_update_enable": 0,
  "sip_server.1.expires": 86_400,
  "sip_server.1.failback_mode": failback,
  "sip_server.1.failback_timeout": 60,
});

const failures: Readonly<Record<string, RegistrarMode>> = {
  refuses: "refused",
  "answers 503": { status: 503 },
  "answers 403": { status: 403 },
  "answers 404": { status: 404 },
  "answers 500": { status: 500 },
};

for (const { failback, lifetime, due, next, nextAfterSilence } of modes) {
  const start = (digest = false): Site => {
    const site = new Site({ ttl: 30, maxExpires: lifetime, ...(digest ? USERS : {}) });
    site.a.silent();
    return site;
  };
  /** Mode 2's refreshes at B. */
  const refreshes = (times: readonly number[]): string[] =>
    failback === 2 ? times.map((t) => `${String(t)} B`) : [];

  describe(`a trial of mode ${String(failback)}`, () => {
    test(`B3: mode ${String(failback)}: the primary is back: it is current, and B gets no refresh`, () => {
      const site = start();
      const phone = site.phone(settingsOf(failback));
      site.s.at(20_000, () => {
        site.a.up();
      });
      site.s.run(due + 10_000);
      assert.deepEqual(registers(phone, 20_000), [`${String(due)} A`]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
      assert.deepEqual(decisions(phone).slice(1), [
        `${String(due)} failback-due B1`,
        `${String(due)} failback B A B4`,
      ]);
    });

    test(`B3: mode ${String(failback)}: with digest, the challenge and its answer are the primary's`, () => {
      const site = start(true);
      const phone = site.phone(settingsOf(failback));
      site.s.at(20_000, () => {
        site.a.up();
      });
      site.s.run(due + 10_000);
      assert.deepEqual(registers(phone, 20_000), [`${String(due)} A`, `${String(due)} A`]);
      assert.deepEqual(
        site.a.requests("REGISTER").map(({ credentials }) => credentials),
        [...resends(0, "A").map(() => undefined), "none", "accepted"],
      );
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });

    for (const [what, mode] of Object.entries(failures)) {
      test(`B5: mode ${String(failback)}: the primary ${what}: B stays, the next trial is at ${String(next / 1000)} s`, () => {
        const site = start();
        const phone = site.phone(settingsOf(failback));
        site.s
          .at(20_000, () => {
            site.a.mode = mode;
          })
          .at(next - 1000, () => {
            site.a.up();
          });
        site.s.run(next + 10_000);
        assert.deepEqual(registers(phone, 20_000), [
          `${String(due)} A`,
          ...refreshes([due, due + 30_000]),
          `${String(next)} A`,
        ]);
        assert.deepEqual(phone.events("unregistered"), []);
        assert.equal(phone.events("failback-failed").length, 1);
        assert.deepEqual(registered(phone), ["1.1 A"]);
      });
    }

    test(`B5: mode ${String(failback)}: the primary is still silent: short budget, B stays`, () => {
      const site = start();
      const phone = site.phone(settingsOf(failback));
      site.s.at(nextAfterSilence - 1000, () => {
        site.a.up();
      });
      site.s.run(nextAfterSilence + 10_000);
      assert.deepEqual(registers(phone, 20_000), [
        ...resends(due, "A"),
        ...refreshes([due + 7500, due + 37_500]),
        `${String(nextAfterSilence)} A`,
      ]);
      assert.deepEqual(phone.events("unregistered"), []);
    });

    test(`B5: mode ${String(failback)}: the primary does not know our password: one try, then B stays`, () => {
      const site = start(true);
      const phone = site.phone(settingsOf(failback));
      site.s.at(20_000, () => {
        const { authenticator } = site.a;
        if (authenticator !== undefined) authenticator.options.users = { 1000: "another" };
        site.a.up();
      });
      site.s.run(due + 10_000);
      const toA = registers(phone, 20_000).filter((line) => line.endsWith("A"));
      assert.deepEqual(toA, [`${String(due)} A`, `${String(due)} A`]);
      assert.deepEqual(registered(phone), ["1.1 B"]);
      assert.deepEqual(phone.events("unregistered"), []);
    });

    test(`B2: mode ${String(failback)}: a call at the time puts the trial off, not the refresh; then at once`, () => {
      const site = start();
      const phone = site.phone(settingsOf(failback));
      site.s
        .at(20_000, () => {
          site.a.up();
          phone.setBusy(2);
        })
        .at(155_000, () => {
          phone.setBusy(1);
        })
        .at(160_000, () => {
          phone.setBusy(0);
        });
      site.s.run(170_000);
      assert.deepEqual(registers(phone, 20_000), [
        ...refreshes([37_500, 67_500, 97_500, 127_500, 157_500]),
        "160000 A",
      ]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });

    test(`B2: mode ${String(failback)}: a call that is over in time puts nothing off`, () => {
      const site = start();
      const phone = site.phone(settingsOf(failback));
      site.s
        .at(10_000, () => {
          site.a.up();
          phone.setBusy(1);
        })
        .at(due - 1, () => {
          phone.setBusy(0);
        });
      site.s.run(due + 10_000);
      assert.deepEqual(registers(phone, 20_000), [`${String(due)} A`]);
    });
  });
}

describe("B5: never sooner than 64·T1 after a failure", () => {
  test("B5: mode 1 with a short TTL: a trial every 32 s, not every 5 s", () => {
    const site = new Site({ ttl: 5 });
    site.a.refuse();
    const phone = site.phone(settingsOf(1));
    site.s.run(120_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "5000 A", "37000 A", "69000 A", "101000 A"]);
  });

  test("B5: the floor goes with T1", () => {
    const site = new Site({ ttl: 5 });
    site.a.refuse();
    const phone = site.phone({ ...settingsOf(1), "sip.timer_t1": 2 });
    site.s.run(150_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "5000 A", "133000 A"]);
  });

  test("B5: mode 2 with a short lifetime: refreshes go on, trials are 32 s apart", () => {
    const site = new Site({ maxExpires: 20 });
    site.a.refuse();
    const phone = site.phone(settingsOf(2));
    site.s.run(65_000);
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 B", "10000 A", "10000 B"],
      ...["20000 B", "30000 B", "40000 B"],
      ...["50000 A", "50000 B", "60000 B"],
    ]);
  });

  test("B5: a primary that flaps every 10 s: no trial within 32 s of a failed one", () => {
    const site = new Site({ ttl: 3, maxExpires: 30 });
    const phone = site.phone({ ...settingsOf(1), "nat.udp_update_enable": 1, "nat.udp_update_time": 15 });
    for (let t = 0; t < 600_000; t += 20_000) {
      site.s
        .at(t, () => {
          site.a.refuse();
        })
        .at(t + 10_000, () => {
          site.a.up();
        });
    }
    site.s.run(600_000);
    const failed = phone.events("failback-failed").map(({ t }) => t);
    assert.ok(failed.length > 3, "the primary was down at some trials");
    const trials = phone.records.flatMap((record) =>
      record.event === "request" && record.reason === "failback" ? [record.t] : [],
    );
    for (const t of failed) {
      const following = trials.find((trial) => trial > t);
      assert.ok(following === undefined || following - t >= 32_000, `${String(t)} ${String(following)}`);
    }
  });

  test("B5: the floor holds though another target becomes current meanwhile", () => {
    const site = new Site({ list: ["A", "B", "C"], ttl: 5 });
    site.a.refuse();
    const phone = site.phone({
      ...settingsOf(1),
      "nat.udp_update_enable": 1,
      "nat.udp_update_time": 15,
    });
    site.s.at(10_000, () => {
      site.b.refuse();
    });
    site.s.run(40_000);
    // The trial of 5 s fails; the keep-alive of 15 s finds B dead, and the search then asks A before C.
    assert.deepEqual(registers(phone), [
      ...["0 A", "0 B", "5000 A"],
      ...["15000 A", "15000 C"],
      ...["37000 A", "37000 B"],
    ]);
  });

  test("B5: a trial that the current target's death overtakes is no trial any more", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    site.a.silent();
    site.b.silent();
    // C is current from 15 s; it closes its port, and the keep-alive of 75 s finds out during the trial of 75 s.
    const phone = site.phone({ ...settingsOf(3), "nat.udp_update_enable": 1, "nat.udp_update_time": 31 });
    site.s.at(60_000, () => {
      site.c.refuse();
      site.b.mode = inTurn([], "up");
    });
    site.s.run(120_000);
    const found = registers(phone, 60_000);
    assert.deepEqual(found.slice(0, 3), ["75000 A", "75500 A", "76500 A"]);
    // The keep-alive of 77 s: the search of the whole list begins anew, and leaves C out.
    assert.deepEqual(found.slice(3), [...resends(77_000, "A"), "84500 B"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });
});

describe("B6: the current target is no longer in a fresh answer", () => {
  for (const failback of [1, 3]) {
    test(`B6: mode ${String(failback)}: it serves until its registration is to be refreshed`, () => {
      const site = new Site({ ttl: 30, maxExpires: 400 });
      site.a.refuse();
      const phone = site.phone(settingsOf(failback));
      site.s.at(20_000, () => {
        site.a.up();
        site.name(["A", "C"], 30);
      });
      site.s.run(210_000);
      assert.deepEqual(registers(phone), ["0 A", "0 B", "200000 A"]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });
  }

  for (const failback of [1, 2, 3]) {
    test(`B6: mode ${String(failback)}: it is back in the answer by its refresh: failback is due again as ever`, () => {
      const site = new Site({ ttl: 30, maxExpires: 400 });
      site.a.refuse();
      const phone = site.phone(settingsOf(failback));
      site.s
        .at(20_000, () => {
          site.name(["A", "C"], 30);
        })
        .at(150_000, () => {
          site.name(["A", "B"], 30);
        })
        .at(500_000, () => {
          site.a.up();
        });
      site.s.run(700_000);
      const toB = registers(phone).filter((line) => line.endsWith("B"));
      assert.deepEqual(toB.slice(0, 2), ["0 B", "200000 B"]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });
  }

  test("B6: mode 2: that is when the failback is due, too", () => {
    const site = new Site({ ttl: 30, maxExpires: 400 });
    site.a.refuse();
    const phone = site.phone(settingsOf(2));
    site.s.at(20_000, () => {
      site.a.up();
      site.name(["C", "D"], 30);
    });
    site.s.run(210_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "200000 C"]);
  });

  test("B6: or until it fails", () => {
    const site = new Site({ ttl: 30, maxExpires: 400 });
    site.a.refuse();
    const phone = site.phone({ ...settingsOf(3), "nat.udp_update_enable": 1 });
    site.s
      .at(20_000, () => {
        site.a.up();
        site.name(["A", "C"], 30);
      })
      .at(100_000, () => {
        site.b.refuse();
      });
    site.s.run(190_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "120000 A"]);
  });
});
