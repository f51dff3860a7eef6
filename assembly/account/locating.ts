import {
  KEY_DNS_CACHE_TYPE,
  KEY_IP_ADDRESS_MODE,
  KEY_NAPTR_BUILD,
  KEY_PORT,
  KEY_STATIC_CACHE_PRI,
  KEY_TRANSPORT_TYPE,
} from "../config/table";
import { accountSetting, globalSetting, routeAddress, routeSetting } from "../config/settings";
import {
  LOCATOR_READY,
  beginLocating,
  endLocating,
  locatedCount,
  locatedTarget,
  locatorState,
} from "../dns/locate";
import { TargetList, listOf } from "../redundancy/targets";
import { skipsDuplicates } from "./options";
import { Registration } from "./registrations";
import { MAIN, TRIAL } from "./search";
import { sayResolved } from "./trace";

/*
 * Asking the DNS room for a slot's target list. One lookup serves the main search and the trial of failback where
 * both want the list at the same time.
 */

/** A search that wants the list. */
export const WANTED_BY_MAIN: i32 = 1 << MAIN;
export const WANTED_BY_TRIAL: i32 = 1 << TRIAL;

/** Begins a lookup for the search, or joins the one under way. */
export function locate(registration: Registration, search: i32, now: i64): void {
  const first = registration.locatingFor == 0;
  registration.locatingFor = ((registration.locatingFor as i32) | (1 << search)) as u8;
  if (!first) return;
  const account = registration.account;
  const slot = registration.slot;
  beginLocating(
    registration.index,
    routeAddress(account, slot),
    routeSetting(account, slot, KEY_PORT),
    routeSetting(account, slot, KEY_TRANSPORT_TYPE),
    accountSetting(account, KEY_NAPTR_BUILD),
    accountSetting(account, KEY_DNS_CACHE_TYPE),
    accountSetting(account, KEY_STATIC_CACHE_PRI) != 0,
    globalSetting(KEY_IP_ADDRESS_MODE),
    skipsDuplicates(),
    account,
    now,
  );
}

/** Nobody wants the list any more. */
export function stopLocating(registration: Registration): void {
  if (registration.locatingFor == 0) return;
  registration.locatingFor = 0;
  endLocating(registration.index);
}

/**
 * The lookup is over: puts the slot's list in place, and says so where it is another than before. False where it
 * failed (L7); the list is then what it was.
 */
export function takeList(registration: Registration, now: i64): bool {
  const index = registration.index;
  const count = locatorState(index) == LOCATOR_READY ? locatedCount(index) : 0;
  if (count > 0) {
    const list = listOf(index);
    const changed = differs(list, index, count);
    list.clear();
    for (let i = 0; i < count; i++) {
      const located = locatedTarget(index, i);
      list.add(located.endpoint, located.expires);
    }
    if (changed) sayResolved(registration, list, now);
  }
  endLocating(index);
  return count > 0;
}

function differs(list: TargetList, index: i32, count: i32): bool {
  if (list.count != count) return true;
  for (let i = 0; i < count; i++) {
    const located = locatedTarget(index, i);
    const target = list.at(i);
    if (!target.endpoint.equals(located.endpoint) || target.expires != located.expires) return true;
  }
  return false;
}
