import { Endpoint } from "../bytes/endpoint";
import { MAX_REGISTRATIONS } from "../limits";
import { NEVER } from "../time/clock";
import { Target } from "./targets";

/*
 * Which target a slot has settled on (F8), since when, and how long its address is good for (B1). Nothing else
 * decides where a request of a sticky mode starts.
 */

@unmanaged
export class Current {
  private endpoint0: u32;
  private endpoint1: u32;
  private endpoint2: u32;
  private endpoint3: u32;
  private endpoint4: u32;
  since: i64;
  addressExpires: i64;

  /** The current target; one that does not exist before the first has answered. */
  get endpoint(): Endpoint {
    return changetype<Endpoint>(this);
  }

  /** F8: the target that answered becomes the current one. True where it was another one before. */
  settle(target: Target, now: i64): bool {
    const moved = !this.endpoint.equals(target.endpoint);
    if (moved) {
      this.endpoint.copyFrom(target.endpoint);
      this.since = now;
    }
    this.addressExpires = target.expires;
    return moved;
  }

  forget(): void {
    this.endpoint.clear();
    this.since = 0;
    this.addressExpires = NEVER;
  }
}

const currents = memory.data(offsetof<Current>() * MAX_REGISTRATIONS, 8);

/** The current target of a slot, numbered as registrations are. */
export function currentOf(slot: i32): Current {
  return changetype<Current>(currents + slot * offsetof<Current>());
}

export function resetCurrents(): void {
  memory.fill(currents, 0, offsetof<Current>() * MAX_REGISTRATIONS);
}
