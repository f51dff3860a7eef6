import { POOL_TAIL, handleOfEntry, takeEntry, usedEntries } from "../../bytes/pool";
import { Endpoint } from "../../bytes/endpoint";
import { NOT_A_NUMBER } from "../../bytes/number";
import { NO_SPAN, Span, spanLength, spansEqual } from "../../bytes/span";
import { Writer } from "../../bytes/writer";
import { accountSetting, accountText } from "../../config/settings";
import {
  KEY_BLF_LIST_URI,
  KEY_BLF_SUBSCRIBE_EVENT,
  KEY_BLF_SUBSCRIBE_PERIOD,
  KEY_SUBSCRIBE_EXPIRES_OVERLAP,
  KEY_SUBSCRIBE_MWI,
  KEY_SUBSCRIBE_MWI_EXPIRES,
  KEY_SUB_FAIL_RETRY_INTERVAL,
  KEY_USER_NAME,
} from "../../config/table";
import {
  ERROR_BAD_ARGUMENT,
  ERROR_POOL_FULL,
  EVENT_SUBSCRIBED,
  EVENT_UNSUBSCRIBED,
  FAILURE_EXPIRED,
  FAILURE_LOCAL,
  FAILURE_NONE,
  FAILURE_NOT_REGISTERED,
  FAILURE_STOPPED,
  METHOD_BYE,
  METHOD_SUBSCRIBE,
  PACKAGE_DIALOG,
  PACKAGE_MESSAGE_SUMMARY,
  PACKAGE_PRESENCE,
  POOL_SUBSCRIPTIONS,
  REASON_MOVED,
  REASON_REFRESH,
  REASON_SUBSCRIBE,
} from "../../contract/constants";
import { beginEvent, endAction, poolFull, putByte, putTarget, putWord } from "../../contract/queue";
import { MAX_ACCOUNTS, MAX_CALLS, MAX_SUBSCRIPTIONS } from "../../limits";
import { endLine, numberField, sipUri, textField } from "../../sip/compose";
import { headerSeconds } from "../../sip/fields";
import { HEADER_ACCEPT, HEADER_EVENT, HEADER_EXPIRES, HEADER_SUPPORTED, fieldName } from "../../sip/header";
import { writeWord } from "../../sip/words";
import { NEVER, SECOND } from "../../time/clock";
import { refreshWait } from "../binding";
import { isUri } from "../call/control";
import { AWAITS_LAST, Dialog, dialogAt, spareDialog } from "../call/dialog";
import { domainOf, isSuccessive, slotRegisters, slotServes, subscriptionsFollow } from "../options";
import { workingSlotOf } from "../fallback";
import { OF_PARTING, OF_SUBSCRIPTION, Request, takeRequest } from "../request/request";
import { dropRequestsIn, startRequest } from "../request/search";
import { registrationOf } from "../registrations";
import { drop, keep, textOf } from "../texts";

/*
 * Subscriptions (RFC 6665, S): message waiting, busy lamps, presence. Each has a dialog of its own.
 *
 *   RESTING ──registered, its time──▶ TRYING ──2xx──▶ ACTIVE ──refresh──▶ TRYING
 *      ▲                                │ failed, rejected: the wait; a refresh: anew at once
 *      └────────────────────────────────┘             ACTIVE ──the registration has moved (S2)──▶ TRYING
 */

const FREE: u8 = 0;
/** Nothing is under way: until `wakeAt`, or until the account is registered. */
const RESTING: u8 = 1;
const TRYING: u8 = 2;
const ACTIVE: u8 = 3;

/** In the order of the PACKAGE_ numbers of the contract. */
const PACKAGES: string = "message-summary dialog presence";

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const uriText = memory.data(400);

@unmanaged
export class Subscription {
  generation: u32;
  state: u8;
  account: u8;
  eventPackage: u8;
  /** Its request under way, 0 without one. */
  request: i32;
  /** Seconds to ask for. */
  lifetime: u32;
  /** Whom it is about, a text. */
  uri: i32;
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  wakeAt: i64;
  refreshAt: i64;
  expiresAt: i64;

