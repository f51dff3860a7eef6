import { ADDRESS_SIZE } from "../bytes/address";
import { Endpoint } from "../bytes/endpoint";
import { POOL_TARGETS } from "../contract/constants";
import { poolFull } from "../contract/queue";
import { MAX_REGISTRATIONS, MAX_TARGETS } from "../limits";
import { NOTHING_NEEDED, needSince } from "./cache";
import { dropName } from "./names";

/*
 * Locators: each looks for the targets of one host name, and keeps the list that it found.
 *
 *   idle ──begin──▶ pending ──every question is answered──▶ ready, failed ──end──▶ idle
 */

export const MAX_LOCATORS = MAX_REGISTRATIONS;

export const LOCATOR_IDLE: u8 = 0;
export const LOCATOR_PENDING: u8 = 1;
export const LOCATOR_READY: u8 = 2;
export const LOCATOR_FAILED: u8 = 3;

/** A target, and when the address record that named it runs out (B1); NEVER for a literal. */
@unmanaged
export class LocatedTarget {
  private endpoint0: u32;
  private endpoint1: u32;
  private endpoint2: u32;
  private endpoint3: u32;
  private endpoint4: u32;
  expires: i64;

  get endpoint(): Endpoint {
    return changetype<Endpoint>(this);
  }
}

@unmanaged
export class Locator {
  /* How it looks; the caller sets these once, they stay from one lookup to the next. */

  /** Whose static records it sees, from 1. */
  account: u8;
  /** `naptr_build`: without NAPTR records, SRV records of TCP and TLS, too. */
  naptrBuild: bool;
  /** `dns_cache_type`: 0 asks each time, 1 uses the cache, 2 additional sections, too. */
  cacheType: u8;
  /** `static_cache_pri`: static records come before those of DNS. */
  staticFirst: bool;
  /** `ip_address_mode`: 0 IPv4, 1 IPv6, 2 both. */
  addressMode: u8;
  /** `sip.skip_redundant_failover_addr`: an IP address is a target once. */
  skipDuplicates: bool;

  /** What it draws with (L5): itself drawn once, so that the same answer gives the same order. */
  lot: u32;

  /* The lookup. */

  state: u8;
  /** The caller has been told how it ended. */
  told: bool;
  transportType: u8;
  /** A target has found no room in the list. */
  private full: bool;
  port: u16;
  /** The name, held; ROOT for a literal. */
  host: u16;
  /** Its number among the lookups (see cache.ts). */
  number: u32;
  /** Queries that had ended when it last looked. */
  seen: u32;
  /** Targets found. */
  count: i32;

  target(index: i32): LocatedTarget {
    return changetype<LocatedTarget>(
      changetype<usize>(this) + offsetof<Locator>() + index * offsetof<LocatedTarget>(),
    );
  }

  /** The list begins anew. */
  clear(): void {
    this.count = 0;
    this.full = false;
  }

  /** Adds a target at the end (L6); what exceeds `MAX_TARGETS` is left out, and said once. */
  add(transport: i32, family: i32, port: i32, address: usize, expires: i64): void {
    for (let i = 0; this.skipDuplicates && i < this.count; i++) {
      const other = this.target(i).endpoint;
      if (other.family == (family as u8) && memory.compare(other.address, address, ADDRESS_SIZE) == 0) return;
    }
    if (this.count < MAX_TARGETS) {
      const target = this.target(this.count++);
      target.endpoint.set(transport, family, port, address);
      target.expires = expires;
    } else if (!this.full) {
      this.full = true;
      poolFull(POOL_TARGETS, this.account);
    }
  }

  /** Ends the lookup, with what `add` has put into the list. */
  finish(): void {
    this.state = this.count > 0 ? LOCATOR_READY : LOCATOR_FAILED;
    minimiseNeeds();
  }

  /** Forgets the lookup and its list. */
  end(): void {
    dropName(this.host);
    this.host = 0;
    this.clear();
    this.state = LOCATOR_IDLE;
    minimiseNeeds();
  }
}

const LOCATOR_SIZE: i32 = (offsetof<Locator>() + MAX_TARGETS * offsetof<LocatedTarget>()) as i32;
const locators = memory.data(LOCATOR_SIZE * MAX_LOCATORS, 8);

/** `index` below MAX_LOCATORS; the caller's own numbering. */
export function locatorAt(index: i32): Locator {
  return changetype<Locator>(locators + index * LOCATOR_SIZE);
}

export function resetLocators(): void {
  memory.fill(locators, 0, LOCATOR_SIZE * MAX_LOCATORS);
}

/** Tells the cache what the lookups under way may still need. */
export function minimiseNeeds(): void {
  let oldest = NOTHING_NEEDED;
  for (let i = 0; i < MAX_LOCATORS; i++) {
    const locator = locatorAt(i);
    if (locator.state == LOCATOR_PENDING) oldest = min(oldest, locator.number);
  }
  needSince(oldest);
}
