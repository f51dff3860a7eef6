import { CoreError, errorName } from "../abi/core.js";
import type { NameOf } from "../abi/record.js";

/** What a host answers while its core has trapped and is being started anew: none of the core's own errors. */
const TRAPPED = -128;

/** Why the core refuses what the application asks for. */
const reasons: Readonly<Record<NameOf<"error">, string>> = {
  "not-configured": "there is no such account, or the phone has not been started",
  "already-started": "it has been done already",
  "stale-flow": "its connection is gone",
  "flow-state": "its connection is not open",
  "too-long": "it is too long",
  "bad-argument": "account, URI, method, status or header lines are not what they should be",
  "pool-full": "there are as many already as the phone can keep",
  "actions-waiting": "the phone is at work",
  "stale-call": "there is no such call any more",
  "call-state": "it does not go with what the call is doing",
};

/** The error for a negative answer of the core: `what` begins its sentence, the name of the error ends it. */
export const refusal = (what: string, answer: number): CoreError => {
  if (answer === TRAPPED) return new CoreError(`${what}: the phone is being started anew.`);
  const name = errorName(answer);
  const reason = Object.entries(reasons).find(([known]) => known === name)?.[1];
  return new CoreError(reason === undefined ? `${what} (${name}).` : `${what}: ${reason} (${name}).`);
};
