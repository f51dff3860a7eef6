import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE } from "../bytes/handle";
import {
  CAUSE_DOWN,
  FAILURE_TARGET_FAILED,
  RULE_B4,
  RULE_B6,
  RULE_B7,
  RULE_K2,
  RULE_K3,
} from "../contract/constants";
import { currentOf } from "../redundancy/current";
import { MODE_NEW_REQUESTS, failbackOf } from "../redundancy/failback";
import { Target, listOf } from "../redundancy/targets";
import { NEVER, SECOND } from "../time/clock";
import { holdFlow, releaseFlow } from "../transport/flows";
import { slotHasRegistered } from "./fallback";
import { keepAlivePeriod, refreshOverlap } from "./options";
import { forgetServiceRoute } from "./register";
import { Registration } from "./registrations";
import { subscriptionsFollowTo } from "./subscription/subscription";
import { sayFailback, sayFailover, sayRegistered, sayTargetFailed, sayUnregistered } from "./trace";

/*
 * The binding of a registration: taken by a 200, kept until its refresh, lost with its target or its lifetime.
 */

/** `moveRule` while no target has failed this search. */
export const NO_RULE: u8 = 0xff;

/** Lifetimes that a server may grant are taken from this many seconds on: shorter ones would be a flood of refreshes. */
const SHORTEST_LIFETIME: u32 = 2;

/** From this lifetime on, in seconds, the refresh comes `LATE_OVERLAP` before the end, below it at half time. */
const LONG_LIFETIME: i64 = 1200;
const LATE_OVERLAP: i64 = 600;

/**
 * R2: how long after the 200 the REGISTER is sent again, in milliseconds. `lifetime` and `overlap`
 * (`register_expires_overlap`, -1: by the lifetime) in seconds; an overlap that leaves nothing is not obeyed.
 */
export function refreshWait(lifetime: i64, overlap: i64): i64 {
  if (overlap < 0 && lifetime >= LONG_LIFETIME) overlap = LATE_OVERLAP;
  const half = (lifetime * SECOND) >> 1;
  return overlap < 0 || overlap >= lifetime ? half : (lifetime - overlap) * SECOND;
}

/**
 * A 200 has come from `target`: the binding is there, of `contact`, on `flow`, for `lifetime` seconds; the slot
 * settles on the target (F8). `byTrial` says that a trial found it (B4).
 */
export function bind(
  registration: Registration,
  target: Target,
  contact: Endpoint,
  flow: u32,
  lifetime: u32,
  byTrial: bool,
  now: i64,
): void {
  const slot = registration.index;
  lifetime = max(lifetime, SHORTEST_LIFETIME);
  const held = holdFlow(flow);
  releaseFlow(registration.flow);
  registration.flow = held;
  registration.bound.copyFrom(target.endpoint);
  registration.contact.copyFrom(contact);
  registration.expiresAt = now + (lifetime as i64) * SECOND;
  registration.refreshAt = now + refreshWait(lifetime as i64, refreshOverlap(registration.account));
  const period = keepAlivePeriod(registration.account);
  registration.keepAliveAt = period > 0 ? now + period : NEVER;
  registration.failures = 0;
  registration.dead.clear();
  sayMoved(registration, target.endpoint, byTrial);
  if (currentOf(slot).settle(target, now)) failbackOf(slot).settledAnew();
  else failbackOf(slot).resume();
  sayRegistered(registration, lifetime);
  slotHasRegistered(registration, now);
  subscriptionsFollowTo(registration.account, registration.slot, target.endpoint, now);
  registration.moveRule = NO_RULE;
}

/** Says that the registration has moved, and by which rule. */
function sayMoved(registration: Registration, to: Endpoint, byTrial: bool): void {
  const from = registration.home;
  if (from.exists && !from.equals(to)) {
    const slot = registration.index;
    if (byTrial) {
      sayFailback(registration, from, to, RULE_B4);
    } else if (registration.moveRule != NO_RULE) {
      sayFailover(registration, from, to, registration.moveRule);
    } else if (failbackOf(slot).mode == MODE_NEW_REQUESTS && listOf(slot).rankOf(from) >= 0) {
      sayFailback(registration, from, to, RULE_B7);
    } else {
      sayFailover(registration, from, to, RULE_B6);
    }
  }
  from.copyFrom(to);
}

/** The binding is there no more. Nothing happens where there is none. */
export function loseBinding(registration: Registration, failure: i32): void {
  if (!registration.isBound) return;
  sayUnregistered(registration, failure);
  forgetServiceRoute(registration);
  registration.bound.clear();
  releaseFlow(registration.flow);
  registration.flow = NO_HANDLE;
  registration.refreshAt = NEVER;
  registration.expiresAt = NEVER;
  registration.keepAliveAt = NEVER;
}

/** K3: the target of the binding has been found dead, for `cause`. */
export function targetDied(registration: Registration, cause: i32): void {
  sayTargetFailed(registration, registration.bound, cause);
  registration.dead.copyFrom(registration.bound);
  registration.moveRule = (cause == CAUSE_DOWN ? RULE_K2 : RULE_K3) as u8;
  loseBinding(registration, FAILURE_TARGET_FAILED);
}
