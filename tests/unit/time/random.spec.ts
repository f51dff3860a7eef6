import { SEED_SIZE, random32, randomBelow, randomBetween, seedRandom } from "../../../assembly/time/random";
import { hex } from "../bytes/memory";

const seed = memory.data(SEED_SIZE);
const output = memory.data(256);

function seedWith(first: u8, step: u8): void {
  for (let i = 0; i < SEED_SIZE; i++) store<u8>(seed + i, first + step * (i as u8));
  seedRandom(seed);
}

/** The next 32 bytes of the stream. */
function nextBlock(): string {
  for (let i = 0; i < 8; i++) store<u32>(output + (i << 2), random32());
  return hex(output, 32);
}

describe("the generator", () => {
  it("is SHA-256 of the seed and a counter of 64 bits", () => {
    seedWith(0, 0);
    expect(nextBlock()).toBe("2c34ce1df23b838c5abf2a7f6437cca3d3067ed509ff25f11df6b11b582b51eb");
    expect(nextBlock()).toBe("19ea44be89eece0fd4ec7482049f472a11af19384bffb38a88e77b3b1dd54c19");
    seedWith(3, 5);
    expect(nextBlock()).toBe("66ca05f0afb9dc4618d39f111d9d3c9a08624151d9e9fb7e45eb0a2f6d22c5c2");
  });

  it("the same seed gives the same stream, another seed another", () => {
    seedWith(3, 5);
    nextBlock();
    const stream = nextBlock();
    seedWith(3, 5);
    nextBlock();
    expect(nextBlock()).toBe(stream);
    seedWith(3, 7);
    nextBlock();
    expect(nextBlock()).not.toBe(stream);
  });

  it("does not repeat a block", () => {
    seedWith(1, 1);
    const first = nextBlock();
    for (let i = 0; i < 100; i++) expect(nextBlock()).not.toBe(first);
  });
});

describe("a draw", () => {
  beforeEach(() => {
    seedWith(9, 3);
  });

  it("below a bound: even, and never at it", () => {
    const counts = new StaticArray<i32>(10);
    for (let i = 0; i < 100000; i++) counts[randomBelow(10) as i32]++;
    for (let i = 0; i < 10; i++) {
      // 10,000 expected; five standard deviations are 474.
      expect(counts[i] > 9526 && counts[i] < 10474).toBe(true, counts[i].toString());
    }
  });

  it("below bounds at the edges", () => {
    let low = 0;
    for (let i = 0; i < 1000; i++) {
      expect(randomBelow(1)).toBe(0);
      expect(randomBelow(2) < 2).toBe(true);
      // Of the 2^32 draws a quarter is rejected; without that the lower third would come half of the time.
      if (randomBelow(0xc0000000) < 0x40000000) low++;
      expect(randomBelow(0xffffffff) < 0xffffffff).toBe(true);
    }
    expect(low > 258 && low < 408).toBe(true, low.toString());
  });

  it("of a wait: both ends are drawn, nothing outside", () => {
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; i < 3000; i++) {
      const wait = randomBetween(1000, 1002);
      if (wait == 1000) low++;
      else if (wait == 1001) middle++;
      else if (wait == 1002) high++;
    }
    expect(low + middle + high).toBe(3000);
    expect(low > 850 && middle > 850 && high > 850).toBe(true);
  });

  it("of a wait without room is its lower end", () => {
    expect(randomBetween(5, 5)).toBe(5);
    expect(randomBetween(7, 3)).toBe(7);
    expect(randomBetween(0, 0)).toBe(0);
  });
});
