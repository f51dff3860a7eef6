import { NO_SPAN, Span } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { METHOD_ACK } from "../contract/constants";
import { MAX_MESSAGE_OUT } from "../limits";
import { cseqField, endHead, numberField, requestLine, spanField } from "../sip/compose";
import {
  HEADER_CALL_ID,
  HEADER_FROM,
  HEADER_MAX_FORWARDS,
  HEADER_ROUTE,
  HEADER_TO,
  HEADER_VIA,
} from "../sip/header";
import { header, message, nextValue, parseMessage } from "../sip/message";
import { copyFields } from "../sip/respond";

/*
 * What follows an INVITE in its own transaction and is made of it: the ACK of a final answer other than 2xx (RFC 3261,
 * 17.1.1.3) and CANCEL (9.1). The INVITE comes into view by that.
 */

const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const block = memory.data(MAX_MESSAGE_OUT, 8);

/** `method` is ACK or CANCEL; `to` is the answer's To, NO_SPAN for the INVITE's own. NO_SPAN where it is too long. */
export function followUp(method: i32, invite: Span, to: Span): Span {
  parseMessage(invite);
  requestLine(writer.begin(block, MAX_MESSAGE_OUT), method, message.uri);
  spanField(writer, HEADER_VIA, nextValue(HEADER_VIA, NO_SPAN));
  numberField(writer, HEADER_MAX_FORWARDS, 70);
  copyFields(writer, HEADER_ROUTE);
  spanField(writer, HEADER_FROM, header(HEADER_FROM));
  spanField(writer, HEADER_TO, method == METHOD_ACK ? to : header(HEADER_TO));
  spanField(writer, HEADER_CALL_ID, header(HEADER_CALL_ID));
  cseqField(writer, message.cseq, method);
  endHead(writer);
  return writer.overflow ? NO_SPAN : writer.written();
}
