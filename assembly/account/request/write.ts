import { NO_SPAN, Span, spanLength } from "../../bytes/span";
import { Writer } from "../../bytes/writer";
import { accountText, routeAddress, routeSetting, usesProxy } from "../../config/settings";
import { KEY_DISPLAY_NAME, KEY_PORT, KEY_USER_NAME } from "../../config/table";
import {
  METHOD_ACK,
  METHOD_BYE,
  METHOD_INVITE,
  METHOD_PRACK,
  METHOD_SUBSCRIBE,
  METHOD_UPDATE,
} from "../../contract/constants";
import { MAX_MESSAGE_OUT } from "../../limits";
import {
  closeAddress,
  cseqField,
  endLine,
  endWithBody,
  numberField,
  openAddress,
  requestLine,
  sipUri,
  spanField,
  textField,
  viaField,
} from "../../sip/compose";
import {
  HEADER_ALLOW,
  HEADER_CALL_ID,
  HEADER_CONTACT,
  HEADER_FROM,
  HEADER_MAX_FORWARDS,
  HEADER_RACK,
  HEADER_ROUTE,
  HEADER_SUPPORTED,
  HEADER_TO,
  HEADER_USER_AGENT,
  fieldName,
} from "../../sip/header";
import { addressUri } from "../../sip/nameaddr";
import { COMMA, nextItem } from "../../sip/text";
import { Uri, parseUri, sameHost } from "../../sip/uri";
import { ClientTransaction, branchOf } from "../../transaction/client";
import { Flow } from "../../transport/flows";
import { raiseSession, sessionFields } from "../call/session";
import { Dialog, localTagOf, routesStrictly } from "../call/dialog";
import { writeCredentials } from "../challenges";
import { domainOf, keepsProxyInDialog } from "../options";
import { contactAddress } from "../register";
import { Registration } from "../registrations";
import { raiseSubscription, subscriptionFields } from "../subscription/subscription";
import { textOf } from "../texts";
import { OF_CALL, OF_SUBSCRIPTION, Request } from "./request";

/*
 * Requests other than REGISTER as they are sent: in a dialog, at the beginning of one, or alone.
 */

export const ALLOWED: string =
  "INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, INFO, UPDATE, PRACK, REFER, MESSAGE";
export const SUPPORTED: string = "100rel";

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);
const uri = changetype<Uri>(memory.data(offsetof<Uri>(), 8));

/** Writes the request for the flow; NO_SPAN where it exceeds the limit of a message. */
export function writeRequest(
  request: Request,
  transaction: ClientTransaction,
  flow: Flow,
  attempt: i32,
): Span {
  const registration = request.registration;
  const method = request.method;
  writer.begin(block, MAX_MESSAGE_OUT);
  let target = textOf(request.uri);
  if (request.hasDialog) {
    const dialog = request.itsDialog;
    request.cseq = ++dialog.localCseq;
    target = beginInDialog(dialog, registration, method, branchOf(transaction), flow, request.cseq);
  } else {
    request.cseq++;
    beginHead(method, target, branchOf(transaction), flow);
    writeRoutes(registration);
    writeFrom(registration).text(";tag=").hexNumber(request.tag, 8);
    endLine(writer);
    endLine(closeAddress(openAddress(fieldName(writer, HEADER_TO), NO_SPAN).span(target), NO_SPAN));
    endLine(
      fieldName(writer, HEADER_CALL_ID).hexNumber(request.callIdHigh, 8).hexNumber(request.callIdLow, 8),
    );
    cseqField(writer, request.cseq, method);
  }
  if (method != METHOD_BYE && method != METHOD_PRACK) writeContact(writer, registration, flow);
  if (method == METHOD_INVITE || method == METHOD_UPDATE) {
    textField(writer, HEADER_ALLOW, ALLOWED);
    textField(writer, HEADER_SUPPORTED, SUPPORTED);
    if (request.owner == OF_CALL) sessionFields(writer, request.ownerIndex, request.account);
  }
  if (method == METHOD_SUBSCRIBE) subscriptionFields(writer, request.ownerIndex);
  if (method == METHOD_PRACK) {
    fieldName(writer, HEADER_RACK).decimal(request.rseq).byte(0x20).decimal(request.rackCseq);
    endLine(writer.text(" INVITE"));
  }
  writer.span(textOf(request.headers));
  writeCredentials(writer, attempt, request.account, method, target);
  textField(writer, HEADER_USER_AGENT, "sip-failover");
  endWithBody(writer, textOf(request.type), textOf(request.body));
  return writer.overflow ? NO_SPAN : writer.written();
}

