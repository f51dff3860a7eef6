import {
  FAILURE_EXPIRED,
  FAILURE_MOVED,
  FAILURE_NAME_NOT_FOUND,
  FAILURE_NO_TARGET_LEFT,
  FAILURE_STOPPED,
  FAILURE_TARGET_FAILED,
  REASON_CONTACT_CHANGED,
  REASON_MOVED,
  REASON_NEXT_TARGET,
  REASON_REFRESH,
  REASON_REGISTER_FIRST,
  REASON_RETRY,
  REASON_START,
  REASON_STOP,
} from "../contract/constants";
import { currentOf } from "../redundancy/current";
import { MODE_NEW_REQUESTS, failbackOf } from "../redundancy/failback";
import { leftAloneUntil } from "../redundancy/health";
import { FROM_THE_TOP, searchAt } from "../redundancy/search";
import { Target, listOf } from "../redundancy/targets";
import { NEVER } from "../time/clock";
import { randomBetween } from "../time/random";
import { FULL_BUDGET } from "../transaction/client";
import {
  ATTEMPT_ACCEPTED,
  ATTEMPT_FAILED,
  Attempt,
  PURPOSE_LEAVE,
  PURPOSE_REGISTER,
  PURPOSE_REMOVE_OLD,
  attemptAt,
  cancelAttempt,
  startAttempt,
  takeCredentials,
} from "./attempt";
import { NO_RULE, bind, loseBinding, targetDied } from "./binding";
import { comeBack, fallbackTrialFailed, hasOtherSlotLeft, searchFailed } from "./fallback";
import { sendKeepAlive } from "./keepalive";
import { WANTED_BY_MAIN, locate, stopLocating } from "./locating";
import {
  removesOldBindings,
  retryBase,
  retryCeiling,
  retryFixed,
  skipsDuplicates,
  startSurge,
} from "./options";
import {
  AWAY,
  LEAVING,
  LOCATING,
  OFF,
  REGISTERED,
  Registration,
  SEARCHING,
  UNBOUND,
  WAITING,
} from "./registrations";
import { retryWait } from "./retry";
import { MAIN, TRIAL, noteFailure, searchNumber, tryNextTarget, trySameTarget } from "./search";
import { sayFailed } from "./trace";
import { abandonTrial, failbackDeadline, failbackTimePassed, refreshTime } from "./trial";

/*
 * The registration of one slot (F, R).
 *
 *                       start
 *                         ▼                located                200
 *   OFF ◀─┐            WAITING ──wake──▶ LOCATING ──────▶ SEARCHING ──────▶ REGISTERED
 *         │               ▲                  │ name not       │ no target        │ refresh, target dead (K3)
 *         │               └──── R5's wait ───┴─── found ──────┴── left, rejected │
 *         │                                  ▲                                   │
 *         │                                  └───────────────────────────────────┘
 *         └── LEAVING ◀── stop (from anywhere)         AWAY: slot 1 while slot 2 serves (G2, fallback.ts)
 *
 * The binding (binding.ts) lives beside the state: a refresh looks for a target while the binding holds. So does
 * the trial of failback (trial.ts), beside both.
 */

/** R1: begins after a random wait. */
export function startRegistration(registration: Registration, now: i64): void {
  registration.removeOld = removesOldBindings(registration.account);
  waitUntil(registration, now + randomBetween(0, startSurge()), REASON_START);
}

/** It looks for a target just now, trials left aside. */
export function isLooking(registration: Registration): bool {
  return registration.state == LOCATING || registration.state == SEARCHING;
}

/**
 * F7: a request has registered at `target` before it went there; the registration is with that target now. `rule` is
 * the one by which the request has left the target before, or NO_RULE.
 */
export function registeredByRequest(
  registration: Registration,
  target: Target,
  attempt: Attempt,
  rule: u8,
  now: i64,
): void {
  const main = attemptAt(searchNumber(registration, MAIN));
  cancelAttempt(main);
  takeCredentials(main, attempt);
  abandonTrial(registration);
  registration.state = REGISTERED;
  registration.wakeAt = NEVER;
  registration.reason = REASON_REGISTER_FIRST as u8;
  registration.moveRule = rule;
  bind(registration, target, attempt.contact, attempt.flow, attempt.lifetime, false, now);
  if (attempt.contactHasChanged) lookForTarget(registration, REASON_CONTACT_CHANGED, now);
}

