import { Span, spanEnd, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { DROP_TOO_LONG } from "../contract/constants";
import { drop } from "../contract/drops";
import { MAX_MESSAGE_OUT } from "../limits";
import { endHead, textField } from "../sip/compose";
import { HEADER_ALLOW, HEADER_USER_AGENT } from "../sip/header";
import { message } from "../sip/message";
import { beginResponse } from "../sip/respond";
import { Via, viaParameter } from "../sip/via";
import { random32 } from "../time/random";
import { ServerTransaction, takeServerTransaction } from "../transaction/server";
import { Flow, handleOfFlow, sendOnFlow } from "../transport/flows";
import { ALLOWED } from "./request/write";
import { sayAnswered } from "./trace";

/*
 * Requests that come in and are answered at once, most of them without a transaction (RFC 3261, 8.2.7): the same
 * request has the same answer each time it is sent. A server that asks by OPTIONS whether the phone is there must hear
 * that it is.
 */

const TAG_LENGTH = 8;

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const tagWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);
const tagText = memory.data(TAG_LENGTH);
/** Makes our tags such that nobody guesses them. */
const secret = memory.data(4, 4);

export function resetAnswering(): void {
  store<u32>(secret, 0);
}

/** Begins the answer to the request in view, whose topmost Via is `via` and which came on `flow`. */
export function beginAnswer(flow: Flow, via: Via, status: i32): Writer {
  return beginResponse(writer.begin(block, MAX_MESSAGE_OUT), status, ownTag(via), flow.remote);
}

/** Ends the answer begun last and sends it, by a transaction where there is one. */
export function endAnswer(flow: Flow, transaction: ServerTransaction | null, status: i32, now: i64): void {
  textField(writer, HEADER_ALLOW, ALLOWED);
  textField(writer, HEADER_USER_AGENT, "sip-failover");
  endHead(writer);
  if (writer.overflow) {
    drop(DROP_TOO_LONG, flow.remote);
    return;
  }
  const response = writer.written();
  if (transaction != null) transaction.respond(status, response, false, now);
  else sendOnFlow(handleOfFlow(flow), spanStart(response), spanLength(response));
  sayAnswered(message.methodName, flow.remote, status);
}

/** Answers the request in view, without a transaction. */
export function answerAtOnce(flow: Flow, via: Via, status: i32): void {
  beginAnswer(flow, via, status);
  endAnswer(flow, null, status, 0);
}

/** Answers the request in view, and remembers how for when it comes again, unless no transaction is free. */
export function answerOnce(flow: Flow, via: Via, status: i32, now: i64): void {
  const transaction = takeServerTransaction(handleOfFlow(flow), via);
  beginAnswer(flow, via, status);
  endAnswer(flow, transaction, status, now);
}

/** A tag that is the same for each copy of a request, which has the same branch. */
function ownTag(via: Via): Span {
  if (load<u32>(secret) == 0) store<u32>(secret, random32() | 1);
  let tag = load<u32>(secret);
  const branch = viaParameter(via, "branch");
  const end = spanEnd(branch);
  for (let at = spanStart(branch); at < end; at++) tag = (tag ^ load<u8>(at)) * 0x01000193;
  return tagWriter.begin(tagText, TAG_LENGTH).hexNumber(tag, TAG_LENGTH).written();
}
