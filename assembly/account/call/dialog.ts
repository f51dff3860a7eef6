import { Endpoint } from "../../bytes/endpoint";
import { parseAddress } from "../../bytes/address";
import { hexNumber } from "../../bytes/number";
import { isLiteralIgnoreCase } from "../../bytes/literal";
import { NO_SPAN, Span, spanLength, spanStart, spansEqual } from "../../bytes/span";
import { Writer } from "../../bytes/writer";
import { proxyText, serverText, usesProxy } from "../../config/settings";
import { KEY_ADDRESS } from "../../config/table";
import { TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_UDP } from "../../contract/constants";
import { MAX_DIALOGS, MAX_PARTINGS, MAX_SLOTS } from "../../limits";
import { fromTag, toTag } from "../../sip/fields";
import {
  HEADER_CALL_ID,
  HEADER_CONTACT,
  HEADER_FROM,
  HEADER_RECORD_ROUTE,
  HEADER_TO,
} from "../../sip/header";
import { header, lastValue, message, nextValue } from "../../sip/message";
import { addressParameter, addressUri } from "../../sip/nameaddr";
import { COMMA, nextItem } from "../../sip/text";
import { SCHEME_SIPS, Uri, parseUri, sameHost, uriParameter } from "../../sip/uri";
import { random32 } from "../../time/random";
import { keepsProxyInDialog } from "../options";
import { drop, keep, replace, share, textOf } from "../texts";

/*
 * Dialogs (RFC 3261, 12): one for each call and each subscription, with the same number. A dialog is there from the
 * first request on; the far end's tag makes it early, a 2xx confirmed.
 */

/** Slot of a spare dialog that only waits for its last NOTIFY; it gives way to another one. */
export const AWAITS_LAST: u8 = 0xff;

const TAG_LENGTH = 8;
const MAX_ROUTES = 1024;
const MOST_ROUTES = 16;

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_ROUTES);
const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const address = memory.data(16, 4);

@unmanaged
export class Dialog {
  inUse: bool;
  account: u8;
  /** The slot whose targets its requests go to where the route does not say otherwise. */
  slot: u8;
  /** The route set is settled. */
  confirmed: bool;
  localTag: u32;
  localCseq: u32;
  /** The latest number of the far end; -1: none yet. */
  remoteCseq: i32;
  /** Texts: Call-ID; our address as the far end wrote it, 0 where it is the account's; the far end's with its tag. */
  callId: i32;
  local: i32;
  remote: i32;
  /** The remote target, a URI; and the one that a dialog of ours began with. */
  target: i32;
  begun: i32;
  /** The values of the Route field, 0 for none. */
  routes: i32;

  /** The far end's tag; NO_SPAN before there is one. */
  get remoteTag(): Span {
    return addressParameter(textOf(this.remote), "tag");
  }

  /** Some text has found no room. */
  get isBroken(): bool {
    return this.callId < 0 || this.local < 0 || this.remote < 0 || this.target < 0 || this.routes < 0;
  }

  private begin(account: i32, slot: i32): void {
    this.end();
    this.inUse = true;
    this.account = account as u8;
    this.slot = slot as u8;
    this.localTag = random32();
    this.remoteCseq = -1;
  }

  /** A dialog of ours with whoever is at `to`; false where there is no room. */
  beginOurs(account: i32, slot: i32, to: Span): bool {
    this.begin(account, slot);
    writer.begin(block, MAX_ROUTES);
    for (let i = 0; i < 4; i++) writer.hexNumber(random32(), 8);
    this.callId = keep(writer.written());
    this.remote = keep(writer.begin(block, MAX_ROUTES).byte(0x3c).span(to).byte(0x3e).written());
    this.target = keep(to);
    this.begun = share(this.target);
    return !this.isBroken;
  }

