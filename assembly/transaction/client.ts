import { POOL_TAIL, entryOf, handleOfEntry, takeEntry, usedEntries } from "../bytes/pool";
import { handleIndex } from "../bytes/handle";
import { hexNumber } from "../bytes/number";
import { NO_SPAN, Span, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import {
  EVENT_REQUEST,
  EVENT_RESPONSE,
  METHOD_ACK,
  METHOD_CANCEL,
  METHOD_INVITE,
  POOL_MESSAGES,
  POOL_TRANSACTIONS,
  REASON_HANG_UP,
  REASON_RESEND,
  TRANSPORT_UDP,
} from "../contract/constants";
import { beginEvent, endAction, poolFull, putByte, putTarget, putWord } from "../contract/queue";
import { MAX_TRANSACTIONS } from "../limits";
import { HEADER_TO } from "../sip/header";
import { header, message, parseMessage } from "../sip/message";
import { NEVER, SECOND } from "../time/clock";
import { random32 } from "../time/random";
import { flowOf, releaseFlow, holdFlow, sendOnFlow } from "../transport/flows";
import { followUp } from "./followup";
import { dropMessage, keepMessage, keptMessage, resetMessages } from "./messages";
import { nextInterval, patience, timerT1, timerT2, timerT4 } from "./timers";

/*
 * Client transactions (RFC 3261, 17.1; RFC 6026).
 *
 *              start            1xx                    final           timer K, D, M
 *   (free) ──────────▶ TRYING ──────▶ PROCEEDING ──────────────▶ COMPLETED ──────────▶ (free)
 *                        │  └──────────────────────────────────────▲   ACCEPTED: INVITE's after a 2xx
 *                        └── timer B or F, the budget of F2, the flow's end ──▶ (free)
 *                                              INVITE: ──▶ ABANDONED ── 64·T1 since its start ──▶ (free)
 *
 * The transaction holds its flow, and a copy of its message while it may have to send it again; an INVITE is kept to
 * the end, its ACKs are made of it. A silent target's INVITE that the search has left is ABANDONED: a late provisional
 * answer is cancelled, a late 2xx is the owner's to end, so that no ghost call is left there.
 */

const FREE: u8 = 0;
const TAKEN: u8 = 1;
const TRYING: u8 = 2;
const PROCEEDING: u8 = 3;
const COMPLETED: u8 = 4;
const ACCEPTED: u8 = 5;
const ABANDONED: u8 = 6;

/** What an input meant for the transaction's owner. */
export const NOTHING: i32 = 0;
export const PROVISIONAL: i32 = 1;
export const FINAL: i32 = 2;
export const TIMED_OUT: i32 = 3;
/** The 2xx of an INVITE has come again: its ACK is to be sent again. */
export const FINAL_AGAIN: i32 = 4;
/** A 2xx for an INVITE that was abandoned. */
export const STRAY: i32 = 5;

/** Nobody is told of the outcome. */
export const NO_OWNER: u8 = 0;

/** RFC 3261 (17.1.1.2): at least so long a final answer over UDP is acknowledged again. */
const TIMER_D = 32 * SECOND;

/** `nextSend` of an abandoned INVITE that has been cancelled: as late as NEVER. */
const CANCELLED: i64 = NEVER - 1;

/** A budget of 64·T1 with every repetition that the standard has. */
export const FULL_BUDGET: i64 = 0;

@unmanaged
export class ClientTransaction {
  generation: u32;
  state: u8;
  method: u8;
  /** For the trace only: whose request it is, and why it was sent. */
  account: u8;
  slot: u8;
  reason: u8;
  /** Which machine of the account room the outcome goes to, and its number there. */
  owner: u8;
  sends: u16;
  ownerIndex: i32;
  flow: u32;
  private message: i32;
  private length: i32;
  branchHigh: u32;
  branchLow: u32;
  /** The transaction that its branch names: its own, or the INVITE's where it is a CANCEL (9.1). */
  branchIndex: u8;
  interval: i64;
  nextSend: i64;
  /** When its budget, or timer K, is over. */
  ends: i64;
  startedAt: i64;

  get handle(): u32 {
    return handleOfEntry(transactions, offsetof<ClientTransaction>(), changetype<usize>(this));
  }

  /** The request; NO_SPAN where there is no copy. */
  get request(): Span {
    return this.message == 0 ? NO_SPAN : keptMessage(this.message, this.length);
  }

  /** Keeps a copy of the request; false where there is no room. */
  keep(message: Span): bool {
    this.message = keepMessage(message);
    this.length = spanLength(message);
    return this.message != 0;
  }

  isOf(method: i32, flow: u32, high: u32, low: u32): bool {
    return (
      this.state >= TRYING &&
      this.method == method &&
      this.flow == flow &&
      this.branchHigh == high &&
      this.branchLow == low
    );
  }

  forget(): void {
    dropMessage(this.message);
    this.message = 0;
    this.nextSend = NEVER;
  }

  /** The request may have to be sent again on this flow. */
  get isUnreliable(): bool {
    const flow = flowOf(this.flow);
    return flow != null && flow.remote.transport == TRANSPORT_UDP;
  }
}

const transactions = memory.data(offsetof<ClientTransaction>() * MAX_TRANSACTIONS + POOL_TAIL, 8);

/** Those that have been in use come first. */
function transactionsUsed(): i32 {
  return usedEntries(transactions, offsetof<ClientTransaction>(), MAX_TRANSACTIONS);
}

function transactionAt(index: i32): ClientTransaction {
  return changetype<ClientTransaction>(transactions + index * offsetof<ClientTransaction>());
}

export function resetTransactions(): void {
  memory.fill(transactions, 0, offsetof<ClientTransaction>() * MAX_TRANSACTIONS + POOL_TAIL);
  resetMessages();
}

/** The transaction of a handle, `null` where the handle is stale. */
export function transactionOf(handle: u32): ClientTransaction | null {
  const entry = entryOf(transactions, offsetof<ClientTransaction>(), MAX_TRANSACTIONS, handle);
  return changetype<ClientTransaction | null>(entry);
}

/**
 * Takes a transaction for a request on `flow`. The caller writes the request with its branch, and starts it
 * within the same input. `null`, and an event, where all are in use.
 */
export function takeTransaction(
  method: i32,
  flow: u32,
  owner: u8,
  ownerIndex: i32,
): ClientTransaction | null {
  const entry = takeEntry(transactions, offsetof<ClientTransaction>(), MAX_TRANSACTIONS);
  const transaction = changetype<ClientTransaction | null>(entry);
  if (transaction == null) {
    poolFull(POOL_TRANSACTIONS, 0);
    return null;
  }
  transaction.state = TAKEN;
  transaction.method = method as u8;
  transaction.owner = owner;
  transaction.ownerIndex = ownerIndex;
  transaction.flow = holdFlow(flow);
  transaction.branchHigh = random32();
  transaction.branchLow = random32();
  transaction.branchIndex = handleIndex(transaction.handle) as u8;
  transaction.nextSend = NEVER;
  transaction.ends = NEVER;
  return transaction;
}

/** What follows the cookie of RFC 3261 (8.1.1.7) in our branches: the transaction's index and 64 random bits. */
const BRANCH_DIGITS = 2 + 16;
const COOKIE_LENGTH = 7;

const branchText = memory.data(BRANCH_DIGITS);
const branchWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** The branch behind its cookie, which nobody guesses; holds until the next call. */
export function branchOf(transaction: ClientTransaction): Span {
  branchWriter.begin(branchText, BRANCH_DIGITS).hexNumber(transaction.branchIndex, 2);
  return branchWriter.hexNumber(transaction.branchHigh, 8).hexNumber(transaction.branchLow, 8).written();
}

/** A branch of an ACK, which has no transaction of its own; holds until the next call. */
export function freshBranch(): Span {
  branchWriter.begin(branchText, BRANCH_DIGITS).hexNumber(0xff, 2);
  return branchWriter.hexNumber(random32(), 8).hexNumber(random32(), 8).written();
}

/**
 * Sends the request for the first time. `budget` is how long the target may stay silent (F2), in milliseconds;
 * `FULL_BUDGET` is timer B or F. Where no room is left to keep the message it is sent once, with an event, and not
 * repeated; an INVITE is not sent then: false.
 */
export function startTransaction(transaction: ClientTransaction, request: Span, budget: i64, now: i64): bool {
  const unreliable = transaction.isUnreliable;
  const isInvite = transaction.method == METHOD_INVITE;
  transaction.state = TRYING;
  transaction.startedAt = now;
  transaction.ends = now + (budget == FULL_BUDGET ? patience() : budget);
  if (unreliable || isInvite) {
    transaction.interval = timerT1();
    if (!transaction.keep(request)) {
      poolFull(POOL_MESSAGES, transaction.account);
      if (isInvite) return false;
    } else if (unreliable) {
      transaction.nextSend = now + transaction.interval;
    }
  }
  emit(transaction, request);
  return true;
}

function emit(transaction: ClientTransaction, request: Span): void {
  const flow = flowOf(transaction.flow);
  if (flow == null) return;
  transaction.sends++;
  beginEvent(EVENT_REQUEST, transaction.account);
  putWord(transaction.slot);
  putByte(transaction.method);
  putTarget(flow.remote);
  putWord(transaction.sends);
  putByte(transaction.sends > 1 ? REASON_RESEND : transaction.reason);
  endAction();
  sendOnFlow(transaction.flow, spanStart(request), spanLength(request));
}

/** Ends it at once: what still comes for it changes nothing (F15). */
export function endTransaction(handle: u32): void {
  const transaction = transactionOf(handle);
  if (transaction == null) return;
  transaction.forget();
  releaseFlow(transaction.flow);
  transaction.state = FREE;
}

/**
 * Its owner lets go of it. What was answered goes on as the standard has it, for answers that come again (timers D, K,
 * M). An INVITE that was not is ABANDONED, and a CANCEL follows a provisional answer there was. Any other ends.
 */
export function abandonTransaction(handle: u32, now: i64): void {
  const transaction = transactionOf(handle);
  if (transaction == null) return;
  if (transaction.state > PROCEEDING) return;
  if (transaction.method != METHOD_INVITE || transaction.state == TAKEN) {
    endTransaction(handle);
    return;
  }
  transaction.owner = NO_OWNER;
  transaction.nextSend = NEVER;
  transaction.ends = transaction.startedAt + patience();
  if (transaction.state == PROCEEDING) cancelLate(transaction, now);
  transaction.state = ABANDONED;
}

/** The INVITE that was left is cancelled, once; its answer has all patience again. */
function cancelLate(invite: ClientTransaction, now: i64): void {
  if (invite.nextSend == CANCELLED) return;
  startCancel(invite, now);
  invite.nextSend = CANCELLED;
  invite.ends = now + patience();
}

/** Sends CANCEL for an INVITE that has a provisional answer (RFC 3261, 9.1). */
export function startCancel(invite: ClientTransaction, now: i64): void {
  const cancel = takeTransaction(METHOD_CANCEL, invite.flow, NO_OWNER, 0);
  if (cancel == null) return;
  cancel.account = invite.account;
  cancel.slot = invite.slot;
  cancel.reason = REASON_HANG_UP as u8;
  cancel.branchHigh = invite.branchHigh;
  cancel.branchLow = invite.branchLow;
  cancel.branchIndex = invite.branchIndex;
  const seen = message.source;
  const request = followUp(METHOD_CANCEL, invite.request, NO_SPAN);
  if (request == NO_SPAN) endTransaction(cancel.handle);
  else startTransaction(cancel, request, FULL_BUDGET, now);
  parseMessage(seen);
}

/**
 * The transaction that a response on `flow` with this branch and method belongs to (RFC 3261, 17.1.3), or
 * `null`: a stranger's, or one that comes too late.
 */
export function matchTransaction(flow: u32, branch: Span, method: i32): ClientTransaction | null {
  if (spanLength(branch) != COOKIE_LENGTH + BRANCH_DIGITS) return null;
  const digits = spanStart(branch) + COOKIE_LENGTH;
  const index = hexNumber(digits, 2) as i32;
  if (index >= MAX_TRANSACTIONS) return null;
  const high = hexNumber(digits + 2, 8);
  const low = hexNumber(digits + 10, 8);
  if (method != METHOD_CANCEL) {
    const transaction = transactionAt(index);
    return transaction.isOf(method, flow, high, low) ? transaction : null;
  }
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    if (transaction.isOf(method, flow, high, low)) return transaction;
  }
  return null;
}

