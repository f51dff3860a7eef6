import { Endpoint } from "../bytes/endpoint";
import { MAX_REGISTRATIONS, MAX_TARGETS } from "../limits";

/*
 * A slot's target list: the first is the primary, the rest are secondaries. It is what the last lookup gave,
 * kept to rank targets by; a search takes a copy (F14).
 *
 *   | count | target 0 | target 1 | … | target 15 |
 */

/** A target and when the address record that named it runs out (B1); NEVER for one that nobody has to ask for. */
@unmanaged
export class Target {
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
export class TargetList {
  count: i32;
  private aligned: u32;

  at(index: i32): Target {
    return changetype<Target>(changetype<usize>(this) + offsetof<TargetList>() + index * offsetof<Target>());
  }

  clear(): void {
    this.count = 0;
  }

  /** Adds a target at the end; what exceeds `MAX_TARGETS` is left out. */
  add(endpoint: Endpoint, expires: i64): void {
    if (this.count == MAX_TARGETS) return;
    const target = this.at(this.count++);
    target.endpoint.copyFrom(endpoint);
    target.expires = expires;
  }

  /** The rank of a target, -1 where it is not in the list. */
  rankOf(endpoint: Endpoint): i32 {
    for (let i = 0; i < this.count; i++) {
      if (this.at(i).endpoint.equals(endpoint)) return i;
    }
    return -1;
  }

  copyFrom(other: TargetList): void {
    memory.copy(changetype<usize>(this), changetype<usize>(other), LIST_SIZE);
  }
}

export const LIST_SIZE: i32 = (offsetof<TargetList>() as i32) + MAX_TARGETS * (offsetof<Target>() as i32);

const lists = memory.data(LIST_SIZE * MAX_REGISTRATIONS, 8);

/** The list of a slot, numbered as registrations are. */
export function listOf(slot: i32): TargetList {
  return changetype<TargetList>(lists + slot * LIST_SIZE);
}

export function resetLists(): void {
  memory.fill(lists, 0, LIST_SIZE * MAX_REGISTRATIONS);
}
