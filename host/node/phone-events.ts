import type { EventName } from "../abi/contract.js";
import type { EventRecord, RecordOf } from "../abi/record.js";

/** The events of a phone: every record as `record` and under the name of its event. */
export type PhoneEvents = { [Name in EventName]: [record: RecordOf<Name>] } & {
  record: [record: EventRecord];
  /**
   * Something outside that the user should know of, as a sentence: a DNS server that fails, a certificate that does not
   * fit, a port that cannot be opened, a capture that ended.
   */
  warning: [sentence: string];
  /** The phone has stopped; nothing of it is left. */
  stopped: [];
};
