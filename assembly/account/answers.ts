import { NOT_A_NUMBER } from "../bytes/number";
import {
  CAUSE_503,
  CAUSE_REJECTED,
  FAILURE_NO_CREDENTIALS,
  FAILURE_POOL_FULL,
  FAILURE_REJECTED,
  FAILURE_WRONG_CREDENTIALS,
  REASON_CHALLENGE,
  REASON_INTERVAL_TOO_BRIEF,
} from "../contract/constants";
import { headerSeconds } from "../sip/fields";
import { HEADER_MIN_EXPIRES, HEADER_MIN_SE, HEADER_RETRY_AFTER } from "../sip/header";
import { SECOND } from "../time/clock";
import { flowOf } from "../transport/flows";
import {
  ATTEMPT_ACCEPTED,
  Attempt,
  DONE,
  NOT_ENDED,
  PURPOSE_ASK,
  PURPOSE_REGISTER,
  PURPOSE_REQUEST,
  REGISTRATION_ATTEMPTS,
  begin,
  failed,
  rejected,
} from "./attempt";
import {
  CHALLENGE_ANSWERABLE,
  CHALLENGE_NO_PASSWORD,
  CHALLENGE_NO_ROOM,
  CHALLENGE_REFUSED,
  followNextNonce,
  takeChallenge,
} from "./challenges";
import { movesOnRejection } from "./options";
import { grantedContact, grantedLifetime, noteMapping, noteServiceRoute } from "./register";
import { OF_CALL, Request, requestAt } from "./request/request";
import { intervalTooBrief } from "./request/write";

/*
 * What a final response means for the attempt that it answers (F1): taken, to be asked again at the same target, the
 * target has failed, or an answer that ends the search.
 */

/** A Retry-After is believed up to this: there is no for ever (R5). */
const LONGEST_RETRY_AFTER: i64 = 3600;

/** How often a 422 or 423 is followed before it is taken for a rejection. */
const MOST_CORRECTIONS: u8 = 2;

/** The final response in view answers its request. */
export function attemptAnswered(attempt: Attempt, status: i32, now: i64): i32 {
  const flow = flowOf(attempt.flow);
  if (flow != null) noteMapping(flow);
  attempt.status = status as u16;
  if (status < 300) return accepted(attempt);
  if (status == 401 || status == 407) return challenged(attempt, status, now);
  const isRequest = attempt.purpose == PURPOSE_REQUEST;
  if (status == 423 && !isRequest && correctLifetime(attempt))
    return again(attempt, REASON_INTERVAL_TOO_BRIEF, now);
  if ((status == 422 || status == 423) && isRequest && correctInterval(attempt, status)) {
    return again(attempt, REASON_INTERVAL_TOO_BRIEF, now);
  }
  noteRetryAfter(attempt);
  // F4: behind a target that has rung nobody else is asked; F13: an address in a call's route has nobody else.
  const alone = isRequest && isAlone(requestAt(attempt.index - REGISTRATION_ATTEMPTS));
  if (status == 503 && !attempt.reachedFarEnd && !alone) return failed(attempt, CAUSE_503, now);
  if (attempt.purpose == PURPOSE_ASK) return accepted(attempt);
  const movesOn =
    !isRequest && status >= 400 && status != 423 && movesOnRejection(attempt.registration.account);
  return movesOn ? failed(attempt, CAUSE_REJECTED, now) : rejected(attempt, FAILURE_REJECTED, status);
}

function accepted(attempt: Attempt): i32 {
  followNextNonce(attempt.index);
  if (attempt.purpose < PURPOSE_ASK) {
    const granted = grantedContact(attempt.registration, attempt.contact);
    attempt.lifetime = grantedLifetime(attempt.registration, granted);
    if (attempt.purpose == PURPOSE_REGISTER) noteServiceRoute(attempt.registration, granted);
  }
  attempt.state = DONE;
  return ATTEMPT_ACCEPTED;
}

/** R3: the answer goes to the target that sent the challenge. */
function challenged(attempt: Attempt, status: i32, now: i64): i32 {
  const account = attempt.registration.account;
  const taken = takeChallenge(attempt.index, account, attempt.target, status == 407);
  switch (taken) {
    case CHALLENGE_ANSWERABLE:
      return again(attempt, REASON_CHALLENGE, now);
    case CHALLENGE_NO_PASSWORD:
      return rejected(attempt, FAILURE_NO_CREDENTIALS, status);
    case CHALLENGE_NO_ROOM:
      return rejected(attempt, FAILURE_POOL_FULL, status);
    case CHALLENGE_REFUSED:
      return rejected(attempt, FAILURE_WRONG_CREDENTIALS, status);
    default:
      return rejected(attempt, FAILURE_REJECTED, status);
  }
}

/** R3: a 423 is followed by what it asks for. */
function correctLifetime(attempt: Attempt): bool {
  const registration = attempt.registration;
  const least = headerSeconds(HEADER_MIN_EXPIRES);
  if (least == NOT_A_NUMBER || least <= (registration.askedLifetime as i64)) return false;
  if (attempt.corrections++ == MOST_CORRECTIONS) return false;
  registration.askedLifetime = least as u32;
  return true;
}

function isAlone(request: Request): bool {
  return request.direct && request.owner == OF_CALL;
}

/** RFC 4028 (7.1), RFC 6665 (4.1.2.2): a 422 or 423 is followed by what it asks for. */
function correctInterval(attempt: Attempt, status: i32): bool {
  const least = headerSeconds(status == 422 ? HEADER_MIN_SE : HEADER_MIN_EXPIRES);
  if (least == NOT_A_NUMBER || attempt.corrections++ == MOST_CORRECTIONS) return false;
  return intervalTooBrief(requestAt(attempt.index - REGISTRATION_ATTEMPTS), least as u32);
}

/** The same target gets the request anew, with a budget of its own (F5). */
function again(attempt: Attempt, reason: i32, now: i64): i32 {
  attempt.reason = reason as u8;
  begin(attempt, now);
  return NOT_ENDED;
}

function noteRetryAfter(attempt: Attempt): void {
  const seconds = headerSeconds(HEADER_RETRY_AFTER);
  attempt.retryAfter = seconds == NOT_A_NUMBER ? 0 : min(seconds, LONGEST_RETRY_AFTER) * SECOND;
}
