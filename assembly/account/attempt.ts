import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE } from "../bytes/handle";
import { NOT_A_NUMBER } from "../bytes/number";
import { NO_SPAN } from "../bytes/span";
import { routeAddress } from "../config/settings";
import {
  CAUSE_503,
  CAUSE_CLOSED,
  CAUSE_CONNECT,
  CAUSE_DOWN,
  CAUSE_REFUSED,
  CAUSE_REJECTED,
  CAUSE_SILENT,
  FAILURE_NO_CREDENTIALS,
  FAILURE_POOL_FULL,
  FAILURE_REJECTED,
  FAILURE_TOO_LONG,
  FAILURE_WRONG_CREDENTIALS,
  FLOW_FAILURE_CLOSED,
  METHOD_REGISTER,
  REASON_CHALLENGE,
  REASON_INTERVAL_TOO_BRIEF,
  TRANSPORT_UDP,
} from "../contract/constants";
import { MAX_REGISTRATIONS } from "../limits";
import { headerSeconds } from "../sip/fields";
import { HEADER_MIN_EXPIRES, HEADER_RETRY_AFTER } from "../sip/header";
import { NEVER, SECOND } from "../time/clock";
import { FULL_BUDGET, endTransaction, startTransaction, takeTransaction } from "../transaction/client";
import { patience } from "../transaction/timers";
import { FLOW_OPEN, flowOf, releaseFlow, shareFlow } from "../transport/flows";
import {
  CHALLENGE_ANSWERABLE,
  CHALLENGE_NO_PASSWORD,
  CHALLENGE_NO_ROOM,
  CHALLENGE_REFUSED,
  beginChallenges,
  followNextNonce,
  moveChallenges,
  takeChallenge,
} from "./challenges";
import { listeningPort } from "./listening";
import { movesOnRejection } from "./options";
import {
  CONTACT_ALL,
  CONTACT_BIND,
  CONTACT_UNBIND,
  grantedLifetime,
  noteMapping,
  writeRegister,
} from "./register";
import { Registration, registrationAt } from "./registrations";

/*
 * An attempt: one REGISTER at one target, from opening the flow to the answer that counts, with the challenges and
 * corrections in between. A registration has two, for its main search and for the trial of failback; they are
 * numbered registration · 2 + which.
 *
 *   IDLE ──start──▶ STARTING ──now──▶ OPENING ──flow open──▶ WAITING ──answer, silence, flow gone──▶ DONE
 *                       ▲                                        │ 401, 407, 423
 *                       └────────────────────────────────────────┘
 */

const IDLE: u8 = 0;
const STARTING: u8 = 1;
const OPENING: u8 = 2;
const AWAITING: u8 = 3;
const DONE: u8 = 4;

export const PURPOSE_REGISTER: u8 = 0;
/** R1: takes all older bindings back. */
export const PURPOSE_REMOVE_OLD: u8 = 1;
/** R7: takes our binding back. */
export const PURPOSE_LEAVE: u8 = 2;

/** How an attempt ended; NOT_ENDED where it goes on. */
export const NOT_ENDED: i32 = 0;
export const ATTEMPT_ACCEPTED: i32 = 1;
/** F1: the target failed it, for `cause`. */
export const ATTEMPT_FAILED: i32 = 2;
/** A final answer that ends the search, named by `failure` and `status`. */
export const ATTEMPT_REJECTED: i32 = 3;

/** Owner of its transactions. */
export const OWNER_ATTEMPT: u8 = 1;

/** A Retry-After is believed up to this: there is no for ever (R5). */
const LONGEST_RETRY_AFTER: i64 = 3600;

/** How often a 423 is followed before it is taken for a rejection. */
const MOST_CORRECTIONS: u8 = 2;

@unmanaged
export class Attempt {
  state: u8;
  purpose: u8;
  reason: u8;
  corrections: u8;
  cause: u8;
  failure: u8;
  status: u16;
  flow: u32;
  transaction: u32;
  /** Seconds granted by a 200. */
  lifetime: u32;
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  private contact0: u32;
  private contact1: u32;
  private contact2: u32;
  private contact3: u32;
  private contact4: u32;
  /** F2: how long the target may stay silent, or FULL_BUDGET. */
  budget: i64;
  /** When it is over; over TCP and TLS connecting counts too. */
  answerBy: i64;
  deadline: i64;
  /** What a rejection or a 503 asked for, in milliseconds. */
  retryAfter: i64;

  get target(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Attempt>("target0"));
  }

  /** The address that its Contact names. */
  get contact(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Attempt>("contact0"));
  }

  get index(): i32 {
    return ((changetype<usize>(this) - attempts) / offsetof<Attempt>()) as i32;
  }

  get registration(): Registration {
    return registrationAt(this.index >> 1);
  }

  /** The server has seen us under another address than its Contact named. */
  get contactHasChanged(): bool {
    const flow = flowOf(this.flow);
    return flow != null && !flow.reachable.equals(this.contact);
  }
}

export const ATTEMPTS = MAX_REGISTRATIONS * 2;

