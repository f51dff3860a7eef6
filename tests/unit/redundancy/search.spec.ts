import { leaveAlone, probeWasLost, resetHealth } from "../../../assembly/redundancy/health";
import { FROM_THE_TOP, Search, searchAt } from "../../../assembly/redundancy/search";
import { TargetList, listOf, resetLists } from "../../../assembly/redundancy/targets";
import { NEVER } from "../../../assembly/time/clock";
import { target } from "./helper";

const list: TargetList = listOf(0);
const search: Search = searchAt(0);

/** Fills the list with 192.0.2.1, 192.0.2.2 … */
function fill(count: i32): void {
  list.clear();
  for (let i = 1; i <= count; i++) list.add(target(i, 5060), NEVER);
}

/** The last octets of the targets in the order of trying, "-" at the end. */
function order(): string {
  let text = "";
  for (let next = search.next(); next != null; next = search.next()) {
    text += load<u8>(next.endpoint.address, 3).toString();
  }
  return text + "-";
}

describe("search", () => {
  beforeEach(() => {
    resetLists();
    resetHealth();
  });

  it("F6, mode 0: goes through the list from the primary", () => {
    fill(3);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    expect(order()).toBe("123-");
  });

  it("F6, sticky modes: starts at the current target, then from the top, leaving out what it tried", () => {
    fill(4);
    search.begin(list, 2, true, false, 0);
    expect(order()).toBe("3124-");
  });

  it("F2: only the last target left has all patience", () => {
    fill(2);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    search.next();
    expect(search.isLast).toBe(false);
    search.next();
    expect(search.isLast).toBe(true);
  });

  it("F2: slot 2 counts as another target left", () => {
    fill(1);
    search.begin(list, FROM_THE_TOP, true, true, 0);
    search.next();
    expect(search.isLast).toBe(false);
  });

  it("F2, B3: a trial never has all patience, and asks only the targets ahead", () => {
    fill(3);
    search.beginTrial(list, 1, true, 0);
    search.next();
    expect(search.isLast).toBe(false);
    expect(search.next() == null).toBe(true);
  });

  it("F14: keeps the list it began with", () => {
    fill(2);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    search.next();
    list.clear();
    list.add(target(9, 5060), NEVER);
    expect(order()).toBe("2-");
  });

  it("L6: skips an address that was tried, whatever its port", () => {
    list.clear();
    list.add(target(1, 5060), NEVER);
    list.add(target(1, 5070), NEVER);
    list.add(target(2, 5060), NEVER);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    expect(order()).toBe("12-");
  });

  it("L6: tries it when sip.skip_redundant_failover_addr is 0", () => {
    list.clear();
    list.add(target(1, 5060), NEVER);
    list.add(target(1, 5070), NEVER);
    search.begin(list, FROM_THE_TOP, false, false, 0);
    expect(order()).toBe("11-");
  });

  it("F12: leaves out a target that has asked to be left alone, until then", () => {
    fill(2);
    leaveAlone(target(1, 5060), 1000);
    search.begin(list, FROM_THE_TOP, true, false, 999);
    expect(order()).toBe("2-");
    search.begin(list, FROM_THE_TOP, true, false, 1000);
    expect(order()).toBe("12-");
  });

  it("F12: takes it all the same where it is the only one, or all are", () => {
    fill(1);
    leaveAlone(target(1, 5060), 1000);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    expect(order()).toBe("1-");
    fill(2);
    leaveAlone(target(2, 5060), 1000);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    expect(order()).toBe("12-");
  });

  it("K2: tries targets that are down last, and asks none of them on trial", () => {
    fill(3);
    probeWasLost(target(1, 5060), 1);
    search.begin(list, 0, true, false, 0);
    expect(order()).toBe("231-");
    search.beginTrial(list, 2, true, 0);
    expect(order()).toBe("2-");
    probeWasLost(target(2, 5060), 1);
    search.beginTrial(list, 2, true, 0);
    expect(order()).toBe("-");
  });

  it("K2, F2: a target that is down is still somebody left", () => {
    fill(2);
    probeWasLost(target(1, 5060), 1);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    search.next();
    expect(search.isLast).toBe(false);
  });

  it("K3: leaves out a target found dead, unless it is the only one", () => {
    fill(3);
    search.begin(list, 0, true, false, 0);
    search.exclude(target(1, 5060));
    expect(order()).toBe("23-");
    fill(1);
    search.begin(list, 0, true, false, 0);
    search.exclude(target(1, 5060));
    expect(order()).toBe("1-");
  });

  it("tries each of sixteen targets once", () => {
    fill(20);
    search.begin(list, 15, true, false, 0);
    expect(order()).toBe("16123456789101112131415-");
  });

  it("an empty list has no target, and no last one", () => {
    fill(0);
    search.begin(list, FROM_THE_TOP, true, false, 0);
    expect(search.next() == null).toBe(true);
  });
});
