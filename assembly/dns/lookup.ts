import { SECOND, NEVER } from "../time/clock";
import { ALIAS, Answer, NO_RECORDS, UNKNOWN, findAnswer } from "./cache";
import { MAX_ALIASES } from "./intake";
import { Locator } from "./locator";
import { ask } from "./queries";
import { dnsServers } from "./servers";
import { settings } from "./settings";
import { findStatic, firstOfStatic, ttlOfStatic } from "./statics";

/*
 * One question of one lookup: to the cache, to the static records, and where neither knows, to DNS.
 */

export const LOOKUP_RECORDS: u8 = 0;
/** DNS said that there are none. */
export const LOOKUP_NOTHING: u8 = 1;
/** The answer is to come. */
export const LOOKUP_PENDING: u8 = 2;
/** DNS said nothing (L7), or the cache has no room. */
export const LOOKUP_FAILED: u8 = 3;

/**
 * How long an expired answer serves before DNS is asked again, and how long the targets that it gives count as
 * fresh (RFC 8767, 4 and 5): else each request would wait for the silence of DNS, and a failback that waits for
 * a TTL (B1) would never rest.
 */
export const STALE_TTL: i64 = 30 * SECOND;

const NO_SET = -1;

/** What a lookup found, until the next one. */
@unmanaged
class Found {
  /** First of the chain of records. */
  first: u16;
  /** When they run out. */
  expires: i64;
}

const found = changetype<Found>(memory.data(offsetof<Found>(), 8));

export function firstFound(): u16 {
  return found.first;
}

export function expiryFound(): i64 {
  return found.expires;
}

/** Looks up the records of a name and type: LOOKUP_…. `staticOnly` leaves DNS out. */
export function lookUp(locator: Locator, name: i32, type: i32, staticOnly: bool, now: i64): u8 {
  const askDns = dnsServers() > 0 && !staticOnly;
  let set = NO_SET;
  for (let links = 0; links <= MAX_ALIASES; links++) {
    const ofName = findStatic(locator.account, name, type);
    if (ofName != NO_SET) set = ofName;
    if (!askDns || (locator.staticFirst && set != NO_SET)) return fromStatic(set, LOOKUP_NOTHING, now);
    const answer = findAnswer(name, type);
    if (answer == null || !isOfUse(locator, answer, now)) {
      if (answer == null || !hasFailed(locator, answer, set, now)) return request(locator, name, type, now);
      if (!mayServeStale(answer, now)) return fromStatic(set, LOOKUP_FAILED, now);
    }
    answer.pinned = true;
    if (answer.kind == ALIAS) {
      name = answer.alias;
      continue;
    }
    if (answer.kind == NO_RECORDS || answer.first == 0) return fromStatic(set, LOOKUP_NOTHING, now);
    found.first = answer.first;
    found.expires = isOfUse(locator, answer, now) ? answer.expires : now + STALE_TTL;
    return LOOKUP_RECORDS;
  }
  // A chain without an end.
  return fromStatic(set, LOOKUP_FAILED, now);
}

/** DNS gives nothing: the static records serve, if there are any (L8). */
function fromStatic(set: i32, otherwise: u8, now: i64): u8 {
  if (set == NO_SET) return otherwise;
  found.first = firstOfStatic(set);
  found.expires = settings.ttlEnable ? now + (ttlOfStatic(set) as i64) * SECOND : NEVER;
  return LOOKUP_RECORDS;
}

/**
 * The answer may be used: it has not expired, or it was obtained for this very lookup; that is all there is where
 * each lookup has to ask (`dns_cache_type` 0), or where its TTL was 0.
 */
function isOfUse(locator: Locator, answer: Answer, now: i64): bool {
  if (answer.kind == UNKNOWN || (answer.additional && locator.cacheType < 2)) return false;
  return answer.obtained >= locator.number || (locator.cacheType > 0 && answer.expires > now);
}

/**
 * No server answered this lookup's question. With something else to serve, a failure counts for other lookups,
 * too, for a while: that is how long static records serve until DNS is asked again.
 */
function hasFailed(locator: Locator, answer: Answer, set: i32, now: i64): bool {
  if (answer.failed == 0) return false;
  if (answer.failed >= locator.number) return true;
  if (locator.cacheType == 0) return false;
  let pause: i64 = 0;
  if (mayServeStale(answer, now)) pause = STALE_TTL;
  else if (set != NO_SET) pause = (ttlOfStatic(set) as i64) * SECOND;
  return now < answer.failedAt + pause;
}

/** `last_cache_expired`. */
function mayServeStale(answer: Answer, now: i64): bool {
  if (!settings.staleEnable || answer.kind == UNKNOWN || answer.additional) return false;
  return settings.staleLimit == 0 || now - answer.expires <= settings.staleLimit;
}

function request(locator: Locator, name: i32, type: i32, now: i64): u8 {
  return ask(name, type, locator.cacheType == 2, now) ? LOOKUP_PENDING : LOOKUP_FAILED;
}