/**
 * A response with `status`, in view, has come: PROVISIONAL or FINAL for the owner, NOTHING for a repetition, FINAL_AGAIN
 * and STRAY for a 2xx to an INVITE.
 */
export function transactionResponse(transaction: ClientTransaction, status: i32, now: i64): i32 {
  if (transaction.state == COMPLETED) {
    if (transaction.method == METHOD_INVITE && status >= 300) acknowledge(transaction);
    return NOTHING;
  }
  const flow = flowOf(transaction.flow);
  if (flow != null) {
    beginEvent(EVENT_RESPONSE, transaction.account);
    putWord(transaction.slot);
    putByte(transaction.method);
    putTarget(flow.remote);
    putWord(status);
    endAction();
  }
  if (transaction.method == METHOD_INVITE) return inviteResponse(transaction, status, now);
  if (status < 200) {
    // The target is not silent: it has the patience of timer F, and timer E goes on at T2.
    if (transaction.state == TRYING && transaction.nextSend != NEVER) transaction.nextSend = now + timerT2();
    transaction.interval = timerT2();
    transaction.ends = transaction.startedAt + patience();
    transaction.state = PROCEEDING;
    return PROVISIONAL;
  }
  transaction.forget();
  transaction.state = COMPLETED;
  transaction.ends = now + (transaction.isUnreliable ? timerT4() : 0);
  return FINAL;
}

