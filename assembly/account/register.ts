import { parseAddress, writeHost } from "../bytes/address";
import { Endpoint } from "../bytes/endpoint";
import { NOT_A_NUMBER, parseDecimal } from "../bytes/number";
import { NO_SPAN, Span, spanLength } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { accountText, routeAddress, routeSetting, serverSetting, usesProxy } from "../config/settings";
import { KEY_DISPLAY_NAME, KEY_PORT, KEY_USER_NAME } from "../config/table";
import { METHOD_NOTIFY, METHOD_REGISTER, TRANSPORT_TCP, TRANSPORT_TLS } from "../contract/constants";
import { MAX_MESSAGE_OUT } from "../limits";
import {
  closeAddress,
  cseqField,
  endHead,
  endLine,
  numberField,
  openAddress,
  requestLine,
  sipUri,
  textField,
  userPart,
  viaField,
} from "../sip/compose";
import { contactSeconds, findContact, topmost } from "../sip/fields";
import {
  HEADER_CALL_ID,
  HEADER_CONTACT,
  HEADER_EXPIRES,
  HEADER_FROM,
  HEADER_MAX_FORWARDS,
  HEADER_ROUTE,
  HEADER_SERVICE_ROUTE,
  HEADER_SUPPORTED,
  HEADER_TO,
  HEADER_USER_AGENT,
  fieldName,
} from "../sip/header";
import { nextValue } from "../sip/message";
import { addressParameter, addressUri } from "../sip/nameaddr";
import { COMMA, unquoted } from "../sip/text";
import { Uri, parseUri } from "../sip/uri";
import { viaParameter } from "../sip/via";
import { ClientTransaction, branchOf } from "../transaction/client";
import { Flow } from "../transport/flows";
import { writeCredentials } from "./challenges";
import { domainOf } from "./options";
import { Registration } from "./registrations";
import { drop, keep } from "./texts";

/*
 * The messages of a registration: its REGISTERs and what keeps its flow alive, and what their answers say.
 */

const MAX_URI = 300;
const MAX_CONTACT = 480;
const TAG_LENGTH = 8;

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const uriWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);
const uriBlock = memory.data(MAX_URI);
const contactBlock = memory.data(MAX_CONTACT);
const other = changetype<Uri>(memory.data(offsetof<Uri>(), 8));
const address = memory.data(16, 4);

/** What a REGISTER does with its Contact. */
export const CONTACT_BIND: i32 = 0;
/** Takes our binding back. */
export const CONTACT_UNBIND: i32 = 1;
/** Takes every binding of the account back (R1). */
export const CONTACT_ALL: i32 = 2;

/** The Request-URI: the registrar's domain, with the port where one other than the default is configured. */
function requestUri(registration: Registration): Span {
  const account = registration.account;
  const port = serverSetting(account, registration.slot, KEY_PORT);
  uriWriter.begin(uriBlock, MAX_URI);
  return sipUri(
    uriWriter,
    false,
    NO_SPAN,
    domainOf(account, registration.slot),
    port == 5060 ? 0 : port,
  ).written();
}

/** `sip:user@host:port`, with the transport where it is not UDP. Holds until the next call. */
export function contactAddress(registration: Registration, contact: Endpoint): Span {
  uriWriter.begin(contactBlock, MAX_CONTACT).text("sip:");
  const user = accountText(registration.account, KEY_USER_NAME);
  if (spanLength(user) > 0) userPart(uriWriter, user).byte(0x40);
  writeHost(uriWriter, contact.family, contact.address);
  uriWriter.byte(0x3a).decimal(contact.port);
  if (contact.transport == TRANSPORT_TCP) uriWriter.text(";transport=tcp");
  if (contact.transport == TRANSPORT_TLS) uriWriter.text(";transport=tls");
  return uriWriter.written();
}

function writeTag(registration: Registration, to: Writer): Writer {
  return to.text(";tag=").hexNumber(registration.fromTag, TAG_LENGTH);
}

/** Everything from the request line to CSeq. */
function begin(
  registration: Registration,
  method: i32,
  uri: Span,
  transaction: ClientTransaction,
  flow: Flow,
): void {
  const account = registration.account;
  const slot = registration.slot;
  requestLine(writer.begin(block, MAX_MESSAGE_OUT), method, uri);
  viaField(writer, flow.local, branchOf(transaction));
  numberField(writer, HEADER_MAX_FORWARDS, 70);
  if (usesProxy(account, slot)) {
    openAddress(fieldName(writer, HEADER_ROUTE), NO_SPAN);
    sipUri(writer, false, NO_SPAN, routeAddress(account, slot), routeSetting(account, slot, KEY_PORT));
    endLine(writer.text(";lr>"));
  }
  const user = accountText(account, KEY_USER_NAME);
  const domain = domainOf(account, slot);
  openAddress(fieldName(writer, HEADER_FROM), accountText(account, KEY_DISPLAY_NAME));
  endLine(writeTag(registration, closeAddress(sipUri(writer, false, user, domain, 0), NO_SPAN)));
  openAddress(fieldName(writer, HEADER_TO), NO_SPAN);
  endLine(closeAddress(sipUri(writer, false, user, domain, 0), NO_SPAN));
}

