/** Gives the calls of a run numbers that people can type: 1, 2, 3, in the order in which they are first seen. */
export class CallNumbers {
  readonly #numbers = new Map<number, number>();
  #last = 0;

  /** The number of a call of the core, which has larger ones. */
  of(call: number): number {
    let number = this.#numbers.get(call);
    if (number === undefined) this.#numbers.set(call, (number = ++this.#last));
    return number;
  }

  /** The call is over; the core gives its number to no other. */
  forget(call: number): void {
    this.#numbers.delete(call);
  }
}
