import { Current, currentOf, resetCurrents } from "../../../assembly/redundancy/current";
import {
  Failback,
  MODE_DNS_TTL,
  MODE_DURATION,
  MODE_NEW_REQUESTS,
  MODE_REGISTRATION,
  failbackOf,
} from "../../../assembly/redundancy/failback";
import { TargetList, listOf, resetLists } from "../../../assembly/redundancy/targets";
import { NEVER } from "../../../assembly/time/clock";
import { seedRandom } from "../../../assembly/time/random";
import { target } from "./helper";

const SLOT = 0;
const FLOOR: i64 = 32_000;
const list: TargetList = listOf(SLOT);
const current: Current = currentOf(SLOT);
const failback: Failback = failbackOf(SLOT);

/** Settles on the target of this rank at `now`; its address is good until `expires`. */
function settle(rank: i32, now: i64, expires: i64): void {
  list.at(rank).expires = expires;
  if (current.settle(list.at(rank), now)) failback.settledAnew();
}

describe("failback", () => {
  beforeEach(() => {
    resetLists();
    resetCurrents();
    seedRandom(memory.data(32));
    list.add(target(1, 5060), NEVER);
    list.add(target(2, 5060), NEVER);
  });

  it("is never due before anything is settled", () => {
    failback.configure(MODE_DURATION, 60_000, 0);
    expect(failback.due(SLOT, 0)).toBe(NEVER);
  });

  it("is never due on the primary", () => {
    failback.configure(MODE_DURATION, 60_000, 0);
    settle(0, 0, 30_000);
    expect(failback.due(SLOT, 0)).toBe(NEVER);
  });

  it("B7: mode 0 has none", () => {
    failback.configure(MODE_NEW_REQUESTS, 60_000, 0);
    settle(1, 0, 30_000);
    expect(failback.due(SLOT, 10_000)).toBe(NEVER);
  });

  it("B1, mode 1: when the TTL of the current target's address runs out", () => {
    failback.configure(MODE_DNS_TTL, 0, 0);
    settle(1, 7_500, 30_000);
    expect(failback.due(SLOT, 1_000)).toBe(30_000);
  });

  it("B1, mode 2: when the registration is to be refreshed", () => {
    failback.configure(MODE_REGISTRATION, 0, 0);
    settle(1, 7_500, 30_000);
    expect(failback.due(SLOT, 37_500)).toBe(37_500);
  });

  it("B1, mode 3: failback_timeout after the target became current, a refresh changes nothing", () => {
    failback.configure(MODE_DURATION, 60_000, 0);
    settle(1, 7_500, 30_000);
    settle(1, 37_500, 60_000);
    expect(failback.due(SLOT, 1_000)).toBe(67_500);
  });

  it("B1, mode 3: failback_timeout 0 is never", () => {
    failback.configure(MODE_DURATION, 0, 0);
    settle(1, 7_500, 30_000);
    expect(failback.due(SLOT, 1_000)).toBe(NEVER);
  });

  it("B2: waits for the phone to be idle, then begins at once", () => {
    failback.configure(MODE_DURATION, 60_000, 0);
    settle(1, 0, NEVER);
    failback.becomeDue(60_000);
    expect(failback.mayBegin(SLOT, false, 60_000)).toBe(false);
    expect(failback.deadline(SLOT, NEVER, false)).toBe(NEVER);
    expect(failback.mayBegin(SLOT, true, 200_000)).toBe(true);
  });

  it("B5: not again before the floor; mode 3 waits its time anew", () => {
    failback.configure(MODE_DNS_TTL, 0, 0);
    settle(1, 0, 10_000);
    failback.becomeDue(10_000);
    failback.begin();
    expect(failback.due(SLOT, NEVER)).toBe(NEVER);
    failback.failed(FLOOR, 17_500);
    current.addressExpires = 20_000;
    expect(failback.due(SLOT, NEVER)).toBe(49_500);
    failback.configure(MODE_DURATION, 60_000, 0);
    failback.begin();
    failback.failed(FLOOR, 67_500);
    expect(failback.due(SLOT, NEVER)).toBe(127_500);
  });

  it("B6: suspended until the slot settles anew", () => {
    failback.configure(MODE_DNS_TTL, 0, 0);
    settle(1, 0, 10_000);
    failback.suspend();
    expect(failback.due(SLOT, 0)).toBe(NEVER);
    settle(0, 20_000, 30_000);
    settle(1, 21_000, 30_000);
    expect(failback.due(SLOT, 0)).toBe(30_000);
  });

  it("B8: the wait before a trial is drawn within sip.failback_surge_prevention, and differs", () => {
    failback.configure(MODE_DURATION, 60_000, 60_000);
    settle(1, 0, NEVER);
    let least = NEVER;
    let most: i64 = 0;
    for (let i = 0; i < 200; i++) {
      failback.becomeDue(60_000);
      const at = failback.deadline(SLOT, NEVER, true);
      least = min(least, at);
      most = max(most, at);
    }
    expect(least).toBeGreaterThanOrEqual(60_000);
    expect(least).toBeLessThan(63_000);
    expect(most).toBeLessThanOrEqual(120_000);
    expect(most).toBeGreaterThan(117_000);
  });
});