  get index(): i32 {
    return ((changetype<usize>(this) - subscriptions) / offsetof<Subscription>()) as i32;
  }

  /** Above 0. */
  get number(): i32 {
    return handleOfEntry(subscriptions, offsetof<Subscription>(), changetype<usize>(this)) as i32;
  }

  get dialog(): Dialog {
    return dialogAt(MAX_CALLS + this.index);
  }

  /** The target that has accepted it. */
  get target(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Subscription>("target0"));
  }

  get deadline(): i64 {
    if (this.state == FREE) return NEVER;
    if (this.state == RESTING) return this.wakeAt;
    return this.state == ACTIVE ? min(this.refreshAt, this.expiresAt) : NEVER;
  }
}

const subscriptions = memory.data(offsetof<Subscription>() * MAX_SUBSCRIPTIONS + POOL_TAIL, 8);

/** Subscriptions that have been in use come first. */
function subscriptionsUsed(): i32 {
  return usedEntries(subscriptions, offsetof<Subscription>(), MAX_SUBSCRIPTIONS);
}

export function subscriptionAt(index: i32): Subscription {
  return changetype<Subscription>(subscriptions + index * offsetof<Subscription>());
}

export function resetSubscriptions(): void {
  memory.fill(subscriptions, 0, offsetof<Subscription>() * MAX_SUBSCRIPTIONS + POOL_TAIL);
}

/** Adds those that the configuration wants. They begin when their account is registered, or now where it does not register. */
export function addConfiguredSubscriptions(now: i64): void {
  for (let account = 1; account <= MAX_ACCOUNTS; account++) {
    if (!slotServes(account, 1) && !slotServes(account, 2)) continue;
    if (accountSetting(account, KEY_SUBSCRIBE_MWI) != 0) {
      add(account, PACKAGE_MESSAGE_SUMMARY, NO_SPAN, accountSetting(account, KEY_SUBSCRIBE_MWI_EXPIRES), now);
    }
    const list = accountText(account, KEY_BLF_LIST_URI);
    if (spanLength(list) == 0) continue;
    const eventPackage =
      accountSetting(account, KEY_BLF_SUBSCRIBE_EVENT) != 0 ? PACKAGE_PRESENCE : PACKAGE_DIALOG;
    add(account, eventPackage, list, accountSetting(account, KEY_BLF_SUBSCRIBE_PERIOD), now);
  }
}

/** The account's own address. */
function ownUri(account: i32): Span {
  const user = accountText(account, KEY_USER_NAME);
  return sipUri(writer.begin(uriText, 400), false, user, domainOf(account, 1), 0).written();
}

function add(account: i32, eventPackage: i32, uri: Span, lifetime: u32, now: i64): i32 {
  const text = keep(uri == NO_SPAN ? ownUri(account) : uri);
  if (text < 0) return ERROR_POOL_FULL;
  const entry = takeEntry(subscriptions, offsetof<Subscription>(), MAX_SUBSCRIPTIONS);
  const subscription = changetype<Subscription | null>(entry);
  if (subscription == null) {
    drop(text);
    poolFull(POOL_SUBSCRIPTIONS, account);
    return ERROR_POOL_FULL;
  }
  subscription.account = account as u8;
  subscription.eventPackage = eventPackage as u8;
  subscription.lifetime = lifetime;
  subscription.uri = text;
  subscription.expiresAt = NEVER;
  subscription.state = RESTING;
  const waits = slotRegisters(account, 1) || slotRegisters(account, 2);
  subscription.wakeAt = waits && !isRegistered(account) ? NEVER : now;
  return subscription.number;
}

