import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE } from "../bytes/handle";
import { NO_SPAN } from "../bytes/span";
import { routeAddress } from "../config/settings";
import {
  EVENT_TARGET_STATE,
  METHOD_OPTIONS,
  REASON_PROBE,
  TARGET_STATE_DOWN,
  TARGET_STATE_UP,
} from "../contract/constants";
import { beginEvent, endAction, putByte, putTarget } from "../contract/queue";
import { MAX_PROBES, MAX_REGISTRATIONS } from "../limits";
import { probeWasAnswered, probeWasLost } from "../redundancy/health";
import { listOf } from "../redundancy/targets";
import { NEVER, SECOND } from "../time/clock";
import { randomBetween } from "../time/random";
import { endTransaction, startTransaction, takeTransaction } from "../transaction/client";
import { shortBudget } from "../transaction/timers";
import { FLOW_OPEN, flowOf, releaseFlow, shareFlow } from "../transport/flows";
import { listeningPort } from "./listening";
import { mostLostProbes, probeInterval, retries } from "./options";
import { writeKeepAlive } from "./register";
import { Registration, registrationAt } from "./registrations";

/*
 * K2: OPTIONS to every target of the accounts' lists, so that a target that has fallen silent is known before a
 * user's request has to find out. One probe serves all accounts that share a target; it speaks for one of them.
 *
 *   RESTING ──its time──▶ OPENING ──flow open──▶ WAITING ──answer, silence, flow gone──▶ RESTING
 */

const FREE: u8 = 0;
const RESTING: u8 = 1;
const OPENING: u8 = 2;
const WAITING: u8 = 3;

/** Owner of its transactions. */
export const OWNER_PROBE: u8 = 3;

@unmanaged
export class Probe {
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  state: u8;
  /** It is in a list; what is not is forgotten. */
  wanted: bool;
  /** The registration that it speaks for. */
  speaker: u8;
  flow: u32;
  transaction: u32;
  /** When the next probe begins. */
  nextAt: i64;
  /** When there is something to do. */
  deadline: i64;

  get target(): Endpoint {
    return changetype<Endpoint>(this);
  }
}

const probes = memory.data(offsetof<Probe>() * MAX_PROBES, 8);

export function probeAt(index: i32): Probe {
  return changetype<Probe>(probes + index * offsetof<Probe>());
}

export function resetProbes(): void {
  memory.fill(probes, 0, offsetof<Probe>() * MAX_PROBES);
}

/** The lists have changed: what is new in them is probed from now on, what is gone no more. */
export function listsHaveChanged(now: i64): void {
  if (mostLostProbes() == 0) return;
  for (let i = 0; i < MAX_PROBES; i++) probeAt(i).wanted = false;
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const list = listOf(i);
    for (let rank = 0; rank < list.count; rank++) want(list.at(rank).endpoint, i, now);
  }
  for (let i = 0; i < MAX_PROBES; i++) {
    const probe = probeAt(i);
    if (probe.state != FREE && !probe.wanted) forget(probe);
  }
}

/** Probes a target on behalf of a registration; a full table leaves it out. */
function want(target: Endpoint, speaker: i32, now: i64): void {
  let free = -1;
  for (let i = 0; i < MAX_PROBES; i++) {
    const probe = probeAt(i);
    if (probe.state == FREE) {
      if (free < 0) free = i;
    } else if (probe.target.equals(target)) {
      if (!probe.wanted) probe.speaker = speaker as u8;
      probe.wanted = true;
      return;
    }
  }
  if (free < 0) return;
  const probe = probeAt(free);
  probe.target.copyFrom(target);
  probe.speaker = speaker as u8;
  probe.wanted = true;
  // Spread over the interval, and so different from phone to phone.
  rest(probe, now + randomBetween(0, probeInterval(speakerOf(probe).account)));
}

function speakerOf(probe: Probe): Registration {
  return registrationAt(probe.speaker);
}

function rest(probe: Probe, until: i64): void {
  endTransaction(probe.transaction);
  releaseFlow(probe.flow);
  probe.transaction = NO_HANDLE;
  probe.flow = NO_HANDLE;
  probe.state = RESTING;
  probe.nextAt = until;
  probe.deadline = until;
}

