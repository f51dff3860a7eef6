import { isLiteralIgnoreCase } from "../../bytes/literal";
import { NOT_A_NUMBER } from "../../bytes/number";
import { accountSetting } from "../../config/settings";
import {
  KEY_SESSION_TIMER_ENABLE,
  KEY_SESSION_TIMER_EXPIRES,
  KEY_SESSION_TIMER_REFRESHER,
} from "../../config/table";
import { Writer } from "../../bytes/writer";
import { endLine, numberField, textField } from "../../sip/compose";
import { hasToken, headerSeconds } from "../../sip/fields";
import {
  HEADER_MIN_SE,
  HEADER_REQUIRE,
  HEADER_SESSION_EXPIRES,
  HEADER_SUPPORTED,
  fieldName,
} from "../../sip/header";
import { header } from "../../sip/message";
import { SEMICOLON, parameter } from "../../sip/text";
import { randomBetween } from "../../time/random";
import { NEVER, SECOND } from "../../time/clock";
import { Call, callAt } from "./call";

/*
 * Session timers (RFC 4028): a call whose far end has vanished does not last for ever. Both ends agree in INVITE and
 * UPDATE on an interval and on who refreshes; the other one ends the call shortly before the interval is over.
 */

/** The smallest interval (RFC 4028, 5), in seconds. */
export const LEAST_INTERVAL: u32 = 90;

export function usesSessionTimer(account: i32): bool {
  return accountSetting(account, KEY_SESSION_TIMER_ENABLE) != 0;
}

/** What INVITE and UPDATE of a call say. */
export function sessionFields(writer: Writer, index: i32, account: i32): void {
  if (!usesSessionTimer(account)) return;
  const call = callAt(index);
  const seconds = offered(call, account);
  const we = call.interval > 0 ? call.refreshes : accountSetting(account, KEY_SESSION_TIMER_REFRESHER) == 0;
  textField(writer, HEADER_SUPPORTED, "timer");
  writeInterval(writer, seconds, we);
  numberField(writer, HEADER_MIN_SE, max(LEAST_INTERVAL, call.leastInterval));
}

/** The seconds that our INVITE or UPDATE offers. */
function offered(call: Call, account: i32): u32 {
  if (call.interval > 0) return call.interval;
  return max(accountSetting(account, KEY_SESSION_TIMER_EXPIRES) as u32, call.leastInterval);
}

/** `first`: the end that sends the request refreshes. */
function writeInterval(writer: Writer, seconds: u32, first: bool): void {
  fieldName(writer, HEADER_SESSION_EXPIRES).decimal(seconds);
  endLine(writer.text(";refresher=").text(first ? "uac" : "uas"));
}

/** A 422 wants at least so many seconds; false where that is no more than was offered. */
export function raiseSession(index: i32, least: u32): bool {
  const call = callAt(index);
  if (least <= offered(call, call.dialog.account)) return false;
  call.leastInterval = least;
  call.interval = 0;
  return true;
}

/** The 2xx in view answers our INVITE or UPDATE. Without a word of it there is no timer (RFC 4028, 7.2). */
export function sessionAnswered(call: Call, now: i64): void {
  const seconds = headerSeconds(HEADER_SESSION_EXPIRES);
  agree(call, seconds, !refresherIs("uas"), now);
}

/**
 * The INVITE or UPDATE in view offers a session timer: the seconds that are too few for us, to be refused by a 422
 * (RFC 4028, 9), or 0 where all is well.
 */
export function sessionTooBrief(account: i32): u32 {
  if (!usesSessionTimer(account) || !hasToken(HEADER_SUPPORTED, "timer")) return 0;
  const seconds = headerSeconds(HEADER_SESSION_EXPIRES);
  return seconds != NOT_A_NUMBER && seconds < (LEAST_INTERVAL as i64) ? LEAST_INTERVAL : 0;
}

/** The INVITE or UPDATE in view, which is answered by a 2xx, says how long and who; our own wish where it does not. */
export function sessionOffered(call: Call, account: i32, now: i64): void {
  const seconds = headerSeconds(HEADER_SESSION_EXPIRES);
  call.interval = 0;
  if (!usesSessionTimer(account)) return;
  const supports = hasToken(HEADER_SUPPORTED, "timer");
  if (seconds == NOT_A_NUMBER || !supports) {
    agree(call, accountSetting(account, KEY_SESSION_TIMER_EXPIRES), true, now);
    return;
  }
  // "uas" is us, who answer; without a word it is the one that asks (RFC 4028, table 2).
  agree(call, seconds, refresherIs("uas"), now);
}

/** What our 2xx to an INVITE or UPDATE says. */
export function sessionAnswer(writer: Writer, call: Call): void {
  if (call.interval == 0) return;
  if (!call.refreshes) textField(writer, HEADER_REQUIRE, "timer");
  writeInterval(writer, call.interval, !call.refreshes);
}

function refresherIs(who: string): bool {
  return isLiteralIgnoreCase(parameter(header(HEADER_SESSION_EXPIRES), "refresher", SEMICOLON), who);
}

/** `refreshAt` of a refresh that is due and waits for another change of the session: no time of its own. */
export const OVERDUE: i64 = NEVER - 1;

/** A change of ours was refused: a refresh that waited is made now, one that it was is made up for (RFC 3261, 14.1). */
export function refreshAfterRefusal(call: Call, now: i64): void {
  if (call.refreshAt < OVERDUE || !call.refreshes || call.interval == 0) return;
  call.refreshAt = now + (call.refreshAt == OVERDUE ? 0 : randomBetween(2_100, 4_000));
}

function agree(call: Call, seconds: i64, we: bool, now: i64): void {
  call.refreshAt = NEVER;
  call.expiresAt = NEVER;
  call.interval = 0;
  if (seconds == NOT_A_NUMBER || seconds < (LEAST_INTERVAL as i64)) return;
  call.interval = seconds as u32;
  call.refreshes = we;
  // RFC 4028 (10): refreshed at half time; given up a third of it before the end, at most 32 s.
  if (we) call.refreshAt = now + ((seconds * SECOND) >> 1);
  call.expiresAt = now + (seconds - min(seconds / 3, 32)) * SECOND;
}
