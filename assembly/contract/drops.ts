import { Endpoint } from "../bytes/endpoint";
import { DROP_PONG, EVENT_DROPPED } from "./constants";
import { beginEvent, endAction, putByte, putTarget, putWord } from "./queue";

/*
 * What arrives and cannot be used is dropped, counted by reason, and shown as an event.
 */

const REASONS = DROP_PONG + 1;
const counts = memory.data(REASONS * 4, 4);

export function resetDrops(): void {
  memory.fill(counts, 0, REASONS * 4);
}

/** Counts a dropped arrival from `source`. */
export function drop(reason: i32, source: Endpoint): void {
  const count = load<u32>(counts + (reason << 2)) + 1;
  store<u32>(counts + (reason << 2), count);
  beginEvent(EVENT_DROPPED, 0);
  putByte(reason);
  putTarget(source);
  putWord(count);
  endAction();
}
