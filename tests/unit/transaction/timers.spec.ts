import { nextInterval, patience, setTimers, shortBudget } from "../../../assembly/transaction/timers";

describe("timers", () => {
  beforeEach(() => {
    setTimers(500, 4_000, 5_000);
  });

  it("F2: the budget of a silent target, as behaviour.md's table has it", () => {
    expect(shortBudget(0)).toBe(500);
    expect(shortBudget(1)).toBe(1_500);
    expect(shortBudget(2)).toBe(3_500);
    expect(shortBudget(3)).toBe(7_500);
    expect(shortBudget(4)).toBe(11_500);
    expect(shortBudget(5)).toBe(15_500);
    expect(shortBudget(9)).toBe(31_500);
    expect(shortBudget(10)).toBe(32_000);
    expect(shortBudget(20)).toBe(32_000);
  });

  it("timer E doubles up to T2, timer F is 64 T1", () => {
    expect(nextInterval(500)).toBe(1_000);
    expect(nextInterval(2_000)).toBe(4_000);
    expect(nextInterval(4_000)).toBe(4_000);
    expect(patience()).toBe(32_000);
  });

  it("follow sip.timer_t1 and sip.timer_t2", () => {
    setTimers(1_000, 2_000, 5_000);
    expect(shortBudget(3)).toBe(7_000);
    expect(patience()).toBe(64_000);
  });
});
