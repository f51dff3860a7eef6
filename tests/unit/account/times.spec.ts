import { refreshWait } from "../../../assembly/account/binding";
import { retryWait } from "../../../assembly/account/retry";
import { seedRandom } from "../../../assembly/time/random";

/** The least and the most of many draws of R5's wait. */
function least(failures: i32, base: i64, ceiling: i64): i64 {
  let result = retryWait(failures, 0, base, ceiling);
  for (let i = 0; i < 500; i++) result = min(result, retryWait(failures, 0, base, ceiling));
  return result;
}

function most(failures: i32, base: i64, ceiling: i64): i64 {
  let result = retryWait(failures, 0, base, ceiling);
  for (let i = 0; i < 500; i++) result = max(result, retryWait(failures, 0, base, ceiling));
  return result;
}

function expectBetween(failures: i32, base: i64, ceiling: i64, low: i64, high: i64): void {
  const lowest = least(failures, base, ceiling);
  const highest = most(failures, base, ceiling);
  expect(lowest).toBeGreaterThanOrEqual(low);
  expect(lowest).toBeLessThan(low + (high - low) / 20);
  expect(highest).toBeLessThanOrEqual(high);
  expect(highest).toBeGreaterThan(high - (high - low) / 20);
}

describe("refresh (R2)", () => {
  it("comes at half the lifetime below 1200 s, 600 s before the end from then on", () => {
    expect(refreshWait(60, -1)).toBe(30_000);
    expect(refreshWait(1199, -1)).toBe(599_500);
    expect(refreshWait(1200, -1)).toBe(600_000);
    expect(refreshWait(3600, -1)).toBe(3_000_000);
  });

  it("comes register_expires_overlap before the end, where that leaves anything", () => {
    expect(refreshWait(120, 30)).toBe(90_000);
    expect(refreshWait(3600, 10)).toBe(3_590_000);
    expect(refreshWait(60, 60)).toBe(30_000);
    expect(refreshWait(60, 90)).toBe(30_000);
  });
});

describe("wait after a failure (R5)", () => {
  beforeEach(() => {
    seedRandom(memory.data(32));
  });

  it("is fixed where both back-off keys are 0", () => {
    expect(retryWait(1, 30_000, 0, 0)).toBe(30_000);
    expect(retryWait(9, 30_000, 0, 0)).toBe(30_000);
  });

  it("doubles with each failure up to the ceiling, drawn from the upper half", () => {
    expectBetween(1, 10_000, 1_000_000, 10_000, 20_000);
    expectBetween(3, 10_000, 1_000_000, 40_000, 80_000);
    expectBetween(4, 10_000, 60_000, 30_000, 60_000);
    expectBetween(1_000_000, 10_000, 60_000, 30_000, 60_000);
  });

  it("has RFC 5626's own base, or ceiling, where only that key is 0", () => {
    expectBetween(1, 0, 60_000, 30_000, 60_000);
    expectBetween(20, 10_000, 0, 900_000, 1_800_000);
  });
});
