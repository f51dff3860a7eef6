import { NEVER, SECOND, after } from "../../../assembly/time/clock";

describe("a deadline", () => {
  it("is a time and a wait", () => {
    expect(after(1000, 32 * SECOND)).toBe(33000);
    expect(after(0, 0)).toBe(0);
  });

  it("never stays never", () => {
    expect(after(NEVER, 1)).toBe(NEVER);
    expect(after(1, NEVER)).toBe(NEVER);
    expect(after(NEVER, NEVER)).toBe(NEVER);
    expect(NEVER > after(0xffffffff * SECOND, 0xffffffff * SECOND)).toBe(true);
  });
});
