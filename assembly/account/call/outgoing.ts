import { Endpoint } from "../../bytes/endpoint";
import { NOT_A_NUMBER, parseDecimal } from "../../bytes/number";
import { NO_SPAN, spanLength, spanStart } from "../../bytes/span";
import { routeAddress } from "../../config/settings";
import {
  CALL_STATE_CALLING,
  CALL_STATE_ESTABLISHED,
  CALL_STATE_PROCEEDING,
  CALL_STATE_RINGING,
  FAILURE_NONE,
  FAILURE_NOT_REGISTERED,
  FAILURE_NO_DIALOG,
  METHOD_BYE,
  METHOD_INVITE,
  METHOD_PRACK,
  METHOD_UPDATE,
  REASON_ACKNOWLEDGE,
  REASON_SESSION_TIMER,
} from "../../contract/constants";
import { endHead } from "../../sip/compose";
import { hasToken, toTag } from "../../sip/fields";
import {
  HEADER_ALLOW,
  HEADER_AUTHORIZATION,
  HEADER_PROXY_AUTHORIZATION,
  HEADER_REQUIRE,
  HEADER_RSEQ,
} from "../../sip/header";
import { header, message, parseMessage } from "../../sip/message";
import { copyFields } from "../../sip/respond";
import { ClientTransaction, freshBranch, transactionOf } from "../../transaction/client";
import { FLOW_OPEN, flowOf, holdFlow, releaseFlow, sendOnFlow, shareFlow } from "../../transport/flows";
import { listeningPort } from "../listening";
import { registrationOf } from "../registrations";
import { OF_NOBODY, Request, takeRequest } from "../request/request";
import { settle, startRequest } from "../request/search";
import { beginAck } from "../request/write";
import { Call, callAt, callsUsed, endCall, enter, pass, passFailure } from "./call";
import { nextHop } from "./dialog";
import { part } from "./parting";
import { refreshAfterRefusal, sessionAnswered } from "./session";

/*
 * Calls of ours, and our requests in any call: what becomes of them.
 */

const hop = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

/** A provisional response to an INVITE of ours is in view (F4). */
export function callProvisional(request: Request, status: i32, now: i64): void {
  const call = callAt(request.ownerIndex);
  settle(request, now);
  if (call.dialog.confirmed) return;
  call.dialog.answered();
  const flow = request.attempt.flow;
  if (status == 180) {
    if (call.state != CALL_STATE_RINGING) enter(call, CALL_STATE_RINGING, flow);
  } else if (call.state == CALL_STATE_CALLING) {
    enter(call, CALL_STATE_PROCEEDING, flow);
  }
  if (hasToken(HEADER_REQUIRE, "100rel") && !acknowledge(call, request, now)) return;
  if (spanLength(message.body) > 0) pass(call, METHOD_INVITE, status, false, 0);
}

/** RFC 3262 (4): a reliable provisional response gets a PRACK, once and in order; false where it is to be ignored. */
function acknowledge(call: Call, request: Request, now: i64): bool {
  const rseq = parseDecimal(header(HEADER_RSEQ), 0xffffffff);
  if (rseq == NOT_A_NUMBER || toTag() == NO_SPAN) return false;
  if (call.remoteRseq != 0 && rseq != (call.remoteRseq as i64) + 1) return false;
  const prack = takeRequest(OF_NOBODY, 0, request.account, METHOD_PRACK, call.index);
  if (prack == null) return false;
  call.remoteRseq = rseq as u32;
  prack.rseq = rseq as u32;
  prack.rackCseq = request.cseq;
  startRequest(prack, REASON_ACKNOWLEDGE, now);
  return true;
}

