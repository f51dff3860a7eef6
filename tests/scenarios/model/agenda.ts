/**
 * Something that takes time: it yields what it waits for, as a function that says at which instant that is (in
 * milliseconds; `Infinity`: not foreseen). The function is asked anew whenever something else has happened.
 */
export type Procedure<Result = void> = Generator<() => number, Result, void>;

interface Waiting {
  readonly procedure: Procedure;
  readonly until: () => number;
}

/** Runs procedures side by side in virtual time. Of those that may go on at the same instant, the oldest does first. */
export class Agenda {
  #now = 0;
  #waiting: Waiting[] = [];

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  /** Begins a procedure at once; it runs up to the first thing that it has to wait for. */
  begin(procedure: Procedure): void {
    const { done, value } = procedure.next();
    if (done !== true) this.#waiting.push({ procedure, until: value });
  }

  /** Begins a procedure at an instant. */
  at(instant: number, action: () => Procedure): void {
    this.begin(
      (function* later(): Procedure {
        yield () => instant;
        yield* action();
      })(),
    );
  }

  /** Lets time pass up to an instant, and with it whatever is due then. */
  runUntil(end: number): void {
    for (;;) {
      const instants = this.#waiting.map(({ until }) => until());
      const earliest = Math.min(...instants);
      const next = this.#waiting[instants.indexOf(earliest)];
      if (next === undefined || earliest > end) return;
      this.#waiting = this.#waiting.filter((other) => other !== next);
      this.#now = Math.max(this.#now, earliest);
      this.begin(next.procedure);
    }
  }
}
