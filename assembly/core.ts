import {
  accountsAreOff,
  accountsDatagram,
  accountsFlowFailed,
  accountsFlowOpened,
  transactionsTimePassed,
  attemptsDeadline,
  attemptsTimePassed,
  callsDeadline,
  callsTimePassed,
  leaveAccounts,
  lookupEnded,
  probesDeadline,
  probesTimePassed,
  registrationsDeadline,
  registrationsTimePassed,
  resetAccounts,
  serverTransactionsDeadline,
  serverTransactionsTimePassed,
  setCalls,
  startAccounts,
  subscriptionsDeadline,
  subscriptionsTimePassed,
} from "./account/phone";
import { accountsStream, breakConnection, pongsDeadline, pongsTimePassed } from "./account/streams";
import {
  listeningDeadline,
  listeningDue,
  listeningFailed,
  listeningOpened,
  startListening,
} from "./account/listening";
import { FAMILY_IPV4, FAMILY_IPV6 } from "./bytes/address";
import { span } from "./bytes/span";
import {
  DROP_TOO_LONG,
  ERROR_ALREADY_STARTED,
  ERROR_BAD_ARGUMENT,
  ERROR_FLOW_STATE,
  ERROR_NOT_CONFIGURED,
  ERROR_STALE_FLOW,
  FLOW_FAILURE_OTHER,
  TRANSPORT_UDP,
} from "./contract/constants";
import { drop, resetDrops } from "./contract/drops";
import { resetActions, sayStopped, takeAction } from "./contract/queue";
import { isConfigured, putInForce } from "./configure";
import { nextLocated } from "./dns/locate";
import { dnsFlowBytes, dnsFlowFailed } from "./dns/queries";
import { dnsDeadline, dnsTimePassed, resetDns } from "./dns/resolver";
import { input } from "./input";
import { MAX_MESSAGE_IN } from "./limits";
import { NEVER, SECOND } from "./time/clock";
import { resetTransactions, transactionsDeadline } from "./transaction/client";
import {
  FLOW_OPEN,
  FLOW_OPENING,
  OWNER_DNS,
  OWNER_INCOMING,
  OWNER_LISTENER,
  OWNER_SIP,
  acceptFlow,
  closeFlows,
  flowHasFailed,
  flowHasOpened,
  flowOf,
  holdFlow,
  releaseFlow,
  resetFlows,
} from "./transport/flows";

/*
 * Owns the parts and hands each input to its owner. An input does little at once; what follows from it, and what
 * time brings, is done by `nextAction`, one piece of work at a time, so that each piece adds a bounded number of
 * actions. The piece whose deadline came first goes first; of those due together: lookups that have ended, then
 * transactions, queries, attempts, registrations, probes, pongs, the listening port, the stop, each by its lowest number.
 */

const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const STOPPING: u8 = 2;
const STOPPED: u8 = 3;

/** R7: an orderly stop takes no longer. */
const STOP_PATIENCE = 2 * SECOND;

/** It is to be asked anew. A room whose deadline is just then is asked once more, and no harm is done. */
const UNKNOWN: i64 = 0;

/** The latest time there is, in milliseconds. */
const LATEST: i64 = 1 << 62;

@unmanaged
class Core {
  phase: u8;
  stopAt: i64;
  /** The latest time that was told; a clock that goes back is held here. */
  now: i64;
  /** When the first room has something to do; UNKNOWN since the last input or piece of work. */
  deadline: i64;
}

const core = changetype<Core>(memory.data(offsetof<Core>(), 8));

/** Everything but the configuration is forgotten. */
export function resetCore(): void {
  core.phase = IDLE;
  core.stopAt = NEVER;
  core.now = i64.MIN_VALUE;
  resetActions();
  resetDrops();
  resetFlows();
  resetTransactions();
  resetDns();
  resetAccounts();
}

/** Time goes forward only, and not so far that a wait added to it would not fit. */
function advance(now: i64): i64 {
  core.deadline = UNKNOWN;
  core.now = max(core.now, min(now, LATEST));
  return core.now;
}

export function start(time: i64): i32 {
  if (core.phase != IDLE) return ERROR_ALREADY_STARTED;
  if (!isConfigured()) return ERROR_NOT_CONFIGURED;
  const now = advance(time);
  core.phase = RUNNING;
  putInForce();
  startListening(now);
  return 0;
}

export function flowOpened(time: i64, handle: u32, family: i32, port: i32): i32 {
  const now = advance(time);
  const flow = flowOf(handle);
  if (flow == null) return ERROR_STALE_FLOW;
  if (flow.state != FLOW_OPENING) return ERROR_FLOW_STATE;
  if (!isFamily(family)) return ERROR_BAD_ARGUMENT;
  flowHasOpened(flow, family, port, input);
  if (flow.owner == OWNER_LISTENER) {
    if (listeningOpened(flow, now)) startAccounts(now);
  } else if (flow.owner == OWNER_SIP) {
    accountsFlowOpened(flow, now);
  }
  return 0;
}

export function flowFailed(time: i64, handle: u32, reason: i32): i32 {
  const now = advance(time);
  const flow = flowOf(handle);
  if (flow == null) return ERROR_STALE_FLOW;
  if (reason < 0 || reason > FLOW_FAILURE_OTHER) return ERROR_BAD_ARGUMENT;
  const opening = flow.state == FLOW_OPENING;
  flowHasFailed(flow);
  if (flow.owner == OWNER_DNS) {
    dnsFlowFailed(flow.ownerIndex, now);
  } else if (flow.owner == OWNER_LISTENER) {
    listeningFailed(flow, reason, now);
  } else {
    accountsFlowFailed(handle, flow.remote.transport, opening, reason, now);
  }
  return 0;
}