/** Subscribes for the application, or ends what it subscribed to (0 seconds): the number, or an error. */
export function subscribeTo(account: i32, eventPackage: i32, uri: Span, lifetime: u32, now: i64): i32 {
  const known = eventPackage >= 0 && eventPackage <= PACKAGE_PRESENCE;
  if (account < 1 || account > MAX_ACCOUNTS || !known) return ERROR_BAD_ARGUMENT;
  if (spanLength(uri) > 0 && !isUri(uri)) return ERROR_BAD_ARGUMENT;
  if (!slotServes(account, 1) && !slotServes(account, 2)) return ERROR_BAD_ARGUMENT;
  const wanted = spanLength(uri) == 0 ? ownUri(account) : uri;
  for (let i = 0; i < subscriptionsUsed(); i++) {
    const subscription = subscriptionAt(i);
    if (subscription.state == FREE || subscription.account != account) continue;
    if (subscription.eventPackage != eventPackage || !spansEqual(textOf(subscription.uri), wanted)) continue;
    const number = subscription.number;
    if (lifetime == 0) {
      const left = leave(subscription, now);
      partFrom(subscription, left, now);
      say(subscription, FAILURE_LOCAL, 0, 0);
      drop(subscription.uri);
      subscription.state = FREE;
    } else {
      subscription.lifetime = lifetime;
      if (subscription.state != TRYING) begin(subscription, REASON_SUBSCRIBE, now);
    }
    return number;
  }
  return lifetime == 0 ? ERROR_BAD_ARGUMENT : add(account, eventPackage, wanted, lifetime, now);
}

/** What a SUBSCRIBE says beside the rest. */
export function subscriptionFields(to: Writer, index: i32): void {
  if (index < 0) {
    // One that ends what has moved on.
    writeFields(to, -1 - index, 0);
    return;
  }
  const subscription = subscriptionAt(index);
  writeFields(to, subscription.eventPackage, subscription.lifetime);
}

function writeFields(to: Writer, eventPackage: i32, lifetime: u32): void {
  endLine(writeWord(fieldName(to, HEADER_EVENT), PACKAGES, eventPackage));
  numberField(to, HEADER_EXPIRES, lifetime);
  if (eventPackage == PACKAGE_MESSAGE_SUMMARY) {
    textField(to, HEADER_ACCEPT, "application/simple-message-summary");
    return;
  }
  // RFC 4662 (4.1): a list may answer.
  textField(to, HEADER_SUPPORTED, "eventlist");
  fieldName(to, HEADER_ACCEPT).text("application/rlmi+xml, multipart/related, application/");
  endLine(to.text(eventPackage == PACKAGE_DIALOG ? "dialog-info+xml" : "pidf+xml"));
}

/** A 423 wants at least so many seconds. */
export function raiseSubscription(index: i32, least: u32): bool {
  if (index < 0) return false;
  const subscription = subscriptionAt(index);
  if (least <= subscription.lifetime) return false;
  subscription.lifetime = least;
  return true;
}

/** Sends a SUBSCRIBE, in the dialog there is or for a new one. */
export function begin(subscription: Subscription, reason: i32, now: i64): void {
  const index = subscription.index;
  const dialog = subscription.dialog;
  const account = subscription.account;
  const fresh = !dialog.inUse;
  if (fresh && !dialog.beginOurs(account, workingSlotOf(account), textOf(subscription.uri))) {
    dialog.end();
    retryLater(subscription, FAILURE_NONE, 0, SECOND, now);
    return;
  }
  const request = takeRequest(OF_SUBSCRIPTION, index, account, METHOD_SUBSCRIBE, MAX_CALLS + index);
  if (request == null) {
    if (fresh) dialog.end();
    subscription.state = RESTING;
    subscription.wakeAt = now + SECOND;
    return;
  }
  subscription.state = TRYING;
  subscription.request = request.number;
  startRequest(request, reason, now);
}

