import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ServiceMeter } from "../../host/scenario/service.js";
import type { Service } from "../../host/scenario/service.js";

const A = "udp:192.0.2.1:5060";
const B = "udp:192.0.2.2:5060";

/** What a meter of account 1 says at the end of a minute. */
const measured = (play: (meter: ServiceMeter) => void): Service | undefined => {
  const meter = new ServiceMeter([1]);
  play(meter);
  return meter.end(60_000).get(1);
};

const gapsOf = (play: (meter: ServiceMeter) => void): string =>
  measured(play)
    ?.gaps.map(([from, to]) => `${String(from)}-${String(to)}`)
    .join(" ") ?? "";

describe("time without service", () => {
  it("is all of it where there never is a binding", () => {
    assert.deepEqual(
      measured(() => undefined),
      { without: 60_000, longest: 60_000, gaps: [[0, 60_000]], gapCount: 1 },
    );
  });

  it("ends with the first binding, and begins when that has run out", () => {
    assert.deepEqual(
      measured((meter) => {
        meter.registered(20, 1, 1, A, 30_020);
      }),
      {
        without: 30_000,
        longest: 29_980,
        gaps: [
          [0, 20],
          [30_020, 60_000],
        ],
        gapCount: 2,
      },
    );
  });

  it("does not come where a binding is refreshed in time", () => {
    const gaps = gapsOf((meter) => {
      for (let t = 0; t < 60_000; t += 15_000) meter.registered(t, 1, 1, A, t + 30_000);
    });
    assert.equal(gaps, "");
  });

  it("begins when the server is of no use, and ends when it is again, or another one has the account", () => {
    assert.equal(
      gapsOf((meter) => {
        meter.registered(0, 1, 1, A, 100_000);
        meter.targets(10_000, [A], false);
        meter.targets(20_000, [A], true);
        meter.targets(30_000, [A], false);
        meter.registered(37_500, 1, 1, B, 100_000);
      }),
      "10000-20000 30000-37500",
    );
  });

  it("does not come while another slot's binding is good", () => {
    assert.equal(
      gapsOf((meter) => {
        meter.registered(0, 1, 1, A, 100_000);
        meter.registered(0, 1, 2, B, 100_000);
        meter.targets(10_000, [A], false);
        meter.unregistered(20_000, 1, 2, B);
        meter.targets(30_000, [A], true);
      }),
      "20000-30000",
    );
  });

  it("comes with a line that is cut", () => {
    assert.equal(
      gapsOf((meter) => {
        meter.registered(0, 1, 1, A, 100_000);
        meter.line(5000, false);
        meter.registered(6000, 1, 1, B, 100_000);
        meter.line(7000, true);
      }),
      "5000-7000",
    );
  });

  it("is one gap across changes that help nobody", () => {
    const service = measured((meter) => {
      meter.registered(0, 1, 1, A, 10_000);
      meter.targets(15_000, [B], false);
      meter.unregistered(20_000, 1, 1, A);
      meter.registered(40_000, 1, 1, A, 100_000);
    });
    assert.deepEqual([service?.gaps, service?.gapCount, service?.longest], [[[10_000, 40_000]], 1, 30_000]);
  });

  it("is measured for the accounts that are asked for", () => {
    const meter = new ServiceMeter([1, 3]);
    meter.registered(0, 2, 1, A, 100_000);
    meter.registered(0, 3, 1, A, 100_000);
    const services = meter.end(1000);
    assert.deepEqual([...services.keys()], [1, 3]);
    assert.deepEqual([services.get(1)?.without, services.get(3)?.without], [1000, 0]);
  });
});
