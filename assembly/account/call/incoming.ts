import { isLiteralIgnoreCase } from "../../bytes/literal";
import { parseDecimal } from "../../bytes/number";
import { NO_SPAN, spanLength, spansEqual } from "../../bytes/span";
import {
  CALL_STATE_ACCEPTED,
  CALL_STATE_ESTABLISHED,
  CALL_STATE_INCOMING,
  FAILURE_CANCELLED,
  FAILURE_LOCAL,
  FAILURE_NO_ACK,
  FAILURE_REMOTE,
  FAILURE_TARGET_FAILED,
  FAILURE_TIMED_OUT,
  METHOD_ACK,
  METHOD_BYE,
  METHOD_INFO,
  METHOD_INVITE,
  METHOD_MESSAGE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  METHOD_PRACK,
  METHOD_REFER,
  METHOD_UPDATE,
} from "../../contract/constants";
import { numberField } from "../../sip/compose";
import { fromTag, hasToken } from "../../sip/fields";
import {
  HEADER_ALLOW,
  HEADER_CALL_ID,
  HEADER_EVENT,
  HEADER_INFO_PACKAGE,
  HEADER_MIN_SE,
  HEADER_RACK,
  HEADER_REFER_TO,
  HEADER_REQUIRE,
  HEADER_RETRY_AFTER,
} from "../../sip/header";
import { header, message } from "../../sip/message";
import { nextItem } from "../../sip/text";
import { Via } from "../../sip/via";
import { NEVER, SECOND } from "../../time/clock";
import { patience } from "../../transaction/timers";
import { ServerTransaction, serverTransactionOf, takeServerTransaction } from "../../transaction/server";
import { Flow, handleOfFlow } from "../../transport/flows";
import { answerAtOnce, answerOnce, beginAnswer, endAnswer } from "../answering";
import { workingSlotOf } from "../fallback";
import { textOf } from "../texts";
import { Call, callAt, callsUsed, endCall, enter, pass, takeCall } from "./call";
import { sendBye } from "./control";
import { answerPlainly, beginAnswering } from "./respond";
import { sessionOffered, sessionTooBrief } from "./session";

/*
 * Calls of the far end, and its requests in any call. What only the application can answer waits for it, one request at a time
 * in each call; the rest is answered here and handed over.
 */

/** An application that neither takes nor refuses a call is not waited for longer. */
const RINGING_LIMIT = 300 * SECOND;

/** The INVITE in view has come for the account. */
export function callOffered(account: i32, slot: i32, flow: Flow, via: Via, now: i64): void {
  if (isMerged()) {
    // RFC 3261 (8.2.2.2): the same INVITE by another way.
    answerAtOnce(flow, via, 482);
    return;
  }
  const brief = sessionTooBrief(account);
  if (brief > 0) {
    refuseInterval(flow, via, brief, now);
    return;
  }
  const call = takeCall(CALL_STATE_INCOMING, true);
  if (call == null) {
    answerOnce(flow, via, 486, now);
    return;
  }
  const dialog = call.dialog;
  const transaction = takeServerTransaction(handleOfFlow(flow), via);
  const begun = dialog.beginTheirs(account, slot > 0 ? slot : workingSlotOf(account));
  if (transaction == null || !begun || !beginAnswering(transaction, flow.remote, now)) {
    if (transaction != null) transaction.end();
    dialog.end();
    call.inUse = false;
    answerAtOnce(flow, via, 500);
    return;
  }
  call.server = transaction.handle;
  transaction.call = call.index;
  call.serverCseq = message.cseq;
  call.wantsReliable = hasToken(HEADER_REQUIRE, "100rel");
  call.takesUpdate = hasToken(HEADER_ALLOW, "update");
  call.limitAt = now + RINGING_LIMIT;
  sessionOffered(call, account, now);
  enter(call, CALL_STATE_INCOMING, transaction.flow);
  pass(call, METHOD_INVITE, 0, true, 0);
}

