import {
  accountsAreOff,
  accountsDatagram,
  accountsFlowFailed,
  accountsFlowOpened,
  accountsStream,
  accountsTransactionDue,
  attemptsDeadline,
  attemptsTimePassed,
  breakConnection,
  leaveAccounts,
  lookupEnded,
  pongsDeadline,
  pongsTimePassed,
  probesDeadline,
  probesTimePassed,
  registrationsDeadline,
  registrationsTimePassed,
  resetAccounts,
  setCalls,
  startAccounts,
} from "./account/phone";
import { beginListening, listeningDeadline, listeningFailed, listeningOpened } from "./account/listening";
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
import { earliestTransaction, resetTransactions, transactionsDeadline } from "./transaction/client";
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

/** The latest time there is, in milliseconds. */
const LATEST: i64 = 1 << 62;

@unmanaged
class Core {
  phase: u8;
  stopAt: i64;
  /** The latest time that was told; a clock that goes back is held here. */
  now: i64;
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
  core.now = max(core.now, min(now, LATEST));
  return core.now;
}

export function start(time: i64): i32 {
  if (core.phase != IDLE) return ERROR_ALREADY_STARTED;
  if (!isConfigured()) return ERROR_NOT_CONFIGURED;
  const now = advance(time);
  core.phase = RUNNING;
  putInForce();
  beginListening(now);
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
    if (listeningOpened(flow)) startAccounts(now);
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
  } else if (flow.owner == OWNER_SIP) {
    accountsFlowFailed(handle, flow.remote.transport, opening, reason, now);
  }
  return 0;
}

export function flowBytes(time: i64, handle: u32, length: i32): i32 {
  const now = advance(time);
  const flow = flowOf(handle);
  if (flow == null) return ERROR_STALE_FLOW;
  if (flow.state != FLOW_OPEN) return ERROR_FLOW_STATE;
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
  // What came from elsewhere is answered at once or not at all.
  if (flow.owner == OWNER_INCOMING) releaseFlow(handle);
  return 0;
}

export function flowIncoming(time: i64, listener: u32, family: i32, port: i32): u32 {
  advance(time);
  const flow = flowOf(listener);
  if (flow == null || flow.owner != OWNER_LISTENER || !isFamily(family)) return 0;
  return acceptFlow(listener, flow.remote.transport, family, port, input);
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
  if (core.phase != RUNNING && core.phase != STOPPING) return NEVER;
  const works = min(
    min(transactionsDeadline(), dnsDeadline()),
    min(attemptsDeadline(), registrationsDeadline()),
  );
  const watches = min(probesDeadline(), pongsDeadline());
  return min(min(works, watches), min(listeningDeadline(), core.stopAt));
}

/** Does one piece of work that is due; false where none is. */
function step(now: i64): bool {
  if (core.phase != RUNNING && core.phase != STOPPING) return false;
  const lookup = nextLocated();
  if (lookup >= 0) {
    lookupEnded(lookup, now);
    return true;
  }
  if (core.phase == STOPPING && (accountsAreOff() || core.stopAt <= now)) {
    halt();
    return true;
  }
  const first = nextDeadline();
  if (first > now) return false;
  const transaction = earliestTransaction();
  if (transaction != null && transactionsDeadline() == first) accountsTransactionDue(transaction, now);
  else if (dnsDeadline() == first) dnsTimePassed(now);
  else if (attemptsDeadline() == first) attemptsTimePassed(now);
  else if (registrationsDeadline() == first) registrationsTimePassed(now);
  else if (probesDeadline() == first) probesTimePassed(now);
  else if (pongsDeadline() == first) pongsTimePassed(now);
  else beginListening(now);
  return true;
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
