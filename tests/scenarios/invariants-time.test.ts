import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { Installation, Watch } from "./endurance.js";
import { Site, registered, registers } from "./helpers.js";

const YEAR = 365 * 24 * 3_600_000;

/** Tells the phone's core another time than it is: `skew` of the true one. */
const lie = ({ core }: SimulatedPhone, skew: (now: number) => number): void => {
  for (const name of [
    "start",
    "stop",
    "setBusy",
    "flowOpened",
    "flowFailed",
    "flowBytes",
    "flowIncoming",
    "drain",
  ] as const) {
    const call = core[name].bind(core) as (now: number, ...rest: unknown[]) => unknown;
    Object.assign(core, { [name]: (now: number, ...rest: unknown[]) => call(skew(now), ...rest) });
  }
};

/** As `lie`, for a skew that is constant but for jumps; the deadlines are those of the true time. */
const jump = (phone: SimulatedPhone, at: number, by: number): void => {
  const { core } = phone;
  let latest = 0;
  const offset = (): number => (latest >= at ? by : 0);
  lie(phone, (now) => {
    latest = Math.max(latest, now);
    return now + offset();
  });
  const deadline = core.nextDeadline.bind(core);
  core.nextDeadline = () => deadline() - offset();
};

/** The most actions that one drain brought. */
const largestDrain = (phone: SimulatedPhone): (() => number) => {
  let largest = 0;
  const { core } = phone;
  const drain = core.drain.bind(core);
  core.drain = (now, handler) => {
    let count = 0;
    const counted =
      <A extends unknown[]>(action: (...values: A) => void) =>
      (...values: A): void => {
        count++;
        action(...values);
      };
    drain(now, {
      open: counted((...values) => {
        handler.open(...values);
      }),
      listen: counted((...values) => {
        handler.listen(...values);
      }),
      send: counted((...values) => {
        handler.send(...values);
      }),
      close: counted((...values) => {
        handler.close(...values);
      }),
      event: counted((...values) => {
        handler.event(...values);
      }),
      stopped: counted(() => {
        handler.stopped();
      }),
      tls: counted((...values) => {
        handler.tls(...values);
      }),
    });
    largest = Math.max(largest, count);
  };
  return () => largest;
};

const settings = { "sip_server.1.expires": 60, "sip_server.1.failback_mode": 1 };

describe("time that goes backwards", () => {
  test("stands still for the core until it has caught up, and then everything goes on", () => {
    const site = new Site();
    const phone = site.phone(settings);
    jump(phone, 100_000, -50_000);
    site.s.run(300_000);
    // The refreshes of 30 s: at 90 s the last before the jump, then 50 s later than without.
    assert.deepEqual(registers(phone).slice(0, 6), [
      "0 A",
      "30000 A",
      "60000 A",
      "90000 A",
      "170000 A",
      "200000 A",
    ]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("a clock that trembles by up to 200 ms changes nothing but instants", () => {
    const installation = new Installation({ keepRecords: false, keepWire: false });
    const { phone, s } = installation;
    const watch = new Watch(phone);
    lie(phone, (now) => Math.max(0, now - ((now * 7919) % 200)));
    // Who is told too early a time at the deadline has to come again.
    const deadline = phone.core.nextDeadline.bind(phone.core);
    phone.core.nextDeadline = () => deadline() + 200;
    installation.plan(3, 40, 60_000, 7_200_000);
    s.runUntil(3 * 3_600_000);
    assert.deepEqual(watch.problems, []);
    assert.equal(installation.users().size, 16);
  });
});

describe("time that jumps years ahead", () => {
  for (const years of [1, 10, 1000]) {
    test(`${String(years)}: what was due is done once, not once for each time it was due`, () => {
      const site = new Site({ list: ["A", "B"] });
      const phone = site.phone(settings);
      const largest = largestDrain(phone);
      jump(phone, 100_000, years * YEAR);
      site.s.run(200_000);
      assert.ok(largest() < 50, String(largest()));
      const after = registers(phone, 100_000);
      assert.ok(after.length >= 2 && after.length <= 5, after.join(" "));
      assert.deepEqual(registered(phone), ["1.1 A"]);
      assert.equal(site.a.bound(site.s.now).length, 1);
    });
  }

  test("with 16 accounts, too", () => {
    const installation = new Installation({ keepWire: false });
    const { phone, s } = installation;
    const largest = largestDrain(phone);
    jump(phone, 300_000, 50 * YEAR);
    const watch = new Watch(phone);
    s.runUntil(900_000);
    assert.ok(largest() < 16 * 30, String(largest()));
    assert.deepEqual(watch.problems, []);
    assert.equal(installation.users().size, 16);
  });
});

describe("the last instants there are", () => {
  const script = fileURLToPath(new URL("last-instants.js", import.meta.url));

  for (const instant of [
    "-9223372036854775808",
    "-1",
    "0",
    "4611686018427387904",
    "9223372036854775000",
    "9223372036854775807",
  ]) {
    test(`${instant}: no loop, no flood`, () => {
      const { stdout, status, signal } = spawnSync(process.execPath, [script, instant], {
        timeout: 20_000,
        encoding: "utf8",
      });
      assert.deepEqual([status, signal], [0, null]);
      assert.ok(Number(stdout) > 0 && Number(stdout) < 50, stdout);
    });
  }
});
