import type { Lane, Row } from "./lane.js";

/** Gives each call a row of its own for as long as it lasts; a later call takes the first that is free. */
export class CallRows {
  readonly #rows = new Map<string, Row>();
  readonly #taken = new Set<Row>();

  /** The row of a call in the user's lane. */
  row(lane: Lane, account: number, call: number): Row {
    const key = `${String(account)} ${String(call)}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = lane.rows.find((each) => !this.#taken.has(each)) ?? lane.row(0, lane.rows.length);
      this.#rows.set(key, row);
      this.#taken.add(row);
    }
    return row;
  }

  /** The call is over: its row is free. */
  ended(account: number, call: number): void {
    const key = `${String(account)} ${String(call)}`;
    const row = this.#rows.get(key);
    if (row !== undefined) this.#taken.delete(row);
    this.#rows.delete(key);
  }
}
