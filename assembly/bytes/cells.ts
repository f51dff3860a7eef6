/*
 * A block of memory cut into equal cells, from which contiguous runs are taken and given back: room for
 * texts and messages of any length without an allocator behind it. The caller owns the block and tells its
 * size at each call; a run is named by its first cell, and 0 names none.
 *
 *   | in use, a byte a cell: 0 free, 1 first of a run, 2 a further one | cell 0 (never given) | cell 1 | …
 */

const FREE: u8 = 0;
const FIRST: u8 = 1;
const FURTHER: u8 = 2;

@unmanaged
export class CellPool {
  marks: usize;
  cells: usize;
  count: i32;
  cellSize: i32;
  used: i32;

  /** Lays the pool over `count` mark bytes at `marks` and `count` cells of `cellSize` bytes at `cells`; all free. */
  reset(marks: usize, cells: usize, count: i32, cellSize: i32): void {
    this.marks = marks;
    this.cells = cells;
    this.count = count;
    this.cellSize = cellSize;
    this.used = 0;
    memory.fill(marks, FREE, count);
  }

  /** Takes a run of at least `length` bytes: its first cell, or 0 where none is free. First fit. */
  take(length: i32): i32 {
    const wanted = max((length + this.cellSize - 1) / this.cellSize, 1);
    let run = 0;
    for (let i = 1; i < this.count; i++) {
      if (load<u8>(this.marks + i) != FREE) {
        run = 0;
        continue;
      }
      if (++run < wanted) continue;
      const first = i - wanted + 1;
      store<u8>(this.marks + first, FIRST);
      memory.fill(this.marks + first + 1, FURTHER, wanted - 1);
      this.used += wanted;
      return first;
    }
    return 0;
  }

  /** Gives a run back; 0, or a cell that begins no run, is left alone. */
  give(first: i32): void {
    if (first <= 0 || first >= this.count || load<u8>(this.marks + first) != FIRST) return;
    let i = first;
    do {
      store<u8>(this.marks + i, FREE);
      this.used--;
      i++;
    } while (i < this.count && load<u8>(this.marks + i) == FURTHER);
  }

  /** The address of a run. */
  address(first: i32): usize {
    return this.cells + first * this.cellSize;
  }
}
