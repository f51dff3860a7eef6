import { CellPool } from "../bytes/cells";
import { handleGeneration, handleIndex, handleOf, nextGeneration } from "../bytes/handle";
import { hexValue } from "../bytes/number";
import { Span, span, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import {
  EVENT_REQUEST,
  EVENT_RESPONSE,
  POOL_MESSAGES,
  POOL_TRANSACTIONS,
  REASON_RESEND,
  TRANSPORT_UDP,
} from "../contract/constants";
import { beginEvent, endAction, poolFull, putByte, putTarget, putWord } from "../contract/queue";
import { MAX_TRANSACTIONS, MESSAGE_CELLS, MESSAGE_CELL_SIZE } from "../limits";
import { NEVER } from "../time/clock";
import { random32 } from "../time/random";
import { flowOf, releaseFlow, holdFlow, sendOnFlow } from "../transport/flows";
import { nextInterval, patience, timerT1, timerT2, timerT4 } from "./timers";

/*
 * Client transactions of requests other than INVITE (RFC 3261, 17.1.2).
 *
 *              start            1xx                    2xx-6xx                timer K
 *   (free) ──────────▶ TRYING ──────▶ PROCEEDING ──────────────▶ COMPLETED ──────────▶ (free)
 *                        │  └──────────────────────────────────────▲
 *                        └── timer F, the budget of F2, the flow's end ──▶ (free)
 *
 * The transaction holds its flow and a copy of its message while it may have to send it again.
 */

const FREE: u8 = 0;
const TAKEN: u8 = 1;
const TRYING: u8 = 2;
const PROCEEDING: u8 = 3;
const COMPLETED: u8 = 4;

/** What an input meant for the transaction's owner. */
export const NOTHING: i32 = 0;
export const PROVISIONAL: i32 = 1;
export const FINAL: i32 = 2;
export const TIMED_OUT: i32 = 3;

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
  message: i32;
  length: i32;
  branchHigh: u32;
  branchLow: u32;
  interval: i64;
  nextSend: i64;
  /** When its budget, or timer K, is over. */
  ends: i64;
  startedAt: i64;

  get handle(): u32 {
    const index = ((changetype<usize>(this) - transactions) / offsetof<ClientTransaction>()) as i32;
    return handleOf(index, this.generation);
  }
}

const transactions = memory.data(offsetof<ClientTransaction>() * MAX_TRANSACTIONS, 8);
const marks = memory.data(MESSAGE_CELLS);
const cells = memory.data(MESSAGE_CELLS * MESSAGE_CELL_SIZE, 8);
const messages = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));

function transactionAt(index: i32): ClientTransaction {
  return changetype<ClientTransaction>(transactions + index * offsetof<ClientTransaction>());
}

export function resetTransactions(): void {
  memory.fill(transactions, 0, offsetof<ClientTransaction>() * MAX_TRANSACTIONS);
  messages.reset(marks, cells, MESSAGE_CELLS, MESSAGE_CELL_SIZE);
}

/** The transaction of a handle, `null` where the handle is stale. */
export function transactionOf(handle: u32): ClientTransaction | null {
  const index = handleIndex(handle);
  if (index < 0 || index >= MAX_TRANSACTIONS) return null;
  const transaction = transactionAt(index);
  return transaction.state != FREE && transaction.generation == handleGeneration(handle) ? transaction : null;
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
  for (let i = 0; i < MAX_TRANSACTIONS; i++) {
    const transaction = transactionAt(i);
    if (transaction.state != FREE) continue;
    const generation = nextGeneration(transaction.generation);
    memory.fill(changetype<usize>(transaction), 0, offsetof<ClientTransaction>());
    transaction.generation = generation;
    transaction.state = TAKEN;
    transaction.method = method as u8;
    transaction.owner = owner;
    transaction.ownerIndex = ownerIndex;
    transaction.flow = holdFlow(flow);
    transaction.branchHigh = random32();
    transaction.branchLow = random32();
    transaction.nextSend = NEVER;
    transaction.ends = NEVER;
    return transaction;
  }
  poolFull(POOL_TRANSACTIONS, 0);
  return null;
}

/** What follows the cookie of RFC 3261 (8.1.1.7) in our branches: the transaction's index and 64 random bits. */
const BRANCH_DIGITS = 2 + 16;
const COOKIE_LENGTH = 7;

const branchText = memory.data(BRANCH_DIGITS);
const branchWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** The branch behind its cookie, which nobody guesses; holds until the next call. */
export function branchOf(transaction: ClientTransaction): Span {
  branchWriter.begin(branchText, BRANCH_DIGITS).hexNumber(handleIndex(transaction.handle) as u32, 2);
  return branchWriter.hexNumber(transaction.branchHigh, 8).hexNumber(transaction.branchLow, 8).written();
}

