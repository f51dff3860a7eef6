import { NO_HANDLE } from "../../bytes/handle";
import { spanLength, spanStart } from "../../bytes/span";
import { METHOD_BYE, REASON_HANG_UP } from "../../contract/constants";
import { endHead } from "../../sip/compose";
import { message } from "../../sip/message";
import { ClientTransaction, freshBranch } from "../../transaction/client";
import { flowOf, sendOnFlow } from "../../transport/flows";
import { registrationOf } from "../registrations";
import { OF_PARTING, takeRequest } from "../request/request";
import { startRequest } from "../request/search";
import { beginAck } from "../request/write";
import { dialogAt, spareDialog } from "./dialog";

/*
 * A 2xx that nobody wants: of an INVITE that was cancelled or whose target was left, or of a further branch of a forked
 * one. It is acknowledged and its call ended at once (RFC 3261, 13.2.2.4 and 9.1), the way that it came.
 */

/** The 2xx in view has come for the transaction. */
export function part(transaction: ClientTransaction, now: i64): void {
  const flow = flowOf(transaction.flow);
  const index = spareDialog();
  if (flow == null || index < 0) return;
  const dialog = dialogAt(index);
  if (!dialog.beginUnwanted(transaction.account, transaction.slot)) {
    dialog.end();
    return;
  }
  const registration = registrationOf(transaction.account, transaction.slot);
  const writer = beginAck(dialog, registration, freshBranch(), flow, message.cseq);
  endHead(writer);
  if (!writer.overflow)
    sendOnFlow(transaction.flow, spanStart(writer.written()), spanLength(writer.written()));
  const bye = takeRequest(OF_PARTING, NO_HANDLE, transaction.account, METHOD_BYE, index);
  if (bye == null) {
    dialog.end();
    return;
  }
  bye.hop.copyFrom(flow.remote);
  startRequest(bye, REASON_HANG_UP, now);
}
