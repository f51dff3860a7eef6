import { NEVER, SECOND } from "../time/clock";
import { FLOW_CLOSED, Flow, flowAt, flowsUsed } from "./flows";

/*
 * Keeping a connection alive (RFC 5626, 4.4.1): a CRLF CRLF of ours is answered by a CRLF, the pong. A connection on
 * which none comes within 10 s is dead, if it has ever brought one: a server that has sent none does not know of them.
 */

const PONG_PATIENCE = 10 * SECOND;

/** We have asked whether somebody is there. */
export function pingWasSent(flow: Flow, now: i64): void {
  if (flow.knowsPongs && flow.pongBy == 0) flow.pongBy = now + PONG_PATIENCE;
}

/** Something has come: somebody is there. `isPong`: it was a pong. */
export function flowIsAlive(flow: Flow, isPong: bool): void {
  flow.pongBy = 0;
  if (isPong) flow.knowsPongs = true;
}

/** The flow whose pong is due first, `null` where none is awaited. */
export function earliestPong(): Flow | null {
  let earliest: Flow | null = null;
  let deadline = NEVER;
  for (let i = 0; i < flowsUsed(); i++) {
    const flow = flowAt(i);
    if (flow.state == FLOW_CLOSED || flow.pongBy == 0 || flow.pongBy >= deadline) continue;
    deadline = flow.pongBy;
    earliest = flow;
  }
  return earliest;
}
