import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AlarmClock } from "../../host/simulated/alarm-clock.js";
import { Random } from "../../host/simulated/random.js";
import { Scheduler } from "../../host/simulated/scheduler.js";

describe("simulated time", () => {
  it("goes from action to action, those of one instant in the order of their scheduling", () => {
    const scheduler = new Scheduler();
    const random = new Random(7);
    const instants = Array.from({ length: 500 }, () => Math.floor(random.next() * 50));
    const done: (readonly [number, number])[] = [];
    instants.forEach((instant, index) => {
      scheduler.at(instant, () => done.push([scheduler.now, index]));
    });
    scheduler.runUntil(100);
    const wanted = instants
      .map((instant, index) => [instant, index] as const)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    assert.deepEqual(done, wanted);
    assert.equal(scheduler.now, 100);
  });

  it("stops at its limit and goes on from there", () => {
    const scheduler = new Scheduler();
    const done: number[] = [];
    for (const instant of [10, 20, 30]) scheduler.at(instant, () => done.push(instant));
    scheduler.runUntil(20);
    assert.deepEqual(done, [10, 20]);
    assert.equal(scheduler.next, 30);
    scheduler.runUntil(30);
    assert.deepEqual(done, [10, 20, 30]);
    assert.equal(scheduler.next, Infinity);
  });

  it("does what was due in the past now", () => {
    const scheduler = new Scheduler();
    scheduler.runUntil(50);
    let at = 0;
    scheduler.at(10, () => (at = scheduler.now));
    scheduler.runUntil(50);
    assert.equal(at, 50);
  });

  it("says so when time stands still", () => {
    const scheduler = new Scheduler();
    const again = (): void => {
      scheduler.after(0, again);
    };
    scheduler.at(5, again);
    assert.throws(() => {
      scheduler.runUntil(10);
    }, /time stands still at 5 ms/);
  });
});

describe("an alarm", () => {
  const rings = (set: (clock: AlarmClock, ring: () => void, scheduler: Scheduler) => void): number[] => {
    const scheduler = new Scheduler();
    const clock = new AlarmClock(scheduler);
    const at: number[] = [];
    set(clock, () => at.push(scheduler.now), scheduler);
    scheduler.runUntil(1000);
    return at;
  };

  it("rings once", () => {
    assert.deepEqual(
      rings((clock, ring) => {
        clock.alarm(10, ring);
      }),
      [10],
    );
  });

  it("that was put off rings at the later instant only", () => {
    assert.deepEqual(
      rings((clock, ring) => {
        clock.alarm(10, ring);
        clock.alarm(20, ring);
      }),
      [20],
    );
  });

  it("that was brought forward rings at the earlier instant only", () => {
    assert.deepEqual(
      rings((clock, ring) => {
        clock.alarm(20, ring);
        clock.alarm(10, ring);
      }),
      [10],
    );
  });

  it("that was taken back does not ring", () => {
    assert.deepEqual(
      rings((clock, ring) => {
        clock.alarm(10, ring);
        clock.alarm(Infinity, ring);
      }),
      [],
    );
  });

  it("rings again when it is set again, whatever was before", () => {
    const at = rings((clock, ring, scheduler) => {
      clock.alarm(100, ring);
      clock.alarm(50, () => {
        ring();
        clock.alarm(100, () => {
          ring();
          clock.alarm(200, ring);
        });
      });
      scheduler.at(150, () => {
        clock.alarm(120, ring);
      });
    });
    assert.deepEqual(at, [50, 100, 150]);
  });
});
