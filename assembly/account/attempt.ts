import { POOL_TAIL, usedEntries } from "../bytes/pool";
import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE } from "../bytes/handle";
import { NO_SPAN, Span, spanLength } from "../bytes/span";
import { routeAddress } from "../config/settings";
import {
  CAUSE_CLOSED,
  CAUSE_CONNECT,
  CAUSE_DOWN,
  CAUSE_REFUSED,
  CAUSE_SILENT,
  CAUSE_TLS_CERTIFICATE,
  CAUSE_TLS_HANDSHAKE,
  FAILURE_POOL_FULL,
  FAILURE_TARGET_FAILED,
  FAILURE_TOO_LONG,
  FLOW_FAILURE_CLOSED,
  FLOW_FAILURE_TLS_CERTIFICATE,
  FLOW_FAILURE_TLS_HANDSHAKE,
  METHOD_INVITE,
  METHOD_OPTIONS,
  METHOD_REGISTER,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
} from "../contract/constants";
import { MAX_REGISTRATIONS, MAX_REQUESTS } from "../limits";
import { NEVER, SECOND } from "../time/clock";
import {
  ClientTransaction,
  FULL_BUDGET,
  abandonTransaction,
  endTransaction,
  startTransaction,
  takeTransaction,
} from "../transaction/client";
import { patience, timerT1 } from "../transaction/timers";
import { FLOW_OPEN, Flow, flowOf, releaseFlow, shareFlow } from "../transport/flows";
import { beginChallenges, moveChallenges, takeCredentialsBack } from "./challenges";
import { listeningPort } from "./listening";
import { CONTACT_ALL, CONTACT_BIND, CONTACT_UNBIND, writeKeepAlive, writeRegister } from "./register";
import { Registration, registrationAt } from "./registrations";
import { requestAt } from "./request/request";
import { writeRequest } from "./request/write";
import { sayTooLarge } from "./trace";

/*
 * An attempt: one request at one target, from opening the flow to the answer that counts, with the challenges and
 * corrections in between. A registration has two, for its main search and for the trial of failback, numbered
 * registration · 2 + which; behind those come the attempts of other requests, one each.
 *
 *   IDLE ──start──▶ STARTING ──now──▶ OPENING ──flow open──▶ AWAITING ──answer, silence, flow gone──▶ DONE
 *                       ▲                                        │ 401, 407, 422, 423     ▲
 *                       ├────────────────────────────────────────┘                        │
 *                       └── no TCP: back to UDP       INVITE: 1xx ──▶ PROVISIONAL (F4) ────┘
 */

const IDLE: u8 = 0;
const STARTING: u8 = 1;
const OPENING: u8 = 2;
const AWAITING: u8 = 3;
export const DONE: u8 = 4;
const PROVISIONAL: u8 = 5;

export const PURPOSE_REGISTER: u8 = 0;
/** R1: takes all older bindings back. */
export const PURPOSE_REMOVE_OLD: u8 = 1;
/** R7: takes our binding back. */
export const PURPOSE_LEAVE: u8 = 2;
/** B3: asks by OPTIONS whether the target is there, for an account that does not register. */
export const PURPOSE_ASK: u8 = 3;
/** Any other request. */
export const PURPOSE_REQUEST: u8 = 4;

/** How an attempt ended; NOT_ENDED where it goes on. */
export const NOT_ENDED: i32 = 0;
export const ATTEMPT_ACCEPTED: i32 = 1;
/** F1: the target failed it, for `cause`. */
export const ATTEMPT_FAILED: i32 = 2;
/** A final answer that ends the search, named by `failure` and `status`. */
export const ATTEMPT_REJECTED: i32 = 3;

/** Owner of its transactions. */
export const OWNER_ATTEMPT: u8 = 1;

/** RFC 3261 (18.1.1): a larger request does not go by UDP, unless TCP is not to be had. Octets. */
const LARGEST_BY_UDP = 1300;

const NOT_TRIED: u8 = 0;
const BY_TCP: u8 = 1;
const NO_TCP: u8 = 2;

@unmanaged
export class Attempt {
  state: u8;
  purpose: u8;
  reason: u8;
  corrections: u8;
  /** The registration of the slot that it is made for. */
  place: u8;
  /** More than a 100 has come: somebody behind the target may be ringing. */
  reachedFarEnd: bool;
  /** RFC 3261 (18.1.1): a request too large for UDP goes by TCP where the target has it. */
  private detour: u8;
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
    return registrationAt(this.place);
  }

  /** It waits for a final answer, or for its flow. */
  get isWaiting(): bool {
    return this.state == OPENING || this.state == AWAITING;
  }

  /** The server has seen us under another address than its Contact named. */
  get contactHasChanged(): bool {
    const flow = flowOf(this.flow);
    return flow != null && !flow.reachable.equals(this.contact);
  }
}

/** Attempts of registrations; those of other requests follow. */
export const REGISTRATION_ATTEMPTS = MAX_REGISTRATIONS * 2;
export const ATTEMPTS = REGISTRATION_ATTEMPTS + MAX_REQUESTS;

