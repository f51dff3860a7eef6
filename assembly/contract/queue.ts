import { Endpoint } from "../bytes/endpoint";
import { Span, spanLength, spanStart } from "../bytes/span";
import { ACTION_QUEUE_SIZE } from "../limits";
import {
  ACTION_CLOSE,
  ACTION_EVENT,
  ACTION_LISTEN,
  ACTION_OPEN,
  ACTION_SEND,
  ACTION_STOPPED,
  ACTION_TLS,
  EVENT_POOL_FULL,
  POOL_ACTIONS,
} from "./constants";

/*
 * What the core wants of the host, in order. The host drains it to the end before the core takes up the next
 * piece of work, so it is a plain block that is written from its start and read from its start.
 *
 *   | kind u16 | size u16 | body … | kind u16 | size u16 | body … |        little-endian, no padding
 *
 * Each piece of work adds a bounded number of actions (`ACTION_ROOM` octets at most). Should one be larger all
 * the same, the action that does not fit is left out whole and the next drain begins with a `pool-full` event.
 */

/** Octets that are free before any piece of work begins. */
export const ACTION_ROOM = ACTION_QUEUE_SIZE / 2;

@unmanaged
class Queue {
  /** Where the host reads on. */
  read: usize;
  /** Where the next action begins. */
  write: usize;
  /** Where the next field of the action under way goes; past the end where it does not fit. */
  at: usize;
  overflowed: bool;
}

const queue = changetype<Queue>(memory.data(offsetof<Queue>(), 8));
const block = memory.data(ACTION_QUEUE_SIZE, 8);

export function resetActions(): void {
  queue.read = block;
  queue.write = block;
  queue.at = block;
  queue.overflowed = false;
}

/** Nothing waits for the host. */
export function actionsDrained(): bool {
  return queue.read == queue.write;
}

/** The next action for the host, 0 where there is none. It stays as it is until work goes on. */
export function takeAction(): usize {
  if (queue.read == queue.write) {
    const overflowed = queue.overflowed;
    resetActions();
    if (!overflowed) return 0;
    beginEvent(EVENT_POOL_FULL, 0);
    putByte(POOL_ACTIONS);
    endAction();
  }
  const action = queue.read;
  queue.read = action + (load<u16>(action, 2) as usize);
  return action;
}

/** Octets that are still free. */
export function actionsFree(): i32 {
  return (block + ACTION_QUEUE_SIZE - queue.write) as i32;
}

function beginAction(kind: i32): void {
  queue.at = queue.write;
  putHalf(kind);
  putHalf(0);
}

/** Ends the action or event that was begun. */
export function endAction(): void {
  if (queue.at > block + ACTION_QUEUE_SIZE) {
    queue.overflowed = true;
    return;
  }
  store<u16>(queue.write, (queue.at - queue.write) as u16, 2);
  queue.write = queue.at;
}

/** Makes room for `length` octets of the action under way: their address, or 0 where they do not fit. */
function take(length: i32): usize {
  const at = queue.at;
  queue.at = at + (length as usize);
  return queue.at > block + ACTION_QUEUE_SIZE ? 0 : at;
}

export function putByte(value: i32): void {
  const at = take(1);
  if (at != 0) store<u8>(at, value as u8);
}

export function putHalf(value: i32): void {
  const at = take(2);
  if (at != 0) store<u16>(at, value as u16);
}

export function putWord(value: u32): void {
  const at = take(4);
  if (at != 0) store<u32>(at, value);
}

export function putBytes(from: usize, length: i32): void {
  const at = take(length);
  if (at != 0) memory.copy(at, from, length);
}

/** A field of kind `text`. */
export function putText(view: Span): void {
  const length = min(spanLength(view), 0xffff);
  putHalf(length);
  putBytes(spanStart(view), length);
}

/** A field of kind `target`; one of family 0 names none. */
export function putTarget(target: Endpoint): void {
  putBytes(changetype<usize>(target), offsetof<Endpoint>());
}

/** Begins an event record; its fields follow with `put…`, then `endAction`. `account` 0 is the phone. */
export function beginEvent(event: i32, account: i32): void {
  beginAction(ACTION_EVENT);
  putByte(event);
  putByte(account);
}

/** An event whose fields are none but `pool`. */
export function poolFull(pool: i32, account: i32): void {
  beginEvent(EVENT_POOL_FULL, account);
  putByte(pool);
  endAction();
}

/** Asks for a flow to `remote`; `name` is what TLS must verify. */
export function askOpen(flow: u32, remote: Endpoint, localPort: i32, name: Span): void {
  beginAction(ACTION_OPEN);
  putWord(flow);
  putTarget(remote);
  putHalf(localPort);
  putText(name);
  endAction();
}

/** Tells what TLS works with: `verify` 0 or 1, and files. */
export function askTls(verify: i32, trustAnchors: Span, certificate: Span, key: Span): void {
  beginAction(ACTION_TLS);
  putByte(verify);
  putByte(0);
  putText(trustAnchors);
  putText(certificate);
  putText(key);
  endAction();
}

export function askListen(flow: u32, transport: i32, port: i32): void {
  beginAction(ACTION_LISTEN);
  putWord(flow);
  putByte(transport);
  putByte(0);
  putHalf(port);
  endAction();
}

export function askSend(flow: u32, from: usize, length: i32): void {
  beginAction(ACTION_SEND);
  putWord(flow);
  putBytes(from, length);
  endAction();
}

export function askClose(flow: u32): void {
  beginAction(ACTION_CLOSE);
  putWord(flow);
  endAction();
}

export function sayStopped(): void {
  beginAction(ACTION_STOPPED);
  endAction();
}