function waitUntil(registration: Registration, time: i64, reason: i32): void {
  registration.state = WAITING;
  registration.wakeAt = time;
  registration.reason = reason as u8;
}

/** Looks for a target, for `reason`; a search under way begins anew. */
export function lookForTarget(registration: Registration, reason: i32, now: i64): void {
  cancelAttempt(attemptAt(searchNumber(registration, MAIN)));
  registration.onFallbackTrial = false;
  registration.state = LOCATING;
  registration.wakeAt = NEVER;
  registration.reason = reason as u8;
  locate(registration, WANTED_BY_MAIN, now);
}

/** The slot's name has resolved; the list is in place. */
export function located(registration: Registration, now: i64): void {
  if (registration.state != LOCATING) return;
  const slot = registration.index;
  const list = listOf(slot);
  const search = searchAt(searchNumber(registration, MAIN));
  if (registration.onFallbackTrial) {
    search.beginTrial(list, list.count, skipsDuplicates(), now);
  } else {
    // F6: mode 0 starts at the primary, whatever was used before.
    const sticky = failbackOf(slot).mode != MODE_NEW_REQUESTS;
    const start = sticky ? list.rankOf(currentOf(slot).endpoint) : FROM_THE_TOP;
    search.begin(list, start, skipsDuplicates(), hasOtherSlotLeft(registration), now);
    if (registration.dead.exists) search.exclude(registration.dead);
  }
  registration.state = SEARCHING;
  tryNext(registration, registration.reason, now);
}

/** L7: a lookup that failed counts as a list whose targets all failed; the binding holds as long as it lasts. */
export function notLocated(registration: Registration, now: i64): void {
  if (registration.state == LOCATING) endSearch(registration, FAILURE_NAME_NOT_FOUND, 0, now);
}

function tryNext(registration: Registration, reason: i32, now: i64): void {
  const purpose = registration.removeOld ? PURPOSE_REMOVE_OLD : PURPOSE_REGISTER;
  if (tryNextTarget(registration, MAIN, purpose, reason, now)) return;
  endSearch(registration, FAILURE_NO_TARGET_LEFT, 0, now);
}

/** The main search's attempt is over. */
export function mainAttemptEnded(registration: Registration, attempt: Attempt, outcome: i32, now: i64): void {
  if (attempt.purpose == PURPOSE_LEAVE) {
    leave(registration);
  } else if (outcome == ATTEMPT_FAILED) {
    // The current target is no more; whoever is on trial ahead of it will be asked by this search.
    abandonTrial(registration);
    registration.moveRule = noteFailure(registration, attempt, now);
    tryNext(registration, REASON_NEXT_TARGET, now);
  } else if (attempt.purpose == PURPOSE_REMOVE_OLD) {
    // R1: done, or refused: either way the REGISTER follows at the same target.
    registration.removeOld = false;
    trySameTarget(registration, MAIN, PURPOSE_REGISTER, registration.reason, now);
  } else if (outcome == ATTEMPT_ACCEPTED) {
    accepted(registration, attempt, now);
  } else {
    registration.notBefore = now + attempt.retryAfter;
    endSearch(registration, attempt.failure, attempt.status, now);
  }
}

function accepted(registration: Registration, attempt: Attempt, now: i64): void {
  const target = searchAt(searchNumber(registration, MAIN)).target;
  const changed = registration.reason != REASON_CONTACT_CHANGED && attempt.contactHasChanged;
  if (!target.endpoint.equals(currentOf(registration.index).endpoint)) abandonTrial(registration);
  registration.state = REGISTERED;
  bind(registration, target, attempt.contact, attempt.flow, attempt.lifetime, false, now);
  if (!changed) return;
  // The server sees us under another address than we have told it: tell it (RFC 3581).
  registration.state = SEARCHING;
  registration.reason = REASON_CONTACT_CHANGED as u8;
  trySameTarget(registration, MAIN, PURPOSE_REGISTER, REASON_CONTACT_CHANGED, now);
}

/** The search has found nobody, or was rejected: on to the other slot (F10), or R5's wait. */
function endSearch(registration: Registration, failure: i32, status: i32, now: i64): void {
  if (registration.onFallbackTrial) {
    fallbackTrialFailed(registration, now);
  } else if (!searchFailed(registration, failure, status, now)) {
    retryLater(registration, failure, status, now);
  }
}

