import { Span, spanLength } from "../../bytes/span";
import {
  CALL_STATE_ACCEPTED,
  CALL_STATE_CALLING,
  CALL_STATE_ENDING,
  CALL_STATE_ESTABLISHED,
  CALL_STATE_INCOMING,
  ERROR_BAD_ARGUMENT,
  ERROR_CALL_STATE,
  ERROR_POOL_FULL,
  ERROR_STALE_CALL,
  FAILURE_CANCELLED,
  FAILURE_LOCAL,
  FAILURE_POOL_FULL,
  FAILURE_SESSION_EXPIRED,
  METHOD_BYE,
  METHOD_INFO,
  METHOD_INVITE,
  METHOD_MESSAGE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  METHOD_PUBLISH,
  METHOD_REFER,
  METHOD_UPDATE,
  REASON_APPLICATION,
  REASON_CALL,
  REASON_HANG_UP,
  REASON_SESSION_TIMER,
} from "../../contract/constants";
import { MAX_ACCOUNTS } from "../../limits";
import { parseUri, SCHEME_OTHER, Uri } from "../../sip/uri";
import { NEVER } from "../../time/clock";
import { serverTransactionOf } from "../../transaction/server";
import { content } from "../content";
import { workingSlotOf } from "../fallback";
import { slotServes } from "../options";
import { NO_DIALOG, OF_APPLICATION, OF_CALL, requestOf, takeRequest } from "../request/request";
import { dropRequest, startRequest } from "../request/search";
import { keep, replace, textOf } from "../texts";
import { Call, callAt, callOf, callsUsed, endCall, enter, takeCall } from "./call";
import { answerLimit } from "./incoming";
import { answer } from "./respond";
import { OVERDUE, usesSessionTimer } from "./session";

/*
 * What the application does with calls, and what time does to them.
 */

const parsed = changetype<Uri>(memory.data(offsetof<Uri>(), 8));

/** The account can send requests. */
function serves(account: i32): bool {
  if (account < 1 || account > MAX_ACCOUNTS) return false;
  return slotServes(account, 1) || slotServes(account, 2);
}

/** A Request-URI: of SIP, or of another scheme that its server is to make something of. */
export function isUri(uri: Span): bool {
  return parseUri(uri, parsed) || parsed.scheme == SCHEME_OTHER;
}

/** Places a call: its number, or an error. */
export function placeCall(account: i32, now: i64): i32 {
  if (!serves(account) || !isUri(content.uri)) return ERROR_BAD_ARGUMENT;
  const call = takeCall(CALL_STATE_CALLING, false);
  if (call == null) return ERROR_POOL_FULL;
  const number = call.number;
  const request = takeRequest(OF_CALL, call.index, account, METHOD_INVITE, call.index);
  const begun = call.dialog.beginOurs(account, workingSlotOf(account), content.uri);
  if (request == null || !begun || !request.keepContent()) {
    if (request != null) request.free();
    call.dialog.end();
    call.inUse = false;
    return ERROR_POOL_FULL;
  }
  request.isInDialog = false;
  call.request = request.number;
  remember(call);
  enter(call, CALL_STATE_CALLING, 0);
  startRequest(request, REASON_CALL, now);
  return number;
}

/** Keeps what we say of the session, for a refresh to repeat it (RFC 4028, 7.4). */
function remember(call: Call): void {
  if (!usesSessionTimer(call.dialog.account) || spanLength(content.body) == 0) return;
  call.sessionType = replace(call.sessionType, content.type);
  call.sessionBody = replace(call.sessionBody, content.body);
}

/** Answers the request of the far end that waits. */
export function respondToCall(number: u32, status: i32, now: i64): i32 {
  const call = callOf(number);
  if (call == null) return ERROR_STALE_CALL;
  if (status <= 100 || status > 699) return ERROR_BAD_ARGUMENT;
  const transaction = serverTransactionOf(call.server);
  if (transaction == null || !transaction.isOpen) return ERROR_CALL_STATE;
  const isInvite = transaction.method == METHOD_INVITE;
  if (!isInvite && status < 200) return ERROR_BAD_ARGUMENT;
  // RFC 3262 (3): one reliable provisional answer at a time, and no final one before the first is acknowledged.
  if (call.wantsReliable && transaction.nextSend != NEVER && status < 300) return ERROR_CALL_STATE;
  if (status < 300) remember(call);
  if (!answer(call, transaction, status, now)) return ERROR_BAD_ARGUMENT;
  if (status < 200) return 0;
  call.limitAt = NEVER;
  if (call.state != CALL_STATE_INCOMING) return 0;
  if (status < 300) enter(call, CALL_STATE_ACCEPTED, transaction.flow);
  else endCall(call, FAILURE_LOCAL, status, now);
  return 0;
}

