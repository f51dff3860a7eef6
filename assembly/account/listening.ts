import { NO_HANDLE } from "../bytes/handle";
import { globalSetting, globalText, serverSetting } from "../config/settings";
import {
  KEY_LISTEN_PORT,
  KEY_TLS_CA,
  KEY_TLS_CERT,
  KEY_TLS_KEY,
  KEY_TLS_LISTEN_PORT,
  KEY_TLS_VERIFY,
  KEY_TRANSPORT_TYPE,
} from "../config/table";
import {
  EVENT_LISTENING,
  EVENT_LISTEN_FAILED,
  TRANSPORT_TCP,
  TRANSPORT_TLS,
  TRANSPORT_UDP,
} from "../contract/constants";
import { askTls, beginEvent, endAction, putByte, putWord } from "../contract/queue";
import { spanLength } from "../bytes/span";
import { MAX_ACCOUNTS, MAX_SLOTS } from "../limits";
import { slotServes } from "./options";
import { NEVER, SECOND } from "../time/clock";
import { Flow, listenFlow } from "../transport/flows";

/*
 * The ports that the phone listens at: UDP always, TCP and TLS where an account uses them. Flows of UDP to servers leave
 * from the same port, so that what a server sends to our Contact and what it answers arrive at the same place.
 */

/** A port that is taken is asked for again after this. */
const RETRY = 30 * SECOND;

@unmanaged
class Listener {
  port: i32;
  /** When it is asked for, again or for the first time. */
  askAt: i64;
}

const TRANSPORTS = TRANSPORT_TLS + 1;

const listeners = memory.data(offsetof<Listener>() * TRANSPORTS, 8);

function listenerOf(transport: i32): Listener {
  return changetype<Listener>(listeners + transport * offsetof<Listener>());
}

export function resetListening(): void {
  for (let transport = 0; transport < TRANSPORTS; transport++) {
    listenerOf(transport).port = 0;
    listenerOf(transport).askAt = NEVER;
  }
}

/** The UDP port in use, 0 before it is open. */
export function listeningPort(): i32 {
  return listenerOf(TRANSPORT_UDP).port;
}

export function listeningDeadline(): i64 {
  let deadline = NEVER;
  for (let transport = 0; transport < TRANSPORTS; transport++) {
    deadline = min(deadline, listenerOf(transport).askAt);
  }
  return deadline;
}

/** Some account uses the transport, or may find out that it does (NAPTR). */
function isUsed(transport: i32): bool {
  for (let place = 0; place < MAX_ACCOUNTS * MAX_SLOTS; place++) {
    const account = place / MAX_SLOTS + 1;
    const slot = (place % MAX_SLOTS) + 1;
    if (!slotServes(account, slot)) continue;
    const configured = serverSetting(account, slot, KEY_TRANSPORT_TYPE);
    if (configured == transport || configured > TRANSPORT_TLS) return true;
  }
  return false;
}

/** Begins: tells the host what TLS works with, and asks for the ports of `sip.listen_port` and `sip.tls_listen_port`. */
export function startListening(now: i64): void {
  listenerOf(TRANSPORT_UDP).askAt = now;
  if (!isUsed(TRANSPORT_TLS)) return;
  const certificate = globalText(KEY_TLS_CERT);
  askTls(globalSetting(KEY_TLS_VERIFY), globalText(KEY_TLS_CA), certificate, globalText(KEY_TLS_KEY));
  if (spanLength(certificate) > 0) listenerOf(TRANSPORT_TLS).askAt = now;
}

/** Asks for the port that is due. */
export function listeningDue(now: i64): void {
  for (let transport = 0; transport < TRANSPORTS; transport++) {
    const listener = listenerOf(transport);
    if (listener.askAt > now) continue;
    const key = transport == TRANSPORT_TLS ? KEY_TLS_LISTEN_PORT : KEY_LISTEN_PORT;
    // Any port at all: for TCP that of UDP.
    let port = globalSetting(key);
    if (port == 0 && transport == TRANSPORT_TCP) port = listeningPort();
    const flow = listenFlow(transport, port);
    listener.askAt = flow == NO_HANDLE ? now + RETRY : NEVER;
    return;
  }
}

/** A port is open; true where UDP's is for the first time. TCP's is asked for then, to be the same. */
export function listeningOpened(flow: Flow, now: i64): bool {
  const transport = flow.remote.transport;
  const listener = listenerOf(transport);
  const first = listener.port == 0 && transport == (TRANSPORT_UDP as u8);
  listener.port = flow.local.port;
  if (first && isUsed(TRANSPORT_TCP)) listenerOf(TRANSPORT_TCP).askAt = now;
  beginEvent(EVENT_LISTENING, 0);
  putByte(transport);
  putWord(listener.port);
  endAction();
  return first;
}

/** A port could not be opened, or was lost. */
export function listeningFailed(flow: Flow, reason: i32, now: i64): void {
  const transport = flow.remote.transport;
  beginEvent(EVENT_LISTEN_FAILED, 0);
  putByte(transport);
  putWord(flow.ownerIndex);
  putByte(reason);
  endAction();
  listenerOf(transport).askAt = now + RETRY;
}
