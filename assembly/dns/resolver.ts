import { resetCache } from "./cache";
import { locatorsWait, lookAgain } from "./locate";
import { resetLocators } from "./locator";
import { resetNames } from "./names";
import { queriesDeadline, queriesTimePassed, resetQueries } from "./queries";
import { resetRecords } from "./records";
import { resetServers } from "./servers";
import { configureDns } from "./settings";
import { resetStatics } from "./statics";

/*
 * The room as a whole: its beginning and its time. Bytes and failures of its flows go to queries.ts, what the
 * accounts ask of it to locate.ts, and the configuration to servers.ts, settings.ts and statics.ts.
 */

/** Forgets everything: settings, servers, static records, answers, queries and locators. */
export function resetDns(): void {
  resetNames();
  resetRecords();
  resetCache();
  resetQueries();
  resetServers();
  resetStatics();
  resetLocators();
  configureDns(0, 0, true, false, 0, 0);
}

/** When `dnsTimePassed` has something to do; before all times where it has now. */
export function dnsDeadline(): i64 {
  return locatorsWait() ? i64.MIN_VALUE : queriesDeadline();
}

/** Does one thing that is due, so that few actions come of it: false where nothing is. */
export function dnsTimePassed(now: i64): bool {
  return lookAgain(now) || queriesTimePassed(now);
}
