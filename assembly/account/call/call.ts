import { POOL_TAIL, entryOf, handleOfEntry, takeEntry, usedEntries } from "../../bytes/pool";
import { Endpoint } from "../../bytes/endpoint";
import { NO_HANDLE } from "../../bytes/handle";
import { NO_SPAN } from "../../bytes/span";
import {
  CALL_STATE_ENDED,
  EVENT_CALL,
  EVENT_CALL_MESSAGE,
  FAILURE_NONE,
  POOL_CALLS,
} from "../../contract/constants";
import { beginEvent, endAction, poolFull, putByte, putTarget, putText, putWord } from "../../contract/queue";
import { MAX_CALLS } from "../../limits";
import { HEADER_CONTENT_TYPE } from "../../sip/header";
import { header, message, resetMessage } from "../../sip/message";
import { NEVER } from "../../time/clock";
import { endServerTransaction } from "../../transaction/server";
import { flowOf, releaseFlow } from "../../transport/flows";
import { dropRequestsIn } from "../request/search";
import { drop, textOf } from "../texts";
import { Dialog, dialogAt } from "./dialog";

/*
 * Calls: signalling only, the media are the application's.
 *
 *   ours:    CALLING ──1xx──▶ PROCEEDING ──180──▶ RINGING ──2xx, ACK──▶ ESTABLISHED ──BYE──▶ ENDING ──▶ (ENDED)
 *   theirs:  INCOMING ──2xx──▶ ACCEPTED ──ACK──▶ ESTABLISHED        any state ──▶ (ENDED), with its reason
 */

@unmanaged
export class Call {
  generation: u32;
  inUse: bool;
  /** CALL_STATE_…; of a free one it says nothing. */
  state: u8;
  /** The far end began it. */
  incoming: bool;
  /** The far end wants provisional answers acknowledged (RFC 3262). */
  wantsReliable: bool;
  /** The ACK of a 2xx waits for its flow to open. */
  ackWaits: bool;
  /** We refresh the session (RFC 4028). */
  refreshes: bool;
  /** Hung up before our 2xx was acknowledged: BYE follows the ACK (RFC 3261, 15). */
  leaves: bool;
  /** The far end takes UPDATE. */
  takesUpdate: bool;
  /** Number of our INVITE or UPDATE under way, 0 without one. */
  request: i32;
  /** The client transaction and CSeq of our latest INVITE, for its ACK. */
  invite: u32;
  inviteCseq: u32;
  /** The server transaction that waits for the application's answer, or for the ACK of ours. */
  server: u32;
  /** CSeq of the far end's INVITE. */
  serverCseq: i32;
  /** Where our ACK goes. */
  flow: u32;
  /** RSeq of the far end's latest reliable provisional answer, and of ours. */
  remoteRseq: u32;
  localRseq: u32;
  /** Session timer: seconds agreed, 0 without; the least that was asked of us. */
  interval: u32;
  leastInterval: u32;
  /** Texts: type and body of what we have said last of the session, kept where a refresh may have to repeat it. */
  sessionType: i32;
  sessionBody: i32;
  /** When the session is to be refreshed by us, and when it is over. */
  refreshAt: i64;
  expiresAt: i64;
  /** When waiting for the application is over. */
  limitAt: i64;

  get index(): i32 {
    return ((changetype<usize>(this) - calls) / offsetof<Call>()) as i32;
  }

  /** Above 0. */
  get number(): i32 {
    return handleOfEntry(calls, offsetof<Call>(), changetype<usize>(this)) as i32;
  }

  get dialog(): Dialog {
    return dialogAt(this.index);
  }

  get deadline(): i64 {
    return this.inUse ? min(min(this.refreshAt, this.expiresAt), this.limitAt) : NEVER;
  }
}

const calls = memory.data(offsetof<Call>() * MAX_CALLS + POOL_TAIL, 8);

/** Calls that have been in use come first. */
export function callsUsed(): i32 {
  return usedEntries(calls, offsetof<Call>(), MAX_CALLS);
}
const nowhere = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

export function callAt(index: i32): Call {
  return changetype<Call>(calls + index * offsetof<Call>());
}

export function resetCalls(): void {
  memory.fill(calls, 0, offsetof<Call>() * MAX_CALLS + POOL_TAIL);
}

/** The call of a number, `null` where that is stale. */
export function callOf(number: u32): Call | null {
  return changetype<Call | null>(entryOf(calls, offsetof<Call>(), MAX_CALLS, number));
}

/** Takes a call; `null`, and an event, where all are in use. */
export function takeCall(state: i32, incoming: bool): Call | null {
  const call = changetype<Call | null>(takeEntry(calls, offsetof<Call>(), MAX_CALLS));
  if (call == null) {
    poolFull(POOL_CALLS, 0);
    return null;
  }
  call.inUse = true;
  call.incoming = incoming;
  call.state = state as u8;
  call.refreshAt = NEVER;
  call.expiresAt = NEVER;
  call.limitAt = NEVER;
  return call;
}

/** B2: calls in hand. */
export function callsInUse(): i32 {
  let count = 0;
  for (let i = 0; i < callsUsed(); i++) {
    if (callAt(i).inUse) count++;
  }
  return count;
}

/** The call whose deadline comes first, `null` where none has any. */
export function earliestCall(): Call | null {
  let earliest: Call | null = null;
  let deadline = NEVER;
  for (let i = 0; i < callsUsed(); i++) {
    const call = callAt(i);
    if (call.deadline >= deadline) continue;
    deadline = call.deadline;
    earliest = call;
  }
  return earliest;
}

/** The call has another state, by way of `flow`. */
export function enter(call: Call, state: i32, flow: u32): void {
  call.state = state as u8;
  say(call, flow, FAILURE_NONE, 0);
}

/** The call is over, and forgotten. `status`: the answer behind that, or 0. */
export function endCall(call: Call, reason: i32, status: i32, now: i64): void {
  call.state = CALL_STATE_ENDED as u8;
  say(call, NO_HANDLE, reason, status);
  dropRequestsIn(call.index, now);
  releaseFlow(call.flow);
  endServerTransaction(call.server);
  drop(call.sessionType);
  drop(call.sessionBody);
  call.dialog.end();
  call.inUse = false;
}

function say(call: Call, by: u32, reason: i32, status: i32): void {
  const dialog = call.dialog;
  const flow = flowOf(by);
  beginEvent(EVENT_CALL, dialog.account);
  putWord(call.number);
  putByte(call.state);
  putWord(dialog.slot);
  putTarget(flow == null ? nowhere : flow.remote);
  putText(textOf(dialog.remote));
  putByte(reason);
  putWord(status);
  endAction();
}

/** Tells the application what the message in view says. `answers`: it has to answer. */
export function pass(call: Call, method: i32, status: i32, answers: bool, detail: i32): void {
  beginEvent(EVENT_CALL_MESSAGE, call.dialog.account);
  putWord(call.number);
  putByte(method);
  putWord(status);
  putWord(answers ? 1 : 0);
  putText(detail == 0 ? NO_SPAN : header(detail));
  putText(header(HEADER_CONTENT_TYPE));
  putText(message.body);
  endAction();
}

/** A request of ours has failed without an answer: for the application a 408 (RFC 3261, 8.1.3.1). */
export function passFailure(call: Call, method: i32): void {
  resetMessage();
  pass(call, method, 408, false, 0);
}
