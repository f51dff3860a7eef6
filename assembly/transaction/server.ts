import { POOL_TAIL, entryOf, handleOfEntry, takeEntry, usedEntries } from "../bytes/pool";
import { NO_SPAN, Span, spanEnd, spanLength, spanStart } from "../bytes/span";
import {
  METHOD_ACK,
  METHOD_CANCEL,
  METHOD_INVITE,
  POOL_SERVER_TRANSACTIONS,
  TRANSPORT_UDP,
} from "../contract/constants";
import { poolFull } from "../contract/queue";
import { MAX_SERVER_TRANSACTIONS } from "../limits";
import { HEADER_CALL_ID } from "../sip/header";
import { header, message } from "../sip/message";
import { Via, viaParameter } from "../sip/via";
import { NEVER } from "../time/clock";
import { flowOf, holdFlow, releaseFlow, sendOnFlow } from "../transport/flows";
import { dropMessage, keepMessage, keptMessage } from "./messages";
import { nextInterval, patience, timerT1, timerT4 } from "./timers";

/*
 * Server transactions (RFC 3261, 17.2; RFC 6026).
 *
 *            1xx               final                  ACK
 *   PROCEEDING ──▶ PROCEEDING ───────▶ COMPLETED ───────────▶ CONFIRMED ── timer I ──▶ (free)
 *        │                                 └── timer H, J ──▶ (free)
 *        └── 2xx to an INVITE ──▶ ACCEPTED ── ACK, by its owner: no more resends ── timer L ──▶ (free)
 *
 * The transaction keeps its last response for a repeated request. It resends by itself what has to arrive: a final
 * answer to an INVITE until the ACK (timer G; for a 2xx RFC 3261, 13.3.1.4), a reliable provisional one until its PRACK
 * (RFC 3262, 3).
 */

const FREE: u8 = 0;
const PROCEEDING: u8 = 1;
const COMPLETED: u8 = 2;
const ACCEPTED: u8 = 3;
const CONFIRMED: u8 = 4;

@unmanaged
export class ServerTransaction {
  generation: u32;
  state: u8;
  method: u8;
  flow: u32;
  /** Which call it belongs to, -1 for none. */
  call: i32;
  private message: i32;
  private length: i32;
  private keyHigh: u32;
  private keyLow: u32;
  private hasSent: bool;
  private interval: i64;
  nextSend: i64;
  ends: i64;

  get handle(): u32 {
    return handleOfEntry(transactions, offsetof<ServerTransaction>(), changetype<usize>(this));
  }

  get deadline(): i64 {
    return this.state == FREE ? NEVER : min(this.nextSend, this.ends);
  }

  /** No final answer has been sent yet. */
  get isOpen(): bool {
    return this.state == PROCEEDING;
  }

  private get isUnreliable(): bool {
    const flow = flowOf(this.flow);
    return flow != null && flow.remote.transport == TRANSPORT_UDP;
  }

  /** Begins for the request in view, whose topmost Via is `via`. */
  begin(flow: u32, via: Via): void {
    this.state = PROCEEDING;
    this.method = message.method as u8;
    this.flow = holdFlow(flow);
    this.call = -1;
    this.keyHigh = keyOf(via, 0x811c9dc5);
    this.keyLow = keyOf(via, 0x2f0b4c47);
    this.nextSend = NEVER;
    this.ends = NEVER;
  }

  isOf(high: u32, low: u32): bool {
    return this.state != FREE && this.keyHigh == high && this.keyLow == low;
  }

  /**
   * Sends a response and keeps it. `reliable`: a provisional one that is sent again until `acknowledged`. False where
   * there is no room to keep it: it is sent all the same.
   */
  respond(status: i32, response: Span, reliable: bool, now: i64): bool {
    dropMessage(this.message);
    this.message = keepMessage(response);
    this.length = spanLength(response);
    this.hasSent = true;
    this.interval = timerT1();
    this.nextSend = NEVER;
    const invite = this.method == METHOD_INVITE;
    const unreliable = this.isUnreliable;
    if (status >= 200) {
      this.state = invite && status < 300 ? ACCEPTED : COMPLETED;
      this.ends = now + (invite || unreliable ? patience() : 0);
    } else if (reliable) {
      this.ends = now + patience();
    }
    // A 2xx goes from end to end: a hop behind a reliable one may lose it.
    const resends = reliable || (invite && status >= 200 && (unreliable || status < 300));
    if (resends && this.message != 0) this.nextSend = now + this.interval;
    sendOnFlow(this.flow, spanStart(response), spanLength(response));
    return this.message != 0;
  }

  /** Keeps a response to make others of, without sending it; false where there is no room. */
  prepare(response: Span): bool {
    this.message = keepMessage(response);
    this.length = spanLength(response);
    return this.message != 0;
  }

  /** What it has sent last, or has been given to make it of; NO_SPAN without one. */
  get response(): Span {
    return this.message == 0 ? NO_SPAN : keptMessage(this.message, this.length);
  }

  /** The request has come again (17.2): it has the last response again. */
  repeat(): void {
    if (this.message == 0 || this.state > COMPLETED || !this.hasSent) return;
    sendOnFlow(this.flow, spanStart(keptMessage(this.message, this.length)), this.length);
  }