  /** The dialog that the 2xx in view has made, of an INVITE of ours, and nobody wants. */
  beginUnwanted(account: i32, slot: i32): bool {
    this.begin(account, slot);
    // Our own tag, as `localTagOf` has written it.
    this.localTag = hexNumber(spanStart(fromTag()), min(spanLength(fromTag()), TAG_LENGTH));
    this.localCseq = message.cseq;
    this.callId = keep(header(HEADER_CALL_ID));
    this.remote = keep(header(HEADER_TO));
    this.target = keep(addressUri(nextValue(HEADER_CONTACT, NO_SPAN)));
    this.routes = keep(recordedRoutes(true));
    this.confirmed = true;
    return !this.isBroken;
  }

  /** Its first request goes to another target: what the one before has said of the dialog is forgotten (F5). */
  restart(): void {
    if (!this.confirmed) return;
    this.remote = replace(
      this.remote,
      writer.begin(block, MAX_ROUTES).byte(0x3c).span(textOf(this.begun)).byte(0x3e).written(),
    );
    drop(this.target);
    drop(this.routes);
    this.target = share(this.begun);
    this.routes = 0;
    this.remoteCseq = -1;
    this.confirmed = false;
  }

  /** The dialog that the request in view begins (12.1.1); false where there is no room. */
  beginTheirs(account: i32, slot: i32): bool {
    this.begin(account, slot);
    this.confirmed = true;
    this.callId = keep(header(HEADER_CALL_ID));
    this.local = keep(header(HEADER_TO));
    this.remote = keep(header(HEADER_FROM));
    this.target = keep(addressUri(header(HEADER_CONTACT)));
    this.routes = keep(recordedRoutes(false));
    this.remoteCseq = message.cseq;
    return !this.isBroken;
  }

  /** The response in view answers its first request (12.1.2), or (13.2.2.4) confirms what an earlier one said. */
  answered(): void {
    if (this.confirmed || toTag() == NO_SPAN) return;
    this.remote = replace(this.remote, header(HEADER_TO));
    this.routes = replace(this.routes, recordedRoutes(true));
    this.refreshTarget();
  }

  /** The NOTIFY in view, which came before the answer to our SUBSCRIBE, makes the dialog (RFC 6665, 4.1.2.4). */
  notified(): void {
    if (this.confirmed) return;
    this.remote = replace(this.remote, header(HEADER_FROM));
    this.routes = replace(this.routes, recordedRoutes(false));
    this.confirmed = true;
  }

  /** Goes on under another number; this one is free. */
  moveTo(other: Dialog): void {
    memory.copy(changetype<usize>(other), changetype<usize>(this), offsetof<Dialog>());
    memory.fill(changetype<usize>(this), 0, offsetof<Dialog>());
  }

  /** The message in view says where the far end is now (12.2). */
  refreshTarget(): void {
    const contact = addressUri(nextValue(HEADER_CONTACT, NO_SPAN));
    if (spanLength(contact) > 0) this.target = replace(this.target, contact);
  }

  /** The response in view is of this dialog, and not of another branch of a forked request. */
  isOfResponse(): bool {
    return !this.confirmed || spansEqual(toTag(), this.remoteTag);
  }

  /** The request in view belongs to it (12.2.2). */
  isOfRequest(): bool {
    return (
      this.inUse &&
      spansEqual(toTag(), localTagOf(this)) &&
      spansEqual(header(HEADER_CALL_ID), textOf(this.callId)) &&
      (spansEqual(fromTag(), this.remoteTag) || !this.confirmed)
    );
  }

  end(): void {
    drop(this.callId);
    drop(this.local);
    drop(this.remote);
    drop(this.target);
    drop(this.begun);
    drop(this.routes);
    memory.fill(changetype<usize>(this), 0, offsetof<Dialog>());
  }
}

const dialogs = memory.data(offsetof<Dialog>() * (MAX_DIALOGS + MAX_PARTINGS), 8);

export function dialogAt(index: i32): Dialog {
  return changetype<Dialog>(dialogs + index * offsetof<Dialog>());
}

