import { SEED_SIZE, random32, randomBelow, randomBetween, seedRandom } from "../../../assembly/time/random";
import { hex } from "../bytes/memory";

const seed = memory.data(SEED_SIZE);
const output = memory.data(256);

function seedWith(first: u8, step: u8): void {
  for (let i = 0; i < SEED_SIZE; i++) store<u8>(seed + i, first + step * (i as u8));
  seedRandom(seed);
}

/** The next 64 bytes of the stream. */
function nextBlock(): string {
  for (let i = 0; i < 16; i++) store<u32>(output + (i << 2), random32());
  return hex(output, 64);
}

describe("the generator", () => {
  it("is ChaCha20: RFC 8439, A.1, test vectors 1 and 2 (key and nonce 0, blocks 0 and 1)", () => {
    seedWith(0, 0);
    expect(nextBlock()).toBe(
      "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
    );
    expect(nextBlock()).toBe(
      "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
    );
  });

  it("is ChaCha20: RFC 8439, A.1, test vectors 3 and 4 (other keys)", () => {
    seedWith(0, 0);
    store<u8>(seed + 31, 1);
    seedRandom(seed);
    nextBlock();
    expect(nextBlock()).toBe(
      "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a" +
        "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0",
    );
    seedWith(0, 0);
    store<u8>(seed + 1, 0xff);
    seedRandom(seed);
    nextBlock();
    nextBlock();
    expect(nextBlock()).toBe(
      "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca" +
        "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096",
    );
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