function forget(probe: Probe): void {
  rest(probe, NEVER);
  probe.state = FREE;
  probe.target.clear();
}

/** No more probes. */
export function stopProbes(): void {
  for (let i = 0; i < MAX_PROBES; i++) forget(probeAt(i));
}

/** The probe with the earliest deadline, the lowest index first; `null` where none has any. */
export function earliestProbe(): Probe | null {
  let earliest: Probe | null = null;
  let deadline = NEVER;
  if (mostLostProbes() == 0) return null;
  for (let i = 0; i < MAX_PROBES; i++) {
    const probe = probeAt(i);
    if (probe.state == FREE || probe.deadline >= deadline) continue;
    deadline = probe.deadline;
    earliest = probe;
  }
  return earliest;
}

/** Its deadline has come: it opens its flow and sends; true where it is lost because the flow did not open. */
export function probeDue(probe: Probe, now: i64): bool {
  if (probe.state == OPENING) return true;
  const speaker = speakerOf(probe);
  if (probe.state == RESTING && probe.flow == NO_HANDLE) {
    probe.nextAt = now + probeInterval(speaker.account);
    probe.flow = shareFlow(probe.target, listeningPort(), routeAddress(speaker.account, speaker.slot));
  }
  const flow = flowOf(probe.flow);
  if (flow == null) {
    // No flow is free, which says nothing of the target.
    rest(probe, now + SECOND);
  } else if (flow.state == FLOW_OPEN) {
    send(probe, now);
  } else {
    probe.state = OPENING;
    probe.deadline = probe.nextAt;
  }
  return false;
}

function send(probe: Probe, now: i64): void {
  const speaker = speakerOf(probe);
  const transaction = takeTransaction(METHOD_OPTIONS, probe.flow, OWNER_PROBE, indexOf(probe));
  if (transaction == null) {
    rest(probe, now + SECOND);
    return;
  }
  transaction.account = speaker.account;
  transaction.slot = speaker.slot;
  transaction.reason = REASON_PROBE as u8;
  probe.transaction = transaction.handle;
  const message = writeKeepAlive(speaker, METHOD_OPTIONS, transaction, flowOf(probe.flow)!);
  if (message == NO_SPAN) {
    rest(probe, NEVER);
    return;
  }
  probe.state = WAITING;
  probe.deadline = NEVER;
  const budget = min(shortBudget(retries(speaker.account, speaker.slot)), probe.nextAt - now);
  startTransaction(transaction, message, max(budget, 1), now);
}

function indexOf(probe: Probe): i32 {
  return ((changetype<usize>(probe) - probes) / offsetof<Probe>()) as i32;
}

/** A flow is open: the probes that waited for it are due. */
export function wakeProbes(flow: u32, now: i64): void {
  for (let i = 0; i < MAX_PROBES; i++) {
    const probe = probeAt(i);
    if (probe.state != OPENING || probe.flow != flow) continue;
    probe.state = RESTING;
    probe.deadline = now;
  }
}

/** The probe under way on a flow that has failed; `null` where there is none. */
export function probeOnFlow(flow: u32): Probe | null {
  for (let i = 0; i < MAX_PROBES; i++) {
    const probe = probeAt(i);
    if (probe.state != FREE && probe.flow == flow && flow != NO_HANDLE) return probe;
  }
  return null;
}

/** Any final response has come: the target is up. */
export function probeAnswered(probe: Probe): void {
  if (probeWasAnswered(probe.target)) say(probe, TARGET_STATE_UP);
  rest(probe, probe.nextAt);
}

/** Nobody has answered; true where that puts the target down. */
export function probeLost(probe: Probe, now: i64): bool {
  const down = probeWasLost(probe.target, mostLostProbes());
  if (down) say(probe, TARGET_STATE_DOWN);
  rest(probe, max(probe.nextAt, now));
  return down;
}

function say(probe: Probe, state: i32): void {
  beginEvent(EVENT_TARGET_STATE, 0);
  putTarget(probe.target);
  putByte(state);
  endAction();
}
