import { CellPool } from "../../../assembly/bytes/cells";
import { randomBelow, seedRandom } from "../../../assembly/time/random";

const count = 32;
const cellSize = 8;
const marks = memory.data(64);
const cells = memory.data(512);
const seed = memory.data(32);
const pool = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));

function reset(): void {
  memory.fill(marks, 0xaa, 64);
  pool.reset(marks, cells, count, cellSize);
}

describe("a pool of cells", () => {
  beforeEach(reset);

  it("empty: nothing is used, and nothing behind its marks is touched", () => {
    expect(pool.used).toBe(0);
    expect(load<u8>(marks + count - 1)).toBe(0);
    expect(load<u8>(marks + count)).toBe(0xaa);
  });

  it("gives as many cells as the length needs, one at least", () => {
    expect(pool.take(0)).toBe(1);
    expect(pool.take(1)).toBe(2);
    expect(pool.take(8)).toBe(3);
    expect(pool.take(9)).toBe(4);
    expect(pool.take(16)).toBe(6);
    expect(pool.take(17)).toBe(8);
    expect(pool.used).toBe(10);
    expect(pool.address(1)).toBe(cells + 8);
    expect(pool.address(4)).toBe(cells + 32);
  });

  it("exhausted: 0, and all cells but the first were given", () => {
    for (let i = 1; i < count; i++) expect(pool.take(cellSize)).toBe(i);
    expect(pool.take(1)).toBe(0);
    expect(pool.used).toBe(count - 1);
    pool.give(7);
    expect(pool.take(9)).toBe(0);
    expect(pool.take(8)).toBe(7);
  });

  it("one run over the whole pool, and one too long", () => {
    expect(pool.take(count * cellSize)).toBe(0);
    expect(pool.take((count - 1) * cellSize)).toBe(1);
    pool.give(1);
    expect(pool.used).toBe(0);
    expect(pool.take(1000000)).toBe(0);
  });

  it("takes the first gap that is long enough", () => {
    const a = pool.take(16);
    const b = pool.take(8);
    const c = pool.take(24);
    pool.take(8);
    pool.give(a);
    pool.give(c);
    expect(pool.take(24)).toBe(c);
    expect(pool.take(16)).toBe(a);
    expect(b).toBe(3);
  });

  it("neighbours given back make one gap", () => {
    const a = pool.take(16);
    const b = pool.take(16);
    pool.take((count - 5) * cellSize);
    expect(pool.take(8)).toBe(0);
    pool.give(b);
    pool.give(a);
    expect(pool.take(32)).toBe(a);
  });

  it("a name that begins no run is left alone", () => {
    const run = pool.take(24);
    const used = pool.used;
    pool.give(0);
    pool.give(-1);
    pool.give(run + 1);
    pool.give(run + 2);
    pool.give(count);
    pool.give(1000);
    pool.give(20);
    expect(pool.used).toBe(used);
    pool.give(run);
    pool.give(run);
    expect(pool.used).toBe(0);
  });

  it("runs never overlap, whatever is taken and given", () => {
    for (let i = 0; i < 32; i++) store<u8>(seed + i, i as u8);
    seedRandom(seed);
    const firsts = new StaticArray<i32>(count);
    const lengths = new StaticArray<i32>(count);
    let failures = 0;
    for (let step = 0; step < 20000; step++) {
      const slot = randomBelow(count) as i32;
      if (firsts[slot] != 0) {
        // Its bytes are as they were written when it was taken.
        for (let i = 0; i < lengths[slot]; i++) {
          if (load<u8>(pool.address(firsts[slot]) + i) != (slot as u8)) failures++;
        }
        pool.give(firsts[slot]);
        firsts[slot] = 0;
      } else {
        const length = (randomBelow(5 * cellSize) as i32) + 1;
        firsts[slot] = pool.take(length);
        lengths[slot] = length;
        if (firsts[slot] != 0) memory.fill(pool.address(firsts[slot]), slot as u8, length);
      }
      let cellsUsed = 0;
      for (let i = 0; i < count; i++) {
        if (firsts[i] != 0) cellsUsed += (lengths[i] + cellSize - 1) / cellSize;
      }
      if (cellsUsed != pool.used) failures++;
    }
    expect(failures).toBe(0);
    for (let i = 0; i < count; i++) pool.give(firsts[i]);
    expect(pool.used).toBe(0);
    expect(pool.take((count - 1) * cellSize)).toBe(1);
  });
});