/** RFC 3261 (17.1.1.2) and RFC 6026 (7.2). A final answer other than 2xx is acknowledged here. */
function inviteResponse(transaction: ClientTransaction, status: i32, now: i64): i32 {
  const state = transaction.state;
  if (status < 200) {
    if (state == ABANDONED) cancelLate(transaction, now);
    if (state != TRYING && state != PROCEEDING) return NOTHING;
    transaction.nextSend = NEVER;
    // F4: silence from now on is the caller's to cancel.
    transaction.ends = NEVER;
    transaction.state = PROCEEDING;
    return PROVISIONAL;
  }
  if (status >= 300) {
    if (state == ACCEPTED) return NOTHING;
    acknowledge(transaction);
    transaction.state = COMPLETED;
    transaction.nextSend = NEVER;
    transaction.ends = now + (transaction.isUnreliable ? max(patience(), TIMER_D) : 0);
    return state == ABANDONED ? NOTHING : FINAL;
  }
  if (state == ACCEPTED) return FINAL_AGAIN;
  transaction.state = ACCEPTED;
  transaction.nextSend = NEVER;
  transaction.ends = now + patience();
  return state == ABANDONED ? STRAY : FINAL;
}

/** Sends the ACK of the final answer in view, which is in view again afterwards. */
function acknowledge(transaction: ClientTransaction): void {
  const answer = message.source;
  const ack = followUp(METHOD_ACK, transaction.request, header(HEADER_TO));
  if (ack != NO_SPAN) sendOnFlow(transaction.flow, spanStart(ack), spanLength(ack));
  parseMessage(answer);
}

