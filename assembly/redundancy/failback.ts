import { MAX_REGISTRATIONS } from "../limits";
import { NEVER, after } from "../time/clock";
import { randomBetween } from "../time/random";
import { currentOf } from "./current";
import { isDown, leftAloneUntil } from "./health";
import { listOf } from "./targets";

/*
 * Returning to the primary of one slot's list (B1 to B8). Nothing is armed: when the trial is due follows from
 * the mode, from the current target and from when its registration is to be refreshed.
 *
 *   resting ──due──▶ due ──the surge wait is over and the phone is idle──▶ on trial ──▶ resting
 */

/** `failback_mode`. */
export const MODE_NEW_REQUESTS: i32 = 0;
export const MODE_DNS_TTL: i32 = 1;
export const MODE_REGISTRATION: i32 = 2;
export const MODE_DURATION: i32 = 3;

@unmanaged
export class Failback {
  mode: u8;
  private onTrial: bool;
  /** Mode 3: time on the current target before the trial; 0: never. */
  private timeout: i64;
  /** B8: the longest random wait before a trial. */
  private surge: i64;
  /** B5: no trial before then, whatever becomes the current target meanwhile. */
  private floor: i64;
  /** Mode 3 waits its time anew after a trial (B5). NEVER: not before the next REGISTER (B6). */
  private notBefore: i64;
  /** When the trial that is due may begin; NEVER while none is due. */
  private trialAt: i64;

  /** Times in milliseconds. */
  configure(mode: i32, timeout: i64, surge: i64): void {
    this.mode = mode as u8;
    this.timeout = timeout;
    this.surge = surge;
    this.floor = 0;
    this.settledAnew();
  }

  get isOnTrial(): bool {
    return this.onTrial;
  }

  get isDue(): bool {
    return this.trialAt != NEVER;
  }

  /** The slot has settled on another target: what was due is due no more. */
  settledAnew(): void {
    this.onTrial = false;
    this.notBefore = 0;
    this.trialAt = NEVER;
  }

  /** B1: when the trial becomes due. `refreshAt` is when the registration is to be refreshed. */
  due(slot: i32, refreshAt: i64): i64 {
    const current = currentOf(slot);
    if (this.onTrial || this.notBefore == NEVER || !current.endpoint.exists) return NEVER;
    if (listOf(slot).rankOf(current.endpoint) == 0) return NEVER;
    let due = NEVER;
    switch (this.mode) {
      case MODE_DNS_TTL:
        due = current.addressExpires;
        break;
      case MODE_REGISTRATION:
        due = refreshAt;
        break;
      case MODE_DURATION:
        if (this.timeout > 0) due = after(current.since, this.timeout);
        break;
    }
    return max(max(due, this.notBefore), max(this.floor, firstFree(slot)));
  }

  /** When there is something to do: the trial becomes due, or may begin. */
  deadline(slot: i32, refreshAt: i64, idle: bool): i64 {
    if (this.onTrial) return NEVER;
    if (!this.isDue) return this.due(slot, refreshAt);
    return idle ? max(this.trialAt, firstFree(slot)) : NEVER;
  }

  /** The trial has become due: it may begin after a random wait (B8), once the phone is idle (B2). */
  becomeDue(now: i64): void {
    this.trialAt = now + randomBetween(0, this.surge);
  }

  /** The trial that is due may begin now. */
  mayBegin(slot: i32, idle: bool, now: i64): bool {
    return this.isDue && this.deadline(slot, NEVER, idle) <= now;
  }

  begin(): void {
    this.onTrial = true;
    this.trialAt = NEVER;
  }

  /** The trial is over without a target: not again before `wait` (64·T1) has passed (B5). */
  failed(wait: i64, now: i64): void {
    this.abandon();
    this.floor = now + wait;
    this.notBefore = this.mode == MODE_DURATION ? now + this.timeout : 0;
  }

  /** B6: the current target is in the list no more; it serves until its refresh. */
  suspend(): void {
    this.abandon();
    this.notBefore = NEVER;
  }

  /** The current target has taken a REGISTER: what B6 put off holds again. */
  resume(): void {
    if (this.notBefore == NEVER) this.notBefore = 0;
  }

  /** The trial is given up, for a search that finds out by itself. */
  abandon(): void {
    this.onTrial = false;
    this.trialAt = NEVER;
  }
}

/**
 * When the first target ahead of the current one may be asked (F12); long ago where one may now, or nobody knows;
 * NEVER while all of them are down (B3).
 */
function firstFree(slot: i32): i64 {
  const list = listOf(slot);
  const rank = list.rankOf(currentOf(slot).endpoint);
  let first: i64 = rank < 0 ? 0 : NEVER;
  for (let i = 0; i < rank; i++) {
    const target = list.at(i).endpoint;
    if (!isDown(target)) first = min(first, leftAloneUntil(target));
  }
  return first;
}

const failbacks = memory.data(offsetof<Failback>() * MAX_REGISTRATIONS, 8);

/** The failback of a slot, numbered as registrations are. */
export function failbackOf(slot: i32): Failback {
  return changetype<Failback>(failbacks + slot * offsetof<Failback>());
}
