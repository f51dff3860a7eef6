import { isLiteralIgnoreCase } from "../bytes/literal";
import { NO_SPAN, Span, spanLength } from "../bytes/span";
import { accountEnabled, accountText } from "../config/settings";
import { KEY_USER_NAME } from "../config/table";
import {
  DROP_MALFORMED,
  DROP_UNSUPPORTED_REQUEST,
  METHOD_ACK,
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_INVITE,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
  PACKAGE_MESSAGE_SUMMARY,
} from "../contract/constants";
import { drop } from "../contract/drops";
import { MAX_ACCOUNTS, MAX_CALLS, MAX_DIALOGS, MAX_SLOTS } from "../limits";
import { currentOf } from "../redundancy/current";
import { spanField } from "../sip/compose";
import { toTag, topVia, topmost } from "../sip/fields";
import { HEADER_EVENT, HEADER_REQUIRE, HEADER_UNSUPPORTED } from "../sip/header";
import { header, message, nextValue } from "../sip/message";
import { SEMICOLON, nextItem } from "../sip/text";
import { SCHEME_OTHER, Uri, parseUri, sameText } from "../sip/uri";
import { matchServerTransaction } from "../transaction/server";
import { Flow } from "../transport/flows";
import { answerAtOnce, answerOnce, beginAnswer, endAnswer } from "./answering";
import { dialogAt, dialogOfRequest } from "./call/dialog";
import { callAcknowledged, callCancelled, callOffered, isAnsweredHere, requestInCall } from "./call/incoming";
import { signalsRegisteredOnly, slotServes, trustsTargetsOnly } from "./options";
import { Registration, registrationOf } from "./registrations";
import { lastNotified, notified, sayNotify } from "./subscription/notify";

/*
 * Requests that come in: repeated ones have their answer again, those of a dialog go to their call or subscription,
 * and the rest is answered here.
 */

const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));

/** A request is in view, which came on `flow`. */
export function requestArrived(flow: Flow, now: i64): void {
  if (!topVia()) {
    drop(DROP_MALFORMED, flow.remote);
    return;
  }
  const method = message.method;
  const repeated = matchServerTransaction(topmost);
  const dialog = dialogOfRequest();
  if (method == METHOD_ACK) {
    if (repeated != null && !repeated.isOpen) repeated.acknowledged(now);
    if (dialog >= 0 && dialog < MAX_CALLS) callAcknowledged(dialog, now);
    else if (repeated == null) drop(DROP_UNSUPPORTED_REQUEST, flow.remote);
    return;
  }
  if (method == METHOD_CANCEL) {
    answerAtOnce(flow, topmost, repeated == null ? 481 : 200);
    if (repeated != null && repeated.isOpen && repeated.call >= 0) callCancelled(repeated.call, now);
    return;
  }
  if (repeated != null) {
    repeated.repeat();
    return;
  }
  const account = dialog >= 0 ? (dialogAt(dialog).account as i32) : accountAsked(flow);
  if (account > 0 && !isTrusted(account, flow)) {
    answerOnce(flow, topmost, 403, now);
  } else if (unknownExtension(NO_SPAN) != NO_SPAN) {
    refuseExtensions(flow, now);
  } else if (dialog >= 0) {
    inDialog(dialog, flow, now);
  } else {
    outOfDialog(account, flow, now);
  }
}

function inDialog(index: i32, flow: Flow, now: i64): void {
  const dialog = dialogAt(index);
  const isNotify = index >= MAX_CALLS && message.method == METHOD_NOTIFY;
  // RFC 3261 (12.2.2): a request that comes too late; one with the last number is a repetition that no transaction knows.
  if (message.cseq <= dialog.remoteCseq) {
    const again = message.cseq == dialog.remoteCseq && (isNotify || isAnsweredHere(message.method));
    answerAtOnce(flow, topmost, again ? 200 : 500);
    return;
  }
  dialog.remoteCseq = message.cseq;
  if (index < MAX_CALLS) requestInCall(index, flow, topmost, now);
  else if (!isNotify) answerAtOnce(flow, topmost, 405);
  else if (index < MAX_DIALOGS) notified(index - MAX_CALLS, flow, topmost, now);
  else lastNotified(dialog, flow, topmost);
}

