import { hangUp, placeCall, requestByCall, respondToCall, sendAlone } from "./account/call/control";
import { content } from "./account/content";
import { subscribeTo } from "./account/subscription/subscription";
import { Span, span } from "./bytes/span";
import { ERROR_BAD_ARGUMENT, ERROR_NOT_CONFIGURED } from "./contract/constants";
import { isRunningAt, timeNow } from "./core";
import { input } from "./input";
import { MAX_MESSAGE_IN } from "./limits";

/*
 * What the application asks for. Its texts lie one after the other in the input area.
 */

@unmanaged
class Reader {
  at: usize;
  left: u32;
  bad: bool;
}

const reader = changetype<Reader>(memory.data(offsetof<Reader>(), 4));

/** The next text, of so many octets. */
function next(length: u32): Span {
  if (length > reader.left) {
    reader.bad = true;
    return 0;
  }
  const view = span(reader.at, length as i32);
  reader.at += length;
  reader.left -= length;
  return view;
}

/** Takes the texts of an input at `time`: 0, or an error. */
function take(time: i64, uri: u32, headers: u32, type: u32, body: u32): i32 {
  if (!isRunningAt(time)) return ERROR_NOT_CONFIGURED;
  reader.at = input;
  reader.left = MAX_MESSAGE_IN;
  reader.bad = false;
  content.uri = next(uri);
  content.headers = next(headers);
  content.type = next(type);
  content.body = next(body);
  return reader.bad || !content.isFit ? ERROR_BAD_ARGUMENT : 0;
}

export function callPlace(time: i64, account: u32, uri: u32, headers: u32, type: u32, body: u32): i32 {
  const error = take(time, uri, headers, type, body);
  return error < 0 ? error : placeCall(account, timeNow());
}

export function callRespond(time: i64, call: u32, status: u32, headers: u32, type: u32, body: u32): i32 {
  const error = take(time, 0, headers, type, body);
  return error < 0 ? error : respondToCall(call, status, timeNow());
}

export function callHangUp(time: i64, call: u32): i32 {
  const error = take(time, 0, 0, 0, 0);
  return error < 0 ? error : hangUp(call, timeNow());
}

export function callRequest(time: i64, call: u32, method: u32, headers: u32, type: u32, body: u32): i32 {
  const error = take(time, 0, headers, type, body);
  return error < 0 ? error : requestByCall(call, method, timeNow());
}

export function requestSend(
  time: i64,
  account: u32,
  method: u32,
  uri: u32,
  headers: u32,
  type: u32,
  body: u32,
): i32 {
  const error = take(time, uri, headers, type, body);
  return error < 0 ? error : sendAlone(account, method, timeNow());
}

export function subscribe(time: i64, account: u32, eventPackage: u32, uri: u32, expires: u32): i32 {
  const error = take(time, uri, 0, 0, 0);
  return error < 0 ? error : subscribeTo(account, eventPackage, content.uri, expires, timeNow());
}
