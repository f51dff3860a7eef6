import { parseAddress } from "../bytes/address";
import { Span, span } from "../bytes/span";
import { NEVER } from "../time/clock";
import { random32 } from "../time/random";
import { countLookup, keepName } from "./cache";
import { LOCATOR_IDLE, LOCATOR_PENDING, Locator, MAX_LOCATORS, locatorAt, minimiseNeeds } from "./locator";
import { MAX_NAME_SIZE, NO_NAME, writeNameOfText } from "./names";
import { queriesEnded } from "./queries";
import { defaultPort, plainTransport, walkFor } from "./walk";

/*
 * From a configured address to a target list, in its order (L1 to L10).
 */

const bytes = memory.data(MAX_NAME_SIZE + 1, 8);

/**
 * Begins to locate `host`, an IP address or a name, for locator `index`; what it looked for before is forgotten.
 * `port` 0: unknown; `transportType` as in `sip_server.Y.transport_type`. The lookup ends at once where nothing
 * has to be asked; `nextLocated` tells of it in either case.
 */
export function beginLocating(index: i32, host: Span, port: i32, transportType: i32, now: i64): void {
  const locator = locatorAt(index);
  locator.end();
  locator.told = false;
  locator.port = port as u16;
  locator.transportType = transportType as u8;
  locator.number = countLookup();
  if (locator.lot == 0) locator.lot = random32() | 1;
  if (!beginLiteral(locator, host) && beginName(locator, host)) {
    locator.state = LOCATOR_PENDING;
    minimiseNeeds();
    look(locator, now);
  } else {
    locator.finish();
  }
}

/** L1: an IP address is its own target. */
function beginLiteral(locator: Locator, host: Span): bool {
  const family = parseAddress(host, bytes);
  if (family == 0) return false;
  const transport = plainTransport(locator.transportType);
  const port: i32 = locator.port == 0 ? defaultPort(transport) : locator.port;
  locator.add(transport, family, port, bytes, NEVER);
  return true;
}

function beginName(locator: Locator, host: Span): bool {
  const length = writeNameOfText(host, bytes);
  if (length == 0) return false;
  const name = keepName(span(bytes, length));
  if (name == NO_NAME) return false;
  locator.host = name as u16;
  return true;
}

function look(locator: Locator, now: i64): void {
  locator.seen = queriesEnded();
  if (walkFor(locator, now)) locator.finish();
}

/** Forgets what locator `index` found, or stops looking. */
export function endLocating(index: i32): void {
  locatorAt(index).end();
}

/** A locator that has become ready or failed and was not named yet; -1 where there is none. */
export function nextLocated(): i32 {
  for (let i = 0; i < MAX_LOCATORS; i++) {
    const locator = locatorAt(i);
    if (locator.state == LOCATOR_IDLE || locator.state == LOCATOR_PENDING || locator.told) continue;
    locator.told = true;
    return i;
  }
  return -1;
}

/** A locator for which something may have changed since it last looked. */
function curious(): Locator | null {
  for (let i = 0; i < MAX_LOCATORS; i++) {
    const locator = locatorAt(i);
    if (locator.state == LOCATOR_PENDING && locator.seen != queriesEnded()) return locator;
  }
  return null;
}

/** Some locator wants to look again. */
export function locatorsWait(): bool {
  return curious() != null;
}

/** Lets one locator look again; false where none wants to. */
export function lookAgain(now: i64): bool {
  const locator = curious();
  if (locator == null) return false;
  look(locator, now);
  return true;
}
