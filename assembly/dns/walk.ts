import { FAMILY_IPV4, FAMILY_IPV6 } from "../bytes/address";
import { span } from "../bytes/span";
import {
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SRV,
  TRANSPORT_TCP,
  TRANSPORT_TLS,
  TRANSPORT_UDP,
} from "../contract/constants";
import { NEVER } from "../time/clock";
import { keepName, unpinAnswers } from "./cache";
import { Locator } from "./locator";
import { LOOKUP_FAILED, LOOKUP_PENDING, LOOKUP_RECORDS, expiryFound, firstFound, lookUp } from "./lookup";
import { NAPTR_TO_SRV } from "./naptr";
import { MAX_NAME_SIZE, NO_NAME, ROOT, dropName, nameWire, writeServiceName } from "./names";
import { recordAt } from "./records";
import { drawOrder, listRecords, listedRecord } from "./srv";

/*
 * Locating SIP servers (RFC 3263, L1 to L6) as a walk over what is known: NAPTR, SRV, addresses. It begins anew
 * each time a query has ended, and asks for whatever is missing on its way, so that independent questions are
 * under way together. Once nothing is missing, a second walk, the same way, writes the list; only that one draws.
 *
 *   port given:        addresses
 *   transport 3:       NAPTR ─ its SRV ─ addresses;  the next NAPTR where that gave nothing
 *                      no NAPTR: SRV of `naptr_build` ─ addresses
 *   transport 0 to 2:  SRV of that transport ─ addresses
 *   no SRV at all:     addresses of the host on the default port
 */

/** `transport_type` 3. */
export const BY_NAPTR: u8 = 3;

const SIP_PORT = 5060;
const SIPS_PORT = 5061;

/** NAPTR records that lead on to further ones: so many are followed in one walk. */
const MAX_REWRITES = 8;

/** Questions in one walk; a domain that needs more is not worth it. */
const MAX_QUESTIONS = 128;

@unmanaged
class Walk {
  locator: Locator;
  now: i64;
  /** The list is being written; until then targets are only counted. */
  writing: bool;
  /** Something is missing that has been asked for. */
  pending: bool;
  /** DNS did not answer a question. */
  failed: bool;
  /** There are SRV records: the host's own addresses do not count. */
  hasSrv: bool;
  questions: i32;
  rewrites: i32;
}

const walk = changetype<Walk>(memory.data(offsetof<Walk>(), 8));
const wire = memory.data(MAX_NAME_SIZE + 16);

/** The port that a transport means without being told. */
export function defaultPort(transport: i32): i32 {
  return transport == TRANSPORT_TLS ? SIPS_PORT : SIP_PORT;
}

/** The transport of a target for which there is neither NAPTR nor SRV record. */
export function plainTransport(transportType: i32): i32 {
  return transportType == BY_NAPTR ? TRANSPORT_UDP : transportType;
}

/** Walks for a locator: false while something is missing; otherwise its list is written. */
export function walkFor(locator: Locator, now: i64): bool {
  walk.locator = locator;
  walk.now = now;
  pass(false);
  const isComplete = !walk.pending;
  if (isComplete) pass(true);
  unpinAnswers();
  return isComplete;
}

function pass(writing: bool): void {
  walk.writing = writing;
  walk.pending = false;
  walk.failed = false;
  walk.hasSrv = false;
  walk.questions = 0;
  walk.rewrites = 0;
  visitHost(walk.locator);
}

function visitHost(locator: Locator): void {
  const type = locator.transportType;
  const transport = plainTransport(type);
  if (locator.port != 0) {
    visitAddresses(locator.host, locator.port, transport, false);
    return;
  }
  if (type == BY_NAPTR) {
    visitNaptr(locator.host);
    if (isOver()) return;
  }
  // L7: where DNS does not answer for the better records, its lesser ones do not take their place; static
  // records do.
  const staticSrv = walk.failed;
  visitService(transport, staticSrv);
  if (type == BY_NAPTR && locator.naptrBuild) {
    visitService(TRANSPORT_TCP, staticSrv);
    visitService(TRANSPORT_TLS, staticSrv);
  }
  if (!isOver()) visitAddresses(locator.host, defaultPort(transport), transport, walk.failed);
}