function deadlineOf(transaction: ClientTransaction): i64 {
  return transaction.state < TRYING ? NEVER : min(transaction.nextSend, transaction.ends);
}

/** The transaction with the earliest deadline, the lowest index first; `null` where none has any. */
export function earliestTransaction(): ClientTransaction | null {
  let earliest: ClientTransaction | null = null;
  let deadline = NEVER;
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    const candidate = deadlineOf(transaction);
    if (candidate < deadline) {
      deadline = candidate;
      earliest = transaction;
    }
  }
  return earliest;
}

/** When a transaction has something to do. */
export function transactionsDeadline(): i64 {
  const transaction = earliestTransaction();
  return transaction == null ? NEVER : deadlineOf(transaction);
}

/**
 * The transaction's deadline has come: it sends again, or is ended by timer K (NOTHING), or its budget is over
 * (TIMED_OUT): then the owner ends it.
 */
export function transactionDue(transaction: ClientTransaction, now: i64): i32 {
  if (transaction.ends > now) {
    if (transaction.method == METHOD_INVITE) transaction.interval <<= 1;
    else if (transaction.state == PROCEEDING) transaction.interval = timerT2();
    else transaction.interval = nextInterval(transaction.interval);
    transaction.nextSend = now + transaction.interval;
    emit(transaction, transaction.request);
    return NOTHING;
  }
  if (transaction.state < COMPLETED) return TIMED_OUT;
  endTransaction(transaction.handle);
  return NOTHING;
}

/** A transaction that still waits on `flow`, which has failed: its owner must be told. NO_HANDLE: none. */
export function waitingOnFlow(flow: u32): ClientTransaction | null {
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    if (transaction.state == FREE || transaction.flow != flow) continue;
    if (transaction.state < COMPLETED) return transaction;
    endTransaction(transaction.handle);
  }
  return null;
}
