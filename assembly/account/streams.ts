import { Span, span, spanBetween, spanEnd, spanStart } from "../bytes/span";
import { DROP_MALFORMED, FLOW_FAILURE_CLOSED, POOL_STREAMS } from "../contract/constants";
import { drop } from "../contract/drops";
import { askClose, poolFull } from "../contract/queue";
import { MAX_MESSAGE_IN } from "../limits";
import { BROKEN, INCOMPLETE, messageLength } from "../sip/framing";
import { NEVER } from "../time/clock";
import { Flow, flowHasFailed, flowOf, handleOfFlow } from "../transport/flows";
import { earliestPong, flowIsAlive } from "../transport/pongs";
import { gather, keepRest, streamRoom } from "../transport/stream";
import { accountsDatagram, accountsFlowFailed } from "./phone";

/*
 * SIP on connections: whole messages are taken out of what comes, and a connection that is of no use any more is closed.
 */

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
