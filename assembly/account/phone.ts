import { Span } from "../bytes/span";
import { routeSetting } from "../config/settings";
import { KEY_FAILBACK_MODE, KEY_FAILBACK_TIMEOUT } from "../config/table";
import { MAX_REGISTRATIONS } from "../limits";
import { resetCurrents } from "../redundancy/current";
import { failbackOf } from "../redundancy/failback";
import { resetHealth } from "../redundancy/health";
import { resetLists } from "../redundancy/targets";
import { NEVER, SECOND } from "../time/clock";
import { random32 } from "../time/random";
import {
  ClientTransaction,
  NOTHING,
  endTransaction,
  transactionDue,
  waitingOnFlow,
} from "../transaction/client";
import { Flow, handleOfFlow } from "../transport/flows";
import { resetAnswering } from "./answering";
import { datagramArrived } from "./arrivals";
import {
  ATTEMPTS,
  Attempt,
  NOT_ENDED,
  OWNER_ATTEMPT,
  attemptAnswered,
  attemptAt,
  attemptDue,
  attemptFlowFailed,
  attemptTimedOut,
  causeOf,
  earliestAttempt,
  resetAttempts,
  settleAttempt,
  wakeAttempts,
} from "./attempt";
import { NO_RULE } from "./binding";
import { resetChallenges } from "./challenges";
import { resetListening } from "./listening";
import { WANTED_BY_MAIN, WANTED_BY_TRIAL, takeList } from "./locating";
import { askedLifetime, failbackSurge, isSuccessive, slotRegisters } from "./options";
import {
  boundFlowFailed,
  leaveRegistration,
  located,
  mainAttemptEnded,
  notLocated,
  registrationDeadline,
  registrationTimePassed,
  startRegistration,
} from "./registration";
import { OFF, Registration, registrationAt, resetRegistrations } from "./registrations";
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
  resetLists();
  resetCurrents();
  resetHealth();
}

/** B2: the number of calls in hand; the phone is idle at 0. */
export function setCalls(calls: u32): void {
  phone.calls = calls;
}

function isIdle(): bool {
  return phone.calls == 0;
}

/** Every slot that registers from the start begins (R1). */
export function startAccounts(now: i64): void {
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    const account = registration.account;
    const slot = registration.slot;
    if (!slotRegisters(account, slot)) continue;
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
    if (slot == 1 || !isSuccessive(account)) startRegistration(registration, now);
  }
}

/** R7: every registration takes its binding back. */
export function leaveAccounts(now: i64): void {
  for (let i = 0; i < MAX_REGISTRATIONS; i++) leaveRegistration(registrationAt(i), now);
}

/** Every registration is off. */
export function accountsAreOff(): bool {
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
  if (wanted & WANTED_BY_TRIAL) {
    if (found) trialLocated(registration, now);
    else trialNotLocated(registration, now);
  }
  if (wanted & WANTED_BY_MAIN) {
    if (found) located(registration, now);
    else notLocated(registration, now);
  }
}

function attemptEnded(attempt: Attempt, outcome: i32, now: i64): void {
  if (outcome == NOT_ENDED) return;
  const registration = attempt.registration;
  if ((attempt.index & 1) == TRIAL) trialAttemptEnded(registration, attempt, outcome, now);
  else mainAttemptEnded(registration, attempt, outcome, now);
  settleAttempt(attempt);
}

/** A datagram of SIP has arrived. */
export function accountsDatagram(flow: Flow, bytes: Span, now: i64): void {
  const transaction = datagramArrived(flow, bytes, now);
  if (transaction == null || transaction.owner != OWNER_ATTEMPT) return;
  const attempt = attemptAt(transaction.ownerIndex);
  if (attempt.transaction == transaction.handle) {
    attemptEnded(attempt, attemptAnswered(attempt, message.status, now), now);
  }
}

/** A transaction's deadline has come. */
export function accountsTransactionDue(transaction: ClientTransaction, now: i64): void {
  if (transactionDue(transaction, now) == NOTHING) return;
  const attempt = attemptAt(transaction.ownerIndex);
  const concerns = transaction.owner == OWNER_ATTEMPT && attempt.transaction == transaction.handle;
  endTransaction(transaction.handle);
  if (concerns) attemptEnded(attempt, attemptTimedOut(attempt), now);
}

/** A flow of SIP is open. */
export function accountsFlowOpened(flow: Flow, now: i64): void {
  wakeAttempts(handleOfFlow(flow), now);
}

/**
 * A flow of SIP is gone: the attempts on it have failed (F1), and the bindings that it carried are with a dead
 * target (K3). The handle is stale already.
 */
export function accountsFlowFailed(handle: u32, transport: i32, opening: bool, reason: i32, now: i64): void {
  for (let i = 0; i < ATTEMPTS; i++) {
    const attempt = attemptAt(i);
    attemptEnded(attempt, attemptFlowFailed(attempt, handle, reason), now);
  }
  for (;;) {
    const transaction = waitingOnFlow(handle);
    if (transaction == null) break;
    endTransaction(transaction.handle);
  }
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    if (registration.flow == handle) boundFlowFailed(registration, causeOf(transport, opening, reason), now);
  }
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
  for (let i = 0; i < MAX_REGISTRATIONS; i++)
    deadline = min(deadline, registrationDeadline(registrationAt(i), idle));
  return deadline;
}

/** The registration that is due first, the lowest account first, does one thing. */
export function registrationsTimePassed(now: i64): void {
  const idle = isIdle();
  let first: Registration | null = null;
  let deadline = NEVER;
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    const candidate = registrationDeadline(registration, idle);
    if (candidate >= deadline) continue;
    deadline = candidate;
    first = registration;
  }
  if (first != null) registrationTimePassed(first, idle, now);
}
