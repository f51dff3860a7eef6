import {
  REASON_CONTACT_CHANGED,
  REASON_FAILBACK,
  REASON_NEXT_TARGET,
  RULE_B1,
  RULE_B2,
  RULE_B4,
} from "../contract/constants";
import { currentOf } from "../redundancy/current";
import { MODE_REGISTRATION, failbackOf } from "../redundancy/failback";
import { searchAt } from "../redundancy/search";
import { listOf } from "../redundancy/targets";
import { NEVER } from "../time/clock";
import { patience } from "../transaction/timers";
import {
  ATTEMPT_ACCEPTED,
  ATTEMPT_FAILED,
  Attempt,
  PURPOSE_ASK,
  PURPOSE_REGISTER,
  attemptAt,
  cancelAttempt,
  takeCredentials,
} from "./attempt";
import { bind } from "./binding";
import { WANTED_BY_TRIAL, locate } from "./locating";
import { skipsDuplicates } from "./options";
import { lookForTarget } from "./registration";
import { REGISTERED, Registration, UNBOUND } from "./registrations";
import { MAIN, TRIAL, noteFailure, searchNumber, tryNextTarget } from "./search";
import { sayFailback, sayFailbackDue, sayFailbackFailed } from "./trace";

/*
 * The trial of failback (B3): REGISTERs to the targets ahead of the current one, while the current one goes on
 * serving. Whether and when is the redundancy room's (redundancy/failback.ts); this does it.
 */

export function failbackDeadline(registration: Registration, idle: bool): i64 {
  return failbackOf(registration.index).deadline(registration.index, currentRefresh(registration), idle);
}

/** B1, F8: when the registration with the current target is to be refreshed; NEVER while it is with another one. */
function currentRefresh(registration: Registration): i64 {
  const current = currentOf(registration.index).endpoint;
  return registration.bound.equals(current) ? registration.refreshAt : NEVER;
}

/**
 * When the registration is to be refreshed with the current target. In mode 2 that waits for the trial, but not
 * longer than half of what is left of the lifetime.
 */
export function refreshTime(registration: Registration): i64 {
  const failback = failbackOf(registration.index);
  const refreshAt = registration.refreshAt;
  const waits = failback.isOnTrial && failback.mode == MODE_REGISTRATION;
  return waits ? refreshAt + ((registration.expiresAt - refreshAt) >> 1) : refreshAt;
}

/** Does what is due of failback; false where nothing is. */
export function failbackTimePassed(registration: Registration, idle: bool, now: i64): bool {
  const slot = registration.index;
  const failback = failbackOf(slot);
  if (!failback.isDue && failback.due(slot, currentRefresh(registration)) <= now) {
    failback.becomeDue(now);
    sayFailbackDue(registration, RULE_B1);
    if (!idle) sayFailbackDue(registration, RULE_B2);
    return true;
  }
  if (!failback.mayBegin(slot, idle, now)) return false;
  failback.begin();
  locate(registration, WANTED_BY_TRIAL, now);
  return true;
}

/** The name is resolved anew where its TTL had passed: the trial goes to the targets ahead in the fresh list. */
export function trialLocated(registration: Registration, now: i64): void {
  const slot = registration.index;
  const failback = failbackOf(slot);
  if (!failback.isOnTrial) return;
  const list = listOf(slot);
  const current = currentOf(slot);
  const rank = list.rankOf(current.endpoint);
  if (rank < 0) {
    failback.suspend();
    return;
  }
  current.addressExpires = list.at(rank).expires;
  if (rank == 0) {
    failback.abandon();
    return;
  }
  searchAt(searchNumber(registration, TRIAL)).beginTrial(list, rank, skipsDuplicates(), now);
  tryNext(registration, REASON_FAILBACK, now);
}

/** L7: the list could not be had: the trial has failed. */
export function trialNotLocated(registration: Registration, now: i64): void {
  if (failbackOf(registration.index).isOnTrial) trialFailed(registration, now);
}

function tryNext(registration: Registration, reason: i32, now: i64): void {
  // B3: an account that does not register asks.
  const purpose = registration.state == UNBOUND ? PURPOSE_ASK : PURPOSE_REGISTER;
  if (!tryNextTarget(registration, TRIAL, purpose, reason, now)) trialFailed(registration, now);
}

/** B5: nothing changes for the user; in mode 2 the refresh that waited goes to the current target now. */
function trialFailed(registration: Registration, now: i64): void {
  failbackOf(registration.index).failed(patience(), now);
  sayFailbackFailed(registration, listOf(registration.index).at(0).endpoint);
}

/** The trial's attempt is over. */
export function trialAttemptEnded(
  registration: Registration,
  attempt: Attempt,
  outcome: i32,
  now: i64,
): void {
  if (outcome == ATTEMPT_ACCEPTED && attempt.purpose == PURPOSE_ASK) {
    const slot = registration.index;
    const target = searchAt(searchNumber(registration, TRIAL)).target;
    sayFailback(registration, currentOf(slot).endpoint, target.endpoint, RULE_B4);
    currentOf(slot).settle(target, now);
    failbackOf(slot).settledAnew();
  } else if (outcome == ATTEMPT_ACCEPTED) {
    const target = searchAt(searchNumber(registration, TRIAL)).target;
    const main = attemptAt(searchNumber(registration, MAIN));
    cancelAttempt(main);
    takeCredentials(main, attempt);
    registration.state = REGISTERED;
    registration.reason = REASON_FAILBACK as u8;
    bind(registration, target, attempt.contact, attempt.flow, attempt.lifetime, true, now);
    // As for any other 200 (registration.ts); the slot has settled on this target, so that is where it goes.
    if (attempt.contactHasChanged) lookForTarget(registration, REASON_CONTACT_CHANGED, now);
  } else if (outcome == ATTEMPT_FAILED) {
    registration.moveRule = noteFailure(registration, attempt, now);
    tryNext(registration, REASON_NEXT_TARGET, now);
  } else {
    // F1: any other answer is an answer, and ends the search.
    trialFailed(registration, now);
  }
}

/** The current target has failed: the main search will ask those ahead itself. */
export function abandonTrial(registration: Registration): void {
  failbackOf(registration.index).abandon();
  cancelAttempt(attemptAt(searchNumber(registration, TRIAL)));
}