export function flowBytes(time: i64, handle: u32, length: i32): i32 {
  const now = advance(time);
  const flow = flowOf(handle);
  if (flow == null) return ERROR_STALE_FLOW;
  if (flow.state != FLOW_OPEN) return ERROR_FLOW_STATE;
  const stranger = flow.owner == OWNER_INCOMING && flow.remote.transport == TRANSPORT_UDP;
  if (stranger) holdFlow(handle);
  if (length < 0 || length > MAX_MESSAGE_IN) {
    drop(DROP_TOO_LONG, flow.remote);
  } else if (flow.owner == OWNER_DNS) {
    dnsFlowBytes(handle, flow.ownerIndex, span(input, length), now);
  } else if (flow.remote.transport == TRANSPORT_UDP) {
    accountsDatagram(flow, span(input, length), now);
  } else if (!accountsStream(flow, span(input, length), now)) {
    breakConnection(flow, now);
    return 0;
  }
  // What came from elsewhere is kept while there is something to answer.
  if (stranger) releaseFlow(handle);
  return 0;
}

export function flowIncoming(time: i64, listener: u32, family: i32, port: i32): u32 {
  advance(time);
  const flow = flowOf(listener);
  if (flow == null || flow.owner != OWNER_LISTENER || !isFamily(family)) return 0;
  return acceptFlow(listener, flow.remote.transport, family, port, input);
}

/** The core runs, so that the application may ask for something at `time`, which is taken note of. */
export function isRunningAt(time: i64): bool {
  advance(time);
  return core.phase == RUNNING;
}

/** The time that it is. */
export function timeNow(): i64 {
  return core.now;
}

function isFamily(family: i32): bool {
  return family == FAMILY_IPV4 || family == FAMILY_IPV6;
}

/** B2. */
export function setBusy(time: i64, calls: u32): i32 {
  advance(time);
  setCalls(calls);
  return 0;
}

/** R7. */
export function stop(time: i64): i32 {
  const now = advance(time);
  if (core.phase == IDLE) return ERROR_NOT_CONFIGURED;
  if (core.phase == RUNNING) {
    core.phase = STOPPING;
    core.stopAt = now + STOP_PATIENCE;
    leaveAccounts(now);
  }
  return 0;
}

/** The next action for the host; does what is due until there is one, 0 where nothing is left to do. */
export function nextAction(time: i64): usize {
  const now = advance(time);
  let action = takeAction();
  while (action == 0 && step(now)) action = takeAction();
  return action;
}

export function nextDeadline(): i64 {
  if (!isUp()) return NEVER;
  if (core.deadline == UNKNOWN) firstRoom();
  return core.deadline;
}

/** Running or stopping. */
function isUp(): bool {
  return ((core.phase - RUNNING) as u8) <= STOPPING - RUNNING;
}

/** What is due at the same time is done in this order. */
const ROOMS = 10;

/** When a room has something to do. */
function deadlineOf(room: i32): i64 {
  switch (room) {
    case 0:
      return transactionsDeadline();
    case 1:
      return dnsDeadline();
    case 2:
      return attemptsDeadline();
    case 3:
      return registrationsDeadline();
    case 4:
      return probesDeadline();
    case 5:
      return pongsDeadline();
    case 6:
      return serverTransactionsDeadline();
    case 7:
      return callsDeadline();
    case 8:
      return subscriptionsDeadline();
    default:
      return listeningDeadline();
  }
}

/** The room does one thing that is due. */
function timePassed(room: i32, now: i64): void {
  switch (room) {
    case 0:
      transactionsTimePassed(now);
      break;
    case 1:
      dnsTimePassed(now);
      break;
    case 2:
      attemptsTimePassed(now);
      break;
    case 3:
      registrationsTimePassed(now);
      break;
    case 4:
      probesTimePassed(now);
      break;
    case 5:
      pongsTimePassed(now);
      break;
    case 6:
      serverTransactionsTimePassed(now);
      break;
    case 7:
      callsTimePassed(now);
      break;
    case 8:
      subscriptionsTimePassed(now);
      break;
    default:
      listeningDue(now);
  }
}

/** Does one piece of work that is due; false where none is. */
function step(now: i64): bool {
  if (!isUp()) return false;
  const lookup = nextLocated();
  if (lookup >= 0) {
    lookupEnded(lookup, now);
    return true;
  }
  if (core.phase == STOPPING && (accountsAreOff() || core.stopAt <= now)) {
    halt();
    return true;
  }
  const room = firstRoom();
  if (core.deadline > now) return false;
  core.deadline = UNKNOWN;
  timePassed(room, now);
  return true;
}

/** The room that has something to do first. When that is, is noted. */
function firstRoom(): i32 {
  let first = 0;
  let deadline = core.stopAt;
  for (let room = 0; room < ROOMS; room++) {
    const candidate = deadlineOf(room);
    if (candidate >= deadline) continue;
    deadline = candidate;
    first = room;
  }
  core.deadline = deadline;
  return first;
}

/** The end of an orderly stop: what is still open is closed. */
function halt(): void {
  core.phase = STOPPED;
  core.stopAt = NEVER;
  resetTransactions();
  resetDns();
  closeFlows();
  sayStopped();
}
