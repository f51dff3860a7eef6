import { Span } from "../bytes/span";
import { routeSetting } from "../config/settings";
import { KEY_FAILBACK_MODE, KEY_FAILBACK_TIMEOUT } from "../config/table";
import { CAUSE_DOWN } from "../contract/constants";
import { MAX_REGISTRATIONS } from "../limits";
import { resetCurrents } from "../redundancy/current";
import { failbackOf } from "../redundancy/failback";
import { resetHealth } from "../redundancy/health";
import { resetLists } from "../redundancy/targets";
import { NEVER, SECOND } from "../time/clock";
import { random32 } from "../time/random";
import {
  ClientTransaction,
  FINAL,
  FINAL_AGAIN,
  NOTHING,
  PROVISIONAL,
  STRAY,
  earliestTransaction,
  endTransaction,
  transactionDue,
  transactionResponse,
  waitingOnFlow,
} from "../transaction/client";
import {
  earliestServerTransaction,
  endServerTransactions,
  resetServerTransactions,
} from "../transaction/server";
import { Flow, handleOfFlow } from "../transport/flows";
import { resetAnswering } from "./answering";
import { attemptAnswered } from "./answers";
import { messageArrived, transactionAnswered } from "./arrivals";
import {
  ATTEMPTS,
  Attempt,
  NOT_ENDED,
  OWNER_ATTEMPT,
  PURPOSE_REQUEST,
  REGISTRATION_ATTEMPTS,
  attemptAt,
  attemptDue,
  attemptFlowFailed,
  attemptProvisional,
  attemptTargetDown,
  attemptTimedOut,
  causeOf,
  earliestAttempt,
  resetAttempts,
  settleAttempt,
  wakeAttempts,
} from "./attempt";
import { NO_RULE } from "./binding";
import { resetChallenges } from "./challenges";
import {
  OWNER_PROBE,
  Probe,
  earliestProbe,
  listsHaveChanged,
  probeAnswered,
  probeAt,
  probeDue,
  probeLost,
  probeOnFlow,
  resetProbes,
  stopProbes,
  wakeProbes,
} from "./probes";
import { callsInUse, earliestCall, resetCalls } from "./call/call";
import { callDue, hangUpAll } from "./call/control";
import { resetDialogs } from "./call/dialog";
import { callsFlowFailed, neverAcknowledged } from "./call/incoming";
import { inviteAnsweredAgain, sendWaitingAcks } from "./call/outgoing";
import { resetListening } from "./listening";
import { requestProvisional } from "./outcomes";
import { requestAt, resetRequests } from "./request/request";
import { registrationSettled, requestAttemptEnded, requestsLocated } from "./request/search";
import {
  addConfiguredSubscriptions,
  earliestSubscription,
  resetSubscriptions,
  stopSubscriptions,
  subscriptionDue,
} from "./subscription/subscription";
import { resetTexts } from "./texts";
import { requestArrived } from "./incoming";
import { WANTED_BY_MAIN, WANTED_BY_REQUESTS, WANTED_BY_TRIAL, takeList } from "./locating";
import { askedLifetime, failbackSurge, isSuccessive, slotRegisters, slotServes } from "./options";
import {
  boundTargetFailed,
  isLooking,
  leaveRegistration,
  located,
  mainAttemptEnded,
  notLocated,
  registrationDeadline,
  registrationTimePassed,
  startRegistration,
} from "./registration";
import {
  OFF,
  Registration,
  UNBOUND,
  registrationAt,
  registrationsUsed,
  resetRegistrations,
  useRegistrations,
} from "./registrations";
import { TRIAL } from "./search";
import { trialAttemptEnded, trialLocated, trialNotLocated } from "./trial";
import { message } from "../sip/message";

/*
 * The room's front: hands what happens to the registration that it concerns. Inputs do little at once; what
 * follows from them is due at the same time and done a piece at a time (`core.ts`).
 */

@unmanaged
class Phone {
  /** Calls that the application has in hand (B2). */
  calls: u32;
}

const phone = changetype<Phone>(memory.data(offsetof<Phone>()));

export function resetAccounts(): void {
  phone.calls = 0;
  resetRegistrations();
  resetAttempts();
  resetChallenges();
  resetListening();
  resetAnswering();
  resetTexts();
  resetDialogs();
  resetCalls();
  resetRequests();
  resetSubscriptions();
  resetServerTransactions();
  resetProbes();
  resetLists();
  resetCurrents();
  resetHealth();
}

/** B2: the number of calls in hand; the phone is idle at 0. */
export function setCalls(calls: u32): void {
  phone.calls = calls;
}

function isIdle(): bool {
  return phone.calls == 0 && callsInUse() == 0;
}