const attempts = memory.data(offsetof<Attempt>() * ATTEMPTS, 8);

export function attemptAt(index: i32): Attempt {
  return changetype<Attempt>(attempts + index * offsetof<Attempt>());
}

export function resetAttempts(): void {
  memory.fill(attempts, 0, offsetof<Attempt>() * ATTEMPTS);
  for (let i = 0; i < ATTEMPTS; i++) attemptAt(i).deadline = NEVER;
}

/** Begins at `target`: the work is done when the core comes to what is due. `budget` as of `startTransaction`. */
export function startAttempt(
  attempt: Attempt,
  purpose: u8,
  target: Endpoint,
  budget: i64,
  reason: i32,
  now: i64,
): void {
  endTransaction(attempt.transaction);
  const flow = flowOf(attempt.flow);
  if (flow == null || !flow.remote.equals(target)) leaveFlow(attempt);
  beginChallenges(attempt.index, target);
  attempt.target.copyFrom(target);
  attempt.purpose = purpose;
  attempt.reason = reason as u8;
  attempt.corrections = 0;
  attempt.budget = budget;
  attempt.retryAfter = 0;
  begin(attempt, now);
}

/** The work is due; the budget begins. */
function begin(attempt: Attempt, now: i64): void {
  attempt.state = STARTING;
  attempt.deadline = now;
  attempt.answerBy = now + (attempt.budget == FULL_BUDGET ? patience() : attempt.budget);
}

function leaveFlow(attempt: Attempt): void {
  releaseFlow(attempt.flow);
  attempt.flow = NO_HANDLE;
}

/** Gives it up: what still comes for it changes nothing (F15). */
export function cancelAttempt(attempt: Attempt): void {
  endTransaction(attempt.transaction);
  attempt.transaction = NO_HANDLE;
  leaveFlow(attempt);
  attempt.state = IDLE;
  attempt.deadline = NEVER;
}

/** After its outcome was dealt with: lets go of the flow unless it has begun anew. */
export function settleAttempt(attempt: Attempt): void {
  if (attempt.state == DONE) cancelAttempt(attempt);
}

/** `to` goes on with the challenges of `from`'s server. */
export function takeCredentials(to: Attempt, from: Attempt): void {
  moveChallenges(from.index, to.index);
}

/** The attempt with the earliest deadline, the lowest index first; `null` where none has any. */
export function earliestAttempt(): Attempt | null {
  let earliest: Attempt | null = null;
  let deadline = NEVER;
  for (let i = 0; i < ATTEMPTS; i++) {
    const attempt = attemptAt(i);
    if (attempt.deadline >= deadline) continue;
    deadline = attempt.deadline;
    earliest = attempt;
  }
  return earliest;
}

/** Its deadline has come: it opens its flow, or has waited too long for it to open. */
export function attemptDue(attempt: Attempt, now: i64): i32 {
  if (attempt.state != STARTING) return failed(attempt, CAUSE_CONNECT);
  if (attempt.flow == NO_HANDLE) {
    const registration = attempt.registration;
    const name = routeAddress(registration.account, registration.slot);
    attempt.flow = shareFlow(attempt.target, listeningPort(), name);
  }
  const flow = flowOf(attempt.flow);
  if (flow == null) {
    // No flow is free: that is no fault of the target's. Again in a while.
    begin(attempt, now + SECOND);
    return NOT_ENDED;
  }
  if (flow.state == FLOW_OPEN) return send(attempt, now);
  attempt.state = OPENING;
  attempt.deadline = attempt.answerBy;
  return NOT_ENDED;
}

/** A flow is open: the attempts that waited for it are due, one after the other. */
export function wakeAttempts(flow: u32, now: i64): void {
  for (let i = 0; i < ATTEMPTS; i++) {
    const attempt = attemptAt(i);
    if (attempt.state != OPENING || attempt.flow != flow) continue;
    attempt.state = STARTING;
    attempt.deadline = now;
  }
}

/** Its flow has failed. */
export function attemptFlowFailed(attempt: Attempt, flow: u32, reason: i32): i32 {
  if (attempt.flow != flow || attempt.state == IDLE || attempt.state == DONE) return NOT_ENDED;
  const opening = attempt.state == OPENING;
  endTransaction(attempt.transaction);
  attempt.flow = NO_HANDLE;
  return failed(attempt, causeOf(attempt.target.transport, opening, reason));
}

/** K2: probes have put a target down: who still waits for it moves on, where there is somebody else. */
export function attemptTargetDown(attempt: Attempt, target: Endpoint): i32 {
  const waits = attempt.state == OPENING || attempt.state == AWAITING;
  if (!waits || attempt.budget == FULL_BUDGET || !attempt.target.equals(target)) return NOT_ENDED;
  return failed(attempt, CAUSE_DOWN);
}

/** F1: what the end of a flow says of its target. */
export function causeOf(transport: i32, opening: bool, reason: i32): i32 {
  if (transport == TRANSPORT_UDP) return CAUSE_REFUSED;
  if (opening) return CAUSE_CONNECT;
  return reason == FLOW_FAILURE_CLOSED ? CAUSE_CLOSED : CAUSE_CONNECT;
}

