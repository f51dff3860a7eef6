import { Endpoint } from "../../bytes/endpoint";
import {
  CAUSE_REJECTED,
  FAILURE_NAME_NOT_FOUND,
  FAILURE_NO_TARGET_LEFT,
  FAILURE_NONE,
  FAILURE_NOT_REGISTERED,
  METHOD_INVITE,
  REASON_NEXT_TARGET,
  REASON_REGISTER_FIRST,
} from "../../contract/constants";
import { MAX_REQUESTS } from "../../limits";
import { currentOf } from "../../redundancy/current";
import { MODE_NEW_REQUESTS, failbackOf } from "../../redundancy/failback";
import { LIST_SIZE, TargetList, listOf } from "../../redundancy/targets";
import { NEVER } from "../../time/clock";
import { FULL_BUDGET } from "../../transaction/client";
import { shortBudget } from "../../transaction/timers";
import {
  ATTEMPT_ACCEPTED,
  ATTEMPT_FAILED,
  Attempt,
  PURPOSE_REGISTER,
  PURPOSE_REQUEST,
  cancelAttempt,
  startAttempt,
} from "../attempt";
import { NO_RULE } from "../binding";
import { nextHop } from "../call/dialog";
import { workingSlotOf } from "../fallback";
import { WANTED_BY_REQUESTS, locate } from "../locating";
import {
  inviteRetries,
  registersFirst,
  retries,
  signalsRegisteredOnly,
  skipsDuplicates,
  slotServes,
} from "../options";
import { requestEnded } from "../outcomes";
import { isLooking, registeredByRequest } from "../registration";
import { Registration } from "../registrations";
import { noteFailure } from "../search";
import { sayFailover } from "../trace";
import { ENDED, HELD, LOCATING, OF_SUBSCRIPTION, Request, SEARCHING, requestAt } from "./request";

/*
 * A request looks for a target (F): through the list of the working slot, then of the other one (F10), registering
 * first where that is wanted (F7), or to the one target that its dialog's route names (F13).
 *
 *   LOCATING ──list──▶ SEARCHING ──answer──▶ (ended)
 *      ▲                  │  ▲ └── no target left, no other slot ──▶ (ended)
 *      └── other slot ────┘  └──▶ HELD while the registration is looking itself
 */

const list = changetype<TargetList>(memory.data(LIST_SIZE, 8));

/** Begins to look for a target; the work is due at once. */
export function startRequest(request: Request, reason: i32, now: i64): void {
  request.reason = reason as u8;
  request.slot = workingSlotOf(request.account);
  if (!slotServes(request.account, request.slot)) request.slot = 3 - request.slot;
  if (!request.isInDialog) {
    enterSlot(request, now);
    return;
  }
  const dialog = request.itsDialog;
  request.slot = dialog.slot;
  const slot = request.hop.exists ? 0 : nextHop(dialog, request.hop);
  if (slot != 0) {
    request.slot = slot as u8;
    enterSlot(request, now);
    return;
  }
  request.direct = true;
  request.slots = request.slot;
  list.clear();
  list.add(request.hop, NEVER);
  beginSearch(request, 0, now);
}

/** The other slot is left to the request (F10). */
function otherSlotLeft(request: Request): bool {
  const other = 3 - (request.slot as i32);
  return !request.isInDialog && ((request.slots as i32) & other) == 0 && slotServes(request.account, other);
}

function enterSlot(request: Request, now: i64): void {
  const registration = request.registration;
  request.slots |= request.slot;
  if (signalsRegisteredOnly(request.account, request.slot) && !registration.isBound) {
    slotFailed(request, FAILURE_NOT_REGISTERED, now);
    return;
  }
  request.state = LOCATING;
  locate(registration, WANTED_BY_REQUESTS, now);
}

/** No target of the slot could be had: the other one, or the end. */
function slotFailed(request: Request, failure: i32, now: i64): void {
  if (request.cancelled || !otherSlotLeft(request)) {
    endRequest(request, failure, 0, now);
    return;
  }
  request.slot = 3 - request.slot;
  enterSlot(request, now);
}

/** The lookup of a registration's slot is over: the requests that wait for its list go on. */
export function requestsLocated(registration: Registration, found: bool, now: i64): void {
  for (let i = 0; i < MAX_REQUESTS; i++) {
    const request = requestAt(i);
    if (request.isFree || request.state != LOCATING || request.registration != registration) continue;
    if (!found) {
      slotFailed(request, FAILURE_NAME_NOT_FOUND, now);
      continue;
    }
    const first = firstTarget(request, registration);
    list.copyFrom(listOf(registration.index));
    if (first.exists && list.rankOf(first) < 0) putFirst(first, registration);
    beginSearch(request, list.rankOf(first), now);
  }
}

/** F9, S1: the target that holds the registration; F6: the current one; none where it starts at the top. */
function firstTarget(request: Request, registration: Registration): Endpoint {
  const follows = request.owner == OF_SUBSCRIPTION && registration.isBound && !request.isInDialog;
  if (follows || signalsRegisteredOnly(request.account, request.slot)) return registration.bound;
  const index = registration.index;
  if (failbackOf(index).mode != MODE_NEW_REQUESTS) return currentOf(index).endpoint;
  none.clear();
  return none;
}