/**
 * Sends the request for the first time. `budget` is how long the target may stay silent (F2), in milliseconds;
 * `FULL_BUDGET` is timer F. Where no room is left to keep the message it is sent once, with an event, and not
 * repeated.
 */
export function startTransaction(transaction: ClientTransaction, message: Span, budget: i64, now: i64): void {
  const flow = flowOf(transaction.flow);
  const unreliable = flow != null && flow.remote.transport == TRANSPORT_UDP;
  transaction.state = TRYING;
  transaction.startedAt = now;
  transaction.ends = now + (budget == FULL_BUDGET ? patience() : budget);
  if (unreliable) {
    transaction.message = messages.take(spanLength(message));
    transaction.length = spanLength(message);
    transaction.interval = timerT1();
    if (transaction.message != 0) {
      memory.copy(messages.address(transaction.message), spanStart(message), transaction.length);
      transaction.nextSend = now + transaction.interval;
    } else {
      poolFull(POOL_MESSAGES, transaction.account);
    }
  }
  emit(transaction, message);
}

function emit(transaction: ClientTransaction, message: Span): void {
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
  sendOnFlow(transaction.flow, spanStart(message), spanLength(message));
}

/** Ends it at once: what still comes for it changes nothing (F15). */
export function endTransaction(handle: u32): void {
  const transaction = transactionOf(handle);
  if (transaction == null) return;
  dropMessage(transaction);
  releaseFlow(transaction.flow);
  transaction.state = FREE;
}

function dropMessage(transaction: ClientTransaction): void {
  messages.give(transaction.message);
  transaction.message = 0;
  transaction.nextSend = NEVER;
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
  const transaction = transactionAt(index);
  if (transaction.state < TRYING || transaction.method != method || transaction.flow != flow) return null;
  const own =
    hexNumber(digits + 2, 8) == transaction.branchHigh && hexNumber(digits + 10, 8) == transaction.branchLow;
  return own ? transaction : null;
}

/** The value of `count` hexadecimal digits; other bytes give some number that matches nothing of ours. */
function hexNumber(at: usize, count: i32): u32 {
  let value: u32 = 0;
  for (let i = 0; i < count; i++) value = (value << 4) | (hexValue(load<u8>(at + i)) & 15);
  return value;
}

/** A response with `status` has come: PROVISIONAL or FINAL for the owner, NOTHING for a repetition. */
export function transactionResponse(transaction: ClientTransaction, status: i32, now: i64): i32 {
  if (transaction.state == COMPLETED) return NOTHING;
  const flow = flowOf(transaction.flow);
  if (flow != null) {
    beginEvent(EVENT_RESPONSE, transaction.account);
    putWord(transaction.slot);
    putByte(transaction.method);
    putTarget(flow.remote);
    putWord(status);
    endAction();
  }
  if (status < 200) {
    // The target is not silent: it has the patience of timer F, and timer E goes on at T2.
    if (transaction.state == TRYING && transaction.nextSend != NEVER) transaction.nextSend = now + timerT2();
    transaction.interval = timerT2();
    transaction.ends = transaction.startedAt + patience();
    transaction.state = PROCEEDING;
    return PROVISIONAL;
  }
  dropMessage(transaction);
  transaction.state = COMPLETED;
  const lingers = flow != null && flow.remote.transport == TRANSPORT_UDP;
  transaction.ends = now + (lingers ? timerT4() : 0);
  return FINAL;
}

function deadlineOf(transaction: ClientTransaction): i64 {
  return transaction.state < TRYING ? NEVER : min(transaction.nextSend, transaction.ends);
}

/** The transaction with the earliest deadline, the lowest index first; `null` where none has any. */
export function earliestTransaction(): ClientTransaction | null {
  let earliest: ClientTransaction | null = null;
  let deadline = NEVER;
  for (let i = 0; i < MAX_TRANSACTIONS; i++) {
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
    transaction.interval = transaction.state == PROCEEDING ? timerT2() : nextInterval(transaction.interval);
    transaction.nextSend = now + transaction.interval;
    emit(transaction, span(messages.address(transaction.message), transaction.length));
    return NOTHING;
  }
  if (transaction.state != COMPLETED) return TIMED_OUT;
  endTransaction(transaction.handle);
  return NOTHING;
}

/** A transaction that still waits on `flow`, which has failed: its owner must be told. NO_HANDLE: none. */
export function waitingOnFlow(flow: u32): ClientTransaction | null {
  for (let i = 0; i < MAX_TRANSACTIONS; i++) {
    const transaction = transactionAt(i);
    if (transaction.state == FREE || transaction.flow != flow) continue;
    if (transaction.state != COMPLETED) return transaction;
    endTransaction(transaction.handle);
  }
  return null;
}