/** Its SUBSCRIBE has ended. With `status` above 0 the final response is in view. */
export function subscriptionRequestEnded(request: Request, failure: i32, status: i32, now: i64): void {
  const subscription = subscriptionAt(request.ownerIndex);
  const wasRefresh = request.isInDialog;
  subscription.request = 0;
  if (failure == FAILURE_NONE) {
    accepted(subscription, request, now);
  } else if (wasRefresh && (status == 0 || status == 481)) {
    // S2: the next one is new, and looks for a target by F.
    subscription.dialog.end();
    begin(subscription, REASON_SUBSCRIBE, now);
  } else if (wasRefresh && lasts(status)) {
    subscription.state = ACTIVE;
    subscription.refreshAt = now + retryWait(subscription);
  } else {
    subscription.dialog.end();
    // F9, S1: without a registration it waits for one.
    const wait = failure == FAILURE_NOT_REGISTERED ? NEVER : retryWait(subscription);
    retryLater(subscription, failure, status, wait, now);
  }
}

function retryWait(subscription: Subscription): i64 {
  return max(accountSetting(subscription.account, KEY_SUB_FAIL_RETRY_INTERVAL) as i64, 1) * SECOND;
}

/** RFC 6665 (4.1.2.2): a refresh that is refused by anything but these leaves the subscription as it is until it runs out. */
function lasts(status: i32): bool {
  if (status >= 480 && status <= 485) return false;
  switch (status) {
    case 404:
    case 405:
    case 410:
    case 416:
    case 489:
    case 501:
    case 604:
      return false;
    default:
      return true;
  }
}

function accepted(subscription: Subscription, request: Request, now: i64): void {
  const dialog = subscription.dialog;
  const account = subscription.account;
  if (!request.isInDialog) {
    dialog.slot = request.slot;
    dialog.answered();
    dialog.confirmed = true;
  }
  dialog.refreshTarget();
  subscription.target.copyFrom(request.attempt.target);
  const granted = headerSeconds(HEADER_EXPIRES);
  const lifetime = granted == NOT_A_NUMBER ? (subscription.lifetime as i64) : granted;
  subscription.state = ACTIVE;
  lives(subscription, max(lifetime, 1), now);
  beginEvent(EVENT_SUBSCRIBED, account);
  putWord(subscription.number);
  putByte(subscription.eventPackage);
  putTarget(subscription.target);
  putWord(lifetime as u32);
  endAction();
}

/** A NOTIFY says what is left: it may shorten the subscription, and no more (RFC 6665, 4.1.3). */
export function lasting(subscription: Subscription, seconds: i64, now: i64): void {
  if (now + (seconds + 1) * SECOND >= subscription.expiresAt) return;
  const refreshAt = subscription.refreshAt;
  lives(subscription, seconds, now);
  subscription.refreshAt = min(subscription.refreshAt, refreshAt);
}

/** It is good for so many seconds from now on. */
function lives(subscription: Subscription, lifetime: i64, now: i64): void {
  const overlap = accountSetting(subscription.account, KEY_SUBSCRIBE_EXPIRES_OVERLAP) as i64;
  subscription.expiresAt = now + lifetime * SECOND;
  subscription.refreshAt = subscription.lifetime == 0 ? NEVER : now + refreshWait(lifetime, overlap);
}

/** It is there no more, and begins anew after `wait` milliseconds; NEVER for never. */
export function retryLater(subscription: Subscription, failure: i32, status: i32, wait: i64, now: i64): void {
  subscription.dialog.end();
  subscription.state = RESTING;
  subscription.wakeAt = wait == NEVER ? NEVER : now + wait;
  say(subscription, failure, status, wait == NEVER ? 0 : wait);
}

function say(subscription: Subscription, failure: i32, status: i32, wait: i64): void {
  beginEvent(EVENT_UNSUBSCRIBED, subscription.account);
  putWord(subscription.number);
  putByte(subscription.eventPackage);
  putByte(failure);
  putWord(status);
  putWord(wait as u32);
  endAction();
}

function isRegistered(account: i32): bool {
  return registrationOf(account, 1).isBound || registrationOf(account, 2).isBound;
}

