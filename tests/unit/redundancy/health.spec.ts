import { leaveAlone, leftAloneUntil, resetHealth } from "../../../assembly/redundancy/health";
import { target } from "./helper";

describe("health", () => {
  beforeEach(() => {
    resetHealth();
  });

  it("F12: keeps until when a target has asked to be left alone", () => {
    leaveAlone(target(1, 5060), 5_000);
    expect(leftAloneUntil(target(1, 5060))).toBe(5_000);
    expect(leftAloneUntil(target(1, 5061))).toBe(0);
    leaveAlone(target(1, 5060), 9_000);
    expect(leftAloneUntil(target(1, 5060))).toBe(9_000);
  });

  it("a full table gives up the note that ends first", () => {
    for (let i = 0; i < 64; i++) leaveAlone(target(i, 5060), 1_000 + i);
    leaveAlone(target(200, 5060), 10_000);
    expect(leftAloneUntil(target(0, 5060))).toBe(0);
    expect(leftAloneUntil(target(1, 5060))).toBe(1_001);
    expect(leftAloneUntil(target(200, 5060))).toBe(10_000);
  });
});
