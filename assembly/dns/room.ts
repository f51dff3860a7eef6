import { resetCache } from "./cache";
import { locatorsWait, lookAgain } from "./locate";
import { resetLocators } from "./locator";
import { resetNames } from "./names";
import { resetRecords } from "./records";
import { queriesDeadline, queriesTimePassed, resetResolver } from "./resolver";
import { resetServers } from "./servers";
import { configureDns } from "./settings";
import { resetStatics } from "./statics";

/*
 * The room as a whole: its beginning and its time.
 */

/** Forgets everything: settings, servers, static records, answers, queries and locators. */
export function resetDns(): void {
  resetNames();
  resetRecords();
  resetCache();
  resetResolver();
  resetServers();
  resetStatics();
  resetLocators();
  configureDns(0, 0, true, false, 0, 0);
}

/** When `dnsTimePassed` has something to do; 0: at once. */
export function dnsDeadline(): i64 {
  return locatorsWait() ? 0 : queriesDeadline();
}

/** Does one thing that is due, so that few actions come of it: false where nothing is. */
export function dnsTimePassed(now: i64): bool {
  return lookAgain(now) || queriesTimePassed(now);
}
