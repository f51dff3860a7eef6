/** A time without service, in milliseconds since the beginning. */
export type Gap = readonly [from: number, to: number];

/** How an account was served. Milliseconds. */
export interface Service {
  /** All gaps together. */
  readonly without: number;
  readonly longest: number;
  /** The first gaps, in order. */
  readonly gaps: readonly Gap[];
  readonly gapCount: number;
}

/** Gaps that are kept one by one. */
const MOST_GAPS = 100;

/** Where an account is registered, and since when nothing has changed. */
class AccountService {
  /** When each binding ends, by slot and target; several slots may have one with the same target. */
  readonly bindings = new Map<string, { readonly target: string; readonly ends: number }>();
  #since = 0;
  #without = 0;
  #longest = 0;
  #count = 0;
  #open: [from: number, to: number] | undefined;
  readonly #from: number;
  readonly #gaps: Gap[] = [];

  constructor(from: number) {
    this.#from = from;
  }

  /** Nothing has changed up to `t` but that bindings have run out. `isUp`: whether a target is of use. */
  advance(t: number, isUp: (target: string) => boolean): void {
    let served = this.#since;
    for (const { target, ends } of this.bindings.values()) {
      if (ends > served && isUp(target)) served = ends;
    }
    const missed = Math.max(served, this.#from);
    if (missed < t) this.#miss(missed, t);
    else this.#close();
    this.#since = t;
  }

  result(): Service {
    this.#close();
    return { without: this.#without, longest: this.#longest, gaps: this.#gaps, gapCount: this.#count };
  }

  #miss(from: number, to: number): void {
    if (this.#open?.[1] !== from) {
      this.#close();
      this.#open = [from, to];
    } else this.#open[1] = to;
    this.#without += to - from;
  }

  #close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#count++;
    this.#longest = Math.max(this.#longest, open[1] - open[0]);
    if (this.#gaps.length < MOST_GAPS) this.#gaps.push(open);
  }
}

/**
 * Measures when accounts are without service: when none of their bindings is with a server that is of use, or the
 * phone's line is cut. It goes by what truly is, not by what the phone knows. Times never go back.
 */
export class ServiceMeter {
  readonly #accounts = new Map<number, AccountService>();
  readonly #down = new Set<string>();
  #isLineUp = true;

  /**
   * @param accounts to measure
   * @param from when it begins to count
   */
  constructor(accounts: readonly number[], from = 0) {
    for (const account of accounts) this.#accounts.set(account, new AccountService(from));
  }

  /** A binding is in place until `ends`. */
  registered(t: number, account: number, slot: number, target: string, ends: number): void {
    this.#change(t, account, ({ bindings }) => {
      bindings.set(`${String(slot)} ${target}`, { target, ends });
    });
  }

  /** A binding is gone. */
  unregistered(t: number, account: number, slot: number, target: string): void {
    this.#change(t, account, ({ bindings }) => {
      bindings.delete(`${String(slot)} ${target}`);
    });
  }

  /** Targets begin or cease to be of use. */
  targets(t: number, targets: readonly string[], areUp: boolean): void {
    this.#advanceAll(t);
    for (const target of targets) {
      if (areUp) this.#down.delete(target);
      else this.#down.add(target);
    }
  }

  /** The phone's line is cut, or whole again. */
  line(t: number, isUp: boolean): void {
    this.#advanceAll(t);
    this.#isLineUp = isUp;
  }

  /** What came of it until `t`, by account. */
  end(t: number): Map<number, Service> {
    this.#advanceAll(t);
    return new Map([...this.#accounts].map(([account, service]) => [account, service.result()]));
  }

  #change(t: number, account: number, change: (service: AccountService) => void): void {
    const service = this.#accounts.get(account);
    if (service === undefined) return;
    service.advance(t, this.#isUp);
    change(service);
  }

  #advanceAll(t: number): void {
    for (const service of this.#accounts.values()) service.advance(t, this.#isUp);
  }

  readonly #isUp = (target: string): boolean => this.#isLineUp && !this.#down.has(target);
}