function beginHead(method: i32, target: Span, branch: Span, flow: Flow): void {
  requestLine(writer, method, target);
  viaField(writer, flow.local, branch);
  numberField(writer, HEADER_MAX_FORWARDS, 70);
}

/** Everything up to CSeq of a request in a dialog (RFC 3261, 12.2.1.1), or of its first one: the Request-URI. */
function beginInDialog(
  dialog: Dialog,
  registration: Registration,
  method: i32,
  branch: Span,
  flow: Flow,
  cseq: u32,
): Span {
  const routes = textOf(dialog.routes);
  const strict = routesStrictly(dialog);
  const first = nextItem(routes, NO_SPAN, COMMA);
  const target = strict ? addressUri(first) : textOf(dialog.target);
  beginHead(method, target, branch, flow);
  if (dialog.remoteTag != NO_SPAN) {
    writeDialogRoutes(registration, routes, strict ? first : NO_SPAN);
    if (strict) endLine(fieldName(writer, HEADER_ROUTE).byte(0x3c).span(textOf(dialog.target)).byte(0x3e));
  } else {
    writeRoutes(registration);
  }
  if (dialog.local != 0) fieldName(writer, HEADER_FROM).span(textOf(dialog.local));
  else writeFrom(registration);
  endLine(writer.text(";tag=").span(localTagOf(dialog)));
  spanField(writer, HEADER_TO, textOf(dialog.remote));
  spanField(writer, HEADER_CALL_ID, textOf(dialog.callId));
  cseqField(writer, cseq, method);
  return target;
}

/** The head of an ACK for a 2xx (RFC 3261, 13.2.2.4), up to CSeq; the caller ends it. */
export function beginAck(
  dialog: Dialog,
  registration: Registration,
  branch: Span,
  flow: Flow,
  cseq: u32,
): Writer {
  writer.begin(block, MAX_MESSAGE_OUT);
  beginInDialog(dialog, registration, METHOD_ACK, branch, flow, cseq);
  return writer;
}

/** The route set behind `after`, and the outbound proxy before it where requests in a dialog keep it. */
function writeDialogRoutes(registration: Registration, routes: Span, after: Span): void {
  const account = registration.account;
  const slot = registration.slot;
  const first = nextItem(routes, NO_SPAN, COMMA);
  const named =
    first != NO_SPAN && parseUri(addressUri(first), uri) && sameHost(uri.host, routeAddress(account, slot));
  if (usesProxy(account, slot) && keepsProxyInDialog() && !named) writeProxyRoute(registration);
  for (let route = nextItem(routes, after, COMMA); route != NO_SPAN; route = nextItem(routes, route, COMMA)) {
    spanField(writer, HEADER_ROUTE, route);
  }
}

/** What leads out of here: the outbound proxy, and what the registrar has said (RFC 3608). */
function writeRoutes(registration: Registration): void {
  if (usesProxy(registration.account, registration.slot)) writeProxyRoute(registration);
  const services = textOf(registration.serviceRoute);
  if (spanLength(services) > 0) spanField(writer, HEADER_ROUTE, services);
}

function writeProxyRoute(registration: Registration): void {
  const account = registration.account;
  const slot = registration.slot;
  openAddress(fieldName(writer, HEADER_ROUTE), NO_SPAN);
  sipUri(writer, false, NO_SPAN, routeAddress(account, slot), routeSetting(account, slot, KEY_PORT));
  endLine(writer.text(";lr>"));
}

/** The account's address, without its tag. */
function writeFrom(registration: Registration): Writer {
  const account = registration.account;
  openAddress(fieldName(writer, HEADER_FROM), accountText(account, KEY_DISPLAY_NAME));
  const domain = domainOf(account, registration.slot);
  return closeAddress(sipUri(writer, false, accountText(account, KEY_USER_NAME), domain, 0), NO_SPAN);
}

/** R6: the GRUU where the registrar has given one, otherwise our end of the flow. */
export function writeContact(to: Writer, registration: Registration, flow: Flow): void {
  const gruu = textOf(registration.gruu);
  fieldName(to, HEADER_CONTACT).byte(0x3c);
  // What came from elsewhere says nothing of our end: it is where we are registered, then.
  const own = flow.local.exists ? flow.reachable : registration.contact;
  if (spanLength(gruu) > 0) to.span(gruu);
  else to.span(contactAddress(registration, own));
  endLine(to.byte(0x3e));
}

/** A 422 or 423 asks for an interval of at least so many seconds; false where that is no answer to the request. */
export function intervalTooBrief(request: Request, least: u32): bool {
  if (request.owner == OF_CALL) return raiseSession(request.ownerIndex, least);
  return request.owner == OF_SUBSCRIPTION && raiseSubscription(request.ownerIndex, least);
}
