import {
  KEY_DNS_CACHE_TYPE,
  KEY_IP_ADDRESS_MODE,
  KEY_NAPTR_BUILD,
  KEY_PORT,
  KEY_STATIC_CACHE_PRI,
  KEY_TRANSPORT_TYPE,
} from "../config/table";
import { accountSetting, globalSetting, routeAddress, routeSetting } from "../config/settings";
import { beginLocating, endLocating } from "../dns/locate";
import { LOCATOR_READY, Locator, locatorAt } from "../dns/locator";
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
/** Requests other than REGISTER want it. */
export const WANTED_BY_REQUESTS: i32 = 1 << 2;

/** Begins a lookup for WANTED_BY_…, or joins the one under way. */
export function locate(registration: Registration, wanted: i32, now: i64): void {
  const first = registration.locatingFor == 0;
  registration.locatingFor = ((registration.locatingFor as i32) | wanted) as u8;
  if (!first) return;
  const account = registration.account;
  const slot = registration.slot;
  const locator = locatorAt(registration.index);
  locator.account = account as u8;
  locator.naptrBuild = accountSetting(account, KEY_NAPTR_BUILD) != 0;
  locator.cacheType = accountSetting(account, KEY_DNS_CACHE_TYPE) as u8;
  locator.staticFirst = accountSetting(account, KEY_STATIC_CACHE_PRI) != 0;
  locator.addressMode = globalSetting(KEY_IP_ADDRESS_MODE) as u8;
  locator.skipDuplicates = skipsDuplicates();
  const port = routeSetting(account, slot, KEY_PORT);
  const transport = routeSetting(account, slot, KEY_TRANSPORT_TYPE);
  beginLocating(registration.index, routeAddress(account, slot), port, transport, now);
}

/** The registration wants the list no more. */
export function stopLocating(registration: Registration): void {
  if (registration.locatingFor == 0) return;
  registration.locatingFor = ((registration.locatingFor as i32) & WANTED_BY_REQUESTS) as u8;
  if (registration.locatingFor == 0) endLocating(registration.index);
}

/**
 * The lookup is over: puts the slot's list in place, and says so where it is another than before. False where it
 * failed (L7); the list is then what it was.
 */
export function takeList(registration: Registration, now: i64): bool {
  const index = registration.index;
  const locator = locatorAt(index);
  const found = locator.state == LOCATOR_READY;
  if (found) {
    const list = listOf(index);
    const changed = differs(list, locator);
    list.clear();
    for (let i = 0; i < locator.count; i++) list.add(locator.target(i).endpoint, locator.target(i).expires);
    if (changed) sayResolved(registration, list, now);
  }
  endLocating(index);
  return found;
}

function differs(list: TargetList, locator: Locator): bool {
  if (list.count != locator.count) return true;
  for (let i = 0; i < list.count; i++) {
    const located = locator.target(i);
    const target = list.at(i);
    if (!target.endpoint.equals(located.endpoint) || target.expires != located.expires) return true;
  }
  return false;
}
