import {
  FAILURE_NAME_NOT_FOUND,
  FAILURE_NO_TARGET_LEFT,
  REASON_FALLBACK,
  REASON_RETRY,
  RULE_G2,
  RULE_G3,
} from "../contract/constants";
import { usesProxy } from "../config/settings";
import { NEVER, after } from "../time/clock";
import { listOf } from "../redundancy/targets";
import { loseBinding } from "./binding";
import { fallbackTimeout, isSuccessive } from "./options";
import { lookForTarget, retryLater, standBack } from "./registration";
import { AWAY, OFF, Registration, registrationOf } from "./registrations";
import { sayFailbackFailed, sayFallback } from "./trace";

/*
 * Fallback between the slots of an account (G2): slot 2 registers while slot 1 cannot be reached, and a trial goes
 * to slot 1 every `fallback.timeout`. With concurrent registration (G1) each slot is on its own and nothing here
 * happens.
 *
 *                 search failed                     registered
 *   slot 1 works ──────────────▶ slot 2 looks ──────────────────▶ slot 2 works, slot 1 AWAY
 *        ▲                            │ failed too: R5                │ trial of slot 1 succeeded
 *        └────────────────────────────┴───────────────────────────────┘
 */

function slotOne(registration: Registration): Registration {
  return registration.slot == 1 ? registration : registration.other;
}

function bitOf(registration: Registration): u8 {
  return registration.slot;
}

/** The slot that new requests of an account use first (G1, G2). */
export function workingSlotOf(account: i32): u8 {
  return isSuccessive(account) ? registrationOf(account, 1).workingSlot : 1;
}

/** F2: the other slot is left to a search of this one. */
export function hasOtherSlotLeft(registration: Registration): bool {
  if (!isSuccessive(registration.account)) return false;
  return (slotOne(registration).failedSlots & bitOf(registration.other)) == 0;
}

/** F10: a slot's search has failed. True where the other slot takes over, or this one's failure is dealt with. */
export function searchFailed(registration: Registration, failure: i32, status: i32, now: i64): bool {
  if (!isSuccessive(registration.account)) return false;
  const first = slotOne(registration);
  const exhausted = failure == FAILURE_NO_TARGET_LEFT || failure == FAILURE_NAME_NOT_FOUND;
  if (registration == first && !exhausted) return false;
  first.failedSlots |= bitOf(registration);
  const goesOn = hasOtherSlotLeft(registration);
  loseBinding(registration, failure);
  registration.state = registration == first ? AWAY : OFF;
  registration.wakeAt = NEVER;
  if (goesOn) {
    lookForTarget(registration.other, registration == first ? REASON_FALLBACK : REASON_RETRY, now);
  } else {
    first.failedSlots = 0;
    retryLater(first, failure, status, now);
  }
  return true;
}

/** A slot has registered: it is the working one. */
export function slotHasRegistered(registration: Registration, now: i64): void {
  if (!isSuccessive(registration.account)) return;
  const first = slotOne(registration);
  const other = registration.other;
  first.failedSlots = 0;
  if (registration == first) first.onFallbackTrial = false;
  const changed = first.workingSlot != registration.slot;
  first.workingSlot = registration.slot;
  const rule = usesProxy(registration.account, 2) ? RULE_G3 : RULE_G2;
  if (changed) sayFallback(registration, other.home, registration.bound, rule);
  if (registration == first) {
    standBack(other);
    return;
  }
  if (changed && first.state != AWAY) {
    // A request has found slot 2 before slot 1's registration missed its server (F7, F10).
    standBack(first);
    first.state = AWAY;
  }
  if (first.wakeAt == NEVER) first.wakeAt = after(now, fallbackTimeout(registration.account));
}

/** Slot 1 has been away for `fallback.timeout`: its targets are on trial. */
export function comeBack(registration: Registration, now: i64): void {
  lookForTarget(registration, REASON_FALLBACK, now);
  registration.onFallbackTrial = true;
  registration.wakeAt = after(now, fallbackTimeout(registration.account));
}

/** The trial of slot 1 has failed: slot 2 goes on, the next trial is a full period after the last. */
export function fallbackTrialFailed(registration: Registration, now: i64): void {
  registration.onFallbackTrial = false;
  registration.state = AWAY;
  registration.wakeAt = max(registration.wakeAt, now);
  const list = listOf(registration.index);
  if (list.count > 0) sayFailbackFailed(registration, list.at(0).endpoint);
}