/** The subscription whose deadline comes first, `null` where none has any. */
export function earliestSubscription(): Subscription | null {
  let earliest: Subscription | null = null;
  let deadline = NEVER;
  for (let i = 0; i < subscriptionsUsed(); i++) {
    const subscription = subscriptionAt(i);
    if (subscription.deadline >= deadline) continue;
    deadline = subscription.deadline;
    earliest = subscription;
  }
  return earliest;
}

/** Its deadline has come. */
export function subscriptionDue(subscription: Subscription, now: i64): void {
  if (subscription.state == ACTIVE && subscription.expiresAt <= now) {
    // Run out, such as a single look (0 seconds): that begins anew with the next registration only.
    const once = subscription.lifetime == 0;
    retryLater(subscription, FAILURE_EXPIRED, 0, once ? NEVER : 0, now);
    return;
  }
  begin(subscription, subscription.state == ACTIVE ? REASON_REFRESH : REASON_SUBSCRIBE, now);
}

/** S1, S2: the account's registration is with `target` now. */
export function subscriptionsFollowTo(account: i32, slot: i32, target: Endpoint, now: i64): void {
  for (let i = 0; i < subscriptionsUsed(); i++) {
    const subscription = subscriptionAt(i);
    if (subscription.state == FREE || subscription.account != account) continue;
    if (subscription.state == RESTING) {
      if (subscription.wakeAt == NEVER) subscription.wakeAt = now;
      continue;
    }
    const itsSlot = subscription.dialog.slot == slot || isSuccessive(account);
    if (!itsSlot || !subscriptionsFollow(account, slot)) continue;
    const held = subscription.state == ACTIVE || subscription.dialog.confirmed;
    if (!held || subscription.target.sameAddress(target)) continue;
    const left = leave(subscription, now);
    begin(subscription, REASON_MOVED, now);
    partFrom(subscription, left, now);
  }
}

/** Whatever is under way for it is given up. */
function stopSubscription(subscription: Subscription, now: i64): void {
  dropRequestsIn(MAX_CALLS + subscription.index, now);
  subscription.request = 0;
  subscription.dialog.end();
}

/** R7: no more of them. */
export function stopSubscriptions(now: i64): void {
  for (let i = 0; i < subscriptionsUsed(); i++) {
    const subscription = subscriptionAt(i);
    if (subscription.state == FREE) continue;
    if (subscription.state == ACTIVE) say(subscription, FAILURE_STOPPED, 0, 0);
    stopSubscription(subscription, now);
    subscription.state = FREE;
  }
}

/** Gives up what is under way, and puts the dialog aside where there is one: its number, or -1. */
function leave(subscription: Subscription, now: i64): i32 {
  dropRequestsIn(MAX_CALLS + subscription.index, now);
  const index = subscription.dialog.confirmed ? spareDialog() : -1;
  if (index >= 0) subscription.dialog.moveTo(dialogAt(index));
  stopSubscription(subscription, now);
  return index;
}

/** S2: ends the dialog that was put aside at the target that has it, if that answers; without one it runs out by itself. */
function partFrom(subscription: Subscription, index: i32, now: i64): void {
  if (index < 0) return;
  const owner = -1 - (subscription.eventPackage as i32);
  const request = takeRequest(OF_PARTING, owner, subscription.account, METHOD_SUBSCRIBE, index);
  if (request == null) {
    dialogAt(index).end();
    return;
  }
  request.hop.copyFrom(subscription.target);
  startRequest(request, REASON_MOVED, now);
}

/** What ends a subscription that has moved on was answered, or not: it is over, or waits for its last NOTIFY. */
export function partingEnded(request: Request, failure: i32): void {
  const dialog = request.itsDialog;
  if (failure != FAILURE_NONE || request.method == METHOD_BYE) dialog.end();
  else dialog.slot = AWAITS_LAST;
}

/** The last NOTIFY has come, which may be ahead of the answer. */
export function partingOver(dialog: Dialog): void {
  if (dialog.slot == AWAITS_LAST) dialog.end();
}