  /** The ACK, or the PRACK, has come: nothing is sent again. */
  acknowledged(now: i64): void {
    this.nextSend = NEVER;
    if (this.state == PROCEEDING) {
      this.ends = NEVER;
    } else if (this.state == COMPLETED) {
      this.state = CONFIRMED;
      this.ends = now + (this.isUnreliable ? timerT4() : 0);
    }
  }

  /** Its deadline has come. True where what it has sent was not acknowledged in 64·T1, and its owner must be told. */
  due(now: i64): bool {
    if (this.ends > now) {
      // RFC 3262 (3): a provisional answer's interval has no upper limit.
      this.interval = this.isOpen ? this.interval << 1 : nextInterval(this.interval);
      this.nextSend = now + this.interval;
      sendOnFlow(this.flow, spanStart(keptMessage(this.message, this.length)), this.length);
      return false;
    }
    const unacknowledged = this.nextSend != NEVER && this.state != COMPLETED;
    if (this.state != PROCEEDING) this.end();
    else this.acknowledged(now);
    return unacknowledged;
  }

  end(): void {
    dropMessage(this.message);
    this.message = 0;
    releaseFlow(this.flow);
    this.state = FREE;
  }
}

const transactions = memory.data(offsetof<ServerTransaction>() * MAX_SERVER_TRANSACTIONS + POOL_TAIL, 8);

/** Those that have been in use come first. */
function transactionsUsed(): i32 {
  return usedEntries(transactions, offsetof<ServerTransaction>(), MAX_SERVER_TRANSACTIONS);
}

function transactionAt(index: i32): ServerTransaction {
  return changetype<ServerTransaction>(transactions + index * offsetof<ServerTransaction>());
}

export function resetServerTransactions(): void {
  memory.fill(transactions, 0, offsetof<ServerTransaction>() * MAX_SERVER_TRANSACTIONS + POOL_TAIL);
}

/** The transaction of a handle, `null` where the handle is stale. */
export function serverTransactionOf(handle: u32): ServerTransaction | null {
  const entry = entryOf(transactions, offsetof<ServerTransaction>(), MAX_SERVER_TRANSACTIONS, handle);
  return changetype<ServerTransaction | null>(entry);
}

/** Takes a transaction for the request in view, which came on `flow`; `null`, and an event, where all are in use. */
export function takeServerTransaction(flow: u32, via: Via): ServerTransaction | null {
  const entry = takeEntry(transactions, offsetof<ServerTransaction>(), MAX_SERVER_TRANSACTIONS);
  const transaction = changetype<ServerTransaction | null>(entry);
  if (transaction == null) poolFull(POOL_SERVER_TRANSACTIONS, 0);
  else transaction.begin(flow, via);
  return transaction;
}

/**
 * The transaction of the request in view (17.2.3), whose topmost Via is `via`: the one it repeats, or the INVITE's that
 * an ACK or CANCEL is for; `null` where there is none.
 */
export function matchServerTransaction(via: Via): ServerTransaction | null {
  const high = keyOf(via, 0x811c9dc5);
  const low = keyOf(via, 0x2f0b4c47);
  const method =
    message.method == METHOD_ACK || message.method == METHOD_CANCEL ? METHOD_INVITE : message.method;
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    if (transaction.isOf(high, low) && transaction.method == (method as u8)) return transaction;
  }
  return null;
}

/**
 * Half of a transaction's key: branch, sent-by, Call-ID and number of the request in view. With the latter two, a
 * branch that keeps RFC 2543 only does no harm.
 */
function keyOf(via: Via, seed: u32): u32 {
  let key = mix(seed ^ (message.cseq as u32), viaParameter(via, "branch"));
  key = mix(key, via.host) ^ (via.port as u32);
  return mix(key, header(HEADER_CALL_ID));
}

/** FNV-1a. */
function mix(key: u32, view: Span): u32 {
  const end = spanEnd(view);
  for (let at = spanStart(view); at < end; at++) key = (key ^ load<u8>(at)) * 0x01000193;
  return key ^ (key >> 15);
}

/** The transaction with the earliest deadline, the lowest index first; `null` where none has any. */
export function earliestServerTransaction(): ServerTransaction | null {
  let earliest: ServerTransaction | null = null;
  let deadline = NEVER;
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    if (transaction.deadline >= deadline) continue;
    deadline = transaction.deadline;
    earliest = transaction;
  }
  return earliest;
}

/** The flow is gone: nothing can be answered on it any more. */
export function endServerTransactions(flow: u32): void {
  for (let i = 0; i < transactionsUsed(); i++) {
    const transaction = transactionAt(i);
    if (transaction.state != FREE && transaction.flow == flow) transaction.end();
  }
}

/**
 * Lets go of a transaction: one that is still to be answered ends; one that was answered goes on as the standard
 * has it, for requests that are repeated.
 */
export function endServerTransaction(handle: u32): void {
  const transaction = serverTransactionOf(handle);
  if (transaction == null) return;
  transaction.call = -1;
  if (transaction.isOpen) transaction.end();
}