export function resetDialogs(): void {
  memory.fill(dialogs, 0, offsetof<Dialog>() * (MAX_DIALOGS + MAX_PARTINGS));
}

/** A dialog beside those of calls and subscriptions, for one that is being ended; -1 where all are in use. */
export function spareDialog(): i32 {
  for (let i = MAX_DIALOGS; i < MAX_DIALOGS + MAX_PARTINGS; i++) {
    const dialog = dialogAt(i);
    if (dialog.inUse && dialog.slot != AWAITS_LAST) continue;
    dialog.end();
    return i;
  }
  return -1;
}

/** The number of the dialog that the request in view belongs to, -1 where it belongs to none. */
export function dialogOfRequest(): i32 {
  for (let i = 0; i < MAX_DIALOGS + MAX_PARTINGS; i++) {
    if (dialogAt(i).isOfRequest()) return i;
  }
  return -1;
}

const tagText = memory.data(TAG_LENGTH);
const tagWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** Our tag as it is written; holds until the next call. */
export function localTagOf(dialog: Dialog): Span {
  return tagWriter.begin(tagText, TAG_LENGTH).hexNumber(dialog.localTag, TAG_LENGTH).written();
}

/** The Record-Route values of the message in view as a list, the last one first where `reversed`. */
function recordedRoutes(reversed: bool): Span {
  writer.begin(block, MAX_ROUTES);
  let value = NO_SPAN;
  for (let count = 0; count < MOST_ROUTES; count++) {
    value = reversed ? lastValue(HEADER_RECORD_ROUTE, value) : nextValue(HEADER_RECORD_ROUTE, value);
    if (value == NO_SPAN) break;
    if (count > 0) writer.byte(COMMA);
    writer.span(value);
  }
  return writer.written();
}

/** The first route is one that wants the request's URI for itself (RFC 3261, 12.2.1.1: no `lr`). */
export function routesStrictly(dialog: Dialog): bool {
  const first = nextItem(textOf(dialog.routes), NO_SPAN, COMMA);
  return first != NO_SPAN && parseUri(addressUri(first), uri) && uriParameter(uri, "lr") == NO_SPAN;
}

/**
 * F13: where the dialog's next request goes. A slot, 1 or 2, whose name the next hop is; or 0, and the literal address
 * in `literal`. A name that is no slot's is the affair of the server that the dialog was made by.
 */
export function nextHop(dialog: Dialog, literal: Endpoint): i32 {
  const account = dialog.account;
  if (usesProxy(account, dialog.slot) && keepsProxyInDialog()) return dialog.slot;
  const first = nextItem(textOf(dialog.routes), NO_SPAN, COMMA);
  if (!parseUri(first == NO_SPAN ? textOf(dialog.target) : addressUri(first), uri)) return dialog.slot;
  const family = parseAddress(uri.host, address);
  for (let slot = 1; slot <= MAX_SLOTS; slot++) {
    const server = serverText(account, slot, KEY_ADDRESS);
    const proxy = proxyText(account, slot, KEY_ADDRESS);
    const isProxy = usesProxy(account, slot) && sameHost(uri.host, proxy);
    if (family == 0 && (isProxy || sameHost(uri.host, server))) return slot;
  }
  if (family == 0) return dialog.slot;
  const transport = transportOf();
  const port = uri.port != 0 ? uri.port : transport == TRANSPORT_TLS ? 5061 : 5060;
  literal.set(transport, family, port, address);
  return 0;
}

/** RFC 3263 (4.1): what the URI says, otherwise UDP; TLS for a SIPS URI. */
function transportOf(): i32 {
  const transport = uriParameter(uri, "transport");
  if (uri.scheme == SCHEME_SIPS || isLiteralIgnoreCase(transport, "tls")) return TRANSPORT_TLS;
  return isLiteralIgnoreCase(transport, "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP;
}
