import { isLiteralIgnoreCase } from "../../bytes/literal";
import { NOT_A_NUMBER } from "../../bytes/number";
import { NO_SPAN, Span } from "../../bytes/span";
import { accountSetting } from "../../config/settings";
import { KEY_SUB_FAIL_RETRY_INTERVAL } from "../../config/table";
import { EVENT_NOTIFY, FAILURE_REMOTE } from "../../contract/constants";
import { beginEvent, endAction, putByte, putTarget, putText, putWord } from "../../contract/queue";
import { HEADER_CONTENT_TYPE, HEADER_SUBSCRIPTION_STATE } from "../../sip/header";
import { header, message } from "../../sip/message";
import { SEMICOLON, leadingSeconds, nextItem, parameter } from "../../sip/text";
import { Via } from "../../sip/via";
import { NEVER, SECOND } from "../../time/clock";
import { Flow } from "../../transport/flows";
import { answerAtOnce } from "../answering";
import { Dialog } from "../call/dialog";
import { lasting, partingOver, retryLater, subscriptionAt } from "./subscription";

/*
 * NOTIFY of a subscription (S3). The dialog knows a repeated one by its number, so that it needs no transaction, and a
 * storm of them takes none from the calls.
 */

/** The NOTIFY in view is new to the subscription. */
export function notified(index: i32, flow: Flow, via: Via, now: i64): void {
  const subscription = subscriptionAt(index);
  answerAtOnce(flow, via, 200);
  subscription.dialog.notified();
  subscription.dialog.refreshTarget();
  sayNotify(subscription.account, subscription.number, subscription.eventPackage, flow);
  const state = header(HEADER_SUBSCRIPTION_STATE);
  if (!isTerminated()) {
    const seconds = leadingSeconds(parameter(state, "expires", SEMICOLON));
    if (seconds != NOT_A_NUMBER && subscription.request == 0) lasting(subscription, max(seconds, 1), now);
    return;
  }
  if (subscription.request != 0) return;
  // A single look is over with it.
  const wait = subscription.lifetime == 0 ? NEVER : waitAfter(state, subscription.account);
  retryLater(subscription, FAILURE_REMOTE, 0, wait, now);
}

/** A NOTIFY of a subscription that has moved on or was ended; the one that says so is the last. */
export function lastNotified(dialog: Dialog, flow: Flow, via: Via): void {
  answerAtOnce(flow, via, 200);
  if (isTerminated()) partingOver(dialog);
}

function isTerminated(): bool {
  const state = nextItem(header(HEADER_SUBSCRIPTION_STATE), NO_SPAN, SEMICOLON);
  return isLiteralIgnoreCase(state, "terminated");
}

/** RFC 6665 (4.1.3): how long to wait after the end that `state` tells of. */
function waitAfter(state: Span, account: i32): i64 {
  const reason = parameter(state, "reason", SEMICOLON);
  if (isLiteralIgnoreCase(reason, "deactivated") || isLiteralIgnoreCase(reason, "timeout")) return SECOND;
  const wait = max(accountSetting(account, KEY_SUB_FAIL_RETRY_INTERVAL), 1);
  const asked = leadingSeconds(parameter(state, "retry-after", SEMICOLON));
  return max(wait as i64, asked == NOT_A_NUMBER ? 0 : min(asked, 3600)) * SECOND;
}

/** Hands the NOTIFY in view to the application. */
export function sayNotify(account: i32, number: i32, eventPackage: i32, flow: Flow): void {
  beginEvent(EVENT_NOTIFY, account);
  putWord(number);
  putByte(eventPackage);
  putTarget(flow.remote);
  putText(header(HEADER_SUBSCRIPTION_STATE));
  putText(header(HEADER_CONTENT_TYPE));
  putText(message.body);
  endAction();
}