/** A target by another transport. */
const way = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

const attempts = memory.data(offsetof<Attempt>() * ATTEMPTS + POOL_TAIL, 8);

/** Attempts from the first on that may have begun. A build for little code looks at all. */
function attemptsUsed(): i32 {
  return ASC_SHRINK_LEVEL > 0 ? ATTEMPTS : usedEntries(attempts, offsetof<Attempt>(), ATTEMPTS);
}

function useAttempt(attempt: Attempt): void {
  if (ASC_SHRINK_LEVEL > 0) return;
  const used = attempts + offsetof<Attempt>() * ATTEMPTS;
  store<i32>(used, max(load<i32>(used), attempt.index + 1));
}

export function attemptAt(index: i32): Attempt {
  return changetype<Attempt>(attempts + index * offsetof<Attempt>());
}

export function resetAttempts(): void {
  memory.fill(attempts, 0, offsetof<Attempt>() * ATTEMPTS + POOL_TAIL);
  for (let i = 0; i < ATTEMPTS; i++) attemptAt(i).deadline = NEVER;
}

/** Begins at `target`: the work is done when the core comes to what is due. `budget` as of `startTransaction`. */
export function startAttempt(
  attempt: Attempt,
  registration: Registration,
  purpose: u8,
  target: Endpoint,
  budget: i64,
  reason: i32,
  now: i64,
): void {
  abandonTransaction(attempt.transaction, now);
  const flow = flowOf(attempt.flow);
  if (flow == null || !flow.remote.equals(target)) leaveFlow(attempt);
  beginChallenges(attempt.index, target);
  useAttempt(attempt);
  attempt.target.copyFrom(target);
  attempt.place = registration.index as u8;
  attempt.detour = NOT_TRIED;
  attempt.reachedFarEnd = false;
  attempt.purpose = purpose;
  attempt.reason = reason as u8;
  attempt.corrections = 0;
  attempt.budget = budget;
  attempt.retryAfter = 0;
  begin(attempt, now);
}

/** The work is due; the budget begins. */
export function begin(attempt: Attempt, now: i64): void {
  beginAnew(attempt, now);
  attempt.answerBy = now + (attempt.budget == FULL_BUDGET ? patience() : attempt.budget);
}

/** The work is due, within what is left of the budget. */
function beginAnew(attempt: Attempt, now: i64): void {
  attempt.state = STARTING;
  attempt.deadline = now;
}

function leaveFlow(attempt: Attempt): void {
  releaseFlow(attempt.flow);
  attempt.flow = NO_HANDLE;
}

/** Gives it up: what still comes for it changes nothing (F15). An INVITE under way is left as `failed` leaves it. */
export function cancelAttempt(attempt: Attempt, now: i64 = 0): void {
  abandonTransaction(attempt.transaction, now);
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
  for (let i = 0; i < attemptsUsed(); i++) {
    const attempt = attemptAt(i);
    if (attempt.deadline >= deadline) continue;
    deadline = attempt.deadline;
    earliest = attempt;
  }
  return earliest;
}

/** Its deadline has come: it opens its flow, or has waited too long for it to open. */
export function attemptDue(attempt: Attempt, now: i64): i32 {
  if (attempt.state != STARTING) {
    if (attempt.detour == BY_TCP) return backToUdp(attempt, now);
    return failed(attempt, CAUSE_CONNECT, now);
  }
  if (attempt.flow == NO_HANDLE) {
    const registration = attempt.registration;
    const name = routeAddress(registration.account, registration.slot);
    way.copyFrom(attempt.target);
    if (attempt.detour == BY_TCP) way.transport = TRANSPORT_TCP as u8;
    attempt.flow = shareFlow(way, listeningPort(), name);
  }
  const flow = flowOf(attempt.flow);
  if (flow == null) {
    // No flow is free: that is no fault of the target's. Again in a while.
    begin(attempt, now + SECOND);
    return NOT_ENDED;
  }
  if (flow.state == FLOW_OPEN) return send(attempt, now);
  attempt.state = OPENING;
  attempt.deadline =
    attempt.detour == BY_TCP ? min(now + (timerT1() << 2), attempt.answerBy) : attempt.answerBy;
  return NOT_ENDED;
}

