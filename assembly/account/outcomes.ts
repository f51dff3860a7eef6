import { EVENT_REQUEST_ENDED, METHOD_INVITE } from "../contract/constants";
import { beginEvent, endAction, putByte, putText, putWord } from "../contract/queue";
import { NO_SPAN } from "../bytes/span";
import { HEADER_CONTENT_TYPE } from "../sip/header";
import { header, message } from "../sip/message";
import { callProvisional, callRequestEnded } from "./call/outgoing";
import { OF_APPLICATION, OF_CALL, OF_PARTING, OF_SUBSCRIPTION, Request } from "./request/request";
import { partingEnded, subscriptionRequestEnded } from "./subscription/subscription";

/* Who hears of what became of a request. With `status` above 0 the response is in view. */

export function requestEnded(request: Request, failure: i32, status: i32, now: i64): void {
  if (request.owner == OF_CALL) {
    callRequestEnded(request, failure, status, now);
  } else if (request.owner == OF_SUBSCRIPTION) {
    subscriptionRequestEnded(request, failure, status, now);
  } else if (request.owner == OF_PARTING) {
    partingEnded(request, failure);
  } else if (request.owner == OF_APPLICATION) {
    beginEvent(EVENT_REQUEST_ENDED, request.account);
    putWord(request.number);
    putByte(request.method);
    putWord(status);
    putByte(failure);
    putText(status > 0 ? header(HEADER_CONTENT_TYPE) : NO_SPAN);
    putText(status > 0 ? message.body : NO_SPAN);
    endAction();
  }
}

/** A provisional response has come. */
export function requestProvisional(request: Request, status: i32, now: i64): void {
  if (request.owner == OF_CALL && request.method == METHOD_INVITE) callProvisional(request, status, now);
}