/** RFC 4028 (9). */
function refuseInterval(flow: Flow, via: Via, least: u32, now: i64): void {
  const transaction = takeServerTransaction(handleOfFlow(flow), via);
  numberField(beginAnswer(flow, via, 422), HEADER_MIN_SE, least);
  endAnswer(flow, transaction, 422, now);
}

function isMerged(): bool {
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    const dialog = call.dialog;
    if (!call.inUse || !call.incoming) continue;
    if (!spansEqual(textOf(dialog.callId), header(HEADER_CALL_ID))) continue;
    if (spansEqual(dialog.remoteTag, fromTag())) return true;
  }
  return false;
}

/** The far end has taken its INVITE back. */
export function callCancelled(index: i32, now: i64): void {
  const call = callAt(index);
  const transaction = serverTransactionOf(call.server);
  if (transaction == null) return;
  answerPlainly(call, transaction, 487, now);
  if (call.state == CALL_STATE_INCOMING) endCall(call, FAILURE_CANCELLED, 487, now);
  else call.limitAt = NEVER;
}

/** The ACK of our 2xx has come. */
export function callAcknowledged(index: i32, now: i64): void {
  const call = callAt(index);
  const transaction = serverTransactionOf(call.server);
  // RFC 3261 (13.2.2.4): the ACK has the number of its INVITE.
  if (transaction == null || transaction.isOpen || message.cseq != call.serverCseq) return;
  transaction.acknowledged(now);
  if (call.state == CALL_STATE_ACCEPTED) enter(call, CALL_STATE_ESTABLISHED, transaction.flow);
  if (call.leaves) {
    sendBye(call, FAILURE_LOCAL, now);
    return;
  }
  if (spanLength(message.body) > 0) pass(call, METHOD_ACK, 0, false, 0);
}

/** What we sent was not acknowledged in 64·T1 (RFC 3261, 13.3.1.4; RFC 3262, 3). */
export function neverAcknowledged(index: i32, transaction: ServerTransaction, now: i64): void {
  const call = callAt(index);
  if (transaction.isOpen) {
    answerPlainly(call, transaction, 504, now);
    endCall(call, FAILURE_NO_ACK, 504, now);
  } else {
    sendBye(call, FAILURE_NO_ACK, now);
  }
}

/**
 * A flow is gone, and with it what was to be answered on it: a call that came by it is over, or has no ACK to come.
 */
export function callsFlowFailed(now: i64): void {
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    if (!call.inUse || serverTransactionOf(call.server) != null) continue;
    if (call.state == CALL_STATE_INCOMING) endCall(call, FAILURE_TARGET_FAILED, 0, now);
    else if (call.state == CALL_STATE_ACCEPTED) call.limitAt = now + patience();
  }
}

/** The application was not heard of: what waits for it is answered. Or nobody can acknowledge our 2xx any more. */
export function answerLimit(call: Call, now: i64): void {
  const transaction = serverTransactionOf(call.server);
  call.limitAt = NEVER;
  if (call.state == CALL_STATE_ACCEPTED) sendBye(call, FAILURE_NO_ACK, now);
  if (transaction == null || !transaction.isOpen) return;
  const offered = call.state == CALL_STATE_INCOMING;
  answerPlainly(call, transaction, offered ? 480 : 500, now);
  if (offered) endCall(call, FAILURE_TIMED_OUT, 480, now);
}

/** A request of the far end in the call is in view. */
export function requestInCall(index: i32, flow: Flow, via: Via, now: i64): void {
  const call = callAt(index);
  const method = message.method;
  switch (method) {
    case METHOD_BYE:
      answerOnce(flow, via, 200, now);
      giveUpWaiting(call, now);
      endCall(call, FAILURE_REMOTE, 0, now);
      break;
    case METHOD_PRACK:
      prackArrived(call, flow, via, now);
      break;
    case METHOD_INVITE:
    case METHOD_UPDATE:
    case METHOD_REFER:
      waits(call, method, flow, via, now);
      break;
    default:
      if (!isAnsweredHere(method)) {
        answerAtOnce(flow, via, 405);
      } else {
        answerOnce(flow, via, 200, now);
        if (method != METHOD_OPTIONS)
          pass(call, method, 0, false, method == METHOD_INFO ? HEADER_INFO_PACKAGE : HEADER_EVENT);
      }
  }
}