/** R4: the REGISTERs of a slot share a Call-ID; what else is sent to keep alive has its own, by `variant`. */
function dialogFields(registration: Registration, method: i32, cseq: u32, variant: u32): void {
  fieldName(writer, HEADER_CALL_ID).hexNumber(registration.callId0 ^ variant, 8);
  writer.hexNumber(registration.callId1, 8).hexNumber(registration.callId2, 8);
  endLine(writer.hexNumber(registration.callId3, 8));
  cseqField(writer, cseq, method);
}

function end(): Span {
  textField(writer, HEADER_USER_AGENT, "sip-failover");
  endHead(writer);
  return writer.overflow ? NO_SPAN : writer.written();
}

/**
 * A REGISTER of `registration` on `flow` that does `what` with the binding of `contact`; the credentials are those
 * kept for `attempt`. A binding of another contact is taken back in the same request. NO_SPAN where it exceeds the
 * limit of a message.
 */
export function writeRegister(
  registration: Registration,
  transaction: ClientTransaction,
  flow: Flow,
  what: i32,
  contact: Endpoint,
  attempt: i32,
): Span {
  const uri = requestUri(registration);
  begin(registration, METHOD_REGISTER, uri, transaction, flow);
  dialogFields(registration, METHOD_REGISTER, ++registration.cseq, 0);
  fieldName(writer, HEADER_CONTACT);
  if (what == CONTACT_ALL) {
    endLine(writer.byte(0x2a));
  } else {
    endLine(writer.byte(0x3c).span(contactAddress(registration, contact)).byte(0x3e));
    if (what == CONTACT_BIND && replacesContact(registration, flow, contact)) {
      fieldName(writer, HEADER_CONTACT).byte(0x3c).span(contactAddress(registration, registration.contact));
      endLine(writer.text(">;expires=0"));
    }
  }
  textField(writer, HEADER_SUPPORTED, "path, gruu");
  numberField(writer, HEADER_EXPIRES, what == CONTACT_BIND ? registration.askedLifetime : 0);
  writeCredentials(writer, attempt, registration.account, METHOD_REGISTER, uri);
  return end();
}

/** The target holds a binding of ours under another address, which would outlive this one. */
function replacesContact(registration: Registration, flow: Flow, contact: Endpoint): bool {
  return registration.bound.equals(flow.remote) && !registration.contact.equals(contact);
}

/** K1: a request that keeps the flow alive, OPTIONS or NOTIFY, to the registrar's domain. */
export function writeKeepAlive(
  registration: Registration,
  method: i32,
  transaction: ClientTransaction,
  flow: Flow,
): Span {
  begin(registration, method, requestUri(registration), transaction, flow);
  dialogFields(registration, method, 1, transaction.branchLow);
  endLine(writer.text("Contact: <").span(contactAddress(registration, flow.reachable)).byte(0x3e));
  if (method == METHOD_NOTIFY) writer.text("Event: keep-alive\r\nSubscription-State: active\r\n");
  return end();
}

/** What the 200 in view says of `contact`, which is ours; NO_SPAN where it says nothing. */
export function grantedContact(registration: Registration, contact: Endpoint): Span {
  return findContact(contactAddress(registration, contact));
}

/**
 * The lifetime in seconds that the 200 in view grants: what it says for our contact, otherwise what Expires says,
 * otherwise what was asked for (R2).
 */
export function grantedLifetime(registration: Registration, granted: Span): u32 {
  const seconds = contactSeconds(granted);
  return seconds == NOT_A_NUMBER ? registration.askedLifetime : (seconds as u32);
}

/** R6: keeps the Service-Route and the public GRUU of the 200 in view, for as long as its binding. */
export function noteServiceRoute(registration: Registration, granted: Span): void {
  forgetServiceRoute(registration);
  writer.begin(block, MAX_MESSAGE_OUT);
  for (
    let route = nextValue(HEADER_SERVICE_ROUTE, NO_SPAN);
    route != NO_SPAN;
    route = nextValue(HEADER_SERVICE_ROUTE, route)
  ) {
    if (!parseUri(addressUri(route), other)) continue;
    if (spanLength(writer.written()) > 0) writer.byte(COMMA);
    writer.span(route);
  }
  registration.serviceRoute = max(keep(writer.written()), 0);
  const gruu = unquoted(addressParameter(granted, "pub-gruu"));
  if (parseUri(gruu, other)) registration.gruu = max(keep(gruu), 0);
}

export function forgetServiceRoute(registration: Registration): void {
  drop(registration.serviceRoute);
  drop(registration.gruu);
  registration.serviceRoute = 0;
  registration.gruu = 0;
}

/**
 * Notes how the server sees us, from `received` and `rport` of the response in view (RFC 3581); forgets it where
 * that is our own address.
 */
export function noteMapping(flow: Flow): void {
  const rport = viaParameter(topmost, "rport");
  if (spanLength(rport) == 0) return;
  const port = parseDecimal(rport, 0xffff);
  const received = viaParameter(topmost, "received");
  const family = parseAddress(spanLength(received) > 0 ? received : topmost.host, address);
  if (port <= 0 || family == 0) return;
  flow.mapped.set(flow.local.transport, family, port as i32, address);
  if (flow.mapped.equals(flow.local)) flow.mapped.clear();
}