/** A request of ours has ended. With `status` above 0 its final response is in view. */
export function callRequestEnded(request: Request, failure: i32, status: i32, now: i64): void {
  const call = callAt(request.ownerIndex);
  const method = request.method;
  if (method == METHOD_BYE) {
    endCall(call, request.endsAs, status, now);
    return;
  }
  const changesSession = method == METHOD_INVITE || method == METHOD_UPDATE;
  if (changesSession) call.request = 0;
  if (failure == FAILURE_NONE) {
    if (method == METHOD_INVITE) inviteAccepted(call, request, now);
    if (method == METHOD_UPDATE) {
      call.dialog.refreshTarget();
      sessionAnswered(call, now);
    }
    tell(call, request, status);
  } else if (!call.dialog.confirmed) {
    endCall(call, failure, status, now);
  } else if (failure == FAILURE_NOT_REGISTERED) {
    // F9: there is no way to the far end any more.
    endCall(call, failure, 0, now);
  } else if (status == 481 || (status == 408 && changesSession)) {
    // RFC 3261 (12.2.1.2, 14.1), RFC 5057: the dialog is gone.
    endCall(call, FAILURE_NO_DIALOG, status, now);
  } else if (status == 0 && changesSession) {
    // F13, RFC 3261 (14.1): there is no way to the far end any more.
    endCall(call, failure, 0, now);
  } else if (status > 0) {
    if (changesSession) refreshAfterRefusal(call, now);
    tell(call, request, status);
  } else {
    passFailure(call, method);
  }
}

/** The application hears of what it has asked for. */
function tell(call: Call, request: Request, status: i32): void {
  if (request.reason != REASON_SESSION_TIMER) pass(call, request.method, status, false, 0);
}

function inviteAccepted(call: Call, request: Request, now: i64): void {
  const first = !call.dialog.confirmed;
  const attempt = request.attempt;
  if (first) {
    call.dialog.slot = request.slot;
    call.dialog.answered();
    call.dialog.confirmed = true;
    call.takesUpdate = hasToken(HEADER_ALLOW, "update");
  } else {
    call.dialog.refreshTarget();
  }
  call.invite = attempt.transaction;
  call.inviteCseq = request.cseq;
  sessionAnswered(call, now);
  releaseFlow(call.flow);
  call.flow = flowTowards(call, attempt.flow);
  sendAck(call);
  if (first) enter(call, CALL_STATE_ESTABLISHED, attempt.flow);
}

/** The flow that the ACK takes: the INVITE's, or one to the address that the route names. */
function flowTowards(call: Call, inviteFlow: u32): u32 {
  const dialog = call.dialog;
  const flow = flowOf(inviteFlow);
  if (nextHop(dialog, hop) != 0 || (flow != null && flow.remote.equals(hop))) return holdFlow(inviteFlow);
  return shareFlow(hop, listeningPort(), routeAddress(dialog.account, dialog.slot));
}

/** Sends the ACK of our INVITE's 2xx, as soon as its flow is open. The message in view stays. */
function sendAck(call: Call): void {
  const flow = flowOf(call.flow);
  call.ackWaits = flow != null && flow.state != FLOW_OPEN;
  if (flow == null || call.ackWaits) return;
  const dialog = call.dialog;
  const registration = registrationOf(dialog.account, dialog.slot);
  const writer = beginAck(dialog, registration, freshBranch(), flow, call.inviteCseq);
  const invite = transactionOf(call.invite);
  if (invite != null && invite.request != NO_SPAN) {
    // RFC 3261 (13.2.2.4): the credentials of the INVITE.
    const seen = message.source;
    parseMessage(invite.request);
    copyFields(writer, HEADER_AUTHORIZATION);
    copyFields(writer, HEADER_PROXY_AUTHORIZATION);
    parseMessage(seen);
  }
  endHead(writer);
  if (!writer.overflow) sendOnFlow(call.flow, spanStart(writer.written()), spanLength(writer.written()));
}

/** A 2xx to an INVITE has come again, or from a further branch, or for one that was given up. */
export function inviteAnsweredAgain(transaction: ClientTransaction, now: i64): void {
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    if (!call.inUse || call.invite != transaction.handle) continue;
    if (call.dialog.isOfResponse()) sendAck(call);
    else part(transaction, now);
    return;
  }
  part(transaction, now);
}

/** A flow is open: the ACKs that waited for it go. */
export function sendWaitingAcks(flow: u32): void {
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    if (call.inUse && call.ackWaits && call.flow == flow) sendAck(call);
  }
}
