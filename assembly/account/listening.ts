import { NO_HANDLE } from "../bytes/handle";
import { globalSetting } from "../config/settings";
import { KEY_LISTEN_PORT } from "../config/table";
import { EVENT_LISTENING, EVENT_LISTEN_FAILED, TRANSPORT_UDP } from "../contract/constants";
import { beginEvent, endAction, putByte, putWord } from "../contract/queue";
import { NEVER, SECOND } from "../time/clock";
import { Flow, listenFlow } from "../transport/flows";

/*
 * The port that the phone listens at. Flows to servers leave from it too, so that what a server sends to our
 * Contact and what it answers arrive at the same place.
 */

/** A port that is taken is asked for again after this. */
const RETRY = 30 * SECOND;

@unmanaged
class Listening {
  flow: u32;
  port: i32;
  retryAt: i64;
}

const listening = changetype<Listening>(memory.data(offsetof<Listening>(), 8));

export function resetListening(): void {
  listening.flow = NO_HANDLE;
  listening.port = 0;
  listening.retryAt = NEVER;
}

/** The port in use, 0 before it is open. */
export function listeningPort(): i32 {
  return listening.port;
}

export function listeningDeadline(): i64 {
  return listening.retryAt;
}

/** Asks for the port of `sip.listen_port`. */
export function beginListening(now: i64): void {
  listening.flow = listenFlow(TRANSPORT_UDP, globalSetting(KEY_LISTEN_PORT));
  listening.retryAt = listening.flow == NO_HANDLE ? now + RETRY : NEVER;
}

/** The port is open; true where it is for the first time. */
export function listeningOpened(flow: Flow): bool {
  const first = listening.port == 0;
  listening.port = flow.local.port;
  beginEvent(EVENT_LISTENING, 0);
  putByte(TRANSPORT_UDP);
  putWord(listening.port);
  endAction();
  return first;
}

/** The port could not be opened, or was lost. */
export function listeningFailed(flow: Flow, reason: i32, now: i64): void {
  beginEvent(EVENT_LISTEN_FAILED, 0);
  putByte(TRANSPORT_UDP);
  putWord(flow.ownerIndex);
  putByte(reason);
  endAction();
  listening.retryAt = now + RETRY;
}
