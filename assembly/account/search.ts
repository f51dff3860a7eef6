import {
  CAUSE_503,
  CAUSE_CLOSED,
  CAUSE_CONNECT,
  CAUSE_DOWN,
  CAUSE_REFUSED,
  CAUSE_SILENT,
  RULE_F1,
  RULE_F2,
  RULE_F3,
  RULE_K2,
} from "../contract/constants";
import { leaveAlone } from "../redundancy/health";
import { searchAt } from "../redundancy/search";
import { FULL_BUDGET } from "../transaction/client";
import { shortBudget } from "../transaction/timers";
import { Attempt, attemptAt, startAttempt } from "./attempt";
import { retries } from "./options";
import { Registration } from "./registrations";
import { sayTargetFailed } from "./trace";

/*
 * The searches of a registration: the main one, and the trial of the targets ahead of the current one (B3). Each
 * has a cursor in the redundancy room and one attempt at a time.
 */

/** Number of a registration's search, which is also that of its attempt. */
export const MAIN: i32 = 0;
export const TRIAL: i32 = 1;

export function searchNumber(registration: Registration, kind: i32): i32 {
  return (registration.index << 1) | kind;
}

/** Tries the next target of the search, if one is left. */
export function tryNextTarget(
  registration: Registration,
  kind: i32,
  purpose: u8,
  reason: i32,
  now: i64,
): bool {
  const number = searchNumber(registration, kind);
  const search = searchAt(number);
  const target = search.next();
  if (target == null) return false;
  if (!registration.home.exists) registration.home.copyFrom(target.endpoint);
  const budget = search.isLast ? FULL_BUDGET : shortBudget(retries(registration.account, registration.slot));
  startAttempt(attemptAt(number), registration, purpose, target.endpoint, budget, reason, now);
  return true;
}

/** Tries the same target again with another request, for example after the old bindings were removed. */
export function trySameTarget(
  registration: Registration,
  kind: i32,
  purpose: u8,
  reason: i32,
  now: i64,
): void {
  const number = searchNumber(registration, kind);
  const attempt = attemptAt(number);
  startAttempt(attempt, registration, purpose, searchAt(number).target.endpoint, attempt.budget, reason, now);
}

/** A target has failed a request: says so, and minds a 503's Retry-After (F12). The rule by which it is left. */
export function noteFailure(registration: Registration, attempt: Attempt, now: i64): u8 {
  const cause = attempt.cause;
  if (cause == CAUSE_503 && attempt.retryAfter > 0) leaveAlone(attempt.target, now + attempt.retryAfter);
  sayTargetFailed(registration, attempt.target, cause);
  return ruleOf(cause) as u8;
}

/** The rule by which a target with this cause is left. */
function ruleOf(cause: i32): i32 {
  switch (cause) {
    case CAUSE_SILENT:
      return RULE_F2;
    case CAUSE_REFUSED:
    case CAUSE_CONNECT:
    case CAUSE_CLOSED:
      return RULE_F3;
    case CAUSE_DOWN:
      return RULE_K2;
    default:
      return RULE_F1;
  }
}
