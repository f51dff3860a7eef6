import { NO_SPAN, Span, spanEnd, spanStart } from "../bytes/span";
import {
  DROP_CUT_OFF,
  DROP_MALFORMED,
  DROP_NOT_SIP,
  DROP_NO_TRANSACTION,
  DROP_PONG,
  DROP_STRANGER,
} from "../contract/constants";
import { drop } from "../contract/drops";
import { topVia, topmost } from "../sip/fields";
import { HEADER_VIA } from "../sip/header";
import { BODY_CUT_OFF, CUT_OFF, NOT_SIP, PARSED, message, nextValue, parseMessage } from "../sip/message";
import { viaParameter } from "../sip/via";
import { ClientTransaction, matchTransaction } from "../transaction/client";
import { Flow, OWNER_SIP, handleOfFlow } from "../transport/flows";

/*
 * Messages of SIP that arrive, and the transactions that responses belong to. What fits nothing is dropped and counted.
 */

/** Brings a message into view; false where it is none, which is said. */
export function messageArrived(flow: Flow, bytes: Span): bool {
  const error = parseMessage(bytes);
  if (error != PARSED) drop(isPong(bytes) ? DROP_PONG : reasonOf(error), flow.remote);
  return error == PARSED;
}

/** The transaction that the response in view belongs to; `null` where there is none, which is said. */
export function transactionAnswered(flow: Flow): ClientTransaction | null {
  if (!hasOneVia()) {
    drop(DROP_MALFORMED, flow.remote);
    return null;
  }
  const branch = viaParameter(topmost, "branch");
  const transaction = matchTransaction(handleOfFlow(flow), branch, message.method);
  if (transaction == null) {
    drop(flow.owner == OWNER_SIP ? DROP_NO_TRANSACTION : DROP_STRANGER, flow.remote);
  }
  return transaction;
}

/** RFC 3261 (8.1.3.3): a response with another Via than ours was not meant for us. Ours is `topmost`. */
function hasOneVia(): bool {
  return topVia() && nextValue(HEADER_VIA, nextValue(HEADER_VIA, NO_SPAN)) == NO_SPAN;
}

function reasonOf(error: i32): i32 {
  if (error == NOT_SIP) return DROP_NOT_SIP;
  return error == CUT_OFF || error == BODY_CUT_OFF ? DROP_CUT_OFF : DROP_MALFORMED;
}

/** Nothing but line ends: somebody keeps the flow alive, or answers that we do (RFC 5626, 4.4.1). */
function isPong(bytes: Span): bool {
  const end = spanEnd(bytes);
  for (let at = spanStart(bytes); at < end; at++) {
    const byte = load<u8>(at);
    if (byte != 0x0d && byte != 0x0a && byte != 0) return false;
  }
  return true;
}
