import { Span, span, spanBetween, spanEnd, spanStart } from "../bytes/span";
import { routeSetting } from "../config/settings";
import { KEY_FAILBACK_MODE, KEY_FAILBACK_TIMEOUT } from "../config/table";
import { CAUSE_DOWN, DROP_MALFORMED, FLOW_FAILURE_CLOSED, POOL_STREAMS } from "../contract/constants";
import { drop } from "../contract/drops";
import { askClose, poolFull } from "../contract/queue";
import { MAX_MESSAGE_IN, MAX_REGISTRATIONS } from "../limits";
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
import { Flow, flowHasFailed, flowOf, handleOfFlow } from "../transport/flows";
import { earliestPong, flowIsAlive } from "../transport/pongs";
import { gather, keepRest, streamRoom } from "../transport/stream";
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
import { resetListening } from "./listening";
import { WANTED_BY_MAIN, WANTED_BY_TRIAL, takeList } from "./locating";
import { askedLifetime, failbackSurge, isSuccessive, slotRegisters } from "./options";
import {
  boundTargetFailed,
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
import { BROKEN, INCOMPLETE, messageLength } from "../sip/framing";
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
  stopProbes();
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
  if (found) listsHaveChanged(now);
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
  if (transaction == null) return;
  const attempt = attemptOf(transaction);
  if (attempt != null) attemptEnded(attempt, attemptAnswered(attempt, message.status, now), now);
  const probe = probeOf(transaction);
  if (probe != null) probeAnswered(probe);
}

/**
 * Bytes of SIP have arrived on a connection. False where it is of no use any more: a message exceeds its limit or
 * says nothing of its length, or there is no room to wait for the rest.
 */
export function accountsStream(flow: Flow, bytes: Span, now: i64): bool {
  const handle = handleOfFlow(flow);
  const end = spanEnd(bytes);
  let at = spanStart(bytes);
  // What is kept and what has come may exceed a message together: as much at a time as one may have.
  while (at < end) {
    const piece = min(streamRoom(flow.stream), (end - at) as i32);
    const used = takeMessages(flow, gather(flow.stream, span(at, piece)), now);
    // Nobody may need the connection after that.
    if (flowOf(handle) == null) return true;
    if (!used) return false;
    at += piece;
  }
  return true;
}

/** Takes the whole messages of `data` and keeps the rest; false where that cannot be. */
function takeMessages(flow: Flow, data: Span, now: i64): bool {
  const handle = handleOfFlow(flow);
  const end = spanEnd(data);
  let at = skipLineEnds(spanStart(data), end);
  flowIsAlive(flow, at > spanStart(data));
  while (at < end) {
    const length = messageLength(spanBetween(at, end), MAX_MESSAGE_IN);
    if (length == INCOMPLETE) break;
    if (length == BROKEN) {
      drop(DROP_MALFORMED, flow.remote);
      return false;
    }
    accountsDatagram(flow, span(at, length), now);
    if (flowOf(handle) == null) return true;
    at = skipLineEnds(at + (length as usize), end);
  }
  const stream = keepRest(flow.stream, spanBetween(at, end));
  if (stream < 0) {
    poolFull(POOL_STREAMS, 0);
    return false;
  }
  flow.stream = stream;
  return true;
}

/** Line ends between messages keep the connection alive, or answer ours that do (RFC 5626, 4.4.1). */
function skipLineEnds(at: usize, end: usize): usize {
  while (at < end && (load<u8>(at) == 0x0d || load<u8>(at) == 0x0a)) at++;
  return at;
}

/** A transaction's deadline has come. */
export function accountsTransactionDue(transaction: ClientTransaction, now: i64): void {
  if (transactionDue(transaction, now) == NOTHING) return;
  const attempt = attemptOf(transaction);
  const probe = probeOf(transaction);
  endTransaction(transaction.handle);
  if (attempt != null) attemptEnded(attempt, attemptTimedOut(attempt), now);
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
    attemptEnded(attempt, attemptTargetDown(attempt, probe.target), now);
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
  const probe = probeOnFlow(handle);
  for (;;) {
    const transaction = waitingOnFlow(handle);
    if (transaction == null) break;
    endTransaction(transaction.handle);
  }
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    if (registration.flow == handle)
      boundTargetFailed(registration, causeOf(transport, opening, reason), now);
  }
  if (probe != null) probeFailed(probe, now);
}

export function pongsDeadline(): i64 {
  const flow = earliestPong();
  return flow == null ? NEVER : flow.pongBy;
}

/** K3: the connection whose pong was due first has brought none: it is dead. */
export function pongsTimePassed(now: i64): void {
  const flow = earliestPong();
  if (flow != null) breakConnection(flow, now);
}

/** Closes a connection that is of no use any more; who relied on it must move on. */
export function breakConnection(flow: Flow, now: i64): void {
  const handle = handleOfFlow(flow);
  askClose(handle);
  flowHasFailed(flow);
  accountsFlowFailed(handle, flow.remote.transport, false, FLOW_FAILURE_CLOSED, now);
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