/** The target has no TCP: UDP it is, for a request of any size. */
function backToUdp(attempt: Attempt, now: i64): i32 {
  leaveFlow(attempt);
  attempt.detour = NO_TCP;
  begin(attempt, now);
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
export function attemptFlowFailed(attempt: Attempt, flow: u32, transport: i32, reason: i32, now: i64): i32 {
  if (attempt.flow != flow || attempt.state == IDLE || attempt.state == DONE) return NOT_ENDED;
  const opening = attempt.state == OPENING;
  const provisional = attempt.state == PROVISIONAL;
  endTransaction(attempt.transaction);
  attempt.flow = NO_HANDLE;
  if (opening && attempt.detour == BY_TCP) return backToUdp(attempt, now);
  attempt.retryAfter = 0;
  // F4: the search is over; so is the request.
  if (provisional) return rejected(attempt, FAILURE_TARGET_FAILED, 0);
  return failed(attempt, causeOf(transport, opening, reason), now);
}

/** K2: probes have put a target down: who still waits for it moves on, where there is somebody else. */
export function attemptTargetDown(attempt: Attempt, target: Endpoint, now: i64): i32 {
  if (!attempt.isWaiting || attempt.budget == FULL_BUDGET || !attempt.target.equals(target)) return NOT_ENDED;
  return failed(attempt, CAUSE_DOWN, now);
}

/** F1: what the end of a flow says of its target. */
export function causeOf(transport: i32, opening: bool, reason: i32): i32 {
  if (transport == TRANSPORT_UDP) return CAUSE_REFUSED;
  if (reason == FLOW_FAILURE_TLS_CERTIFICATE) return CAUSE_TLS_CERTIFICATE;
  if (reason == FLOW_FAILURE_TLS_HANDSHAKE) return CAUSE_TLS_HANDSHAKE;
  if (opening) return CAUSE_CONNECT;
  return reason == FLOW_FAILURE_CLOSED ? CAUSE_CLOSED : CAUSE_CONNECT;
}

function send(attempt: Attempt, now: i64): i32 {
  const registration = attempt.registration;
  const flow = flowOf(attempt.flow)!;
  const method = methodOfAttempt(attempt);
  const transaction = takeTransaction(method, attempt.flow, OWNER_ATTEMPT, attempt.index);
  if (transaction == null) {
    begin(attempt, now + SECOND);
    return NOT_ENDED;
  }
  transaction.account = registration.account;
  transaction.slot = registration.slot;
  transaction.reason = attempt.reason;
  attempt.transaction = transaction.handle;
  const message = write(attempt, registration, transaction, flow);
  if (message == NO_SPAN) {
    endTransaction(attempt.transaction);
    return rejected(attempt, FAILURE_TOO_LONG, 0);
  }
  const unreliable = flow.remote.transport == TRANSPORT_UDP;
  if (unreliable && spanLength(message) > LARGEST_BY_UDP && attempt.detour == NOT_TRIED) {
    endTransaction(attempt.transaction);
    takeCredentialsBack(attempt.index);
    sayTooLarge(registration, method, attempt.target, spanLength(message));
    leaveFlow(attempt);
    attempt.detour = BY_TCP;
    beginAnew(attempt, now);
    return NOT_ENDED;
  }
  attempt.state = AWAITING;
  attempt.deadline = NEVER;
  const budget = unreliable ? attempt.budget : max(attempt.answerBy - now, 1);
  if (startTransaction(transaction, message, budget, now)) return NOT_ENDED;
  endTransaction(attempt.transaction);
  return rejected(attempt, FAILURE_POOL_FULL, 0);
}

function methodOfAttempt(attempt: Attempt): i32 {
  if (attempt.purpose == PURPOSE_REQUEST) return requestAt(attempt.index - REGISTRATION_ATTEMPTS).method;
  return attempt.purpose == PURPOSE_ASK ? METHOD_OPTIONS : METHOD_REGISTER;
}

function write(
  attempt: Attempt,
  registration: Registration,
  transaction: ClientTransaction,
  flow: Flow,
): Span {
  const index = attempt.index;
  const purpose = attempt.purpose;
  if (purpose == PURPOSE_REQUEST) {
    return writeRequest(requestAt(index - REGISTRATION_ATTEMPTS), transaction, flow, index);
  }
  if (purpose == PURPOSE_ASK) return writeKeepAlive(registration, METHOD_OPTIONS, transaction, flow);
  const leaves = purpose == PURPOSE_LEAVE;
  attempt.contact.copyFrom(leaves ? registration.contact : flow.reachable);
  const what = leaves ? CONTACT_UNBIND : purpose == PURPOSE_REMOVE_OLD ? CONTACT_ALL : CONTACT_BIND;
  return writeRegister(registration, transaction, flow, what, attempt.contact, index);
}

/** F4: a provisional response to its INVITE has come: no other target is tried. */
export function attemptProvisional(attempt: Attempt, status: i32): void {
  if (methodOfAttempt(attempt) != METHOD_INVITE) return;
  attempt.state = PROVISIONAL;
  attempt.reachedFarEnd = status > 100;
}

/** Its transaction has timed out (F2). */
export function attemptTimedOut(attempt: Attempt, now: i64): i32 {
  attempt.retryAfter = 0;
  return failed(attempt, CAUSE_SILENT, now);
}

/** F1: the target has failed it. */
export function failed(attempt: Attempt, cause: i32, now: i64): i32 {
  abandonTransaction(attempt.transaction, now);
  attempt.cause = cause as u8;
  attempt.state = DONE;
  attempt.deadline = NEVER;
  return ATTEMPT_FAILED;
}

/** It has ended with an answer, or for a reason of our own. */
export function rejected(attempt: Attempt, failure: i32, status: i32): i32 {
  attempt.failure = failure as u8;
  attempt.status = status as u16;
  attempt.state = DONE;
  attempt.deadline = NEVER;
  return ATTEMPT_REJECTED;
}
