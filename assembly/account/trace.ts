import { Endpoint } from "../bytes/endpoint";
import { Span } from "../bytes/span";
import {
  EVENT_ANSWERED,
  EVENT_FAILBACK,
  EVENT_FAILBACK_DUE,
  EVENT_FAILBACK_FAILED,
  EVENT_FAILED,
  EVENT_FAILOVER,
  EVENT_FALLBACK,
  EVENT_REGISTERED,
  EVENT_RESOLVED,
  EVENT_TARGET_FAILED,
  EVENT_TOO_LARGE,
  EVENT_UNREGISTERED,
  METHOD_REGISTER,
} from "../contract/constants";
import { beginEvent, endAction, putByte, putTarget, putText, putWord } from "../contract/queue";
import { TargetList } from "../redundancy/targets";
import { NEVER, SECOND } from "../time/clock";
import { Registration } from "./registrations";

/* Every decision about a registration, said with its reason. */

function begin(event: i32, registration: Registration): void {
  beginEvent(event, registration.account);
  putWord(registration.slot);
}

export function sayResolved(registration: Registration, list: TargetList, now: i64): void {
  begin(EVENT_RESOLVED, registration);
  putByte(list.count);
  let expires = NEVER;
  for (let i = 0; i < list.count; i++) {
    putTarget(list.at(i).endpoint);
    expires = min(expires, list.at(i).expires);
  }
  putWord(expires == NEVER ? 0 : ((max(expires - now + SECOND - 1, 0) / SECOND) as u32));
  endAction();
}

export function sayTargetFailed(registration: Registration, target: Endpoint, cause: i32): void {
  begin(EVENT_TARGET_FAILED, registration);
  putTarget(target);
  putByte(cause);
  endAction();
}

function sayMove(event: i32, registration: Registration, from: Endpoint, to: Endpoint, rule: i32): void {
  begin(event, registration);
  putTarget(from);
  putTarget(to);
  putByte(rule);
  endAction();
}

export function sayFailover(registration: Registration, from: Endpoint, to: Endpoint, rule: i32): void {
  sayMove(EVENT_FAILOVER, registration, from, to, rule);
}

export function sayFailback(registration: Registration, from: Endpoint, to: Endpoint, rule: i32): void {
  sayMove(EVENT_FAILBACK, registration, from, to, rule);
}

/** G2: `registration` is the slot that works from now on. */
export function sayFallback(registration: Registration, from: Endpoint, to: Endpoint, rule: i32): void {
  sayMove(EVENT_FALLBACK, registration, from, to, rule);
}

export function sayFailbackDue(registration: Registration, rule: i32): void {
  begin(EVENT_FAILBACK_DUE, registration);
  putByte(rule);
  endAction();
}

export function sayFailbackFailed(registration: Registration, to: Endpoint): void {
  begin(EVENT_FAILBACK_FAILED, registration);
  putTarget(to);
  endAction();
}

/** A request came in and was answered. */
export function sayAnswered(method: Span, source: Endpoint, status: i32): void {
  beginEvent(EVENT_ANSWERED, 0);
  putText(method);
  putTarget(source);
  putWord(status);
  endAction();
}

/** RFC 3261 (18.1.1): a request of so many octets goes by TCP. */
export function sayTooLarge(registration: Registration, method: i32, target: Endpoint, octets: i32): void {
  begin(EVENT_TOO_LARGE, registration);
  putByte(method);
  putTarget(target);
  putWord(octets);
  endAction();
}

/** `lifetime` in seconds. */
export function sayRegistered(registration: Registration, lifetime: u32): void {
  begin(EVENT_REGISTERED, registration);
  putTarget(registration.bound);
  putWord(lifetime);
  putByte(registration.reason);
  endAction();
}

export function sayUnregistered(registration: Registration, failure: i32): void {
  begin(EVENT_UNREGISTERED, registration);
  putTarget(registration.bound);
  putByte(failure);
  endAction();
}

/** A REGISTER has failed for good; `retry` is the wait until the next, in milliseconds. */
export function sayFailed(registration: Registration, failure: i32, status: i32, retry: i64): void {
  begin(EVENT_FAILED, registration);
  putByte(METHOD_REGISTER);
  putByte(failure);
  putWord(status);
  putWord(retry as u32);
  endAction();
}