function send(attempt: Attempt, now: i64): i32 {
  const registration = attempt.registration;
  const flow = flowOf(attempt.flow)!;
  const transaction = takeTransaction(METHOD_REGISTER, attempt.flow, OWNER_ATTEMPT, attempt.index);
  if (transaction == null) {
    begin(attempt, now + SECOND);
    return NOT_ENDED;
  }
  transaction.account = registration.account;
  transaction.slot = registration.slot;
  transaction.reason = attempt.reason;
  attempt.transaction = transaction.handle;
  const leaves = attempt.purpose == PURPOSE_LEAVE;
  attempt.contact.copyFrom(leaves ? registration.contact : flow.reachable);
  const what = leaves ? CONTACT_UNBIND : attempt.purpose == PURPOSE_REMOVE_OLD ? CONTACT_ALL : CONTACT_BIND;
  const message = writeRegister(registration, transaction, flow, what, attempt.contact, attempt.index);
  if (message == NO_SPAN) {
    endTransaction(attempt.transaction);
    return rejected(attempt, FAILURE_TOO_LONG, 0);
  }
  attempt.state = AWAITING;
  attempt.deadline = NEVER;
  const unreliable = flow.remote.transport == TRANSPORT_UDP;
  startTransaction(transaction, message, unreliable ? attempt.budget : max(attempt.answerBy - now, 1), now);
  return NOT_ENDED;
}

/** Its transaction has timed out (F2). */
export function attemptTimedOut(attempt: Attempt): i32 {
  return failed(attempt, CAUSE_SILENT);
}

/** The final response in view answers its request. */
export function attemptAnswered(attempt: Attempt, status: i32, now: i64): i32 {
  const flow = flowOf(attempt.flow);
  if (flow != null) noteMapping(flow);
  attempt.status = status as u16;
  if (status < 300) return accepted(attempt);
  if (status == 401 || status == 407) return challenged(attempt, status, now);
  if (status == 423 && correctLifetime(attempt)) return again(attempt, REASON_INTERVAL_TOO_BRIEF, now);
  noteRetryAfter(attempt);
  if (status == 503) return failed(attempt, CAUSE_503);
  const movesOn = status >= 400 && status != 423 && movesOnRejection(attempt.registration.account);
  return movesOn ? failed(attempt, CAUSE_REJECTED) : rejected(attempt, FAILURE_REJECTED, status);
}

function accepted(attempt: Attempt): i32 {
  followNextNonce(attempt.index);
  attempt.lifetime = grantedLifetime(attempt.registration, attempt.contact);
  attempt.state = DONE;
  return ATTEMPT_ACCEPTED;
}

/** R3: the answer goes to the target that sent the challenge. */
function challenged(attempt: Attempt, status: i32, now: i64): i32 {
  const account = attempt.registration.account;
  const taken = takeChallenge(attempt.index, account, attempt.target, status == 407);
  switch (taken) {
    case CHALLENGE_ANSWERABLE:
      return again(attempt, REASON_CHALLENGE, now);
    case CHALLENGE_NO_PASSWORD:
      return rejected(attempt, FAILURE_NO_CREDENTIALS, status);
    case CHALLENGE_NO_ROOM:
      return rejected(attempt, FAILURE_POOL_FULL, status);
    case CHALLENGE_REFUSED:
      return rejected(attempt, FAILURE_WRONG_CREDENTIALS, status);
    default:
      return rejected(attempt, FAILURE_REJECTED, status);
  }
}

/** R3: a 423 is followed by what it asks for. */
function correctLifetime(attempt: Attempt): bool {
  const registration = attempt.registration;
  const least = headerSeconds(HEADER_MIN_EXPIRES);
  if (least == NOT_A_NUMBER || least <= (registration.askedLifetime as i64)) return false;
  if (attempt.corrections++ == MOST_CORRECTIONS) return false;
  registration.askedLifetime = least as u32;
  return true;
}

/** The same target gets the request anew, with a budget of its own (F5). */
function again(attempt: Attempt, reason: i32, now: i64): i32 {
  attempt.reason = reason as u8;
  begin(attempt, now);
  return NOT_ENDED;
}

function noteRetryAfter(attempt: Attempt): void {
  const seconds = headerSeconds(HEADER_RETRY_AFTER);
  attempt.retryAfter = seconds == NOT_A_NUMBER ? 0 : min(seconds, LONGEST_RETRY_AFTER) * SECOND;
}

function failed(attempt: Attempt, cause: i32): i32 {
  endTransaction(attempt.transaction);
  attempt.cause = cause as u8;
  attempt.state = DONE;
  attempt.deadline = NEVER;
  return ATTEMPT_FAILED;
}

function rejected(attempt: Attempt, failure: i32, status: i32): i32 {
  attempt.failure = failure as u8;
  attempt.status = status as u16;
  attempt.state = DONE;
  attempt.deadline = NEVER;
  return ATTEMPT_REJECTED;
}