/** R5: failed for good; says so, and waits. */
export function retryLater(registration: Registration, failure: i32, status: i32, now: i64): void {
  const account = registration.account;
  registration.failures++;
  const drawn = retryWait(
    registration.failures,
    retryFixed(account),
    retryBase(account),
    retryCeiling(account),
  );
  const wakeAt = max(max(now + drawn, registration.notBefore), firstTargetFree(registration));
  registration.notBefore = 0;
  registration.dead.clear();
  sayFailed(registration, failure, status, wakeAt - now);
  if (failure != FAILURE_NAME_NOT_FOUND) loseBinding(registration, failure);
  waitUntil(registration, wakeAt, REASON_RETRY);
}

/** F12, R5: when the first target of the list may be asked again; long ago where one is free. */
function firstTargetFree(registration: Registration): i64 {
  const list = listOf(registration.index);
  let first: i64 = list.count == 0 ? 0 : NEVER;
  for (let i = 0; i < list.count; i++) first = min(first, leftAloneUntil(list.at(i).endpoint));
  return first;
}

/**
 * K3: the target of the binding has failed outside of any request: its flow is gone, or its probes have put it down.
 * A search that is under way finds another target by itself.
 */
export function boundTargetFailed(registration: Registration, cause: i32, now: i64): void {
  if (registration.state == SEARCHING) {
    loseBinding(registration, FAILURE_TARGET_FAILED);
    return;
  }
  targetDied(registration, cause);
  if (registration.state != REGISTERED && registration.state != WAITING) return;
  abandonTrial(registration);
  lookForTarget(registration, REASON_MOVED, now);
}

/** When there is something to do. */
export function registrationDeadline(registration: Registration, idle: bool): i64 {
  const deadline = min(registration.keepAliveAt, registration.expiresAt);
  switch (registration.state) {
    case WAITING:
    case AWAY:
      return min(deadline, registration.wakeAt);
    case UNBOUND:
      return failbackDeadline(registration, idle);
    case REGISTERED:
      return min(min(deadline, refreshTime(registration)), failbackDeadline(registration, idle));
    default:
      return deadline;
  }
}

/** Does one thing that is due; false where nothing is. */
export function registrationTimePassed(registration: Registration, idle: bool, now: i64): bool {
  if (registrationDeadline(registration, idle) > now) return false;
  if (registration.expiresAt <= now) {
    expired(registration, now);
  } else if (registration.keepAliveAt <= now) {
    sendKeepAlive(registration, now);
  } else if (registration.state == WAITING) {
    lookForTarget(registration, registration.reason, now);
  } else if (registration.state == AWAY) {
    comeBack(registration, now);
  } else if (!failbackTimePassed(registration, idle, now) && registration.state == REGISTERED) {
    registration.moveRule = NO_RULE;
    lookForTarget(registration, REASON_REFRESH, now);
  }
  return true;
}

/** The lifetime is over before a refresh was answered. */
function expired(registration: Registration, now: i64): void {
  loseBinding(registration, FAILURE_EXPIRED);
  if (registration.state == REGISTERED) lookForTarget(registration, REASON_REFRESH, now);
}

/** R7: takes the binding back, if there is one. */
export function leaveRegistration(registration: Registration, now: i64): void {
  cancelAttempt(attemptAt(searchNumber(registration, MAIN)));
  cancelAttempt(attemptAt(searchNumber(registration, TRIAL)));
  stopLocating(registration);
  registration.wakeAt = NEVER;
  if (!registration.isBound) {
    registration.state = OFF;
    return;
  }
  registration.state = LEAVING;
  registration.keepAliveAt = NEVER;
  registration.expiresAt = NEVER;
  const attempt = attemptAt(searchNumber(registration, MAIN));
  startAttempt(attempt, registration, PURPOSE_LEAVE, registration.bound, FULL_BUDGET, REASON_STOP, now);
}

/** The binding is taken back, or nobody answered: either way this is the end of it. */
function leave(registration: Registration): void {
  loseBinding(registration, FAILURE_STOPPED);
  registration.state = OFF;
}

/** The other slot serves now (G2): the binding is refreshed no more, and runs out by itself. */
export function standBack(registration: Registration): void {
  cancelAttempt(attemptAt(searchNumber(registration, MAIN)));
  abandonTrial(registration);
  stopLocating(registration);
  loseBinding(registration, FAILURE_MOVED);
  registration.state = OFF;
  registration.wakeAt = NEVER;
}