function outOfDialog(account: i32, flow: Flow, now: i64): void {
  const method = message.method;
  if (method == METHOD_BYE || toTag() != NO_SPAN) {
    answerAtOnce(flow, topmost, 481);
  } else if (method == METHOD_NOTIFY) {
    // S3: message waiting may be told of without a subscription.
    const waiting = isLiteralIgnoreCase(eventOf(), "message-summary");
    answerOnce(flow, topmost, waiting ? 200 : 481, now);
    if (waiting) sayNotify(account, 0, PACKAGE_MESSAGE_SUMMARY, flow);
  } else if (method != METHOD_INVITE) {
    answerAtOnce(flow, topmost, method == METHOD_OPTIONS ? 200 : 405);
  } else if (account == 0) {
    // RFC 3261 (8.2.2.1): of another scheme, or nobody we know. `uri` is as `accountAsked` has left it.
    answerOnce(flow, topmost, uri.scheme == SCHEME_OTHER ? 416 : 404, now);
  } else {
    callOffered(account, slotOf(account, flow), flow, topmost, now);
  }
}

/** The event package of the message in view, without its parameters. */
function eventOf(): Span {
  return nextItem(header(HEADER_EVENT), NO_SPAN, SEMICOLON);
}

/** The first extension behind `previous` that the request in view requires and we do not know; NO_SPAN without one. */
function unknownExtension(previous: Span): Span {
  let value = nextValue(HEADER_REQUIRE, previous);
  while (isLiteralIgnoreCase(value, "100rel") || isLiteralIgnoreCase(value, "timer")) {
    value = nextValue(HEADER_REQUIRE, value);
  }
  return value;
}

/** RFC 3261 (8.2.2.3): names what we do not know. */
function refuseExtensions(flow: Flow, now: i64): void {
  const writer = beginAnswer(flow, topmost, 420);
  for (let value = unknownExtension(NO_SPAN); value != NO_SPAN; value = unknownExtension(value)) {
    spanField(writer, HEADER_UNSUPPORTED, value);
  }
  endAnswer(flow, null, 420, now);
}

/** The account whose user the Request-URI names, one that is registered where the request comes from first; 0: none. */
function accountAsked(flow: Flow): i32 {
  if (!parseUri(message.uri, uri)) return 0;
  let found = 0;
  for (let account = 1; account <= MAX_ACCOUNTS; account++) {
    const user = accountText(account, KEY_USER_NAME);
    if (!accountEnabled(account) || spanLength(user) == 0 || !sameText(user, uri.user)) continue;
    if (slotOf(account, flow) > 0) return account;
    if (found == 0) found = account;
  }
  return found;
}

/** The slot of an account that has settled on the target which the flow comes from, 0 where none has. */
function slotOf(account: i32, flow: Flow): i32 {
  for (let slot = 1; slot <= MAX_SLOTS; slot++) {
    const registration = registrationOf(account, slot);
    if (registration.bound.sameAddress(flow.remote) || isCurrent(registration, flow)) return slot;
  }
  return 0;
}

function isCurrent(registration: Registration, flow: Flow): bool {
  return currentOf(registration.index).endpoint.sameAddress(flow.remote);
}

/** F9, `sip_trust_ctrl`: the request comes from where the account takes requests from. */
function isTrusted(account: i32, flow: Flow): bool {
  for (let slot = 1; slot <= MAX_SLOTS; slot++) {
    if (!slotServes(account, slot)) continue;
    const registeredOnly = signalsRegisteredOnly(account, slot);
    if (!registeredOnly && !trustsTargetsOnly(account)) return true;
    const registration = registrationOf(account, slot);
    if (registration.bound.sameAddress(flow.remote)) return true;
    if (!registeredOnly && isCurrent(registration, flow)) return true;
  }
  return false;
}