/** Every slot that registers from the start begins (R1). */
export function startAccounts(now: i64): void {
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    const account = registration.account;
    const slot = registration.slot;
    if (!slotServes(account, slot)) continue;
    useRegistrations(account);
    registration.askedLifetime = askedLifetime(account, slot);
    registration.moveRule = NO_RULE;
    registration.callId0 = random32();
    registration.callId1 = random32();
    registration.callId2 = random32();
    registration.callId3 = random32();
    registration.fromTag = random32();
    failbackOf(i).configure(
      routeSetting(account, slot, KEY_FAILBACK_MODE),
      (routeSetting(account, slot, KEY_FAILBACK_TIMEOUT) as i64) * SECOND,
      failbackSurge(),
    );
    if (!slotRegisters(account, slot)) registration.state = UNBOUND;
    else if (slot == 1 || !isSuccessive(account)) startRegistration(registration, now);
  }
  addConfiguredSubscriptions(now);
}

/** R7: every registration takes its binding back. */
export function leaveAccounts(now: i64): void {
  stopProbes();
  stopSubscriptions(now);
  hangUpAll(now);
  for (let i = 0; i < MAX_REGISTRATIONS; i++) leaveRegistration(registrationAt(i), now);
}

/** Every registration is off, and every call over. */
export function accountsAreOff(): bool {
  if (callsInUse() > 0) return false;
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    if (registrationAt(i).state != OFF) return false;
  }
  return true;
}

/** The lookup of registration `index` is over. */
export function lookupEnded(index: i32, now: i64): void {
  const registration = registrationAt(index);
  const wanted = registration.locatingFor as i32;
  registration.locatingFor = 0;
  const found = takeList(registration, now);
  if (found) listsHaveChanged(now);
  if (wanted & WANTED_BY_TRIAL) {
    if (found) trialLocated(registration, now);
    else trialNotLocated(registration, now);
  }
  if (wanted & WANTED_BY_MAIN) {
    if (found) located(registration, now);
    else notLocated(registration, now);
    settled(registration, now);
  }
  if (wanted & WANTED_BY_REQUESTS) requestsLocated(registration, found, now);
}

function attemptEnded(attempt: Attempt, outcome: i32, now: i64): void {
  if (outcome == NOT_ENDED) return;
  const index = attempt.index;
  const registration = attempt.registration;
  if (index >= REGISTRATION_ATTEMPTS) {
    requestAttemptEnded(requestAt(index - REGISTRATION_ATTEMPTS), attempt, outcome, now);
  } else if ((index & 1) == TRIAL) {
    trialAttemptEnded(registration, attempt, outcome, now);
  } else {
    mainAttemptEnded(registration, attempt, outcome, now);
  }
  settleAttempt(attempt);
  if (index < REGISTRATION_ATTEMPTS) settled(registration, now);
}

/** F7: requests wait while the registration looks for a target, and no longer. */
function settled(registration: Registration, now: i64): void {
  if (!isLooking(registration)) registrationSettled(registration, now);
}

/** A datagram of SIP has arrived, or a message of a connection. */
export function accountsDatagram(flow: Flow, bytes: Span, now: i64): void {
  if (!messageArrived(flow, bytes)) return;
  if (message.isRequest) {
    requestArrived(flow, now);
    return;
  }
  const transaction = transactionAnswered(flow);
  if (transaction == null) return;
  const outcome = transactionResponse(transaction, message.status, now);
  const attempt = attemptOf(transaction);
  const probe = probeOf(transaction);
  switch (outcome) {
    case FINAL:
      if (attempt != null) attemptEnded(attempt, attemptAnswered(attempt, message.status, now), now);
      if (probe != null) probeAnswered(probe);
      break;
    case PROVISIONAL:
      if (attempt != null) attemptGoesOn(attempt, now);
      break;
    case FINAL_AGAIN:
    case STRAY:
      inviteAnsweredAgain(transaction, now);
      break;
  }
}

/** F4: a provisional response has come. */
function attemptGoesOn(attempt: Attempt, now: i64): void {
  if (attempt.purpose != PURPOSE_REQUEST) return;
  attemptProvisional(attempt, message.status);
  requestProvisional(requestAt(attempt.index - REGISTRATION_ATTEMPTS), message.status, now);
}

/** The client transaction that is due first sends again, or is over. */
export function transactionsTimePassed(now: i64): void {
  const transaction = earliestTransaction();
  if (transaction == null || transactionDue(transaction, now) == NOTHING) return;
  const attempt = attemptOf(transaction);
  const probe = probeOf(transaction);
  if (attempt != null) attemptEnded(attempt, attemptTimedOut(attempt, now), now);
  else endTransaction(transaction.handle);
  if (probe != null) probeFailed(probe, now);
}

/** The attempt that the transaction is of; `null` where it has gone on to another. */
function attemptOf(transaction: ClientTransaction): Attempt | null {
  if (transaction.owner != OWNER_ATTEMPT) return null;
  const attempt = attemptAt(transaction.ownerIndex);
  return attempt.transaction == transaction.handle ? attempt : null;
}

