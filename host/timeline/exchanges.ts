import type { Row } from "./lane.js";

/** Requests that wait for an answer at the same time, of one account, method and target; older ones are given up. */
const MOST_WAITING = 8;

/** A transaction: one request, sent once or several times. */
interface Waiting {
  readonly row: Row;
  readonly sends: { readonly t: number; readonly event: number }[];
  /** It has had a provisional answer. */
  isHeard: boolean;
}

/**
 * Which request each answer belongs to. Records do not say it. Of several that wait, a final answer is taken for that of the
 * first which has had a provisional one, else for that of the last: those before it may have been lost.
 */
export class Exchanges {
  readonly #waiting = new Map<string, Waiting[]>();

  /** Takes a request. `isAgain`: the one before was sent again. */
  sent(key: string, row: Row, t: number, event: number, isAgain: boolean): void {
    const all = this.#waiting.get(key) ?? [];
    this.#waiting.set(key, all);
    const last = all.at(-1);
    if (isAgain && last !== undefined) last.sends.push({ t, event });
    else {
      all.push({ row, sends: [{ t, event }], isHeard: false });
      if (all.length > MOST_WAITING) this.#giveUp(all.shift());
    }
    row.pending.set(event, t);
  }

  /**
   * Takes an answer.
   *
   * @returns the last send of the request that it answers, or `undefined` where there is none
   */
  answered(key: string, isFinal: boolean): number | undefined {
    const all = this.#waiting.get(key) ?? [];
    const fitting = isFinal
      ? all.find(({ isHeard }) => isHeard)
      : [...all].reverse().find(({ isHeard }) => !isHeard);
    const waiting = fitting ?? all.at(-1);
    if (waiting === undefined) return undefined;
    if (isFinal) all.splice(all.indexOf(waiting), 1);
    else waiting.isHeard = true;
    for (const { t, event } of waiting.sends) {
      if (waiting.row.pending.delete(event)) waiting.row.signs.request.add(t, event);
    }
    return waiting.sends.at(-1)?.event;
  }

  /** A target has failed: what waits for it there waits no more. */
  failed(isIt: (key: string) => boolean): void {
    for (const [key, all] of this.#waiting) {
      if (!isIt(key)) continue;
      for (const each of all) this.#giveUp(each);
      this.#waiting.delete(key);
    }
  }

  #giveUp(waiting: Waiting | undefined): void {
    for (const { t, event } of waiting?.sends ?? []) {
      if (waiting?.row.pending.delete(event) === true) waiting.row.signs.unanswered.add(t, event);
    }
  }
}