/** Requests that have their 200 without the application. */
export function isAnsweredHere(method: i32): bool {
  return (
    method == METHOD_INFO || method == METHOD_NOTIFY || method == METHOD_MESSAGE || method == METHOD_OPTIONS
  );
}

/** RFC 3261 (15.1.2): what is still to be answered is terminated. */
function giveUpWaiting(call: Call, now: i64): void {
  const transaction = serverTransactionOf(call.server);
  if (transaction != null && transaction.isOpen) answerPlainly(call, transaction, 487, now);
}

/** RFC 3262 (3): PRACK ends the resends of the provisional answer that it names. */
function prackArrived(call: Call, flow: Flow, via: Via, now: i64): void {
  const transaction = serverTransactionOf(call.server);
  const waits = transaction != null && transaction.isOpen && transaction.nextSend != NEVER;
  const known = waits && namesOurs(call);
  if (known) transaction!.acknowledged(now);
  answerOnce(flow, via, known ? 200 : 481, now);
  if (known && spanLength(message.body) > 0) pass(call, METHOD_PRACK, 0, false, 0);
}

/** RFC 3311 (5.2): what may cross an offer of ours. */
function isOffer(method: i32): bool {
  return method == METHOD_INVITE || (method == METHOD_UPDATE && spanLength(message.body) > 0);
}

/** RFC 3262 (3): RAck names RSeq, CSeq and method of what it acknowledges. */
function namesOurs(call: Call): bool {
  const rack = header(HEADER_RACK);
  const rseq = nextItem(rack, NO_SPAN, 0x20);
  const cseq = nextItem(rack, rseq, 0x20);
  return (
    parseDecimal(rseq, u32.MAX_VALUE) == (call.localRseq as i64) &&
    parseDecimal(cseq, u32.MAX_VALUE) == (call.serverCseq as i64) &&
    isLiteralIgnoreCase(nextItem(rack, cseq, 0x20), "invite")
  );
}

/** A request that the application answers, or a refresh of the session without anything new. */
function waits(call: Call, method: i32, flow: Flow, via: Via, now: i64): void {
  const waiting = serverTransactionOf(call.server);
  const busy = waiting != null && waiting.isOpen;
  const brief = method == METHOD_REFER ? 0 : sessionTooBrief(call.dialog.account);
  if (busy) {
    // RFC 3261 (14.2), RFC 3311 (5.2).
    numberField(beginAnswer(flow, via, 500), HEADER_RETRY_AFTER, 1);
    endAnswer(flow, null, 500, now);
  } else if (call.request != 0 && call.dialog.confirmed && isOffer(method)) {
    answerOnce(flow, via, 491, now);
  } else if (brief > 0) {
    refuseInterval(flow, via, brief, now);
  } else {
    const transaction = takeServerTransaction(handleOfFlow(flow), via);
    if (transaction == null || !beginAnswering(transaction, flow.remote, now)) {
      if (transaction != null) transaction.end();
      answerAtOnce(flow, via, 500);
      return;
    }
    call.server = transaction.handle;
    if (method == METHOD_INVITE) call.serverCseq = message.cseq;
    transaction.call = call.index;
    if (method != METHOD_REFER) {
      call.dialog.refreshTarget();
      sessionOffered(call, call.dialog.account, now);
    }
    if (method == METHOD_UPDATE && spanLength(message.body) == 0) {
      answerPlainly(call, transaction, 200, now);
      return;
    }
    call.limitAt = now + (method == METHOD_INVITE ? RINGING_LIMIT : patience() >> 1);
    pass(call, method, 0, true, method == METHOD_REFER ? HEADER_REFER_TO : 0);
  }
}