/** Nothing further is to be visited: there are SRV records, or it is not known yet whether there are. */
function isOver(): bool {
  return walk.pending || walk.hasSrv;
}

function question(name: i32, type: i32, staticOnly: bool): u8 {
  const state =
    walk.questions++ < MAX_QUESTIONS ? lookUp(walk.locator, name, type, staticOnly, walk.now) : LOOKUP_FAILED;
  if (state == LOOKUP_PENDING) walk.pending = true;
  if (state == LOOKUP_FAILED) walk.failed = true;
  return state;
}

/** L3: the SRV records that NAPTR leads to, of the best service that gives targets: the number of targets. */
function visitNaptr(name: i32): i32 {
  if (question(name, DNS_TYPE_NAPTR, false) != LOOKUP_RECORDS) return 0;
  const first = firstFound();
  let last: i64 = -1;
  while (true) {
    // The next one by order, preference and place.
    let best: u16 = 0;
    let bestRank = NEVER;
    let place = 0;
    for (let number = first; number != 0; number = recordAt(number).next) {
      const record = recordAt(number);
      const rank = ((record.major as i64) << 32) | ((record.minor as i64) << 16) | (place++ as i64);
      if (rank <= last || rank >= bestRank) continue;
      best = number;
      bestRank = rank;
    }
    if (best == 0) return 0;
    last = bestRank;
    const record = recordAt(best);
    let targets = 0;
    if (record.use == NAPTR_TO_SRV) targets = visitSrv(record.name, record.transport, false);
    else if (walk.rewrites++ < MAX_REWRITES) targets = visitNaptr(record.name);
    if (targets > 0 || walk.pending) return targets;
  }
}

/** The SRV records of the host's own service. */
function visitService(transport: i32, staticOnly: bool): void {
  const length = writeServiceName(transport, nameWire(walk.locator.host), wire);
  if (length == 0) return;
  const name = keepName(span(wire, length));
  if (name == NO_NAME) {
    walk.failed = true;
    return;
  }
  visitSrv(name, transport, staticOnly);
  dropName(name);
}

/** The targets of SRV records, in their order (L5): their number. */
function visitSrv(name: i32, transport: i32, staticOnly: bool): i32 {
  if (question(name, DNS_TYPE_SRV, staticOnly) != LOOKUP_RECORDS) return 0;
  walk.hasSrv = true;
  const count = listRecords(firstFound());
  if (walk.writing) drawOrder(count, walk.locator.lot);
  let targets = 0;
  for (let place = 0; place < count; place++) {
    const record = listedRecord(place);
    // RFC 2782: the target "." says that the service is not available here.
    if (record.name == (ROOT as u16)) continue;
    const port: i32 = record.port == 0 ? defaultPort(transport) : record.port;
    targets += visitAddresses(record.name, port, transport, false);
  }
  return targets;
}

/** The addresses of a name (L6, L10): their number. */
function visitAddresses(name: i32, port: i32, transport: i32, staticOnly: bool): i32 {
  const mode = walk.locator.addressMode;
  const hasIpv6 = mode != 0 && question(name, DNS_TYPE_AAAA, staticOnly) == LOOKUP_RECORDS;
  let ipv6 = hasIpv6 ? firstFound() : 0;
  const ipv6Expires = expiryFound();
  const hasIpv4 = mode != 1 && question(name, DNS_TYPE_A, staticOnly) == LOOKUP_RECORDS;
  let ipv4 = hasIpv4 ? firstFound() : 0;
  const ipv4Expires = expiryFound();
  let targets = 0;
  while ((ipv6 | ipv4) != 0) {
    if (ipv6 != 0) {
      ipv6 = visitAddress(ipv6, FAMILY_IPV6, port, transport, ipv6Expires);
      targets++;
    }
    if (ipv4 != 0) {
      ipv4 = visitAddress(ipv4, FAMILY_IPV4, port, transport, ipv4Expires);
      targets++;
    }
  }
  return targets;
}

/** One address: the number of the record that follows. */
function visitAddress(number: u16, family: i32, port: i32, transport: i32, expires: i64): u16 {
  const record = recordAt(number);
  if (walk.writing) walk.locator.add(transport, family, port, record.address, expires);
  return record.next;
}
