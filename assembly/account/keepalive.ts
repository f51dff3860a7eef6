import { METHOD_NOTIFY, METHOD_OPTIONS, REASON_KEEP_ALIVE } from "../contract/constants";
import { NO_SPAN } from "../bytes/span";
import { FULL_BUDGET, endTransaction, startTransaction, takeTransaction } from "../transaction/client";
import { Flow, flowOf, sendOnFlow } from "../transport/flows";
import { pingWasSent } from "../transport/pongs";
import { KEEP_ALIVE_CRLF, KEEP_ALIVE_OPTIONS, keepAliveKind, keepAlivePeriod } from "./options";
import { writeKeepAlive } from "./register";
import { Registration } from "./registrations";

/*
 * K1: what keeps the flow of a binding alive. Whether anybody answers does not matter here; that nobody is there
 * at all comes back as the flow's failure (K3).
 */

/** Owner of its transactions. */
export const OWNER_KEEP_ALIVE: u8 = 2;

const doubleCrlf = memory.data<u8>([0x0d, 0x0a, 0x0d, 0x0a]);

/** Sends what is due, once for all registrations that share the flow, and sets when it is due again. */
export function sendKeepAlive(registration: Registration, now: i64): void {
  const period = keepAlivePeriod(registration.account);
  registration.keepAliveAt = now + period;
  const flow = flowOf(registration.flow);
  if (flow == null) return;
  const kind = keepAliveKind(registration.account);
  if (kind != KEEP_ALIVE_CRLF) {
    sendRequest(registration, kind == KEEP_ALIVE_OPTIONS ? METHOD_OPTIONS : METHOD_NOTIFY, flow, now);
  } else if (flow.keptAliveAt > 0 && flow.keptAliveAt + period > now) {
    registration.keepAliveAt = flow.keptAliveAt + period;
  } else {
    flow.keptAliveAt = now;
    pingWasSent(flow, now);
    sendOnFlow(registration.flow, doubleCrlf, 4);
  }
}

function sendRequest(registration: Registration, method: i32, flow: Flow, now: i64): void {
  const transaction = takeTransaction(method, registration.flow, OWNER_KEEP_ALIVE, 0);
  if (transaction == null) return;
  transaction.account = registration.account;
  transaction.slot = registration.slot;
  transaction.reason = REASON_KEEP_ALIVE as u8;
  const message = writeKeepAlive(registration, method, transaction, flow);
  if (message == NO_SPAN) endTransaction(transaction.handle);
  else startTransaction(transaction, message, FULL_BUDGET, now);
}