/** The probe that the transaction is of. */
function probeOf(transaction: ClientTransaction): Probe | null {
  if (transaction.owner != OWNER_PROBE) return null;
  const probe = probeAt(transaction.ownerIndex);
  return probe.transaction == transaction.handle ? probe : null;
}

/** K2, K3: a target that its probes put down is left by every search and every registration with it. */
function probeFailed(probe: Probe, now: i64): void {
  if (!probeLost(probe, now)) return;
  for (let i = 0; i < ATTEMPTS; i++) {
    const attempt = attemptAt(i);
    attemptEnded(attempt, attemptTargetDown(attempt, probe.target, now), now);
  }
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    if (registration.bound.equals(probe.target)) boundTargetFailed(registration, CAUSE_DOWN, now);
  }
}

/** A flow of SIP is open. */
export function accountsFlowOpened(flow: Flow, now: i64): void {
  wakeAttempts(handleOfFlow(flow), now);
  wakeProbes(handleOfFlow(flow), now);
  sendWaitingAcks(handleOfFlow(flow));
}

/**
 * A flow of SIP is gone: the attempts on it have failed (F1), and the bindings that it carried are with a dead
 * target (K3). The handle is stale already.
 */
export function accountsFlowFailed(handle: u32, transport: i32, opening: bool, reason: i32, now: i64): void {
  flowFailedFor(0, REGISTRATION_ATTEMPTS, handle, transport, reason, now);
  const probe = probeOnFlow(handle);
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    if (registration.flow == handle)
      boundTargetFailed(registration, causeOf(transport, opening, reason), now);
  }
  // Requests come behind the registrations that they may have to wait for (F7, K3).
  flowFailedFor(REGISTRATION_ATTEMPTS, ATTEMPTS, handle, transport, reason, now);
  for (;;) {
    const transaction = waitingOnFlow(handle);
    if (transaction == null) break;
    endTransaction(transaction.handle);
  }
  endServerTransactions(handle);
  callsFlowFailed(now);
  if (probe != null) probeFailed(probe, now);
}

function flowFailedFor(from: i32, to: i32, flow: u32, transport: i32, reason: i32, now: i64): void {
  for (let i = from; i < to; i++) {
    const attempt = attemptAt(i);
    attemptEnded(attempt, attemptFlowFailed(attempt, flow, transport, reason, now), now);
  }
}

export function serverTransactionsDeadline(): i64 {
  const transaction = earliestServerTransaction();
  return transaction == null ? NEVER : transaction.deadline;
}

/** The server transaction that is due first sends again, or is over. */
export function serverTransactionsTimePassed(now: i64): void {
  const transaction = earliestServerTransaction();
  if (transaction == null) return;
  const call = transaction.call;
  if (transaction.due(now) && call >= 0) neverAcknowledged(call, transaction, now);
}

export function callsDeadline(): i64 {
  const call = earliestCall();
  return call == null ? NEVER : call.deadline;
}

export function callsTimePassed(now: i64): void {
  const call = earliestCall();
  if (call != null) callDue(call, now);
}

export function subscriptionsDeadline(): i64 {
  const subscription = earliestSubscription();
  return subscription == null ? NEVER : subscription.deadline;
}

export function subscriptionsTimePassed(now: i64): void {
  const subscription = earliestSubscription();
  if (subscription != null) subscriptionDue(subscription, now);
}

export function probesDeadline(): i64 {
  const probe = earliestProbe();
  return probe == null ? NEVER : probe.deadline;
}

/** The probe that is due first goes on. */
export function probesTimePassed(now: i64): void {
  const probe = earliestProbe();
  if (probe != null && probeDue(probe, now)) probeFailed(probe, now);
}

export function attemptsDeadline(): i64 {
  const attempt = earliestAttempt();
  return attempt == null ? NEVER : attempt.deadline;
}

/** The attempt that is due first goes on. */
export function attemptsTimePassed(now: i64): void {
  const attempt = earliestAttempt();
  if (attempt != null) attemptEnded(attempt, attemptDue(attempt, now), now);
}

export function registrationsDeadline(): i64 {
  const idle = isIdle();
  let deadline = NEVER;
  for (let i = 0; i < registrationsUsed(); i++)
    deadline = min(deadline, registrationDeadline(registrationAt(i), idle));
  return deadline;
}

/** The registration that is due first, the lowest account first, does one thing. */
export function registrationsTimePassed(now: i64): void {
  const idle = isIdle();
  let first: Registration | null = null;
  let deadline = NEVER;
  for (let i = 0; i < registrationsUsed(); i++) {
    const registration = registrationAt(i);
    const candidate = registrationDeadline(registration, idle);
    if (candidate >= deadline) continue;
    deadline = candidate;
    first = registration;
  }
  if (first != null) registrationTimePassed(first, idle, now);
}