/** Ends the call, as its state wants it. */
export function hangUp(number: u32, now: i64): i32 {
  const call = callOf(number);
  if (call == null) return ERROR_STALE_CALL;
  if (call.state == CALL_STATE_INCOMING) return respondToCall(number, 603, now);
  if (call.state == CALL_STATE_ENDING) return ERROR_CALL_STATE;
  // RFC 3261 (15): not before the far end has acknowledged that there is a call.
  if (call.state == CALL_STATE_ACCEPTED) call.leaves = true;
  else sendBye(call, FAILURE_LOCAL, now);
  return 0;
}

/** Leaves a call for a reason: BYE where there is a dialog, CANCEL before there is one (F11). */
export function sendBye(call: Call, reason: i32, now: i64): void {
  const invite = requestOf(call.request);
  // RFC 3261 (9.1): what was not answered is cancelled as soon as there is a provisional answer.
  if (invite != null) dropRequest(invite, now);
  call.request = 0;
  if (!call.dialog.confirmed) {
    endCall(call, reason == FAILURE_LOCAL ? FAILURE_CANCELLED : reason, 0, now);
    return;
  }
  const bye = takeRequest(OF_CALL, call.index, call.dialog.account, METHOD_BYE, call.index);
  if (bye == null) {
    endCall(call, FAILURE_POOL_FULL, 0, now);
    return;
  }
  call.refreshAt = NEVER;
  call.expiresAt = NEVER;
  enter(call, CALL_STATE_ENDING, 0);
  bye.endsAs = reason as u8;
  startRequest(bye, REASON_HANG_UP, now);
}

/** Sends a request within a call. */
export function requestByCall(number: u32, method: i32, now: i64): i32 {
  const call = callOf(number);
  if (call == null) return ERROR_STALE_CALL;
  if (!isAllowedInCall(method)) return ERROR_BAD_ARGUMENT;
  const settled = call.state == CALL_STATE_ESTABLISHED || call.state == CALL_STATE_ACCEPTED;
  if (!settled || ((method == METHOD_INVITE || method == METHOD_UPDATE) && call.request != 0))
    return ERROR_CALL_STATE;
  remember(call);
  return requestInDialog(call, method, REASON_APPLICATION, now);
}

function isAllowedInCall(method: i32): bool {
  switch (method) {
    case METHOD_INVITE:
    case METHOD_UPDATE:
    case METHOD_INFO:
    case METHOD_REFER:
    case METHOD_NOTIFY:
    case METHOD_MESSAGE:
    case METHOD_OPTIONS:
      return true;
    default:
      return false;
  }
}

function requestInDialog(call: Call, method: i32, reason: i32, now: i64): i32 {
  const request = takeRequest(OF_CALL, call.index, call.dialog.account, method, call.index);
  if (request == null) return ERROR_POOL_FULL;
  if (!request.keepContent()) {
    request.free();
    return ERROR_POOL_FULL;
  }
  if (method == METHOD_INVITE || method == METHOD_UPDATE) call.request = request.number;
  startRequest(request, reason, now);
  return 0;
}

/** Sends a request outside of a call: its number, or an error. */
export function sendAlone(account: i32, method: i32, now: i64): i32 {
  if (!serves(account) || !isUri(content.uri)) return ERROR_BAD_ARGUMENT;
  const alone = method > METHOD_BYE || method == METHOD_OPTIONS || method == METHOD_NOTIFY;
  if (!alone || !isKnown(method)) return ERROR_BAD_ARGUMENT;
  const request = takeRequest(OF_APPLICATION, 0, account, method, NO_DIALOG);
  if (request == null) return ERROR_POOL_FULL;
  const number = request.number;
  request.uri = keep(content.uri);
  if (!request.keepContent() || request.uri < 0) {
    request.free();
    return ERROR_POOL_FULL;
  }
  startRequest(request, REASON_APPLICATION, now);
  return number;
}

/** Whether requests of this kind may stand alone; those with a life of their own have their own inputs. */
function isKnown(method: i32): bool {
  return isAllowedInCall(method) || method == METHOD_PUBLISH;
}

/** Something of the call is due: the session is refreshed, or over; the application was not heard of. */
export function callDue(call: Call, now: i64): void {
  if (call.expiresAt <= now) {
    call.expiresAt = NEVER;
    sendBye(call, FAILURE_SESSION_EXPIRED, now);
  } else if (call.refreshAt <= now) {
    call.refreshAt = NEVER;
    refreshSession(call, now);
  } else {
    answerLimit(call, now);
  }
}

/** RFC 4028 (7.4): UPDATE where the far end takes it, otherwise INVITE with what was said last. */
function refreshSession(call: Call, now: i64): void {
  if (call.request != 0) {
    call.refreshAt = OVERDUE;
    return;
  }
  content.clear();
  if (!call.takesUpdate) {
    content.type = textOf(call.sessionType);
    content.body = textOf(call.sessionBody);
  }
  requestInDialog(call, call.takesUpdate ? METHOD_UPDATE : METHOD_INVITE, REASON_SESSION_TIMER, now);
}

/** R7: every call ends. */
export function hangUpAll(now: i64): void {
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    content.clear();
    if (call.inUse) hangUp(call.number, now);
  }
}
