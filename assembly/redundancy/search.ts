import { Endpoint } from "../bytes/endpoint";
import { MAX_SEARCHES } from "../limits";
import { isDown, leftAloneUntil } from "./health";
import { LIST_SIZE, Target, TargetList } from "./targets";

/*
 * A search: one request looking for a target that answers. It keeps the list that it began with (F14) and
 * remembers which targets it has tried; nobody else sees or moves its cursor.
 *
 *   order of trying (F6):  the target it starts at, then the list from its top
 *   left out:              what was tried, an address that was tried (`skip`), targets to be left alone (F12)
 *   tried last:            targets that are down (K2)
 */

/** No rank: the search starts at the top of the list. */
export const FROM_THE_TOP: i32 = -1;

@unmanaged
export class Search {
  /** Ranks tried, a bit each. */
  private tried: u32;
  /** Ranks that are left out for the whole search. */
  private leftOut: u32;
  /** Ranks that are down. */
  private down: u32;
  /** Rank to start at, or FROM_THE_TOP. */
  private start: i32;
  /** Rank of the target being tried, -1 before the first. */
  private rank: i32;
  /** Another address of the same IP address as one tried is skipped. */
  private skip: bool;
  /** When the list has no target left, the search goes on elsewhere (slot 2). */
  private goesOn: bool;
  /** A trial (B3): the current target is still there, whatever becomes of this. */
  private trial: bool;

  private get list(): TargetList {
    return changetype<TargetList>(changetype<usize>(this) + offsetof<Search>());
  }

  /**
   * Begins on a copy of `list`, at rank `start` or FROM_THE_TOP. `skip` is `sip.skip_redundant_failover_addr`;
   * `goesOn` says that slot 2 is left to this search.
   */
  begin(list: TargetList, start: i32, skip: bool, goesOn: bool, now: i64): void {
    this.list.copyFrom(list);
    this.tried = 0;
    this.start = start;
    this.rank = -1;
    this.skip = skip;
    this.goesOn = goesOn;
    this.trial = false;
    const all: u32 = (1 << list.count) - 1;
    this.leftOut = this.leftAlone(now);
    if (this.leftOut == all) this.leftOut = 0;
    this.down = 0;
    for (let i = 0; i < list.count; i++) {
      if (isDown(list.at(i).endpoint)) this.down |= 1 << i;
    }
  }

  /** Begins a trial of the `ahead` targets that are ranked ahead of the current one (B3). */
  beginTrial(list: TargetList, ahead: i32, skip: bool, now: i64): void {
    this.begin(list, FROM_THE_TOP, skip, false, now);
    this.list.count = min(ahead, list.count);
    this.trial = true;
    // The current target is there, so nothing asks one that wants to be left alone, or is down (B3).
    this.leftOut = this.leftAlone(now) | this.down;
  }

  /** F12: the targets to be left alone, a bit each. A search leaves them out unless they are all there is. */
  private leftAlone(now: i64): u32 {
    let ranks: u32 = 0;
    for (let i = 0; i < this.list.count; i++) {
      if (leftAloneUntil(this.list.at(i).endpoint) > now) ranks |= 1 << i;
    }
    return ranks;
  }

  /** K3: a target that has just been found dead counts as tried, unless it is the only one. */
  exclude(target: Endpoint): void {
    const rank = this.list.rankOf(target);
    if (rank >= 0 && this.list.count > 1) this.tried |= 1 << rank;
  }

  /** The target being tried was not asked after all; the next is `target`, unless that was tried. */
  prefer(target: Endpoint): void {
    this.tried &= ~(1 << this.rank);
    this.start = this.list.rankOf(target);
  }

  /** The next target to try, which is tried from then on; `null` where none is left in the list. */
  next(): Target | null {
    const rank = this.candidate();
    this.rank = rank;
    if (rank < 0) return null;
    this.tried |= 1 << rank;
    return this.list.at(rank);
  }

  /** No other target is left to this search, in the list or elsewhere: the one being tried has all patience (F2). */
  get isLast(): bool {
    return !this.trial && !this.goesOn && this.candidate() < 0;
  }

  /** The target being tried. */
  get target(): Target {
    return this.list.at(this.rank);
  }

  /** The rank that `next` would give. */
  private candidate(): i32 {
    const up = this.firstOf(this.tried | this.leftOut | this.down);
    return up >= 0 || this.goesOn ? up : this.firstOf(this.tried | this.leftOut);
  }

  /** The first rank in the order of trying that is not among `without`. */
  private firstOf(without: u32): i32 {
    if (this.start >= 0 && this.eligible(this.start, without)) return this.start;
    for (let i = 0; i < this.list.count; i++) {
      if (this.eligible(i, without)) return i;
    }
    return -1;
  }

  private eligible(rank: i32, without: u32): bool {
    if ((without >> rank) & 1) return false;
    if (!this.skip) return true;
    const endpoint = this.list.at(rank).endpoint;
    for (let i = 0; i < this.list.count; i++) {
      if ((this.tried >> i) & 1 && this.list.at(i).endpoint.sameAddress(endpoint)) return false;
    }
    return true;
  }
}

const SEARCH_SIZE: i32 = (offsetof<Search>() as i32) + LIST_SIZE + 4;

const searches = memory.data(SEARCH_SIZE * MAX_SEARCHES, 8);

export function searchAt(index: i32): Search {
  return changetype<Search>(searches + index * SEARCH_SIZE);
}
