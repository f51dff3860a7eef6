import { TargetList, listOf, resetLists } from "../../../assembly/redundancy/targets";
import { NEVER } from "../../../assembly/time/clock";
import { target } from "./helper";

const list: TargetList = listOf(3);

describe("target list", () => {
  beforeEach(() => {
    resetLists();
  });

  it("ranks targets by address, port and transport", () => {
    list.add(target(1, 5060), 1_000);
    list.add(target(2, 5060), 2_000);
    expect(list.rankOf(target(1, 5060))).toBe(0);
    expect(list.rankOf(target(2, 5060))).toBe(1);
    expect(list.at(1).expires).toBe(2_000);
    expect(list.rankOf(target(2, 5061))).toBe(-1);
    expect(list.rankOf(target(3, 5060))).toBe(-1);
  });

  it("takes sixteen targets and leaves out what exceeds them; the next list is not touched", () => {
    for (let i = 1; i <= 20; i++) list.add(target(i, 5060), NEVER);
    expect(list.count).toBe(16);
    expect(list.rankOf(target(16, 5060))).toBe(15);
    expect(listOf(4).count).toBe(0);
  });

  it("begins anew when cleared", () => {
    list.add(target(1, 5060), NEVER);
    list.clear();
    expect(list.rankOf(target(1, 5060))).toBe(-1);
  });
});