const none = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

/** B6: the target serves on though it is in the list no more. */
function putFirst(target: Endpoint, registration: Registration): void {
  const fresh = listOf(registration.index);
  list.clear();
  list.add(target, currentOf(registration.index).addressExpires);
  for (let i = 0; i < fresh.count; i++) list.add(fresh.at(i).endpoint, fresh.at(i).expires);
}

function beginSearch(request: Request, start: i32, now: i64): void {
  request.state = SEARCHING;
  request.search.begin(list, start, skipsDuplicates(), otherSlotLeft(request), now);
  tryNext(request, request.reason, now);
}

function tryNext(request: Request, reason: i32, now: i64): void {
  const registration = request.registration;
  const target = request.search.next();
  if (target == null || request.cancelled) {
    slotFailed(request, FAILURE_NO_TARGET_LEFT, now);
    return;
  }
  const registered = registration.bound.equals(target.endpoint);
  // F9: the address that a call's route names is where the registration is, or the call is over.
  if (request.direct && !registered && signalsRegisteredOnly(request.account, request.slot)) {
    endRequest(request, FAILURE_NOT_REGISTERED, 0, now);
    return;
  }
  const registers = !request.direct && !registered && registersFirst(request.account, request.slot);
  if (registers && isLooking(registration)) {
    request.state = HELD;
    return;
  }
  begin(
    request,
    registers ? PURPOSE_REGISTER : PURPOSE_REQUEST,
    registers ? REASON_REGISTER_FIRST : reason,
    now,
  );
}

/** Begins an attempt at the search's target. */
function begin(request: Request, purpose: u8, reason: i32, now: i64): void {
  if (request.hasDialog && !request.isInDialog) request.itsDialog.restart();
  const account = request.account;
  const slot = request.slot;
  const invite = purpose == PURPOSE_REQUEST && request.method == METHOD_INVITE;
  let budget = FULL_BUDGET;
  if (!request.search.isLast) {
    budget = shortBudget(invite ? inviteRetries(account, slot) : retries(account, slot), invite);
  }
  const target = request.search.target.endpoint;
  startAttempt(request.attempt, request.registration, purpose, target, budget, reason, now);
}

/** F7: the registration has found a target, or none: the requests that waited for that go on. */
export function registrationSettled(registration: Registration, now: i64): void {
  for (let i = 0; i < MAX_REQUESTS; i++) {
    const request = requestAt(i);
    if (request.isFree || request.state != HELD || request.registration != registration) continue;
    request.state = SEARCHING;
    if (!registration.isBound) {
      slotFailed(request, FAILURE_NO_TARGET_LEFT, now);
      continue;
    }
    request.search.prefer(registration.bound);
    tryNext(request, request.reason, now);
  }
}

/** The attempt of the request is over. */
export function requestAttemptEnded(request: Request, attempt: Attempt, outcome: i32, now: i64): void {
  const registering = attempt.purpose == PURPOSE_REGISTER;
  if (registering && outcome == ATTEMPT_ACCEPTED) {
    registeredByRequest(request.registration, request.search.target, attempt, request.moveRule, now);
    begin(request, PURPOSE_REQUEST, request.reason, now);
  } else if (registering || outcome == ATTEMPT_FAILED) {
    // F7: a REGISTER that failed, however it did, fails the target.
    if (outcome != ATTEMPT_FAILED) attempt.cause = CAUSE_REJECTED as u8;
    request.moveRule = noteFailure(request.registration, attempt, now);
    tryNext(request, REASON_NEXT_TARGET, now);
  } else {
    settle(request, now);
    endRequest(request, outcome == ATTEMPT_ACCEPTED ? FAILURE_NONE : attempt.failure, attempt.status, now);
  }
}

/** F8: the target that answered is the current one. */
export function settle(request: Request, now: i64): void {
  const registration = request.registration;
  const index = registration.index;
  const current = currentOf(index);
  const sticky = failbackOf(index).mode != MODE_NEW_REQUESTS;
  if (request.direct || !sticky || registersFirst(request.account, request.slot)) return;
  const target = request.search.target;
  if (current.endpoint.equals(target.endpoint)) return;
  const from = current.endpoint;
  if (from.exists && request.moveRule != NO_RULE) {
    sayFailover(registration, from, target.endpoint, request.moveRule);
    registration.home.copyFrom(target.endpoint);
  }
  if (current.settle(target, now)) failbackOf(index).settledAnew();
}

/** Gives the request up without a word to its owner; an INVITE is cancelled (F11). */
export function dropRequest(request: Request, now: i64): void {
  cancelAttempt(request.attempt, now);
  request.free();
}

/** The dialog is over: so are the requests in it, save the one whose end it is. */
export function dropRequestsIn(dialog: i32, now: i64): void {
  for (let i = 0; i < MAX_REQUESTS; i++) {
    const request = requestAt(i);
    if (!request.isFree && request.state != ENDED && request.dialog == dialog) dropRequest(request, now);
  }
}

/** Ends the request, for its owner to hear of. */
export function endRequest(request: Request, failure: i32, status: i32, now: i64): void {
  request.state = ENDED;
  requestEnded(request, failure, status, now);
  dropRequest(request, now);
}
