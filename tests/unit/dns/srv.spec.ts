import { resetRecords, recordAt, staticNumber } from "../../../assembly/dns/records";
import { drawOrder, listRecords, listedRecord } from "../../../assembly/dns/srv";
import { MAX_DNS_SET } from "../../../assembly/limits";
import { SEED_SIZE, random32, seedRandom } from "../../../assembly/time/random";
import { begin, located, setDefaults, targets, zone } from "./host";
import { a, srv } from "./messages";

const seed = memory.data(SEED_SIZE);

/** A chain of SRV records of these priorities and weights; each has its place as its port. */
function chain(priorities: Array<i32>, weights: Array<i32>): u16 {
  resetRecords();
  for (let i = 0; i < weights.length; i++) {
    const record = recordAt(staticNumber(i));
    record.major = priorities[i] as u16;
    record.minor = weights[i] as u16;
    record.port = i as u16;
    record.next = i + 1 < weights.length ? staticNumber(i + 1) : 0;
  }
  return staticNumber(0);
}

/** An order of a chain that was drawn: the places in it. */
function draw(first: u16): Array<i32> {
  const count = listRecords(first);
  drawOrder(count, random32());
  const order: Array<i32> = [];
  for (let i = 0; i < count; i++) order.push(listedRecord(i).port);
  return order;
}

/** How often each record came first in so many draws. */
function firsts(weights: Array<i32>, draws: i32): Array<i32> {
  const first = chain(new Array<i32>(weights.length).fill(5), weights);
  const counts = new Array<i32>(weights.length).fill(0);
  for (let i = 0; i < draws; i++) {
    const winner = draw(first)[0];
    counts[winner]++;
  }
  return counts;
}

/** The count lies within five standard deviations of its share. */
function isShare(count: i32, share: f64, draws: i32): bool {
  const mean = share * draws;
  const deviation = Math.sqrt(mean * (1 - share));
  return Math.abs(count - mean) <= 5 * deviation;
}

const DRAWS = 20000;

describe("RFC 2782 shares (L5)", () => {
  beforeEach(() => {
    memory.fill(seed, 3, SEED_SIZE);
    seedRandom(seed);
  });

  it("each record comes first by its weight", () => {
    const weights = [10, 20, 30, 40];
    const counts = firsts(weights, DRAWS);
    for (let i = 0; i < 4; i++) expect(isShare(counts[i], (weights[i] as f64) / 100, DRAWS)).toBe(true);
  });

  it("the first record has no chance more than its weight: 1 to 1 is half and half", () => {
    const counts = firsts([1, 1], DRAWS);
    expect(isShare(counts[0], 0.5, DRAWS)).toBe(true);
    const three = firsts([1, 1, 1], DRAWS);
    for (let i = 0; i < 3; i++) expect(isShare(three[i], 1.0 / 3, DRAWS)).toBe(true);
  });

  it("weight 0 beside others is chosen now and then: one in (sum + 1)", () => {
    const counts = firsts([9, 0, 10], DRAWS);
    expect(isShare(counts[0], 0.45, DRAWS)).toBe(true);
    expect(isShare(counts[1], 0.05, DRAWS)).toBe(true);
    expect(isShare(counts[2], 0.5, DRAWS)).toBe(true);
  });

  it("the draws after the first have the shares of what is left", () => {
    const first = chain([5, 5, 5], [60, 30, 10]);
    let seconds = 0;
    let draws = 0;
    for (let i = 0; i < DRAWS; i++) {
      const order = draw(first);
      if (order[0] != 0) continue;
      draws++;
      if (order[1] == 1) seconds++;
    }
    expect(isShare(draws, 0.6, DRAWS)).toBe(true);
    expect(isShare(seconds, 0.75, draws)).toBe(true);
  });

  it("the largest weights do not overflow", () => {
    const counts = firsts([65535, 65535, 65535, 65535], DRAWS);
    for (let i = 0; i < 4; i++) expect(isShare(counts[i], 0.25, DRAWS)).toBe(true);
  });
});

