import { Endpoint } from "../../bytes/endpoint";
import { NO_SPAN } from "../../bytes/span";
import { Writer } from "../../bytes/writer";
import { DROP_TOO_LONG, METHOD_INVITE, METHOD_UPDATE } from "../../contract/constants";
import { drop } from "../../contract/drops";
import { MAX_MESSAGE_OUT } from "../../limits";
import { endHead, endWithBody, numberField, textField } from "../../sip/compose";
import {
  HEADER_ALLOW,
  HEADER_RECORD_ROUTE,
  HEADER_REQUIRE,
  HEADER_RSEQ,
  HEADER_SUPPORTED,
  HEADER_USER_AGENT,
} from "../../sip/header";
import { message, parseMessage } from "../../sip/message";
import { beginResponse, copyFields } from "../../sip/respond";
import { ServerTransaction } from "../../transaction/server";
import { flowOf } from "../../transport/flows";
import { content } from "../content";
import { registrationOf } from "../registrations";
import { ALLOWED, SUPPORTED, writeContact } from "../request/write";
import { sayAnswered } from "../trace";
import { Call } from "./call";
import { localTagOf } from "./dialog";
import { sessionAnswer } from "./session";

/*
 * Answers to requests of a call. The first is made of the request; later ones, which may come long after it, of the
 * answer before them, which has the same Via, From, To, Call-ID, CSeq and Record-Route.
 */

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);
const nowhere = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

/**
 * Makes the answer that later ones to the request in view are made of, and sends it where it is to an INVITE: 100
 * (RFC 3261, 8.2.6.1). False where there is no room.
 */
export function beginAnswering(transaction: ServerTransaction, source: Endpoint, now: i64): bool {
  beginResponse(writer.begin(block, MAX_MESSAGE_OUT), 100, NO_SPAN, source);
  copyFields(writer, HEADER_RECORD_ROUTE);
  endHead(writer);
  if (writer.overflow) return false;
  if (transaction.method == METHOD_INVITE) return transaction.respond(100, writer.written(), false, now);
  return transaction.prepare(writer.written());
}

/** Sends an answer of our own, without anything of the application's. */
export function answerPlainly(call: Call, transaction: ServerTransaction, status: i32, now: i64): void {
  content.clear();
  answer(call, transaction, status, now);
}

/** Sends an answer with its content; the message in view is the answer before it afterwards. */
export function answer(call: Call, transaction: ServerTransaction, status: i32, now: i64): bool {
  const flow = flowOf(transaction.flow);
  if (flow == null || parseMessage(transaction.response) != 0) return false;
  const dialog = call.dialog;
  const method = transaction.method;
  const registration = registrationOf(dialog.account, dialog.slot);
  const reliable = status > 100 && status < 200 && call.wantsReliable && call.incoming;
  beginResponse(writer.begin(block, MAX_MESSAGE_OUT), status, localTagOf(dialog), nowhere);
  if (status < 300 && (method == METHOD_INVITE || method == METHOD_UPDATE)) {
    writeContact(writer, registration, flow);
    textField(writer, HEADER_ALLOW, ALLOWED);
    textField(writer, HEADER_SUPPORTED, SUPPORTED);
    if (status >= 200) sessionAnswer(writer, call);
  }
  if (reliable) {
    textField(writer, HEADER_REQUIRE, SUPPORTED);
    numberField(writer, HEADER_RSEQ, ++call.localRseq);
  }
  writer.span(content.headers);
  textField(writer, HEADER_USER_AGENT, "sip-failover");
  endWithBody(writer, content.type, content.body);
  if (writer.overflow) {
    drop(DROP_TOO_LONG, flow.remote);
    return false;
  }
  sayAnswered(message.methodName, flow.remote, status);
  transaction.respond(status, writer.written(), reliable, now);
  return true;
}
