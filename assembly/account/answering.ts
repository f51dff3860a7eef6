import { NO_SPAN, Span, spanEnd, spanLength, spanStart } from "../bytes/span";
import { isLiteralIgnoreCase } from "../bytes/literal";
import { Writer } from "../bytes/writer";
import {
  DROP_MALFORMED,
  DROP_TOO_LONG,
  DROP_UNSUPPORTED_REQUEST,
  EVENT_ANSWERED,
  METHOD_ACK,
  METHOD_BYE,
  METHOD_CANCEL,
  METHOD_NOTIFY,
  METHOD_OPTIONS,
} from "../contract/constants";
import { drop } from "../contract/drops";
import { beginEvent, endAction, putTarget, putText, putWord } from "../contract/queue";
import { MAX_MESSAGE_OUT } from "../limits";
import { endHead, textField } from "../sip/compose";
import { toTag, topVia } from "../sip/fields";
import { HEADER_ALLOW, HEADER_EVENT, HEADER_USER_AGENT } from "../sip/header";
import { header, message } from "../sip/message";
import { beginResponse } from "../sip/respond";
import { itemName } from "../sip/text";
import { Via, viaParameter } from "../sip/via";
import { random32 } from "../time/random";
import { Flow, handleOfFlow, sendOnFlow } from "../transport/flows";

/*
 * Requests that come in, answered without a transaction (RFC 3261, 8.2.7): the same request has the same answer
 * each time it is sent. A server that asks by OPTIONS whether the phone is there must hear that it is.
 */

const TAG_LENGTH = 8;

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const tagWriter = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);
const tagText = memory.data(TAG_LENGTH);
const via = changetype<Via>(memory.data(offsetof<Via>(), 8));
/** Makes our tags such that nobody guesses them. */
const secret = memory.data(4, 4);

export function resetAnswering(): void {
  store<u32>(secret, 0);
}

/** Answers the request in view, which came on `flow`; what cannot be answered is dropped. */
export function answerRequest(flow: Flow): void {
  if (message.method == METHOD_ACK) {
    drop(DROP_UNSUPPORTED_REQUEST, flow.remote);
    return;
  }
  if (!topVia(via)) {
    drop(DROP_MALFORMED, flow.remote);
    return;
  }
  const status = statusFor(message.method);
  const reason =
    status == 200 ? "OK" : status == 481 ? "Call/Transaction Does Not Exist" : "Method Not Allowed";
  beginResponse(writer.begin(block, MAX_MESSAGE_OUT), status, reason, ownTag(), flow.remote);
  textField(writer, HEADER_ALLOW, "OPTIONS, NOTIFY");
  textField(writer, HEADER_USER_AGENT, "sip-failover");
  endHead(writer);
  if (writer.overflow) {
    drop(DROP_TOO_LONG, flow.remote);
    return;
  }
  const response = writer.written();
  sendOnFlow(handleOfFlow(flow), spanStart(response), spanLength(response));
  beginEvent(EVENT_ANSWERED, 0);
  putText(message.methodName);
  putTarget(flow.remote);
  putWord(status);
  endAction();
}

/** S3: there are no dialogs; message waiting may be told of without any. */
function statusFor(method: i32): i32 {
  if (method == METHOD_BYE || method == METHOD_CANCEL || toTag() != NO_SPAN) return 481;
  if (method == METHOD_OPTIONS) return 200;
  if (method != METHOD_NOTIFY) return 405;
  return isLiteralIgnoreCase(itemName(header(HEADER_EVENT)), "message-summary") ? 200 : 481;
}

/** A tag that is the same for each copy of a request, which has the same branch. */
function ownTag(): Span {
  if (load<u32>(secret) == 0) store<u32>(secret, random32() | 1);
  let tag = load<u32>(secret);
  const branch = viaParameter(via, "branch");
  const end = spanEnd(branch);
  for (let at = spanStart(branch); at < end; at++) tag = (tag ^ load<u8>(at)) * 0x01000193;
  return tagWriter.begin(tagText, TAG_LENGTH).hexNumber(tag, TAG_LENGTH).written();
}