describe("the order of SRV records", () => {
  beforeEach(() => {
    memory.fill(seed, 5, SEED_SIZE);
    seedRandom(seed);
  });

  it("lowest priority first, whatever the weights", () => {
    const first = chain([30, 10, 20, 65535, 0], [0, 1, 65535, 9, 0]);
    for (let i = 0; i < 50; i++) expect(draw(first)).toStrictEqual([4, 1, 2, 0, 3]);
  });

  it("weights that are all 0 keep the answer's order", () => {
    const first = chain([7, 7, 1, 7, 7], [0, 0, 0, 0, 0]);
    for (let i = 0; i < 50; i++) expect(draw(first)).toStrictEqual([2, 0, 1, 3, 4]);
  });

  it("what is left with weight 0 keeps the answer's order, too", () => {
    const first = chain([1, 1, 1], [0, 0, 65535]);
    let usual = 0;
    for (let i = 0; i < 100; i++) if (draw(first)[0] == 2) usual++;
    expect(usual).toBeGreaterThan(95);
    const order = draw(first);
    expect(order.indexOf(0)).toBeLessThan(order.indexOf(1));
  });

  it("every record appears exactly once: a single one of its priority does not vanish", () => {
    const first = chain([10, 10, 10, 20, 30, 30], [5, 0, 5, 7, 0, 9]);
    for (let i = 0; i < 500; i++) {
      const order = draw(first);
      expect(order).toHaveLength(6);
      let seen = 0;
      for (let j = 0; j < 6; j++) seen |= 1 << order[j];
      expect(seen).toBe(63);
      expect(order[3]).toBe(3);
    }
  });

  it("a full set is ordered, too", () => {
    const first = chain(new Array<i32>(MAX_DNS_SET).fill(1), new Array<i32>(MAX_DNS_SET).fill(1));
    let seen: u32 = 0;
    const order = draw(first);
    for (let i = 0; i < order.length; i++) seen |= 1 << order[i];
    expect(order).toHaveLength(MAX_DNS_SET);
    expect(seen).toBe(0xffffffff);
  });

  it("is the same for a phone as long as DNS says the same, in whatever order", () => {
    begin(1);
    setDefaults(1);
    zone.push(a("a.test", "192.0.2.1"));
    zone.push(a("b.test", "192.0.2.2"));
    const forth = [
      srv("_sip._udp.test", 1, 50, 5060, "a.test"),
      srv("_sip._udp.test", 1, 50, 5060, "b.test"),
    ];
    let first = "";
    for (let i = 0; i < 40; i++) {
      zone.push(forth[i & 1]);
      zone.push(forth[(i & 1) ^ 1]);
      located("test", 0, 0, i * 100_000);
      if (i == 0) first = targets();
      expect(targets()).toBe(first);
      zone.pop();
      zone.pop();
    }
  });

  it("differs from phone to phone, by the seeded generator", () => {
    let runs = "";
    for (let pass = 0; pass < 2; pass++) {
      let all = "";
      let firstOnes = 0;
      for (let phone = 1; phone <= 40; phone++) {
        begin(1);
        memory.fill(seed, phone as u8, SEED_SIZE);
        seedRandom(seed);
        setDefaults(1);
        zone.push(srv("_sip._udp.test", 1, 50, 5060, "a.test"));
        zone.push(srv("_sip._udp.test", 1, 50, 5060, "b.test"));
        zone.push(a("a.test", "192.0.2.1"));
        zone.push(a("b.test", "192.0.2.2"));
        located("test", 0, 0, 0);
        all += targets() + "; ";
        if (targets().startsWith("udp:192.0.2.1")) firstOnes++;
      }
      expect(firstOnes).toBeGreaterThan(8);
      expect(firstOnes).toBeLessThan(32);
      if (pass == 0) runs = all;
      else expect(all).toBe(runs);
    }
  });
});
